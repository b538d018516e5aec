"""A registration in one message: what in it is the NIK, the KK, the name and the village, in any order."""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from bot import places
from bot.areas import Gazetteer, Village
from bot.conversation import Invalid
from bot.identity import Nik
from bot.parsers import village_query

NIK, KK, NAME, VILLAGE, PICK = "nik", "kk", "name", "village", "pick0"
AGES = range(17, 100)  # Of people who may register.
WHOLE = 16  # Digits of a NIK and of a KK.

# Digits that belong together, however they were grouped: with dots, dashes and single spaces between them.
_NUMBER = re.compile(r"(?<![0-9])[0-9](?:[ .-]?[0-9]){5,}(?![0-9])")
_BETWEEN = re.compile(r"[#*/,;:\n]+")
_LABEL = re.compile(
    r"\b(?:(?P<nik>nik|no\.? ?kk|nomor kk|kk)|(?P<name>nama|name|asma|jeneng|nyama)|"
    r"(?P<village>desa|dhisa|ds|kel(?:urahan)?|village))\b[ .:=]*",
    re.IGNORECASE,
)


def read(text: str, areas: Gazetteer, today: date) -> list[tuple[str, str]]:
    """The answers in a message, by the keys of the questions that they answer. Nothing is said of whether they hold."""
    numbers: list[str] = []
    rest = text
    for found in _NUMBER.finditer(text):
        rest = rest.replace(found[0], "#", 1)
        numbers += _split(re.sub("[ .-]", "", found[0]))
    labelled, words = _words(rest)
    return [*_numbers(numbers, today), *_names(words, areas, labelled)]


def located(text: str, areas: Gazetteer, home: str) -> str:
    """What to search for where somebody named a village, alone or in a sentence; nothing where none is found.

    Invalid: it is too short. `home`: the regency (four digits) whose villages are looked for in a sentence.
    """
    query = village_query(text)
    if areas.search(query):
        return query
    named = places.named(text, areas, home)
    return village_query(named.name) if named else ""


def _words(text: str) -> tuple[dict[str, str], list[str]]:
    """What stands behind the words for name and village; and the other parts that have letters, in their order."""
    labelled: dict[str, str] = {}
    words = []
    for part in _BETWEEN.split(_LABEL.sub(lambda found: f"#{found.lastgroup}\0", text)):
        label, known, said = part.rpartition("\0")
        said = " ".join(said.split())
        if known and said and label in (NAME, VILLAGE):
            labelled[label] = said
        elif any(map(str.isalpha, said)):
            words.append(said)
    return labelled, words


def _split(digits: str) -> Iterator[str]:
    """Two numbers with nothing but a space between them are two."""
    if len(digits) == 2 * WHOLE:
        yield from (digits[:WHOLE], digits[WHOLE:])
    else:
        yield digits


def _numbers(numbers: list[str], today: date) -> Iterator[tuple[str, str]]:
    """The first is the NIK, unless only the second can be a grown person's."""
    if len(numbers) > 1 and not _grown(numbers[0], today) and _grown(numbers[1], today):
        numbers[:2] = numbers[1::-1]
    yield from zip((NIK, KK), numbers, strict=False)


def _grown(digits: str, today: date) -> bool:
    """Whether the digits hold the birth date of somebody who may register, and not the recent day of a card."""
    try:
        age = Nik(digits).age(today)
    except ValueError:
        return False
    return age is not None and age in AGES


def _names(words: list[str], areas: Gazetteer, labelled: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The name stands before the village, unless they are named."""
    if labelled:
        name = labelled.get(NAME) or next(iter(words), "")
        village = labelled.get(VILLAGE) or next(iter(words), "")
    elif len(words) > 1:
        name, village = words[:2]
    else:
        name, village = _halves(" ".join(words), areas)
    if name:
        yield NAME, name
    if village:
        yield from _village(village, areas)


def _halves(said: str, areas: Gazetteer) -> tuple[str, str]:
    """With nothing between name and village, the last words are a village if one is so named."""
    words = said.split()
    for count in (2, 1):
        place = " ".join(words[-count:])
        if len(words) >= count and _named(place, areas):
            return " ".join(words[:-count]), place
    return said, ""


def _village(said: str, areas: Gazetteer) -> Iterator[tuple[str, str]]:
    yield VILLAGE, said
    named = _named(said, areas)
    if len(named) == 1:  # Nothing to choose from.
        yield PICK, named[0].code


def _named(said: str, areas: Gazetteer) -> list[Village]:
    """The villages of exactly this name."""
    try:
        query = village_query(said)
    except Invalid:
        return []
    return [village for village in areas.search(query) if village.name.casefold() == query]
