"""From what staff write behind a number to a day, a part of it and a place: `24/11 jam 9`, `besok pagi rumah`."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

DAYS = {
    **dict.fromkeys(("hariini", "today", "saiki", "dinaiki", "sateya", "mangken"), 0),
    **dict.fromkeys(
        ("besok", "esok", "sesuk", "mbesuk", "benjing", "tomorrow", "lagghu", "laggu", "lagghuna", "lagguna"), 1
    ),
    **dict.fromkeys(("lusa", "emben", "embhen"), 2),
}
SLOTS = {
    **dict.fromkeys(("pagi", "isuk", "esuk", "morning", "ghulaggu", "gulagguh"), "morning"),
    **dict.fromkeys(("siang", "awan", "midday", "noon", "aseyang", "seyang"), "midday"),
    **dict.fromkeys(("sore", "afternoon", "sorengah"), "afternoon"),
}
PLACES = {
    **dict.fromkeys(("rumah", "omah", "griya", "home", "compok", "roma"), "home"),
    **dict.fromkeys(("balai", "baledesa", "balaidesa", "bale", "hall"), "hall"),
}
# Monday first. The next day of that name: who means today says so.
WEEKDAYS = {
    word: number
    for number, words in enumerate((
        ("senin", "senen", "sen", "senneng", "monday", "mon"),
        ("selasa", "slasa", "sel", "salasa", "tuesday", "tue"),
        ("rabu", "rebo", "rab", "reb", "rebbu", "wednesday", "wed"),
        ("kamis", "kemis", "kam", "kem", "kemmes", "thursday", "thu"),
        ("jumat", "jum", "jemuwah", "jemuah", "jumuwah", "jem", "juma", "friday", "fri"),
        ("sabtu", "setu", "sab", "set", "sattu", "saturday", "sat"),
        ("minggu", "ahad", "ngahad", "min", "mingghu", "ahat", "sunday", "sun"),
    ))
    for word in words
}  # fmt: skip
UNSAID = frozenset(
    {
        "hari",
        "dina",
        "dinten",
        "are",
        "on",
        "tgl",
        "tanggal",
        "jam",
        "pukul",
        "pkl",
        "wib",
        "wita",
        "wit",
        "di",
        "at",
        "ke",
        "desa",
    }
)
MONTHS = ("jan", "feb", "mar", "apr", "mei", "jun", "jul", "agu", "sep", "okt", "nov", "des")
ENGLISH = {"may": 5, "aug": 8, "oct": 10, "dec": 12}
HOURS = ((8, "morning"), (11, "midday"), (14, "afternoon"))
LAST = 17

_TOGETHER = re.compile(r"\b(hari|dina)\s+(ini|iki)\b")
_PART = re.compile(r"\d{1,2}[:.]\d{2}(?![./-]?\d)|\d{1,2}(?:[/.-]\d{1,2}(?:[/.-]\d{2,4})?)?|[a-z]+")


@dataclass(frozen=True, slots=True)
class Appointment:
    """When a visit is to be. `place` is empty where none was written."""

    day: date
    slot: str
    place: str = ""


def appointment(text: str, today: date) -> Appointment | None:
    """None where the day or the time cannot be read. A day that cannot be promised is not judged here."""
    parts = [part for part in _PART.findall(_TOGETHER.sub(r"\1\2", text.lower())) if part not in UNSAID]
    places = [PLACES[part] for part in parts if part in PLACES]
    left = [part for part in parts if part not in PLACES]
    if len(left) < 2 or len(places) > 1:
        return None
    *written, time = left
    day, slot = _day(written, today), _slot(time)
    return Appointment(day, slot, places[0] if places else "") if day and slot else None


def _slot(word: str) -> str:
    """A part of the day by its name, or the one that an hour lies in."""
    if word in SLOTS:
        return SLOTS[word]
    hour = re.split("[:.]", word)[0]
    if not hour.isdecimal() or not HOURS[0][0] <= int(hour) < LAST:
        return ""
    return next(slot for begins, slot in reversed(HOURS) if int(hour) >= begins)


def day(text: str, today: date) -> date | None:
    """A day by itself, as a citizen writes it. A bare digit is none: it is a line of the screen."""
    parts = [part for part in _PART.findall(_TOGETHER.sub(r"\1\2", text.lower())) if part not in UNSAID]
    return _day(parts, today) if parts and len(text.strip()) > 1 else None


def _day(parts: list[str], today: date) -> date | None:
    named = [WEEKDAYS[part] for part in parts if part in WEEKDAYS]
    if len(named) > 1:
        return None
    if named and len(parts) == 1:
        return today + timedelta(days=(named[0] - today.weekday() - 1) % 7 + 1)
    then = _dated([part for part in parts if part not in WEEKDAYS], today)
    return then if then is None or not named or then.weekday() == named[0] else None  # They contradict each other.


def _dated(parts: list[str], today: date) -> date | None:
    if len(parts) == 1 and parts[0] in DAYS:
        return today + timedelta(days=DAYS[parts[0]])
    numbers = [_number(word) for part in parts for word in re.split("[/.:-]", part)]
    try:
        match numbers:
            case [day]:
                return _next(day, today)
            case [day, month]:
                near = (date(today.year + years, month, day) for years in (-1, 0, 1))
                return min(near, key=lambda then: abs(then - today))
            case [day, month, year]:
                return date(year + 2000 if year < 100 else year, month, day)
            case _:
                return None
    except ValueError:
        return None


def _number(word: str) -> int:
    """Of a month's name its number. ValueError is left to the date: there is no month 0."""
    if word.isdecimal():
        return int(word)
    short = word[:3]
    return ENGLISH.get(short, MONTHS.index(short) + 1 if short in MONTHS else 0)


def _next(day: int, today: date) -> date:
    """The next day of this number. ValueError where no month near has it."""
    for month in range(3):
        first = (today.replace(day=1) + timedelta(days=31 * month)).replace(day=1)
        try:
            then = first.replace(day=day)
        except ValueError:
            continue
        if then >= today:
            return then
    raise ValueError("no month has such a day")
