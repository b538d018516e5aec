"""Descriptions of aggregators: what cannot be is refused before anybody calls, by the key at fault."""

import re
from typing import Any

import pytest

from ussd.form import form
from ussd.styles import described, styles

GOOD: dict[str, Any] = {
    "method": ["POST"],
    "reads": "json",
    "fields": {"session": "id", "phone": ["phone"], "text": ["text"]},
    "start": [{"event": ["new"]}],
    "answer": {"writes": "text", "goes_on": "1 {text}", "ends": "0 {text}"},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    document: dict[str, Any] = {**GOOD, "fields": dict(GOOD["fields"]), "answer": dict(GOOD["answer"])}
    *outer, last = path.split(".")
    inner = document
    for name in outer:
        inner = inner.setdefault(name, {})
    inner[last] = value
    return document


@pytest.mark.parametrize("style", styles())
def test_every_style_is_described_without_a_fault(style: str) -> None:
    assert described(style, {}).fields.session


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("method", [], "method"),
        ("method", ["PATCH"], "$.method"),
        ("method", ["GET"], "method"),
        ("reads", "query", "reads"),
        ("reads", "yaml", "$.reads"),
        ("sesion", "x", "`sesion`"),
        ("fields.sesion", "x", "`sesion`"),
        ("fields.phone", [], "fields.phone"),
        ("fields.text", [], "fields.text"),
        ("start", [], "start"),
        ("start", "sometimes", "$.start"),
        ("start", [{}], "start: a condition that says nothing"),
        ("start", [{"event": []}], "start: a condition that says nothing"),
        ("end", [{"event": {"starts": []}}], "end: a condition that says nothing"),
        ("end", [{"event": "absent"}], "$.end"),
        ("end", [{"event": {"begins": ["x"]}}], "`begins`"),
        ("input", "cumulative", "input"),
        ("after_code", True, "after_code"),
        ("ucs2", ["8"], "ucs2"),
        ("charset", "utf-16", "$.charset"),
        ("repeat_seconds", 61, "repeat_seconds: 0 to 60"),
        ("life_seconds", 1, "life_seconds: 60 to 3600"),
        ("screen.page", 183, "page: 60 to 182, not 183"),
        ("screen.page", 59, "page: 60 to 182, not 59"),
        ("screen.prefix", 21, "prefix: 0 to 20"),
        ("screen.input", 4, "input: 16 to 182"),
        ("screen.reply", 0, "reply: 1 to 60"),
        ("answer.writes", "html", "$.answer.writes"),
        ("answer.goes_on", "1", "answer.goes_on: nothing of the page is in it"),
        ("answer.ends", "1 {text}", "answer.ends: nothing tells it from"),
        ("answer.ends", {"text": "{text}"}, "answer.ends: text is written from a text"),
        ("answer.goes_on", "{name} {text}", "answer.goes_on: there is no {name}"),
        ("answer.headers", {"X": "{text}"}, "answer.headers: 'X'"),
        ("answer.headers", {"X": "a\r\nSet-Cookie: b"}, "answer.headers: 'X'"),
        ("answer.headers_at_end", {"X Y": "1"}, "answer.headers_at_end: 'X Y'"),
    ],
)
def test_what_cannot_be_is_named(path: str, value: Any, named: str) -> None:
    form(GOOD)
    with pytest.raises(ValueError, match=re.escape(named)):
        form(changed(path, value))


def test_json_is_written_from_fields() -> None:
    with pytest.raises(ValueError, match=r"answer\.goes_on: json is written from fields"):
        form(changed("answer.writes", "json"))


def test_a_phone_that_is_named_once_has_to_be_told_from_the_others() -> None:
    with pytest.raises(ValueError, match="optional"):
        form({**GOOD, "start": "unknown", "optional": ["phone"]})


def test_single_keys_replace_those_of_the_style() -> None:
    changes = {
        "fields": {"session": "sid"},
        "method": ["POST"],
        "reads": "form",
        "answer": {"headers": {"charge": None}},
    }
    found = described("airtel", changes)
    assert (found.fields.session, found.fields.text, found.method) == ("sid", ["input"], ["POST"])
    assert found.answer.headers == {"Freeflow": "FC", "amount": "0"}


def test_a_style_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(ValueError, match=r"no data/gateways/airtell\.yml; there are airtel, cellulant"):
        described("airtell", {})
