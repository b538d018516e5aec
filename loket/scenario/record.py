"""Writes a scenario from what a phone did: every request that it sent, and every page that it saw."""

import json
import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs

import click
import msgspec
import requests
import yaml

from loket import sim
from loket.scenario import ScenarioError
from loket.scenario.script import number

CHAT = "whatsapp/cloudapi"
_PHONE = re.compile(r"\+[1-9][0-9]{9,14}")
_MONTHS = "Jan|Feb|Mar|Apr|Mei|May|Jun|Jul|Agu|Aug|Sep|Okt|Oct|Nov|Des|Dec"
# What is of this run alone: numbers of people and of what they began, days and times.
_CHANGES = re.compile(
    rf"\d{{16}}|\d{{4}}-\d{{4}}-\d{{4}}|\d{{2}}-\d{{2}}-\d{{4}}|\d{{1,2}} ({_MONTHS})\b|\d{{2}}\.\d{{2}}"
)
_NIK = re.compile(r"(?<![0-9])[0-9]{16}(?![0-9])")


@dataclass
class Recorder:
    """Writes steps from the requests of one phone and their answers."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    on: str = ""  # Whose phone it is, where there are several.
    nameless: bool = False  # It shows WhatsApp no number.
    _session: str = ""
    _typed: str = ""
    _last: str = ""
    _nik4: str = ""

    def between(self, fetch: sim.Fetch) -> sim.Fetch:
        """The same way to the server, listened to."""

        def heard(method: str, path: str, body: str) -> tuple[int, str]:
            status, text = fetch(method, path, body)
            if method == "POST":
                self.heard(path, body, text)
            return status, text

        return heard

    def got(self, message: str) -> None:
        """A message came to this phone."""
        self._add({"wait": self._seen(f"SMS {message}", lacks=("ends",))})

    def heard(self, path: str, body: str, page: str) -> None:
        """A request in Africa's Talking's or in Meta's form, and what was answered."""
        if path.startswith("/whatsapp/"):
            self._add({"repeat": 1} if body == self._last else self._chatted(body))
            self._last = body
            return
        form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        if path.endswith("/events"):
            if form.get("status") == "Incomplete":
                self._add({"hang_up": True})
            return
        typed = form.get("text", "")
        if body == self._last:
            self._add({"repeat": 1})
        elif path.startswith("/sms/"):
            self._add({"write": self._hidden(typed)})
        elif form.get("sessionId") != self._session:
            self._add({"dial": self._hidden(typed), "expect": self._seen(page)})
        else:
            said = typed.removeprefix(self._typed).removeprefix("*")
            self._add({"type": self._hidden(said), "expect": self._seen(page)})
        self._last = body
        if path.startswith("/ussd/"):
            self._session, self._typed = form.get("sessionId", ""), typed

    def _chatted(self, body: str) -> dict[str, Any]:
        """What was done on WhatsApp. ValueError: it is no event of Meta's."""
        done = _Event.read(body)
        self.nameless = self.nameless or not done.sender
        step = {"write": self._hidden(done.text)} if done.kind == "text" else {"attach": done.kind}
        return ({"press": done.pressed} if done.pressed else step) | {"by": CHAT}

    def _add(self, step: dict[str, Any]) -> None:
        self.steps.append({"on": self.on, **step} if self.on else step)

    def _seen(self, page: str, lacks: tuple[str, ...] = ()) -> dict[str, Any]:
        """What has to be seen again, with this run's NIK in it."""
        expect = {name: value for name, value in expectation(page).items() if name not in lacks}
        if self._nik4 and "contains" in expect:
            expect["contains"] = [line.replace(f"..{self._nik4}", "..${nik4}") for line in expect["contains"]]
        return expect

    def _hidden(self, typed: str) -> str:
        """Nobody's NIK is written down; each run makes up its own, and its last four digits with it."""
        found = _NIK.search(typed)
        self._nik4 = found[0][-4:] if found else self._nik4
        return "${nik4}" if typed and typed == self._nik4 else _NIK.sub("${nik}", typed)


class _Event(msgspec.Struct):
    """One event of Meta's, as far as a step tells of it."""

    kind: str
    sender: str = ""
    text: str = ""
    pressed: str = ""

    @classmethod
    def read(cls, body: str) -> "_Event":
        try:
            (message,) = json.loads(body)["entry"][0]["changes"][0]["value"]["messages"]
            kind = str(message["type"])
            inside = message[kind]
            pressed = str(inside[inside["type"]]["id"]) if kind == "interactive" else ""
            text = str(inside["body"]) if kind == "text" else ""
        except (ValueError, KeyError, IndexError, TypeError):
            raise ValueError("no event of Meta's") from None
        return cls(kind, str(message.get("from", "")), text, pressed)


def expectation(page: str) -> dict[str, Any]:
    """What a page has to show again: its lines, but for those that hold what changes from run to run."""
    kept = [line for line in page[4:].split("\n") if line and not _CHANGES.search(line)]
    expect: dict[str, Any] = {"contains": kept} if kept else {}
    return expect | {"ends": page.startswith("END")}


def written(steps: list[dict[str, Any]], name: str, phones: Mapping[str, str] = MappingProxyType({})) -> str:
    """The file."""
    document = {"name": name, **({"phones": dict(phones)} if phones else {}), "steps": steps}
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, default_style=None, width=110)


def record(fetch: sim.Fetch, path: str, phone: str, lines: Iterable[str], show: Callable[[str], Any]) -> str:
    """Hold a phone until the lines end; the scenario of what it did."""
    recorder = Recorder()
    sim.run(recorder.between(fetch), path, phone, sim.CODE, lines, show)
    return written(recorder.steps, "recorded")


def main(url: str, token: str, phone: str, out: Path | None) -> None:
    """From the terminal. ScenarioError where the number is none; ClickException where nobody answers."""
    phone = phone or number(random.SystemRandom())
    if not _PHONE.fullmatch(phone):
        raise ScenarioError("--phone: + and 10 to 15 digits")
    with requests.Session() as http:
        try:
            said = record(
                sim.over(http, url.rstrip("/")), f"/ussd/africastalking/{token}", phone, sim.typed(),
                lambda text: click.echo(text, err=True),
            )  # fmt: skip
        except requests.RequestException:
            raise click.ClickException(f"{url} does not answer. Start one with: make run") from None
    if out:
        out.write_text(said, "utf-8")
        click.echo(f"Written: {out}. Numbers of people became ${{nik}}; look over what it expects.", err=True)
    else:
        click.echo(said, nl=False)
