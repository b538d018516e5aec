"""Writes a scenario from what a phone did: every request that it sent, and every page that it saw."""

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import click
import requests
import yaml

from loket import sim
from loket.scenario import ScenarioError
from loket.scenario.script import number

_PHONE = re.compile(r"\+[1-9][0-9]{9,14}")
_CHANGES = re.compile(r"\d{16}|\d{4}-\d{4}-\d{4}|\d{1,2} [A-Z][a-z]{2}\b|\d{2}\.\d{2}")  # What is of this run alone.
_NIK = re.compile(r"(?<![0-9])[0-9]{16}(?![0-9])")


@dataclass
class Recorder:
    """Between a phone and the server. Steps are written as requests pass."""

    fetch: sim.Fetch
    steps: list[dict[str, Any]] = field(default_factory=list)
    _session: str = ""
    _typed: str = ""
    _last: str = ""
    _nik4: str = ""

    def __call__(self, method: str, path: str, body: str) -> tuple[int, str]:
        status, text = self.fetch(method, path, body)
        if method == "POST":
            self._heard(path, body, text)
        return status, text

    def _heard(self, path: str, body: str, page: str) -> None:
        form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        if path.endswith("/events"):
            if form.get("status") == "Incomplete":
                self.steps.append({"hang_up": True})
            return
        typed, seen = form.get("text", ""), expectation(page)
        if body == self._last:
            self.steps.append({"repeat": 1})
        elif form.get("sessionId") != self._session:
            self.steps.append({"dial": self._hidden(typed), "expect": seen})
        else:
            said = typed.removeprefix(self._typed).removeprefix("*")
            self.steps.append({"type": self._hidden(said), "expect": seen})
        self._session, self._typed, self._last = form.get("sessionId", ""), typed, body

    def _hidden(self, typed: str) -> str:
        """Nobody's NIK is written down; each run makes up its own, and its last four digits with it."""
        found = _NIK.search(typed)
        self._nik4 = found[0][-4:] if found else self._nik4
        return "${nik4}" if typed and typed == self._nik4 else _NIK.sub("${nik}", typed)


def expectation(page: str) -> dict[str, Any]:
    """What a page has to show again: its lines, but for those that hold what changes from run to run."""
    kept = [line for line in page[4:].split("\n") if line and not _CHANGES.search(line)]
    expect: dict[str, Any] = {"contains": kept} if kept else {}
    return expect | {"ends": page.startswith("END")}


def written(steps: list[dict[str, Any]], name: str) -> str:
    """The file."""
    document = {"name": name, "steps": steps}
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, default_style=None, width=110)


def record(fetch: sim.Fetch, path: str, phone: str, lines: Iterable[str], show: Callable[[str], Any]) -> str:
    """Hold a phone until the lines end; the scenario of what it did."""
    recorder = Recorder(fetch)
    sim.run(recorder, path, phone, sim.CODE, lines, show)
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
