"""An answer in somebody's own words, read for the question that was asked: one normal form, or nothing."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from bot import agreed, chosen, parsers, phones, places
from bot.areas import Gazetteer
from bot.conversation import Invalid

LONGEST_PHONE: Final = 13  # Digits behind 62 that are passed on; what a talk accepts is `Msisdn`'s to say.
PROVINCES: Final = frozenset(
    str.split("11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 71 72 73 74 75 76 81 82")
    + str.split("91 92 93 94 95 96 97")
)

Read = Callable[[str], str]


def readers(areas: Gazetteer, home: str, today: date) -> Mapping[str, Read]:
    """For each question what reads its answers; an empty string is no answer. `home`: a regency, four digits."""
    return {
        "nik": nik,
        "birth_date": lambda text: _or_nothing(lambda: parsers.birth_date(text, today)),
        "name": lambda text: _or_nothing(lambda: parsers.name(text)),
        "village": lambda text: village(text, areas, home),
        "yes_no": lambda text: agreed.read(text).upper(),
        "phone": phone,
        "program": chosen.program,
        "language": chosen.language,
    }


def nik(text: str) -> str:
    digits = _or_nothing(lambda: parsers.nik(text))
    return digits if digits[:2] in PROVINCES else ""


def village(text: str, areas: Gazetteer, home: str) -> str:
    """The official name in capitals."""
    found = places.named(text, areas, home)
    return found.name.upper() if found else ""


def phone(text: str) -> str:
    try:
        return f"+62{phones.national(text, LONGEST_PHONE)}"
    except ValueError:
        return ""


def _or_nothing(read: Callable[[], object]) -> str:
    try:
        return str(read())
    except Invalid:
        return ""
