"""The description of an SMS aggregator's HTTP form, as data/gateways/sms/<style>.yml has it, and what can be wrong."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

FOLDER = Path(__file__).resolve().parent.parent / "data" / "gateways" / "sms"
PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
PLACEHOLDERS = frozenset({"to", "text", "sender", "id", "user", "secret", "receipts"})
HEADER = re.compile(r"[A-Za-z0-9-]{1,60}")
ADDRESS = re.compile(r"https?://[^\s?#@]+")
# Our names for what can go wrong, so that what waits, what ends and what is counted does not depend on the vendor.
CODES = frozenset(
    {
        "busy", "no_credit", "unauthorised", "sender_rejected", "invalid_number", "unknown_number", "opted_out",
        "blocked", "filtered", "unroutable", "unreachable", "too_long", "refused", "undelivered", "expired",
        "vendor_error",
    }
)  # fmt: skip

Reads = Literal["query", "form", "json"]


class Test(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an answer has to be like; all that is said here has to hold. In JSON a dot leads further in: a.0.b."""

    __test__ = False  # Not one of pytest's.

    status: list[int] = []
    field: str = ""
    values: list[str] = []  # What stands in the field.
    matches: str = ""  # A regular expression, found in the field or, without one, anywhere in the body.


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer that is no success, by our name. `again`: the same message may go through later."""

    when: Test
    code: str
    again: bool = False


class Sends(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a message is handed over. Placeholders: {to} {text} {sender} {id} {user} {secret} {receipts}."""

    url: str
    method: Literal["GET", "POST"]
    writes: Reads
    fields: dict[str, Any]
    success: Test
    number: Literal["bare", "plus", "local"] = "bare"  # 62812…, +62812…, 0812…
    basic: bool = False  # User and secret by HTTP's own authentication.
    headers: dict[str, str] = {}
    id_field: str = ""  # By what name the vendor will speak of the message, or
    id_matches: str = ""  # a regular expression whose first group is it.
    faults: list[Fault] = []


class Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the vendor calls them. In JSON a dot leads further in."""

    sender: str
    text: str
    id: str = ""  # Without one, the same bytes again within half a minute are a repeat.
    hex: str = ""  # The text in hexadecimal digits of UCS-2,
    coding: str = ""  # where this field
    ucs2: list[str] = []  # has one of these values.


class Receives(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How people's messages come. `items`: where in JSON the list of them is."""

    method: list[Literal["GET", "POST"]]
    reads: Reads
    fields: Names
    items: str = ""
    answer: str = ""  # Exactly this is what the vendor wants to hear.


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    state: str


class Reports(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How receipts come. `states`: the vendor's words, in any case, and what each means."""

    method: list[Literal["GET", "POST"]]
    reads: Reads
    fields: State
    states: dict[str, Literal["sending", "delivered", "temporary_failure", "permanent_failure", "technical_failure"]]
    items: str = ""
    answer: str = ""


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One vendor's form. What is left out, the vendor cannot do."""

    sends: Sends | None = None
    receives: Receives | None = None
    receipts: Reports | None = None


def styles() -> list[str]:
    """Every style that is described."""
    return sorted(path.stem for path in FOLDER.glob("*.yml"))


def described(style: str, changes: Mapping[str, Any]) -> Form:
    """A style with `changes`, key by key; null takes a key away. ValueError names what is wrong."""
    document: Any = {}
    if style:
        if style not in styles():
            raise ValueError(f"style: there is no data/gateways/sms/{style}.yml; there are {', '.join(styles())}")
        document = yaml.load((FOLDER / f"{style}.yml").read_text("utf-8"), Loader=yaml.SafeLoader)
    try:
        form = msgspec.convert(_changed(document, changes), Form)
    except msgspec.ValidationError as error:
        raise ValueError(f"form: {error}") from None
    for fault in faults(form):
        raise ValueError(f"form: {fault}")
    return form


def faults(form: Form) -> Iterator[str]:
    """What is wrong with a description, a line each."""
    if form.sends is None and form.receives is None:
        yield "it neither sends nor receives"
    if form.sends:
        yield from _faults_of_sending(form.sends)
    for key, part in (("receives", form.receives), ("receipts", form.receipts)):
        if part is None:
            continue
        if not part.method:
            yield f"{key}.method: name at least one"
        if part.reads == "query" and part.method != ["GET"]:
            yield f"{key}.reads: query is for method: [GET] alone"
        if part.reads != "query" and "GET" in part.method:
            yield f"{key}.method: a GET has no body for reads: {part.reads}"
        if part.items and part.reads != "json":
            yield f"{key}.items: only JSON holds lists"
    if form.receives and bool(form.receives.fields.hex) is not bool(form.receives.fields.ucs2):
        yield "receives.fields.ucs2: says when hex counts; name both or none"


def _faults_of_sending(sends: Sends) -> Iterator[str]:
    if not ADDRESS.fullmatch(sends.url):
        yield "sends.url: https://host/path, and the vendor's fields in sends.fields"
    if (sends.method == "GET") is not (sends.writes == "query"):
        yield f"sends.writes: a {sends.method} does not carry {sends.writes}"
    used = set(PLACEHOLDER.findall(str(sends.fields) + str(sends.headers)))
    if unknown := sorted(used - PLACEHOLDERS):
        yield f"sends.fields: there is no {{{unknown[0]}}}"
    for name in ("to", "text"):
        if name not in PLACEHOLDER.findall(str(sends.fields)):
            yield f"sends.fields: {{{name}}} is missing"
    yield from (f"sends.headers: {name!r} is no header" for name in sends.headers if not HEADER.fullmatch(name))
    for fault in sends.faults:
        if fault.code not in CODES:
            yield f"sends.faults: there is no code {fault.code}; there are {', '.join(sorted(CODES))}"
        if fault.when == Test():
            yield f"sends.faults: {fault.code} says nothing of when"
    yield from _faults_of_patterns(sends)


def _faults_of_patterns(sends: Sends) -> Iterator[str]:
    for pattern in (sends.id_matches, sends.success.matches, *(fault.when.matches for fault in sends.faults)):
        try:
            groups = re.compile(pattern).groups
        except re.error:
            yield f"sends: {pattern!r} is no regular expression"
            continue
        if pattern and pattern == sends.id_matches and not groups:
            yield "sends.id_matches: the name of the message is its first group; there is none"


def _changed(before: Any, changes: Any) -> Any:
    if not isinstance(before, dict) or not isinstance(changes, Mapping):
        return changes
    merged = before | {name: _changed(before.get(name), value) for name, value in changes.items()}
    return {name: value for name, value in merged.items() if value is not None or name not in changes}
