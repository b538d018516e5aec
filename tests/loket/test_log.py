"""The last filter of the log: what looks like a number of a person does not pass, whoever wrote the line."""

import logging

import pytest

from loket import log


@pytest.fixture(autouse=True)
def as_it_was() -> object:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level


def written(capsys: pytest.CaptureFixture[str], text: str) -> str:
    log.configure()
    logging.getLogger("somebody.else").warning(text)
    return capsys.readouterr().err


@pytest.mark.parametrize(
    "number",
    ["3510994101870001", "3510 9941 0187 0001", "3510-99-4101870001", "3510-99-41-018700-01", "2026-11-20-3510994101",
     "+6281234500001", "0812-3450-0001", "6050-0166-8634"],
)  # fmt: skip
def test_a_long_number_is_masked(capsys: pytest.CaptureFixture[str], number: str) -> None:
    line = written(capsys, f"what came was {number}.")
    assert f"what came was {'+' * number.startswith('+')}[number]." in line
    assert number not in line


def test_a_moment_stays(capsys: pytest.CaptureFixture[str]) -> None:
    line = written(capsys, "began 2026-11-20 08:00:00 on port 8000 after 12345678 us")
    assert "began 2026-11-20 08:00:00 on port 8000 after 12345678 us" in line
    assert "[number]" not in line
