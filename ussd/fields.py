"""From the bytes of a request to fields by the vendor's names, whether they came in a query, a form, JSON or XML."""

import json
import re
from typing import Any
from xml.parsers import expat  # Every document type is refused here, and with it every entity.

from bot.wire import MOST_FIELDS, Request, urlencoded

DEEPEST = 8

Named = dict[str, str]


def read(request: Request, reads: str, charset: str) -> Named:
    """All fields of a request. ValueError says what is wrong with it and quotes nothing."""
    named = urlencoded(request.query.encode("utf-8", "surrogateescape"), charset) if request.query else {}
    match reads:
        case "form":
            return _together(named, urlencoded(request.body, charset))
        case "json":
            return _together(named, _json(request.body)) if request.body else named
        case "xml":
            return _together(named, _xml(request.body))
        case _:
            return named


def _together(first: Named, second: Named) -> Named:
    if first.keys() & second.keys():
        raise ValueError("a field occurs twice")
    return first | second


def _json(body: bytes) -> Named:
    try:
        found = json.loads(body.decode(), parse_int=str, parse_float=str, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        twice = str(error) == TWICE
        raise ValueError(TWICE if twice else "not well-formed JSON") from None
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    named: Named = {}
    _flatten(found, "", named, 0)
    return named


TWICE = "a field occurs twice"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(TWICE)
    return found


def _flatten(found: dict[str, Any], before: str, named: Named, deep: int) -> None:
    if deep > DEEPEST:
        raise ValueError("too deep")
    for name, value in found.items():
        match value:
            case dict():
                _flatten(value, f"{before}{name}.", named, deep + 1)
            case bool():
                named[before + name] = "true" if value else "false"
            case str():
                named[before + name] = value
            case _:
                pass  # null is nothing, and no vendor puts what counts into a list.


class _Document:
    """Collects the texts of the innermost elements, by their names below the outermost one."""

    def __init__(self) -> None:
        self.named: Named = {}
        self._open: list[str] = []
        self._text: list[str] = []
        self._inner = False

    def doctype(self, *_: Any) -> None:
        raise ValueError("no document type")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._open.append(name)
        if len(self._open) > DEEPEST or len(self.named) > MOST_FIELDS:
            raise ValueError("too much XML")
        self._text, self._inner = [], True

    def text(self, data: str) -> None:
        self._text.append(data)

    def end(self, name: str) -> None:
        if self._inner and len(self._open) > 1:
            path = ".".join(self._open[1:])
            if path in self.named:
                raise ValueError(TWICE)
            self.named[path] = "".join(self._text)
        self._open.pop()
        self._text, self._inner = [], False


_DECLARED = re.compile(rb"\A\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")


def _xml(body: bytes) -> Named:
    declared = _DECLARED.match(body)
    if declared and declared.group(1).lower() not in (b"utf-8", b"utf8", b"us-ascii", b"iso-8859-1"):
        raise ValueError("XML in UTF-8 only")
    parser = expat.ParserCreate()
    document = _Document()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = document.doctype
    parser.StartElementHandler = document.start
    parser.EndElementHandler = document.end
    parser.CharacterDataHandler = document.text
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, LookupError):
        raise ValueError("not well-formed XML") from None
    return document.named
