"""The numbers in what somebody writes: in groups, with letters that are meant as digits, or read out in words."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from bot import spoken

LONGEST: Final = 1600  # Characters; what is behind them is not read, so that no text can take long.
TO_DIGITS: Final = str.maketrans("OolI", "0011")

_CHUNK: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*|[^\w\s]|_")
_BETWEEN: Final = frozenset(
    "'\u2019 .-\u2010\u2011\u2012\u2013\u2014\u2212()"
)  # Within one number; any white space, too.
_SAID_BETWEEN: Final = frozenset({"strip", "spasi", "titik", "setrip", "dash", "space"})
_GLUED: Final = re.compile(r"([A-Za-z]{2,}?)([0-9OolI]*[0-9][0-9OolI]*)")
_ALIKE: Final = frozenset("OolI")


@dataclass(frozen=True, slots=True)
class Run:
    """Digits that belong together, and the words before and behind them, up to the next number."""

    digits: str = field(repr=False)
    before: tuple[str, ...] = field(default=(), repr=False)
    behind: tuple[str, ...] = field(default=(), repr=False)
    plus: bool = False  # A "+" stands before it.
    alien: bool = False  # Other letters stand within it.


def plain(text: str) -> str:
    """In ordinary characters: full-width and other scripts' digits become ours, zero-width characters go."""
    text = text[:LONGEST]
    if text.isascii():
        return text
    seen = (c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in seen)


def digits_of(piece: str) -> str:
    """A piece as digits, where it has one and otherwise only letters that look like one; else nothing."""
    digits = piece.translate(TO_DIGITS)
    return digits if digits.isascii() and digits.isdecimal() and any(map(str.isdecimal, piece)) else ""


def runs(text: str) -> list[Run]:
    """Every number of a text, in order. A comma, a slash or a word ends a number; dots, dashes and spaces do not."""
    found: list[Run] = []
    words: list[str] = []
    digits: list[str] = []
    alien = False

    def close() -> None:
        nonlocal words, digits, alien
        if digits:
            found.append(Run("".join(digits), tuple(words), (), words[-1:] == ["+"], alien))
            words, digits, alien = [], [], False

    for said, number in _pieces(plain(text)):
        if number or (digits and said and _ALIKE.issuperset(said) and said == said.upper()):
            digits.append(number or said.translate(TO_DIGITS))
            alien = alien or said == "?"
        elif not (digits and said in _BETWEEN):
            close()
            words.append(said.lower())
    close()
    behind = [*(run.before for run in found[1:]), tuple(words)]
    return [replace(run, behind=words_behind) for run, words_behind in zip(found, behind, strict=False)]


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Each word or sign of a text, with the digits that it stands for, if it does; "?" for one with other letters."""
    chunks = _CHUNK.findall(text)
    lower = [chunk.lower().replace("'", "").replace("\u2019", "") for chunk in chunks]
    at = 0
    while at < len(chunks):
        chunk = chunks[at]
        if lower[at] in _SAID_BETWEEN:
            yield "-", ""
        elif digits := digits_of(chunk):
            yield chunk, digits
        elif glued := _GLUED.fullmatch(chunk):
            yield glued[1], ""
            yield glued[2], digits_of(glued[2])
        elif any(map(str.isdecimal, chunk)):
            yield "?", "".join(c for c in chunk.translate(TO_DIGITS) if c.isdecimal())
        else:
            number, count = spoken.number(lower, at)
            if count:
                yield chunk, number
                at += count
                continue
            yield chunk, ""
        at += 1
