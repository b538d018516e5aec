"""What the classifiers see of a message: its words, their spelling and their consonants, never its numbers."""

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

LONGEST = 1600  # Characters that are looked at.
SHORTEST_SENTENCE = 8  # What is shorter belongs to the sentence before: "Pak.", "Dsn."

Bags = tuple[Counter[str], ...]

_ELSEWHERE = re.compile(r"\bhttps?://\S*|\bwww\.\S+|\B@\w+|\[username\]")  # Addresses and names of accounts.
_LONG_DRAWN = re.compile(r"([a-z])\1{2,}")
_NUMBER = re.compile(r"\+?\d(?:[ .\-/]?\d)*")
_DATE = re.compile(r"\d{1,2}[ .\-/]\d{1,2}[ .\-/](?:\d{2}|\d{4})")
_WORD = re.compile(r"#\w+|[a-z](?:[a-z'0-9]*[a-z'0-9])?|[?!]+|[^\w\s]|\d")
_ENDS = re.compile(r"(?<=[.?!])\s+|\n+")
_APOSTROPHES = str.maketrans("\u2018\u2019\u02bc\u0060\u00b4\u2032", "''''''")
_VOWELS = str.maketrans("", "", "aiueo'")


def plain(text: str) -> str:
    """Small letters without accents, drawn-out letters once, and of each number only its kind: #n16, #tel, #date …"""
    text = _ELSEWHERE.sub(" ", text[:LONGEST].translate(_APOSTROPHES).lower())
    text = unicodedata.normalize("NFKD", text)
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return _NUMBER.sub(_kind, _LONG_DRAWN.sub(r"\1", text))


def _kind(found: re.Match[str]) -> str:
    """A number says what it is by its length and its beginning; which it is, is nothing to learn from."""
    written = found[0]
    digits = re.sub(r"\D", "", written)
    if len(digits) == 1 and found.string[: found.start()][-1:].isalpha():  # "bu2k", "bareng2"
        return written
    if _DATE.fullmatch(written):
        return " #date "
    if digits.startswith(("08", "628")) and 9 <= len(digits) <= 14:
        return " #tel "
    return f" #n{len(digits)} "


def split(text: str) -> list[str]:
    """The words of a text that is plain already, with its marks."""
    return _WORD.findall(text)


def sentences(text: str) -> list[str]:
    """The sentences of a text as it was written."""
    found: list[str] = []
    for part in filter(None, map(str.strip, _ENDS.split(text[:LONGEST]))):
        if found and (len(part) < SHORTEST_SENTENCE or len(found[-1]) < SHORTEST_SENTENCE):
            found[-1] += f" {part}"
        else:
            found.append(part)
    return found


@cache
def lexicon(folder: Path) -> Mapping[str, str]:
    """What is written -> one Indonesian word for it: `lexicon.csv` says how a word is usually spelt, `words.csv` what
    it means. A line of words.csv counts first; where languages differ, the line that comes first."""
    spelt, meant = _column(folder / "lexicon.csv"), _column(folder / "words.csv")
    usual = {word: " ".join(meant.get(part, part) for part in how.split()) for word, how in spelt.items()}
    return usual | meant


def words(path: Path) -> list[tuple[str, str]]:
    """Each word of a lexicon's file, and the language that it is of."""
    return [(row["written"], row["language"]) for row in _rows(path)]


def _column(path: Path) -> dict[str, str]:
    known: dict[str, str] = {}
    for row in _rows(path):
        known.setdefault(row["written"], row["means"])
    return known


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def bags(text: str, usual: Mapping[str, str], shortest: int, longest: int) -> Bags:
    """Four bags: parts of words; words and pairs as written; the same in the usual word; the consonants of words."""
    written = split(plain(text))
    parts: Counter[str] = Counter()
    for word in written:
        parts.update((word,) if word[0] == "#" else _grams(word, shortest, longest))
    meant = [part for word in written for part in usual.get(word, word).split()]
    return parts, _pairs(written), _pairs(meant), _pairs([_consonants(word) for word in written])


def _grams(word: str, shortest: int, longest: int) -> Iterator[str]:
    """Parts of a word with its borders, of so many characters."""
    edged = f" {word} "
    for n in range(shortest, min(longest, len(edged)) + 1):
        for start in range(len(edged) - n + 1):
            yield edged[start : start + n]


def _pairs(those: list[str]) -> Counter[str]:
    bag = Counter(those)
    bag.update(f"{one} {two}" for one, two in pairwise(["^", *those, "$"]))
    return bag


def _consonants(word: str) -> str:
    """People who write short drop the vowels first ("dftr", "bntuan")."""
    return word if word[0] == "#" else word[0] + word[1:].translate(_VOWELS)
