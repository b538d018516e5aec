"""The corpus keeps its own rules: every intent well told, in Rasa's format, with nobody's real number in it."""

import re
from collections import Counter
from pathlib import Path

import pytest

from nlu.corpus import load

FEWEST = 120  # Examples of an intent over all styles.
ENTITIES = set(str.split("nik kk_number reference date time program life_event language place phone_number document"))
SYNTHETIC = ("351099", "647199")
CORPUS = load()


def test_every_intent_is_told_in_many_ways() -> None:
    told = Counter(example.intent for example in CORPUS.examples)
    assert len(told) == 28
    assert {intent: count for intent, count in told.items() if count < FEWEST} == {}


def test_every_language_has_every_intent() -> None:
    for style in ("id_sms", "id_spoken", "jv", "mad", "en", "mixed"):
        assert {example.intent for example in CORPUS.examples if example.style == style} == set(CORPUS.intents)


def test_no_file_says_a_thing_twice() -> None:
    told = Counter((example.style, example.text.casefold()) for example in CORPUS.examples)
    assert [text for text, count in told.items() if count > 1] == []


def test_one_text_has_one_intent() -> None:
    meant: dict[str, set[str]] = {}
    for example in CORPUS.examples:
        meant.setdefault(" ".join(re.findall(r"\w+", example.text.casefold())), set()).add(example.intent)
    assert {text: intents for text, intents in meant.items() if len(intents) > 1} == {}


def test_only_what_can_be_found_is_marked() -> None:
    assert {named.entity for example in CORPUS.examples for named in example.named} == ENTITIES


def test_no_number_may_be_somebody_s() -> None:
    for example in CORPUS.examples:
        for found in re.findall(r"\d(?:[ .-]?\d){15}", example.text):
            assert re.sub(r"\D", "", found).startswith(SYNTHETIC), example


def test_a_surface_has_one_value() -> None:
    written = Counter(surface.casefold() for surfaces in CORPUS.synonyms.values() for surface in surfaces)
    assert [surface for surface, count in written.items() if count > 1] == []


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("version: '3.1'\n", "nlu:"),
        ("nlu:\n- intent: greet\n  examples: |\n    halo\n", "dash"),
        ("nlu:\n- story: greet\n", "neither"),
    ],
)
def test_what_is_not_the_format_is_named(tmp_path: Path, content: str, complaint: str) -> None:
    (tmp_path / "odd.yml").write_text(content)
    with pytest.raises(ValueError, match=complaint) as wrong:
        load(tmp_path)
    assert "odd.yml" in str(wrong.value)
