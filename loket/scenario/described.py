"""The form of a call at any aggregator that data/gateways describes: what it sends, and what it reads in an answer."""

import json
import re
from collections.abc import Mapping, Sequence
from html import escape, unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode

from loket.scenario import Failed
from loket.scenario.lines import CODE, Call, Heard, Keys, Sent
from ussd.form import Body, Form, When, Words
from ussd.styles import described

GOING_ON = "continue"  # What a field that said "begin" says later, where its description does not name the word.


class DescribedLine:
    """One connection, by its name in config.yml and the style that it is described by."""

    def __init__(self, name: str, style: str, keys: Keys) -> None:
        self._form: Form = described(style, {})
        self._path = f"/ussd/{name}/{keys.token}"

    def callback(self, call: Call, typed: Sequence[str]) -> Sent:
        """The first request begins the dialogue; later ones bring what was typed, or all of it so far."""
        form, first = self._form, not call.turns
        text = "*".join(typed) if form.input == "cumulative" or first else typed[-1]
        fields = self._fields(call, text, first)
        if isinstance(form.start, list) and form.start:
            fields = _answering(form.start[0], fields) if first else _otherwise(form.start, fields)
        return self._sent(fields)

    def ended(self, call: Call, status: str) -> Sent | None:
        """What tells of the end; None where nothing does."""
        if not self._form.end:
            return None
        return self._sent(_answering(self._form.end[0], self._fields(call, "", first=True)))

    def page(self, heard: Heard) -> tuple[str, bool]:
        """The page, and whether the line is closed. Failed where the answer is not as the description says."""
        answer = self._form.answer
        closes = {name.lower(): value for name, value in answer.headers_at_end.items()}
        by_header = closes and all(heard.headers.get(name) == value for name, value in closes.items())
        for body, ends in ((answer.ends, True), (answer.goes_on, False)):
            if closes and ends != bool(by_header):
                continue
            text = _text(body, heard.body, answer.writes) if heard.status == 200 else None
            if text is not None:
                return text.replace(answer.newline, "\n"), ends
        raise Failed("the aggregator shows an error", str(answer.goes_on), f"HTTP {heard.status}\n{heard.body}")

    def _fields(self, call: Call, text: str, first: bool) -> dict[str, str]:
        names = self._form.fields
        fields = {names.session: call.session.replace("_", "")}
        if first or "phone" not in self._form.optional or names.phone[0] == names.session:
            fields[names.phone[0]] = call.phone.removeprefix("+")
        if names.text and (text or "text" not in self._form.optional):
            fields[names.text[0]] = text or (CODE if self._form.input == "incremental" else "")
        if names.code:
            fields[names.code] = CODE.strip("*#")
        if names.turn:
            fields[names.turn] = str(len(call.turns))
        return fields

    def _sent(self, fields: dict[str, str]) -> Sent:
        form = self._form
        behind = re.sub(r"\{(\w+)\}", lambda found: fields.pop(found[1], GOING_ON), form.path)
        path = f"{self._path}/{behind}" if behind else self._path
        headers = {"Content-Type": next(filter(None, form.accepts), "")} if form.reads != "query" else {}
        match form.reads:
            case "query":
                return Sent(f"{path}?{urlencode(fields)}", {}, b"", "GET")
            case "form":
                return Sent(path, headers, urlencode(fields).encode(), form.method[0])
            case "json":
                return Sent(path, headers, json.dumps(_nested(fields)).encode(), form.method[0])
            case "xml":
                inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
                return Sent(path, headers, f"<request>{inside}</request>".encode(), form.method[0])


def _answering(rule: When, fields: dict[str, str]) -> dict[str, str]:
    """The fields so that a rule holds."""
    told = dict(fields)
    for name, condition in rule.items():
        match condition:
            case "present":
                told.setdefault(name, "1")
            case "code":
                told[name] = CODE
            case Words(starts=[word, *_]):
                told[name] = word
            case [word, *_]:
                told[name] = word
            case _:
                pass
    return told


def _otherwise(rules: Sequence[When], fields: dict[str, str]) -> dict[str, str]:
    """The fields so that none of these rules holds, where a word tells."""
    words = {name: condition for rule in rules for name, condition in rule.items() if isinstance(condition, list)}
    return fields | {name: GOING_ON if not condition[0].isdecimal() else "1" for name, condition in words.items()}


def _nested(fields: Mapping[str, str]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for name, value in fields.items():
        *path, last = name.split(".")
        place = document
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value
    return document


def _text(template: Body, body: str, writes: str) -> str | None:
    """What stands at {text}; None where the rest is not as in the template."""
    if isinstance(template, str):
        pattern = re.sub(r"\\\{(\w+)\\\}", _group, re.escape(template.strip()))
        found = re.fullmatch(pattern, body.strip(), re.DOTALL)
        return (unescape(found["text"]) if writes == "xml" else found["text"]) if found else None
    try:
        said = json.loads(body) if writes == "json" else dict(parse_qsl(body, keep_blank_values=True))
    except ValueError:
        return None
    return _within(template, said)


def _group(found: re.Match[str]) -> str:
    return "(?P<text>.*)" if found[1] == "text" else ".*?"


def _within(template: Any, said: Any) -> str | None:
    """Found in a document of the same form; every fixed value has to be the same."""
    if not isinstance(template, dict):
        return None
    text = None
    for name, value in template.items():
        there = said.get(name) if isinstance(said, dict) else None
        if isinstance(value, dict):
            text = _within(value, there) or text
        elif isinstance(value, str) and "{text}" in value:
            text = str(there) if there is not None else text
        elif "{" not in str(value) and there != value:
            return None
    return text
