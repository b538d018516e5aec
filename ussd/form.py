"""The description of an aggregator's form of a call, as data/gateways/<style>.yml has it, and its possible faults."""

import re
from collections.abc import Iterator
from typing import Any, Literal

import msgspec

JSON, XML, TEXT, FORM = "application/json", "application/xml", "text/plain", "application/x-www-form-urlencoded"
TYPES = {"query": (), "form": (FORM,), "json": (JSON,), "xml": (XML, "text/xml")}
ANSWERS = {"text": TEXT, "json": JSON, "xml": "text/xml", "form": FORM}
PLACEHOLDER = re.compile(r"\{([a-z]*)\}")
PLACEHOLDERS = frozenset({"text", "session", "phone", "callback"})
HEADER = re.compile(r"[A-Za-z0-9-]{1,60}")
HEADER_VALUE = re.compile(r"[ -~]{0,200}")


class Fields(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the vendor calls them. Several names: whichever is there. Inside JSON and XML a dot leads further in."""

    session: str
    phone: list[str]
    text: list[str] = []  # None only where every answer of a person ends in the code.
    code: str = ""
    network: str = ""
    turn: str = ""  # What numbers the turns of a dialogue, so that a repeat is known for certain.
    dcs: str = ""  # The data coding of the text.


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a value has to be like. `starts`: with one of these. `unless`: it is there, and none of these."""

    starts: list[str] = []
    unless: list[str] = []


# `present`: the field is there. `code`: it is the service's own code, or begins with it.
Condition = list[str] | Literal["present", "code"] | Words
When = dict[str, Condition]  # By the vendor's field; all of them have to hold.
Body = str | dict[str, Any]


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a page is written, while the dialogue goes on and at its end. Placeholders: {text} {session} {phone}
    {callback}."""

    writes: Literal["text", "json", "xml", "form"]
    goes_on: Body
    ends: Body
    noted: Body = ""  # To whoever says that a dialogue has ended.
    active: Body = ""  # To whoever asks whether it is open,
    inactive: Body = ""  # and where it is not.
    headers: dict[str, str] = {}
    headers_at_end: dict[str, str] = {}  # Instead of those of the same name.
    type: str = ""  # The content type, where it is not the usual one.
    newline: str = "\n"
    pipes: bool = False  # The fields are separated by "|": the text may hold none.
    begins_open: bool = False  # The first page of a dialogue may not end it.


class Screen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an operator's screens hold. Septets, characters, seconds."""

    page: int = 160
    prefix: int = 0  # Of the page, where the vendor's own words count.
    input: int = 182  # The longest that a person can type.
    reply: float = 10  # In which we have to answer.


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One vendor's form of a call."""

    method: list[Literal["GET", "POST", "PUT"]]
    reads: Literal["query", "form", "json", "xml"]
    fields: Fields
    answer: Answer
    start: Literal["unknown"] | list[When]  # unknown: a session that is not known begins.
    end: list[When] = []  # One of these has to hold, for this and the next.
    probe: list[When] = []
    input: Literal["incremental", "cumulative"] = "incremental"
    after_code: bool = False  # Cumulative: the code's field and the text together are what was dialled and typed.
    path: str = ""  # Behind the token; what stands in braces is a field.
    optional: list[Literal["phone", "text"]] = []  # The phone: in all messages but the first. The text: in the first.
    types: list[str] | None = None  # Of the body; "": none is given.
    charset: Literal["utf-8", "iso-8859-1"] = "utf-8"
    ucs2: list[str] = []  # Values of dcs with which the text is UCS-2, in hexadecimal digits.
    repeat_seconds: int = 2
    life_seconds: int = 600
    screen: Screen = Screen()

    @property
    def accepts(self) -> tuple[str, ...]:
        return TYPES[self.reads] if self.types is None else tuple(self.types)


def form(document: Any) -> Form:
    """The description. ValueError names the key at fault."""
    described: Form = msgspec.convert(document, Form)
    for fault in _faults(described):
        raise ValueError(fault)
    return described


def _faults(form: Form) -> Iterator[str]:
    if not form.method:
        yield "method: name at least one"
    if form.reads == "query" and form.method != ["GET"]:
        yield "reads: query is for method: [GET] alone"
    if form.reads != "query" and form.method == ["GET"]:
        yield f"method: a GET has no body for reads: {form.reads}"
    if not form.fields.phone:
        yield "fields.phone: name at least one"
    if not form.fields.text and "text" not in form.optional:
        yield "fields.text: name at least one"
    yield from _faults_of_signals(form)
    if form.ucs2 and not form.fields.dcs:
        yield "ucs2: which field has the data coding? fields.dcs is empty"
    for name, least, most in (("repeat_seconds", 0, 60), ("life_seconds", 60, 3600)):
        if not least <= getattr(form, name) <= most:
            yield f"{name}: {least} to {most}"
    yield from faults_of_screen(form.screen)
    yield from _faults_of_answer(form.answer)


def _faults_of_signals(form: Form) -> Iterator[str]:
    if form.input == "cumulative" and (form.fields.turn or form.start != "unknown"):
        yield "input: cumulative text says itself what is new; leave fields.turn out, and say start: unknown"
    if form.after_code and not (form.input == "cumulative" and form.fields.code):
        yield "after_code: needs input: cumulative and fields.code"
    if "phone" in form.optional and form.start == "unknown":
        yield "optional: without a phone in each message, start has to say how the first one is told"
    for key in ("start", "end", "probe"):
        rules = getattr(form, key)
        if rules == [] and key == "start":
            yield "start: say unknown, or how a first message is told"
        for rule in rules if isinstance(rules, list) else []:
            if not rule or any(condition in ([], Words()) for condition in rule.values()):
                yield f"{key}: a condition that says nothing"


def faults_of_screen(screen: Screen) -> Iterator[str]:
    for name, least, most in (("page", 60, 182), ("prefix", 0, 20), ("input", 16, 182), ("reply", 1, 60)):
        if not least <= getattr(screen, name) <= most:
            yield f"{name}: {least} to {most}, not {getattr(screen, name)}"
    if screen.page - screen.prefix < 60:
        yield f"page: 60 septets at the least have to be left beside a prefix of {screen.prefix}"


def _faults_of_answer(answer: Answer) -> Iterator[str]:
    for name in ("goes_on", "ends", "noted", "active", "inactive"):
        body = getattr(answer, name)
        wanted = answer.writes in ("json", "form")
        if body != "" and isinstance(body, dict) is not wanted:
            yield f"answer.{name}: {answer.writes} is written from {'fields' if wanted else 'a text'}"
        used = set(PLACEHOLDER.findall(body if isinstance(body, str) else str(list(_strings(body)))))
        if unknown := sorted(used - PLACEHOLDERS):
            yield f"answer.{name}: there is no {{{unknown[0]}}}"
        if name in ("goes_on", "ends") and "text" not in used:
            yield f"answer.{name}: nothing of the page is in it; {{text}} is missing"
    if answer.goes_on == answer.ends and not (answer.headers_at_end):
        yield "answer.ends: nothing tells it from answer.goes_on"
    for key, headers in (("headers", answer.headers), ("headers_at_end", answer.headers_at_end)):
        for name, value in headers.items():
            if not HEADER.fullmatch(name) or not HEADER_VALUE.fullmatch(value) or PLACEHOLDER.search(value):
                yield f"answer.{key}: {name!r} is no header with a fixed value"


def _strings(body: Any) -> Iterator[str]:
    match body:
        case str():
            yield body
        case dict():
            for value in body.values():
                yield from _strings(value)
        case list():
            for value in body:
                yield from _strings(value)
        case _:
            pass
