"""Answers in people's own words come to one normal form, and what is unclear comes to none."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.phone import ENGINE

from bot import answers
from loket.answer import QUESTIONS
from loket.cli import main

TODAY = date(2026, 11, 20)
READERS = answers.readers(ENGINE.world.areas, "3510", TODAY)


def cases() -> Iterator[tuple[str, str, str]]:
    question = ""
    for line in (Path(__file__).parent / "answers.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            question = line.strip("[]")
        elif not line.startswith("#"):
            value, typed = line.split(" | ") if " | " in line else (line.removesuffix(" |"), "")
            yield question, typed, value


@pytest.mark.parametrize(("question", "typed", "value"), list(cases()))
def test_what_people_answer(question: str, typed: str, value: str) -> None:
    assert (READERS[question](typed) or "INVALID") == value


def test_there_is_a_reader_for_each_question() -> None:
    assert tuple(READERS) == QUESTIONS


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_normal_form_is_read_as_itself(question: str) -> None:
    for asked, _, value in cases():
        if asked == question and value != "INVALID":
            assert READERS[question](value) == value


@pytest.mark.parametrize("text", ["", " ", "\u200b", "0" * 5000, "\ud800", "ya " * 2000, "17 " * 900, "'" * 999, "%s"])
def test_nothing_that_is_written_is_too_much(text: str) -> None:
    for read in READERS.values():
        assert isinstance(read(text), str)


def test_the_command_answers_line_for_line() -> None:
    lines = "NIK sy 3510 9945 0867 0001\n\nx\n"
    ran = CliRunner().invoke(main, ["nlu", "answer", "--question", "nik"], input=lines)
    assert (ran.exit_code, ran.output) == (0, "3510994508670001\nINVALID\nINVALID\n")
