"""Plays one scenario: phones that call and write, people at the desk, and what each of them sees."""

import random
from dataclasses import dataclass, field
from threading import Event
from time import monotonic
from urllib.parse import quote

import msgspec
import requests

from bot import gsm7
from bot.texts import Catalogue
from loket.scenario import Failed, ScenarioError
from loket.scenario.browser import Browser
from loket.scenario.expected import difference, judge
from loket.scenario.letters import message, nameless
from loket.scenario.lines import Call, Heard, Keys, Sent, line
from loket.scenario.script import NAMELESS, Expect, Scenario, Step, chosen, filled, listed, number

TIMEOUT = 10  # Seconds: no operator waits longer.
POLL_S = 0.15
SCREEN = 160  # Septets, with CON or END.


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a scenario went. `step`: the number of the one that failed."""

    name: str
    file: str
    seconds: float
    turns: int = 0
    step: int = 0
    what: str = ""  # Empty where all is well.
    difference: str = ""

    @property
    def ok(self) -> bool:
        return not self.what


@dataclass
class _Phone:
    """One handset: its call, what it last saw, and how many of its messages were read."""

    number: str
    call: Call | None = None
    seen: str = ""
    ended: bool = False
    read: int = 0
    last: tuple[Sent, Heard] | None = None


@dataclass
class Player:
    """`url`: a running server. `dice`: whoever is made up in this run."""

    scenario: Scenario
    url: str
    keys: Keys
    catalogue: Catalogue
    dice: random.Random
    turns: int = 0
    _phones: dict[str, _Phone] = field(default_factory=dict)
    _desks: dict[str, Browser] = field(default_factory=dict)
    _http: requests.Session = field(default_factory=requests.Session)

    def play(self) -> Outcome:
        """Step by step until one fails."""
        began, scenario = monotonic(), self.scenario
        values = chosen(self.dice) | scenario.values | {"language": scenario.language}
        at = 0
        try:
            for step in scenario.steps:
                at += 1
                self._step(step, values)
        except Failed as failed:
            shown = difference(failed.expected, failed.seen)
            return self._outcome(began, at, failed.what, shown)
        except ScenarioError as error:
            return self._outcome(began, at, str(error))
        except requests.RequestException as error:
            return self._outcome(began, at, f"{self.url} does not answer ({type(error).__name__})")
        finally:
            self._http.close()
            for browser in self._desks.values():
                browser.close()
        return self._outcome(began)

    def _outcome(self, began: float, step: int = 0, what: str = "", shown: str = "") -> Outcome:
        return Outcome(self.scenario.name, self.scenario.file, monotonic() - began, self.turns, step, what, shown)

    def _step(self, step: Step, values: dict[str, str]) -> None:
        if step.desk is not None:
            desk = self._desks.setdefault(step.on, Browser(self.url))
            at = msgspec.structs.replace(
                step.desk,
                open=step.desk.open and filled(step.desk.open, values),
                follow=step.desk.follow and filled(step.desk.follow, values),
                press=step.desk.press and filled(step.desk.press, values),
                fill={name: filled(value, values) for name, value in step.desk.fill.items()},
            )
            self._judge(step.expect, desk.do(at), False, values)
            return
        phone = self._phone(step.on, values)
        values["phone"] = phone.number
        if step.wait is not None:
            self._wait(phone, step.wait, values)
        else:
            self._act(phone, step, values)
        self._judge(step.expect, phone.seen, phone.ended, values)

    def _act(self, phone: _Phone, step: Step, values: dict[str, str]) -> None:
        if step.dial is not None:
            tail = filled(step.dial, values).strip("*#")
            phone.call = Call(phone.number, typed=[tail] if tail else [])
            self._turn(phone, phone.call.typed)
        for text in listed(step.type):
            self._turn(phone, [*self._open(phone).typed, filled(text, values)])
        if step.reorder:
            self._reordered(phone, [filled(text, values) for text in step.reorder])
        if done := _done(step, values):
            self._accepted(phone, message(step.by or self.scenario.by, phone.number, done, self.keys))
        if step.repeat or step.late:
            self._again(phone, step)
        if step.hang_up or step.drop:
            self._gone(phone, reported=step.hang_up)

    def _turn(self, phone: _Phone, typed: list[str]) -> None:
        call, form = self._open(phone), line(self.scenario.ussd, self.keys)
        call.typed = typed
        sent = form.callback(call, typed)
        heard = self._post(sent)
        call.turns.append((sent, heard))
        phone.last = (sent, heard)
        phone.seen, phone.ended = form.page(heard)
        taken = gsm7.septets(heard.body)
        if taken > SCREEN:
            raise Failed("the operator cuts the page", f"{SCREEN} septets", f"{heard.body}\n({taken} septets)")
        if phone.ended:
            call.open = False
            self._report(form.ended(call, "Success"))

    def _reordered(self, phone: _Phone, inputs: list[str]) -> None:
        """The later callback arrives first. Both are answered; what the person sees is the answer to the later one."""
        call, form = self._open(phone), line(self.scenario.ussd, self.keys)
        before = list(call.typed)
        self._turn(phone, [*before, *inputs])
        form.page(self._post(form.callback(call, [*before, *inputs[:-1]])))

    def _again(self, phone: _Phone, step: Step) -> None:
        """What a gateway sends twice is answered twice with the same."""
        told = phone.last
        if step.late and phone.call:
            told = phone.call.turns[-1 - step.late] if step.late < len(phone.call.turns) else None
        if told is None:
            raise ScenarioError("there is nothing to send again")
        sent, heard = told
        for _ in range(step.repeat or 1):
            again = self._post(sent)
            if again[:2] != heard[:2]:
                raise Failed("sent again, it is answered otherwise", heard.body, f"{again.body}\n(HTTP {again.status})")

    def _gone(self, phone: _Phone, reported: bool) -> None:
        call = self._open(phone)
        call.open = False
        if reported:
            self._report(line(self.scenario.ussd, self.keys).ended(call, "Incomplete"))

    def _accepted(self, phone: _Phone, sent: Sent) -> None:
        """What is already in the inbox was there before the answer to this."""
        phone.read = len(self._messages(phone))
        heard = self._post(sent)
        phone.last = (sent, heard)
        if heard.status != 200:
            raise Failed("the message is refused", "HTTP 200", f"HTTP {heard.status}\n{heard.body}")

    def _wait(self, phone: _Phone, expect: Expect, values: dict[str, str]) -> None:
        """Until a message that was not read yet is as expected; at the deadline the newest one is judged."""
        until = monotonic() + expect.within
        while True:
            bodies = self._messages(phone)
            for place in range(phone.read, len(bodies)):
                try:
                    self._judge(expect, bodies[place], False, values)
                except Failed:
                    continue
                phone.seen, phone.ended, phone.read = bodies[place], False, place + 1
                return
            if monotonic() > until:
                self._judge(expect, "\n".join(bodies[phone.read :]) or "(no message)", False, values)
                raise Failed(f"no message within {expect.within:g} s", "a message", "\n".join(bodies))
            Event().wait(POLL_S)

    def _messages(self, phone: _Phone) -> list[str]:
        who = "phone" if phone.number.startswith("+") else "user"
        answer = self._http.get(f"{self.url}/simulator/messages?{who}={quote(phone.number)}", timeout=TIMEOUT)
        if answer.status_code != 200:
            raise ScenarioError(f"the inbox is not served here (HTTP {answer.status_code}): it is part of the demo")
        return [str(message["body"]) for message in answer.json()]

    def _judge(self, expect: Expect | None, seen: str, ends: bool, values: dict[str, str]) -> None:
        if expect is not None:
            judge(expect, seen, ends, values, self.catalogue, self.scenario.language)

    def _phone(self, name: str, values: dict[str, str]) -> _Phone:
        if name not in self._phones:
            given = self.scenario.phones.get(name)
            made = nameless(self.dice) if given == NAMELESS else number(self.dice)
            self._phones[name] = _Phone(filled(given, values) if given and given != NAMELESS else made)
        return self._phones[name]

    def _open(self, phone: _Phone) -> Call:
        if phone.call is None or not phone.call.open:
            raise ScenarioError("no call is open: a step with dial comes first")
        return phone.call

    def _post(self, sent: Sent) -> Heard:
        self.turns += 1
        answer = self._http.request(
            sent.method, self.url + sent.path, data=sent.body or None, headers=dict(sent.headers), timeout=TIMEOUT
        )
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Heard(answer.status_code, answer.content.decode("utf-8", "replace"), headers)

    def _report(self, sent: Sent | None) -> None:
        """Where a gateway tells of the end of a call."""
        if sent is not None:
            self._post(sent)


def _done(step: Step, values: dict[str, str]) -> dict[str, str] | None:
    """What somebody does in a chat in this step."""
    if step.write is not None:
        return {"kind": "text", "text": filled(step.write, values)}
    if step.press is not None:
        return {"kind": "button_reply", "id": step.press, "text": step.press}
    return {"kind": step.attach} if step.attach else None
