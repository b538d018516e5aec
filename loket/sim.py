"""A phone in the terminal: the simulator's handset for whoever works without a browser, or scripts a talk."""

import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import click
import msgspec
import requests

from bot import gsm7
from bot.windows import WIB

SHORT_CODE = "99123"
URL, TOKEN, PHONE, CODE = "http://127.0.0.1:8000", "demo", "+6281234567890", "*123*456#"
LINE_SECONDS = 180
DEADLINE = 10  # Seconds. The vendor waits no longer for an answer.
WIDE, LIMIT = 32, 160  # Letters of a line on the screen; septets of a page.

# method, path, form body -> status, text. OSError where nobody answers.
Fetch = Callable[[str, str, str], tuple[int, str]]

HELP = """\
:call    dial the code; :call *123*456*1# dials into a menu
:drop    the line drops, and nobody is told
:hang    hang up; the gateway reports the end
:repeat  the gateway sends its last callback again
:redial  drop what is there, and dial again
:sms     what was sent to this number; :sms TEXT writes one
:jump    move the demo's clock: :jump 5 (hours), tomorrow, night, morning,
         day_before_visit, objection_over, window_over
:quit    leave
Anything else is typed as an answer; ::x types :x."""


@dataclass
class Handset:
    """One phone on the gateway's form of a call. `clock`: seconds, for the operator's limit of a session."""

    fetch: Fetch
    path: str
    phone: str = PHONE
    code: str = CODE
    clock: Callable[[], float] = time.monotonic
    session: str = ""
    inputs: list[str] = field(default_factory=list)
    began: float = 0.0
    last: tuple[str, int, str] | None = None  # The last callback, and what was answered.

    def dial(self, code: str = "") -> str:
        """Begin a session, in the menu that was dialled behind the code. ValueError: another code."""
        base, dialled = self.code.removesuffix("#"), code or self.code
        if dialled != self.code and not (dialled.startswith(f"{base}*") and dialled.endswith("#")):
            raise ValueError(f"the operator knows only {self.code} here")
        tail = dialled.removeprefix(base).strip("*#")
        self.session, self.inputs, self.began = f"ATUid_{uuid4().hex}", [tail] if tail else [], self.clock()
        return self._turn()

    def say(self, text: str) -> str:
        self.inputs.append(text)
        return self._turn()

    def repeat(self) -> bool | None:
        """Send the last callback again, byte for byte. Whether the answer is the same; None: there has been none."""
        if self.last is None:
            return None
        body, *before = self.last
        return [*self.fetch("POST", self.path, body)] == before

    def drop(self) -> None:
        self.session = ""

    def end(self, status: str) -> None:
        """The gateway reports the end of a session. status: Success, Incomplete or Failed."""
        answered = self.last[2] if self.last else ""
        more = {"status": status, "input": "*".join(self.inputs), "lastAppResponse": answered}
        self.fetch("POST", f"{self.path}/events", urlencode(self._fields() | more, safe="*"))
        self.session = ""

    @property
    def seconds(self) -> int:
        return int(self.clock() - self.began) if self.session else 0

    def write(self, text: str) -> None:
        """An SMS, as the gateway brings it. ValueError where it is refused."""
        at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        fields = {"date": at, "from": self.phone, "id": str(uuid4()), "linkId": "", "text": text, "to": SHORT_CODE}
        status, answer = self.fetch("POST", self.path.replace("/ussd/", "/sms/", 1), urlencode(fields))
        if status != 200:
            raise ValueError(f"the gateway answered {status}: {answer[:200] or 'nothing'}")

    def jump(self, to: str) -> str:
        """Move the demo's clock, by hours or to a moment that it knows; what it says then. ValueError: it cannot."""
        where = {"to": "hours", "hours": int(to)} if to.isdecimal() else {"to": to}
        asked = msgspec.json.encode(where | {"phones": [self.phone]}).decode()
        status, answer = self.fetch("POST", "/simulator/jump", asked)
        if status == 404:
            raise ValueError("the clock cannot be moved here: it is part of the demo")
        told = msgspec.json.decode(answer, type=dict[str, Any])
        if status != 200:
            raise ValueError(_why(told))
        return str(told["now"])

    def messages(self) -> list[dict[str, Any]]:
        """All messages to this number, oldest first."""
        status, text = self.fetch("GET", f"/simulator/messages?phone={quote(self.phone)}", "")
        if status != 200:
            raise ValueError(f"the inbox is not served here ({status}): it is part of the demo")
        return msgspec.json.decode(text, type=list[dict[str, Any]])

    def _fields(self) -> dict[str, str]:
        return {
            "sessionId": self.session,
            "phoneNumber": self.phone,
            "networkCode": "99999",
            "serviceCode": self.code,
        }

    def _turn(self) -> str:
        """The whole answer, CON or END in front. ValueError where it is no page, as an operator judges."""
        body = urlencode(self._fields() | {"text": "*".join(self.inputs)}, safe="*")
        status, text = self.fetch("POST", self.path, body)
        self.last = (body, status, text)
        usable = status == 200 and text.startswith(("CON ", "END "))
        if not usable or text.startswith("END "):
            self.end("Success" if usable else "Failed")
        if not usable:
            raise ValueError(f"the gateway answered {status}: {text[:200] or 'nothing'}")
        return text


def run(fetch: Fetch, path: str, phone: str, code: str, lines: Iterable[str], show: Callable[[str], Any],
        clock: Callable[[], float] = time.monotonic) -> None:  # fmt: skip
    """Hold one phone until the lines end or say :quit. OSError where nobody answers."""
    handset = Handset(fetch, path, phone, code, clock)
    show(f"{phone}  {code}  :help explains")
    _tried(lambda: _page(handset, handset.dial()), show)
    for line in lines:
        text = line.rstrip("\r\n")
        if text.strip() in (":quit", ":q"):
            break
        if text:
            _tried(lambda text=text: _obey(handset, text), show)  # type: ignore[misc]
    if handset.session:
        handset.end("Incomplete")


def screen(page: str, wide: int = WIDE) -> str:
    """The page as a small screen shows it."""
    rows = [row for line in page.split("\n") for row in textwrap.wrap(line, wide, break_on_hyphens=False) or [""]]
    return "\n".join(
        ["┌" + "─" * (wide + 2) + "┐", *(f"│ {row:<{wide}} │" for row in rows), "└" + "─" * (wide + 2) + "┘"]
    )


def main(url: str = URL, token: str = TOKEN, phone: str = PHONE, code: str = CODE) -> None:
    """A phone on a running server, keyed from standard input. ClickException where none answers."""
    with requests.Session() as http:
        try:
            run(over(http, url.rstrip("/")), f"/ussd/africastalking/{token}", phone, code, typed(), click.echo)
        except requests.RequestException as error:
            slow = isinstance(error, requests.Timeout)
            what = f"did not answer within {DEADLINE} s" if slow else "does not answer. Start one with: make run"
            raise click.ClickException(f"{url} {what}") from None


def over(http: requests.Session, url: str) -> Fetch:
    def fetch(method: str, path: str, body: str) -> tuple[int, str]:
        kind = "application/json" if body.startswith("{") else "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind} if body else {}
        answer = http.request(method, url + path, data=body or None, headers=headers, timeout=DEADLINE)
        return answer.status_code, answer.content.decode("utf-8", "replace")

    return fetch


def typed() -> Iterator[str]:
    """What is typed, a line at a time; a prompt only where somebody reads it."""
    prompt = "> " if sys.stdin.isatty() else ""
    while True:
        try:
            yield input(prompt)
        except (EOFError, KeyboardInterrupt):
            return


def _tried(act: Callable[[], str], show: Callable[[str], Any]) -> None:
    try:
        show(act())
    except ValueError as error:
        show(f"! {error}")


def _obey(handset: Handset, text: str) -> str:
    command, _, rest = text.partition(" ")
    match command:
        case ":help":
            return HELP
        case ":sms" if rest.strip():
            handset.write(rest.strip())
            return "Sent. :sms shows what comes back."
        case ":jump":
            now = datetime.fromisoformat(handset.jump(rest.strip())).astimezone(WIB)
            return f"It is {now:%a %d %b %Y, %H.%M} WIB now."
        case ":sms":
            return "\n".join(map(_message, handset.messages())) or "No messages yet."
        case ":repeat":
            same = handset.repeat()
            return (
                "Nothing to repeat."
                if same is None
                else f"Sent again: the answer {'is the same' if same else 'DIFFERS'}."
            )
        case ":drop":
            handset.drop()
            return "The line is gone. :redial dials again."
        case ":hang":
            return _hung_up(handset)
        case ":call" | ":redial":
            handset.drop()
            return _page(handset, handset.dial(rest.strip()))
        case _ if text.startswith(":") and not text.startswith("::"):
            return f"No command {command}.\n{HELP}"
        case _:
            return _answer(handset, text.removeprefix(":") if text.startswith("::") else text)


def _answer(handset: Handset, text: str) -> str:
    if not handset.session:
        return "No call is open. :redial dials again."
    if handset.seconds >= LINE_SECONDS:
        handset.end("Incomplete")
        return f"The operator has closed the line after {LINE_SECONDS} s. :redial dials again."
    return _page(handset, handset.say(text))


def _hung_up(handset: Handset) -> str:
    if handset.session:
        handset.end("Incomplete")
    return "Call ended."


def _page(handset: Handset, answer: str) -> str:
    """The screen, and under it what an operator counts."""
    taken = f"{gsm7.septets(answer)}/{LIMIT}" if gsm7.fits(answer, 10**6) else "outside GSM 03.38"
    state = f"{handset.seconds} s" if handset.session else "ended; :redial dials again"
    return f"{screen(answer[4:])}\n  {taken} · {state}"


def _why(told: Mapping[str, Any]) -> str:
    """A refusal in words: the page's own where it names one."""
    from loket.simulator.words import WORDS

    word = WORDS.get(str(told.get("word")))
    return word[0] if word else str(told.get("why", "refused"))


def _message(message: dict[str, Any]) -> str:
    at = datetime.fromisoformat(message["sent_at"]).astimezone()
    return f"{at:%H:%M} {message['channel']}  {message['body']}"
