"""What a message names: numbers by their shape, days and times, places, and what data/nlu/entities.yml lists."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from bot.areas import Gazetteer
from bot.meaning import Entity
from nlu import dates, numbers
from nlu.corpus import Corpus
from nlu.meanings import KINDS, stands
from nlu.moves import MOVE, MOVES, moves
from nlu.numbers import LONGEST, Word, words
from nlu.places import Places

HOME = "3510"  # The regency whose villages and districts may be misspelt.

_ENDINGS = ("nipun", "ipun", "nya", "ne", "na", "ku", "mu", "e")
_LONG_ENOUGH = 7  # Letters of a word in which one may be left out, or be too many.
_LONGER = 9  # Letters of a word in which one may be another.
_FAR = 40  # Words of a sentence to either side.


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Extractor:
    """Built once; what a look-up takes grows with the text alone."""

    _gazetteer: Gazetteer
    _places: Places
    _surfaces: dict[str, str]  # The words of a surface -> its value.
    _longest: dict[str, int]  # First word -> words of the longest surface that begins with it.
    _slips: dict[str, str]  # A long word with a letter less -> that word.
    _known: frozenset[str]  # Words that are no slips.

    @classmethod
    def of(cls, corpus: Corpus, gazetteer: Gazetteer, home: str = HOME) -> Self:
        surfaces = dict.fromkeys(MOVES, MOVE)
        for value, written in corpus.synonyms.items():
            for surface in written:
                surfaces.setdefault(" ".join(word.key for word in words(surface)), value)
        longest: defaultdict[str, int] = defaultdict(int)
        for surface in surfaces:
            first = surface.partition(" ")[0]
            longest[first] = max(longest[first], surface.count(" ") + 1)
        own = {word for surface in surfaces for word in surface.split()}
        ordinary = _ordinary(corpus)
        slips = {shorter: word for word in sorted(own) if len(word) >= _LONG_ENOUGH for shorter in _shorter(word)}
        return cls(gazetteer, Places.of(gazetteer, home, ordinary), surfaces, dict(longest), slips, ordinary | own)

    def extract(self, text: str, today: date | None = None) -> tuple[Entity, ...]:
        """In the order of the text, none in another. `today`: for days that are told from it on."""
        those = words(text)
        found: list[Entity] = []
        taken = bytearray(LONGEST)  # A mark for each character that is part of something.
        _add(found, taken, numbers.find(text, those, self._gazetteer.regency_exists))
        _add(found, taken, self._listed(those))
        past = any(one.value in ("birth", "death") for one in found)
        _add(found, taken, dates.find(text, those, today, past))
        _add(found, taken, self._places.find(text, those))
        found.sort(key=lambda one: one.start)
        return tuple(moves(found, those, self._places))

    def _listed(self, those: Sequence[Word]) -> Iterator[Entity]:
        keys = [self._right(word.key) for word in those]
        n = phrase = 0
        while n < len(those):
            if not those[n].joined:
                phrase = n  # Where the phrase begins that this word is part of.
            size, value = self._surface(keys, those, n)
            if size and not (those[n].gap == "" and n and keys[n - 1].isdecimal()):  # As in "pin 7781kk".
                own = keys[n : n + size]
                behind = keys[n + size : _phrase_end(those, n + size, 4)]
                if stands(value, own, keys[max(phrase, n - 6) : n], behind, keys[slice(*_sentence(those, n))]):
                    yield Entity(KINDS.get(value, "document"), value, those[n].start, those[n + size - 1].end)
                else:
                    size = 1
            n += size or 1

    def _surface(self, keys: Sequence[str], those: Sequence[Word], n: int) -> tuple[int, str]:
        """How many words the longest surface has that begins here, with an ending perhaps; and its value."""
        most = self._longest.get(keys[n], 1)
        size = 1
        while size < most and n + size < len(those) and those[n + size].joined:
            size += 1
        for count in range(size, 0, -1):
            surface = " ".join(keys[n : n + count])
            if value := self._surfaces.get(surface):
                return count, value
            if (
                len(surface) > _LONG_ENOUGH
                and surface[-1] == "a"
                and surface[-3:-2] == surface[-2:-1]
                and (value := self._surfaces.get(surface[:-2]))
            ):
                return count, value  # "berras-sa", as Madurese says it.
            for ending in _ENDINGS:
                if surface.endswith(ending) and (value := self._surfaces.get(surface.removesuffix(ending))):
                    return count, value
        return 0, ""

    def _right(self, key: str) -> str:
        """The word of a surface that this one is but for a letter, or the word itself."""
        if len(key) < _LONG_ENOUGH - 1 or key in self._known:
            return key
        if right := self._slips.get(key):  # A letter is missing.
            return right
        for shorter in _shorter(key):
            if shorter in self._known and len(shorter) >= _LONG_ENOUGH:
                return shorter  # One too many.
            if (right := self._slips.get(shorter)) and right[0] == key[0] and _is_slip(key, right):
                return right  # A wrong one, or two in the wrong order.
        return key


def _phrase_end(those: Sequence[Word], n: int, most: int) -> int:
    """Where the phrase ends that goes on with this word, at most so many words on."""
    end = n
    while end < min(n + most, len(those)) and those[end].joined:
        end += 1
    return end


def _sentence(those: Sequence[Word], n: int) -> tuple[int, int]:
    """The first word of the sentence that this word is in, and the first one behind it."""
    first, end = n, n + 1
    while first > 0 and n - first < _FAR and not _ends(those[first]):
        first -= 1
    while end < len(those) and end - n < _FAR and not _ends(those[end]):
        end += 1
    return first, end


def _ends(word: Word) -> bool:
    return not word.joined and any(sign in word.gap for sign in ".?!\n")


def _add(found: list[Entity], taken: bytearray, those: Iterable[Entity]) -> None:
    """Those that stand where nothing else does."""
    for one in those:
        if not any(taken[one.start : one.end]):
            taken[one.start : one.end] = b"\1" * (one.end - one.start)
            found.append(one)


def _shorter(word: str) -> Iterator[str]:
    return (word[:n] + word[n + 1 :] for n in range(len(word)))


def _is_slip(key: str, right: str) -> bool:
    return len(key) == len(right) and (len(key) >= _LONGER or sorted(key) == sorted(right))


def _ordinary(corpus: Corpus) -> frozenset[str]:
    """Words of the examples that are not part of anything named."""
    parts: list[str] = []
    for example in corpus.examples:
        end = 0
        for named in example.named:
            parts.append(example.text[end : named.start])
            end = named.end
        parts.append(example.text[end:])
    return frozenset(re.findall(r"[a-z]+", " ".join(parts).lower().replace("'", "")))
