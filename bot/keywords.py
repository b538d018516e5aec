"""What people write to begin something: a keyword in any of the languages, with a slip or two, and what follows it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

SLIPS_FROM = 5  # Letters of a word in which one slip is forgiven.
LONGEST = 1600  # Characters that are looked at.
SEPARATORS = "#*/,;:.!?-"

_BETWEEN = re.compile(f"[{re.escape(SEPARATORS)}\\s]+")
_WORD = re.compile(r"[a-z]+")
_GLUED = re.compile(r"([a-z]+)(?=[0-9])")


@dataclass(frozen=True, slots=True)
class Command:
    """What is wanted, by the name it has in data/keywords.yml, and what was written behind it."""

    verb: str
    rest: str = field(default="", repr=False)


class Keywords:
    """All keywords. ValueError where one word would mean two things."""

    def __init__(self, words: Mapping[str, Iterable[str]]) -> None:
        self._verbs: dict[str, str] = {}
        for verb, known in words.items():
            for word in known:
                if self._verbs.setdefault(_plain(word), verb) != verb:
                    raise ValueError(f"{word!r} means {self._verbs[_plain(word)]} and {verb}")
        # One for each, as an example. Those of no verb are ordinary words, a letter away from a keyword.
        self.words = {verb: next(iter(known)) for verb, known in words.items() if known and verb}
        self._long = [word for word, verb in self._verbs.items() if len(word) >= SLIPS_FROM and verb]

    def read(self, text: str) -> Command | None:
        """The command that a message begins with; None where it begins with none."""
        text = text[:LONGEST].strip()
        first, rest = _first(text)
        second, behind = _first(rest)
        if first and second and (verb := self._verbs.get(f"{first} {second}")):
            return Command(verb, behind)
        verb = self._verb(first)
        return Command(verb, rest) if verb else None

    def answer(self, text: str) -> str:
        """What a whole message means by itself, such as yes or no; nothing where it says more than that."""
        said = _BETWEEN.sub(" ", _plain(text[:LONGEST])).strip()
        return self._verbs.get(said, "")

    def _verb(self, word: str) -> str:
        verb = self._verbs.get(word, "")
        if word in self._verbs or len(word) < SLIPS_FROM:
            return verb
        near = {self._verbs[known] for known in self._long if OSA.distance(word, known, score_cutoff=1) <= 1}
        return near.pop() if len(near) == 1 else ""


def _first(text: str) -> tuple[str, str]:
    """The first word in small plain letters, also where a number is glued to it; and what is behind it."""
    plain = _plain(text)
    found = _WORD.match(plain)
    if not found or (len(plain) > found.end() and plain[found.end()].isalnum() and not _GLUED.match(plain)):
        return "", text
    return found[0], text[found.end() :].lstrip(SEPARATORS + " \t\r\n")


def _plain(text: str) -> str:
    """In small letters without accents, one letter for each, so that places in both are the same."""
    return "".join(_letter(letter) for letter in text)


def _letter(letter: str) -> str:
    if letter.isascii():
        return letter.lower()
    base = unicodedata.normalize("NFKD", letter)[:1].lower()
    return base if base.isascii() and base.isprintable() else letter
