"""Scenarios: what a run finds, how it says so, and that a recorded talk can be played again."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask, jsonify, request
from support.browser import served
from support.junit import cases_of

from loket.cli import main
from loket.config import ROOT
from loket.scenario import ScenarioError
from loket.scenario.expected import difference
from loket.scenario.record import record
from loket.scenario.script import chosen, read

SHIPPED = sorted((ROOT / "scenarios").glob("*.yml"))


@dataclass
class Counter:
    """A gateway's other end, small enough to misbehave: it answers with what was typed, and sends it as a message."""

    forgetful: bool = False  # A callback that comes again is answered otherwise.
    silent: bool = False  # Nothing is sent.
    calls: int = 0
    ended: list[str] = field(default_factory=list)
    inbox: list[dict[str, str]] = field(default_factory=list)

    def app(self) -> Flask:
        app = Flask("counter", static_folder=None)
        app.add_url_rule("/ussd/africastalking/demo", "turn", self._turn, methods=["POST"])
        app.add_url_rule("/ussd/africastalking/demo/events", "event", self._event, methods=["POST"])
        app.add_url_rule("/sms/africastalking/demo", "sms", self._sms, methods=["POST"])
        app.add_url_rule("/simulator/messages", "messages", lambda: jsonify(self.inbox))
        return app

    def _turn(self) -> str:
        self.calls += 1
        text = request.form["text"]
        if text.endswith("long"):
            return "CON " + "x" * 200
        if text.endswith("away"):
            return "nobody"
        known = f" {self.calls}" if self.forgetful else ""
        return f"END Nomor 1234-5678-9012 {text}" if text.endswith("end") else f"CON Anda: {text}\n1 Ya{known}"

    def _event(self) -> str:
        self.ended.append(request.form["status"])
        return ""

    def _sms(self) -> str:
        if not self.silent:
            self.inbox.append({"channel": "sms", "body": f"Loket: {request.form['text']}", "sent_at": ""})
        return ""


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def url(counter: Counter) -> Iterator[str]:
    with served(counter.app()) as address:
        yield address


def played(url: str, tmp_path: Path, steps: str, *more: str) -> Result:
    file = tmp_path / "talk.yml"
    file.write_text("steps:\n" + "".join(f"  - {step}\n" for step in steps.strip().splitlines()), "utf-8")
    return CliRunner().invoke(main, ["scenario", "run", str(file), "--url", url, *more])


def test_a_talk_that_goes_as_expected(url: str, counter: Counter, tmp_path: Path) -> None:
    result = played(
        url,
        tmp_path,
        """
{dial: "1*1", expect: {equals: "Anda: 1*1\\n1 Ya", ends: false}}
{type: "${nik}", expect: {contains: "${nik}", matches: "^Anda: 1.1.[0-9]{16}", lacks: END}}
{type: [a, b], save: {}}
""".replace(", save: {}", "")
        + """{repeat: 2}
{late: 1}
{type: end, expect: {ends: true, save: {ref: "Nomor ([0-9-]{14})"}}}
{write: "CEK ${ref}"}
{wait: {contains: "CEK 1234-5678-9012", within: "5"}}
{on: other, dial: "2*${ref}", expect: {contains: "2*1234-5678-9012"}}
{on: other, hang_up: true}
""",
    )
    assert result.exit_code == 0, result.output
    assert "1 of 1 scenarios as expected" in result.output
    assert counter.ended == ["Success", "Incomplete"]


@pytest.mark.parametrize(
    ("expect", "what"),
    [
        ("{contains: Bapak}", "it does not contain this"),
        ("{lacks: Anda}", "it contains this"),
        ("{equals: Bapak}", "it is not the same"),
        ("{matches: '^Bapak'}", "it does not match"),
        ("{ends: true}", "the line"),
        ("{sentence: reg.consent}", "it is not the sentence reg.consent"),
        ("{save: {ref: '[0-9]{12}'}}", "nothing to save as ref"),
        ("{contains: '${nothing}'}", "${nothing} has no value here"),
    ],
)
def test_an_expectation_that_fails_is_shown_with_what_was_seen(
    url: str, tmp_path: Path, expect: str, what: str
) -> None:
    report = tmp_path / "out" / "junit.xml"
    result = played(url, tmp_path, f'{{dial: "7", expect: {expect}}}', "--junit", str(report))
    assert result.exit_code == 1
    assert f"step 1: {what}" in result.output
    if "has no value" not in what:
        assert "+ Anda: 7" in result.output
    (case,) = cases_of(report.read_bytes())
    failure = case.find("failure")
    assert failure is not None
    assert what in (failure.get("message") or "")


def test_an_answer_that_changes_when_a_gateway_repeats_itself_is_a_failure(
    url: str, counter: Counter, tmp_path: Path
) -> None:
    counter.forgetful = True
    for again in ("{repeat: 1}", "{late: 1}"):
        result = played(url, tmp_path, f'{{dial: ""}}\n{{type: "1"}}\n{again}')
        assert "step 3: sent again, it is answered otherwise" in result.output


@pytest.mark.parametrize(
    ("typed", "what"), [("long", "the operator cuts the page"), ("away", "the operator shows an error")]
)
def test_what_an_operator_would_not_show_is_a_failure(url: str, tmp_path: Path, typed: str, what: str) -> None:
    assert f"step 2: {what}" in played(url, tmp_path, f'{{dial: ""}}\n{{type: {typed}}}').output


def test_a_message_that_does_not_come_is_a_failure_at_its_deadline(url: str, counter: Counter, tmp_path: Path) -> None:
    counter.silent = True
    result = played(url, tmp_path, '{write: CEK}\n{wait: {contains: CEK, within: "0.2"}}', "--json")
    assert result.exit_code == 1
    (outcome,) = json.loads(result.output)["scenarios"]
    assert (outcome["step"], outcome["what"]) == (2, "it does not contain this")
    assert "(no message)" in outcome["difference"]


def test_an_answer_is_awaited_and_not_an_older_message(url: str, counter: Counter, tmp_path: Path) -> None:
    counter.inbox.append({"channel": "sms", "body": "Loket: CEK", "sent_at": ""})
    steps = '{write: LAIN}\n{wait: {contains: CEK, within: "0.2"}}'
    assert "step 2: it does not contain this" in played(url, tmp_path, steps).output


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "http://127.0.0.1:9 does not answer" in played("http://127.0.0.1:9", tmp_path, '{dial: ""}').output


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("steps: [{jump: high}]", "jump"),
        ("steps: [{dial: '', type: x}]", "one thing a step, not dial and type"),
        ("steps: [{}]", "a step is one of"),
        ("steps: [{dial: '', expect: {matches: '['}}]", "unterminated"),
        ("steps: [{dial: ", "talk.yml"),
    ],
)
def test_a_file_that_is_no_scenario_is_refused_with_its_fault(tmp_path: Path, text: str, fault: str) -> None:
    file = tmp_path / "talk.yml"
    file.write_text(text, "utf-8")
    with pytest.raises(ScenarioError, match=r"talk\.yml") as refused:
        read(file)
    assert fault in str(refused.value)
    assert CliRunner().invoke(main, ["scenario", "run", str(file)]).exit_code == 1


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_scenario_that_is_shipped_can_be_read(path: Path) -> None:
    assert read(path).name != path.stem, "it says what it is for"


def test_the_people_of_a_run_do_not_exist() -> None:
    import random

    values = chosen(random.Random(1))  # noqa: S311  Made-up people.
    assert values["nik"].startswith("351099")
    assert values["nik"].endswith(values["nik4"])


def test_a_difference_is_shown_line_by_line() -> None:
    assert difference("a\nb", "a\nc") == "  a\n- b\n+ c"


def test_what_a_phone_did_can_be_played_again(url: str, counter: Counter, tmp_path: Path) -> None:
    import requests

    def fetch(method: str, path: str, body: str) -> tuple[int, str]:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = requests.request(method, url + path, data=body, headers=headers, timeout=5)
        return answer.status_code, answer.text

    lines = ["1", "3510995708900001", ":repeat", "0001", ":hang", ":call *123*456*1*end#"]
    said = record(fetch, "/ussd/africastalking/demo", "+6281200000001", lines, lambda text: None)
    assert "3510995708900001" not in said
    file = tmp_path / "recorded.yml"
    file.write_text(said, "utf-8")
    steps = read(file).steps
    assert [step.type for step in steps if step.type] == ["1", "${nik}", "${nik4}"]
    assert [step.repeat for step in steps if step.repeat] == [1]
    assert steps[-1].dial == "1*end"
    assert steps[-1].expect is not None
    assert steps[-1].expect.ends
