"""What staff write for a day, a time and a place; what cannot be read is asked again and never guessed."""

from datetime import date

import pytest

from bot.appointments import Appointment, appointment, day

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "day", "slot", "place"),
    [
        ("24 8", date(2026, 11, 24), "morning", ""),
        ("24/11 jam 9", date(2026, 11, 24), "morning", ""),
        ("24-11-2026#08.00", date(2026, 11, 24), "morning", ""),
        ("24.11.26 13:30", date(2026, 11, 24), "midday", ""),
        ("24 11 16", date(2026, 11, 24), "afternoon", ""),
        ("tgl 24 nov pukul 11", date(2026, 11, 24), "midday", ""),
        ("1 desember sore balai desa", date(2026, 12, 1), "afternoon", "hall"),
        ("1 pagi", date(2026, 12, 1), "morning", ""),
        ("2/1 siang", date(2027, 1, 2), "midday", ""),
        ("besok pagi rumah", date(2026, 11, 21), "morning", "home"),
        ("SESUK ISUK", date(2026, 11, 21), "morning", ""),
        ("lusa, jam 14.00", date(2026, 11, 22), "afternoon", ""),
        ("hari ini sore", TODAY, "afternoon", ""),
        ("19/11 pagi", date(2026, 11, 19), "morning", ""),  # Past: the desk refuses it, with its own words.
    ],
)
def test_a_day_and_a_time(text: str, day: date, slot: str, place: str) -> None:
    assert appointment(text, TODAY) == Appointment(day, slot, place)


@pytest.mark.parametrize(
    "text",
    ["", "besok", "pagi", "31/02 pagi", "24 7", "24 17", "24 0", "0 8", "32 pagi", "24/13 pagi", "kapan pagi",
     "24 11 2026 9 10", "besok rumah balai pagi", "24/11/0 pagi x", "9" * 40],
)  # fmt: skip
def test_what_cannot_be_read(text: str) -> None:
    assert appointment(text, TODAY) is None


@pytest.mark.parametrize(("said", "day"), [
    ("senin pagi", date(2026, 11, 23)), ("hari jumat sore", date(2026, 11, 27)), ("Jum'at siang", date(2026, 11, 27)),
    ("dina setu isuk", date(2026, 11, 21)), ("monday morning", date(2026, 11, 23)),
    ("are kemmes sore", date(2026, 11, 26)), ("lagghuna pagi", date(2026, 11, 21)),
    ("mbesuk awan", date(2026, 11, 21)), ("Selasa 24/11 jam 9", date(2026, 11, 24)),
])  # fmt: skip
def test_days_by_their_names_in_four_languages(said: str, day: date) -> None:
    """20 November 2026 is a Friday: a name means the next day that has it."""
    planned = appointment(said, date(2026, 11, 20))
    assert planned is not None
    assert planned.day == day


@pytest.mark.parametrize("said", ["senin 24/11 pagi", "senin selasa pagi"])
def test_a_name_and_a_date_that_contradict_each_other_are_neither(said: str) -> None:
    assert appointment(said, date(2026, 11, 20)) is None


@pytest.mark.parametrize(("said", "then"), [
    ("besok", date(2026, 11, 21)), ("Senin", date(2026, 11, 23)), ("24 nov", date(2026, 11, 24)), ("4", None),
    ("x", None),
])  # fmt: skip
def test_a_day_by_itself(said: str, then: date | None) -> None:
    assert day(said, date(2026, 11, 20)) == then
