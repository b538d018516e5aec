"""Messages by an author who saw no example, of which nothing is ever learnt: what is reached there is kept."""

import csv
from pathlib import Path

import pytest

from nlu.corpus import load
from nlu.embedded import Embedded
from nlu.evaluation import Row, judge, report

UNSEEN = Path(__file__).parent / "unseen"


@pytest.fixture(scope="module")
def rows(understand: Embedded) -> dict[str, Row]:
    judged = judge(load(UNSEEN).examples, understand.classifier.chances, understand.settings)
    return {row.style: row for row in report(judged).rows}


def test_what_is_meant_is_found(rows: dict[str, Row]) -> None:
    assert rows["all"].accuracy >= 0.93
    assert rows["all"].macro_f1 >= 0.93
    assert rows["all"].first_three >= 0.98
    assert rows["all"].weakest_recall >= 0.75


@pytest.mark.parametrize(
    ("style", "least"),
    [("id", 0.96), ("sms", 0.92), ("jv", 0.94), ("mad", 0.87), ("mixed", 0.95), ("en", 0.89), ("complaints", 0.93)],
)
def test_no_way_of_writing_is_left_behind(rows: dict[str, Row], style: str, least: float) -> None:
    assert rows[style].accuracy >= least


def test_little_is_gone_on_with_that_was_not_meant(rows: dict[str, Row]) -> None:
    assert rows["all"].wrong <= 0.04
    assert rows["all"].sent_away <= 0.06


def test_what_lies_outside_is_let_go(rows: dict[str, Row]) -> None:
    assert rows["all"].caught >= 0.87


@pytest.mark.parametrize(("shortest", "longest", "least"), [(1, 5, 0.97), (6, 99, 0.99)])
def test_the_language_is_known(understand: Embedded, shortest: int, longest: int, least: float) -> None:
    with (UNSEEN / "languages.csv").open(encoding="utf-8", newline="") as lines:
        told = [row for row in csv.DictReader(lines) if shortest <= len(row["text"].split()) <= longest]
    right = sum(understand.classifier.language(row["text"]) == row["language"] for row in told)
    assert right / len(told) >= least
