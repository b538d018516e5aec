"""Which places can be a house, and which visit they are for."""

from dataclasses import replace
from datetime import date

import pytest

from bot.house import coordinates, next_visit
from bot.stages import CLOSED, Case, Cases, Stage

FIRST = Case("154437001442", "SITI", Stage.RECEIVED, date(2026, 12, 4))
SECOND = Case("472190351188", "BUDI", Stage.ASSIGNED, date(2026, 12, 8))


@pytest.mark.parametrize("text", ["-8.2192,114.3691", "-8.219200,114.369100", "-8.21920004,114.36909999"])
def test_a_place_has_one_writing(text: str) -> None:
    assert coordinates(text) == "-8.219200,114.369100"
    assert coordinates(coordinates(text)) == coordinates(text)


@pytest.mark.parametrize(
    "text",
    ["", ",", "-8.2", "-8.2,", "a,b", "0,0", "52.5,13.4", "-8.2,414.3", "-8.2,114.3,7", "nan,nan", "inf,114.3",
     "-8.2,nan", "-8.2;114.3", "114.369100,-8.219200", "kemiren"],
)  # fmt: skip
def test_what_is_no_place_in_indonesia_is_none(text: str) -> None:
    assert coordinates(text) == ""


@pytest.mark.parametrize("text", ["5.894,95.316", "-10.18,123.6", "-2.59,140.7"])  # Sabang, Kupang, Jayapura.
def test_the_whole_country_is_a_place(text: str) -> None:
    assert coordinates(text)


def test_it_is_for_the_visit_that_comes_first() -> None:
    assert next_visit(Cases()) is None
    assert next_visit(Cases(cases=(SECOND, FIRST))) == FIRST
    planned = replace(SECOND, stage=Stage.SCHEDULED, day=date(2026, 12, 10))
    assert next_visit(Cases(cases=(FIRST, planned))) == planned


@pytest.mark.parametrize("stage", [*sorted(CLOSED), Stage.VERIFIED, Stage.PROCESSING, Stage.OBJECTED])
def test_nobody_comes_any_more(stage: Stage) -> None:
    assert next_visit(Cases(cases=(replace(FIRST, stage=stage),))) is None
    assert next_visit(Cases(cases=(replace(FIRST, leaves=1),))) is None
