"""From the bytes of an aggregator's request to fields by its own names, in a query, a form, or a list in JSON."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from bot.wire import Request

MOST_FIELDS = 64
MOST_ITEMS = 1000

Found = Mapping[str, Any]


def items(request: Request, reads: str, within: str = "") -> Sequence[Found]:
    """The messages or receipts of a request: one, or in JSON the list `within`. ValueError quotes nothing."""
    match reads:
        case "json":
            return _of_list(request.body, within)
        case "form":
            return (_urlencoded(request.body.decode("latin-1")),)
        case _:
            return (_urlencoded(request.query),)


def deep(found: Any, name: str, *, needed: bool = False) -> str:
    """What stands under a name, as text; a dot leads further in. Empty where nothing does, unless it is needed."""
    for part in name.split("."):
        match found:
            case Mapping():
                found = found.get(part)
            case [*inner] if part.isdecimal() and int(part) < len(inner):
                found = inner[int(part)]
            case _:
                found = None
    match found:
        case str():
            return found
        case bytes():
            return _decoded(found, name)
        case bool():
            return "true" if found else "false"
        case int() | float():
            return str(found)
        case _ if needed:
            raise ValueError(f"no field {name!r}")
        case _:
            return ""


def _of_list(body: bytes, within: str) -> Sequence[Found]:
    try:
        document = json.loads(body.decode())
        json.dumps(document, ensure_ascii=False).encode()  # Half of a surrogate pair can be neither kept nor sent.
    except (ValueError, RecursionError):
        raise ValueError("not well-formed JSON") from None
    for part in within.split(".") if within else ():
        document = document.get(part) if isinstance(document, dict) else None
    found = document if within else [document]
    if not isinstance(found, list) or len(found) > MOST_ITEMS:
        raise ValueError(f"no list {within!r}")
    if not within and not isinstance(document, dict):
        raise ValueError("not a JSON object")
    return [item if isinstance(item, dict) else {} for item in found]


def _urlencoded(text: str) -> Found:
    """Values stay bytes until they are asked for: a text in another alphabet may be in a field that nobody reads."""
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=bool(text), encoding="latin-1", max_num_fields=MOST_FIELDS
        )
        fields = {name.encode("latin-1").decode(): value.encode("latin-1") for name, value in pairs}
    except ValueError:
        raise ValueError("not a well-formed form") from None
    if len(fields) < len(pairs):
        raise ValueError("a field occurs twice")
    return fields


def _decoded(value: bytes, name: str) -> str:
    try:
        return value.decode()
    except ValueError:
        raise ValueError(f"not UTF-8 in field {name!r}") from None
