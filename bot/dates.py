"""A date as people write it: 17-8-75, 17081975, "17 agustus 1975", "pitulas Agustus sangalas pitung puluh lima"."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from rapidfuzz.distance import OSA

from bot import spoken
from bot.digits import digits_of, plain

EARLIEST: Final = 1900
_MONTHS: Final = {
    word: number
    for number, words in enumerate(
        (
            "januari jan january januwari janwari",
            "februari feb pebruari peb february pebruwari",
            "maret mar mrt march",
            "april apr",
            "mei may mey",
            "juni jun june",
            "juli jul july",
            "agustus agu agt ags agust agts august aug gustus",
            "september sep sept septembr",
            "oktober okt october oct",
            "november nov nopember nop",
            "desember des december dec",
        ),
        1,
    )
    for word in words.split()
}
_LONG: Final = tuple(word for word in _MONTHS if len(word) >= 5)  # Of which one letter may be wrong.
_DAY, _MONTH, _YEAR = (
    frozenset(words.split())
    for words in ("tgl tanggal tgal tg tggl date day", "bulan bln bl wulan bulen month", "tahun thn th taun tahon year")
)
# What makes it unclear, another day than the one that is asked for, or an age.
_NO_DATE: Final = frozenset(
    str.split(
        "umur usia umure omor age aged atau utawa otaba or antara sekitar kira kiro kirakira about around bukan dudu "
        "banne sanes not lupa lali kalopae tau tahu ngerti mungkin kayaknya maybe probably between almost hampir "
        "jam pukul old years kurang lebih"
    )
)
_CHUNK: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*|[^\w\s]|_")
_PARTS: Final = re.compile(r"[0-9OolI]*[0-9][0-9OolI]*|[^\W\d_]+")
_ORDINAL: Final = frozenset({"st", "nd", "rd", "th"})
_SIGNS: Final = frozenset(".,/-:'\u2019\u2018\u2010\u2011\u2012\u2013\u2014()*#")


def read(text: str, today: date | None = None) -> date:
    """`today` allows years of two digits, up to this year 20xx, else 19xx. ValueError: no date, or an unclear one."""
    day, month, year = _day_month_year(list(_pieces(plain(text))))
    if len(day) > 2 or len(month) > 2 or len(year) not in (2, 4):
        raise ValueError("a day and a month have up to two digits, a year has two or four")
    found = date(_whole(year, today), int(month), int(day))
    if found.year < EARLIEST:
        raise ValueError("too long ago")
    return found


def _pieces(text: str) -> Iterator[str]:
    """Numbers as digits, months as "month 8", and the words for day, month and year. ValueError: it is unclear."""
    chunks = [part for chunk in _CHUNK.findall(text) for part in _split(chunk)]
    lower = [chunk.lower().replace("'", "").replace("\u2019", "") for chunk in chunks]
    at = 0
    while at < len(chunks):
        word, count = lower[at], 1
        if digits := digits_of(chunks[at]):
            yield digits
        elif month := _month(word):
            yield f"month {month}"
        elif word in _DAY | _MONTH | _YEAR:
            yield "day" if word in _DAY else "month" if word in _MONTH else "year"
        elif word in _NO_DATE:
            raise ValueError("an age, or not sure")
        elif word in spoken.WORDS:
            number, count = spoken.number(lower, at)
            if not count:
                raise ValueError("half a number")
            yield number
        elif chunks[at] not in _SIGNS and not word.isalpha():
            raise ValueError("a date has digits and letters")
        at += count


def _split(chunk: str) -> list[str]:
    """A word that digits are glued to, such as 17agustus1975 and 17th, in its parts."""
    if digits_of(chunk) or not any(map(str.isdecimal, chunk)):
        return [chunk]
    parts = _PARTS.findall(chunk)
    if "".join(parts) != chunk.replace("'", "").replace("\u2019", ""):
        raise ValueError("a date has digits and letters")
    return [part for n, part in enumerate(parts) if not (n and part.lower() in _ORDINAL and len(parts) == 2)]


def _month(word: str) -> int:
    if number := _MONTHS.get(word):
        return number
    if len(word) < 5 or word in spoken.WORDS:
        return 0
    near = {_MONTHS[known] for known in _LONG if OSA.distance(word, known, score_cutoff=1) <= 1}
    return near.pop() if len(near) == 1 else 0


def _day_month_year(pieces: Sequence[str]) -> tuple[str, str, str]:
    """ValueError: there are not exactly these three."""
    named = [n for n, piece in enumerate(pieces) if piece.startswith("month ")]
    if len(named) > 1:
        raise ValueError("two months")
    labels = [piece for piece in pieces if piece in ("day", "month", "year")]
    if pieces[-1:] == ["year"]:
        raise ValueError("an age")
    if named:
        return _around(pieces, named[0])
    if labels[-2:] == ["month", "year"]:
        return _labelled(pieces)
    numbers = [piece for piece in pieces if piece.isdecimal()]
    if len(numbers) == 4 and len(numbers[2]) == len(numbers[3]) == 2:  # 17 08 19 75
        numbers[2:] = ["".join(numbers[2:])]
    match numbers:
        case [day, month, year] if len(day) == 4:
            return year, month, day
        case [day, month, year]:
            return day, month, year
        case [whole] if len(whole) in (6, 8):
            return whole[:2], whole[2:4], whole[4:]
    raise ValueError("not three numbers")


def _around(pieces: Sequence[str], at: int) -> tuple[str, str, str]:
    """The month has a name: the day stands before it and the year behind, or both behind it, or the year first."""
    month = pieces[at].removeprefix("month ")
    before = [piece for piece in pieces[:at] if piece.isdecimal()]
    behind = [piece for piece in pieces[at + 1 :] if piece.isdecimal()]
    if len(before) == 1 and behind:
        if len(before[0]) == 4 and len(behind) == 1:
            return behind[0], month, before[0]
        return before[0], month, _joined(behind)
    if not before and len(behind) == 2 and len(behind[1]) == 4:
        return behind[0], month, behind[1]
    raise ValueError("no day or no year")


def _labelled(pieces: Sequence[str]) -> tuple[str, str, str]:
    """ "tgl 17 bulan 8 tahun 1975"."""
    month, year = pieces.index("month"), pieces.index("year")
    groups = (pieces[:month], pieces[month:year], pieces[year:])
    day, of_month, of_year = ([piece for piece in group if piece.isdecimal()] for group in groups)
    if len(day) != 1 or len(of_month) != 1 or not of_year:
        raise ValueError("not one of each")
    return day[0], of_month[0], _joined(of_year)


def _joined(numbers: Sequence[str]) -> str:
    """A year that is read out in parts: 19 75, 1 9 7 5, 7 5."""
    if len(numbers) > 1 and any(len(number) > 2 for number in numbers):
        raise ValueError("more than a year")
    return "".join(numbers)


def _whole(year: str, today: date | None) -> int:
    if len(year) == 4:
        return int(year)
    if today is None:
        raise ValueError("without today a year has four digits")
    return int(year) + (2000 if int(year) <= today.year % 100 else 1900)
