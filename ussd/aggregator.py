"""USSD by any aggregator over HTTP, as its description says: no vendor's name stands in this module."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from bot.messages import Channel, Inbound, OneInput, Page, SessionEvent
from bot.wire import UTF_8, Request, Response, bears_token, charset, media_type, refusal
from ussd.fields import Named, read
from ussd.form import Condition, Form, When, Words
from ussd.gateway import BODY, Probe
from ussd.numbers import bare, international, tail
from ussd.writing import write

CALL_S = 180  # Seconds that a first message may be repeated in: no operator keeps a dialogue open any longer.
SESSION = re.compile(r"[A-Za-z0-9_.:;@+=~-]{1,100}")
SAID = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{0,2048}")
DIALLED = re.compile(r"[0-9*#]+")
HEX = re.compile(r"(?:[0-9A-Fa-f]{4})*")


class Aggregator:
    """One connection. `name`: its key in config.yml. `tokens`: two while one replaces the other. `clock`: aware UTC.

    `code`: the service's own, so that what was dialled behind it can be told. `callback`: our address, where an answer
    has to hold it.
    """

    def __init__(
        self, name: str, form: Form, tokens: Sequence[str], clock: Callable[[], datetime], code: str, callback: str = ""
    ) -> None:
        self.name = name
        self._form = form
        self._tokens = tuple(token for token in tokens if token)
        self._clock = clock
        self._code = bare(code)
        self._callback = callback
        self._path = _path(form.path)

    def authentic(self, request: Request) -> bool:
        rest = "/".join(request.path.split("/")[4:])
        return bears_token(request, self._tokens) and self._path.fullmatch(rest) is not None

    def unfit(self, request: Request) -> Response | None:
        form = self._form
        if request.method not in form.method:
            return refusal(405, f"{' or '.join(form.method)} only")
        # A query has no body, and what a client says of none is nothing.
        if form.accepts and not (media_type(request) in form.accepts or not request.body):
            return refusal(415, f"{' or '.join(filter(None, form.accepts))} only")
        if form.reads != "query" and charset(request) not in {form.charset, *UTF_8}:
            return refusal(415, f"{form.charset} only")
        if request.headers.get("content-encoding", "identity") != "identity":
            return refusal(415, "no content encoding")
        if len(request.body) + len(request.query) > BODY:
            return refusal(413, f"at most {BODY} bytes")
        return None

    def inbound(self, request: Request) -> Inbound | Probe:
        form = self._form
        rest = self._path.fullmatch("/".join(request.path.split("/")[4:]))
        named = read(request, form.reads, form.charset) | (rest.groupdict() if rest else {})
        session = _shaped(named, form.fields.session, SESSION)
        if self._holds(form.probe, named):
            return Probe(session)
        phone = self._phone(named)
        if self._holds(form.end, named):
            return self._message(request, named, session, phone, SessionEvent.CLOSE, "")
        text = self._text(named)
        if form.input == "cumulative":
            return self._cumulative(request, named, session, phone, text)
        return self._incremental(request, named, session, phone, text)

    def response(self, page: Page | None, inbound: Inbound) -> Response:
        answer = self._form.answer
        values = {"session": inbound.dialogue, "phone": inbound.sender, "callback": self._callback, "text": ""}
        if page is None or inbound.event is SessionEvent.CLOSE:
            return write(answer, answer.noted, values, self._form.charset, ends=True)
        ends = page.ends and not (answer.begins_open and inbound.event is SessionEvent.NEW)
        values["text"] = page.body
        return write(answer, answer.ends if ends else answer.goes_on, values, self._form.charset, ends)

    def probed(self, active: bool) -> Response:
        answer = self._form.answer
        return write(answer, answer.active if active else answer.inactive, {}, self._form.charset)

    def _cumulative(self, request: Request, named: Named, session: str, phone: str, text: str) -> Inbound:
        typed = text
        if self._form.after_code:
            dialled = f"{bare(named.get(self._form.fields.code, ''))}*{text}" if text else ""
            # The first input may stand in the code itself: *123*456# may come as 123 and 456.
            if (behind := _behind(dialled, self._code)) is not None:
                typed = behind
        event = SessionEvent.RESUME if typed else SessionEvent.NEW
        return self._message(request, named, session, phone, event, typed, transcript=typed)

    def _incremental(self, request: Request, named: Named, session: str, phone: str, text: str) -> Inbound:
        form = self._form
        behind = tail(text, self._code)
        if form.start != "unknown" and not self._holds(form.start, named):
            return self._message(request, named, session, phone, SessionEvent.RESUME, text)
        if behind is None:
            behind = tail(named.get(form.fields.code, ""), self._code) or ""
            if not behind and form.start != "unknown" and DIALLED.fullmatch(text):
                behind = bare(text)
        dialled = tail(text, self._code) is not None and not text.isdecimal()
        # Digits alone may be an answer; a code with its marks is none.
        otherwise = text if form.start == "unknown" and not dialled else None
        return self._message(request, named, session, phone, SessionEvent.NEW, behind, otherwise=otherwise)

    def _message(
        self,
        request: Request,
        named: Named,
        session: str,
        phone: str,
        event: SessionEvent,
        text: str,
        transcript: str | None = None,
        otherwise: str | None = None,
    ) -> Inbound:
        form, one = self._form, None
        turn = _shaped(named, form.fields.turn, SESSION) if form.fields.turn in named else ""
        if form.input == "incremental":
            begins = event is SessionEvent.NEW and otherwise is None
            window = CALL_S if begins and form.repeat_seconds else form.repeat_seconds
            one = OneInput(bool(turn), window, form.life_seconds, otherwise)
        return Inbound(
            id=f"{session}|{phone}|{event}|{turn}|{_what(request) if transcript is None else transcript}",
            channel=Channel.USSD,
            gateway=self.name,
            sender=phone,
            text=text,
            event=event,
            received_at=self._clock(),
            dialogue=session,
            transcript=transcript,
            one_input=one,
            network=named.get(form.fields.network, ""),
        )

    def _phone(self, named: Named) -> str:
        names = self._form.fields.phone
        found = _first(named, names)
        if not found and "phone" in self._form.optional and not self._holds_start(named):
            return ""
        if not found:
            raise ValueError(f"no field {names[0]!r}")
        try:
            return international(found)
        except ValueError:
            raise ValueError(f"not the form of field {names[0]!r}") from None

    def _text(self, named: Named) -> str:
        names = self._form.fields.text
        found = _first(named, names)
        if found is None:
            if "text" in self._form.optional and self._holds_start(named):
                return ""
            raise ValueError(f"no field {names[0]!r}")
        if named.get(self._form.fields.dcs) in self._form.ucs2:
            found = _ucs2(found, names[0])
        if not SAID.fullmatch(found):
            raise ValueError(f"not the form of field {names[0]!r}")
        return found

    def _holds_start(self, named: Named) -> bool:
        return self._form.start == "unknown" or self._holds(self._form.start, named)

    def _holds(self, rules: Sequence[When] | str, named: Named) -> bool:
        return any(
            all(self._is(named.get(field), condition) for field, condition in rule.items())
            for rule in rules
            if isinstance(rule, dict)
        )

    def _is(self, value: str | None, condition: Condition) -> bool:
        if value is None:
            return False
        match condition:
            case list():
                return value in condition
            case "present":
                return True
            case "code":
                return tail(value, self._code) is not None
            case Words(starts, unless):
                return value not in unless and (not starts or value.startswith(tuple(starts)))
        raise TypeError


def _path(pattern: str) -> re.Pattern[str]:
    """The rest of the path, with a field for each name in braces."""
    parts = re.split(r"\{([a-z_]+)\}", pattern)
    return re.compile("".join(f"(?P<{part}>[^/]+)" if n % 2 else re.escape(part) for n, part in enumerate(parts)))


def _behind(dialled: str, code: str) -> str | None:
    """What follows the bare code; as it was typed, for a person may type a `*`."""
    if not code or not f"{dialled}*".startswith(f"{code}*"):
        return None
    return dialled[len(code) + 1 :]


def _first(named: Mapping[str, str], names: Sequence[str]) -> str | None:
    return next((named[name] for name in names if name in named), None)


def _shaped(named: Named, name: str, shape: re.Pattern[str]) -> str:
    if name not in named:
        raise ValueError(f"no field {name!r}")
    if not shape.fullmatch(named[name]):
        raise ValueError(f"not the form of field {name!r}")
    return named[name]


def _ucs2(digits: str, name: str) -> str:
    if not HEX.fullmatch(digits):
        raise ValueError(f"not the form of field {name!r}")
    try:
        return bytes.fromhex(digits).decode("utf-16-be")
    except ValueError:
        raise ValueError(f"not the form of field {name!r}") from None


def _what(request: Request) -> str:
    """The request's own bytes as a mark: whatever a vendor changes from turn to turn tells a new one."""
    address = f"{request.path}?{request.query}|".encode("utf-8", "surrogateescape")
    return sha256(address + request.body).hexdigest()
