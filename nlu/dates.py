"""The days and times of day that a message names, in four languages.

Each word becomes one character (a weekday W, a month M, a number of one digit e …), so that what a date looks like is
a short pattern over such characters: `T?[De]M` is "tgl 17 agustus". A comma stands where a phrase ends.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from bot import spoken
from bot.meaning import Entity
from nlu.daywords import DAYS_AWAY, KINDS, MONTHS, PARTS, WEEKDAYS
from nlu.numbers import LONGEST, Word

_NEEDS_ITS_SIGN = frozenset({"beri"})  # "beri'" is yesterday in Madurese, "beri" is to give.
_JAVANESE_PARTS = frozenset(str.split("bengi esuk isuk awan"))  # "Bengi mau": last night; "mau" else: to want.
_BY = frozenset({"lewat", "lwt", "lebat"})  # Past, and by way of.
_HELLO = frozenset(str.split("halo hallo hai hi hey ass assalamualaikum permisi dear"))
_ADDRESSED = frozenset(
    str.split(
        "pak bu mbak mas min kak bang pa bapak ibu admin bpk sir maam mbk mb kang yuk gan bos bosku semua semuanya "
        "kakak buk mam madam dok sis bro dik om paman lek cak"
    )
)

_DATES = re.compile(
    r"(?P<full>T?[De]O?o?B?[Mm](?:A?y|A?[Dz](?!:))|[Mm][De]O?,?y|T?[De]B[De]A?[yDz])"
    r"|(?P<worded>T?(?:N{1,4}|[De])(?:o?B?M|om)(?:A?(?:N{2,8}|y|[Dz](?!:)))?)"
    r"|(?P<day>T?[De]O?o?B?[Mm]|T[De]B[KLFI]|T[De]O?(?!:)|t[De]O|TN{1,3})"
    r"|(?P<part>nWJ?[KLFI]?|(?<!i)nG[KL]?|P[np]|(?<![NeDzg])[np]I|C[npq]|(?<=[^NeDzg])[npq]C|[Kd][np](?!W))"
    r"|(?P<edge>[Ew]o?[tP]?(?:[BAVG][KLFI]?|M))"
    r"|(?P<month>B[Mm]y?[KLFI]?|My?[KLFI]?|my|BX|[XS][KLFI]|(?<=f)B(?:[De]|N{1,2})(?![NBAHVG])|Ay)"
    r"|(?P<weekday>[Ha]?WJ?[KLFI]?|[Ha]v[KLFI]?|H?Y|PY|HG[KLFI]?)"
    r"|(?P<away>(?:[De]|N{1,4})[GVBAH]Q?[Lr])"
    r"|(?P<span>[GBAV]Q?[KLFI]|P[GVBA])"
    r"|(?P<today>HI)"
    r"|(?P<relative>k?[Kd][Lu]?|R|(?<![hgi])l)"
    r"|(?P<sunday>(?<![NeDziV])G)"
)
_TIMES = re.compile(
    r"(?P<clock>js?(?:[De](?::[Dz])?|N{1,2})[pn]?|[De](?::[Dz])?c|(?<![:De])[De]:[Dz](?!:)|[De](?::[Dz])?p)"
    r"|(?P<prayer>bq|(?<=f)q)"
    r"|(?P<early>(?<!g)hl)"
    r"|(?P<part>(?<![giw])(?<!g,)p(?!z)|(?<![giwPNeDz])(?<!g,)n(?![WGYez]))"
)
_IN_FIGURES = re.compile(
    r"(?<![\d.,/-])"
    r"(?:(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d\d)|(\d{4})-(\d\d)-(\d\d)|(\d\d)(\d\d)(\d{4}|\d\d))"
    r"(?!\d|[./-]\d)",
    re.ASCII,
)
_BORN = frozenset(
    str.split("lahir lair laher born lahire lahirku lairku birth lhr tgl tanggal lahirnya laherra birthday")
)


def kind(key: str) -> str:
    """The character that stands for a word."""
    return KINDS.get(key, "x")


def find(text: str, those: Sequence[Word], today: date | None, past: bool = False) -> Iterator[Entity]:
    """Days, then times. `past`: what is told of has happened already, so that "tgl 4" is the last fourth."""
    taken: set[int] = set()
    for entity in _figures(text, those, today):
        taken.update(range(entity.start, entity.end))
        yield entity
    codes, at = _codes(text, those, taken)
    for match in _DATES.finditer(codes):
        own = [those[n] for n in at[match.start() : match.end()] if n is not None]
        if match.lastgroup == "span" and own[-1].key in _BY and codes[match.start() - 1 : match.start()] == "i":
            continue  # "Tiap bulan lewat agen".
        if match.lastgroup == "worded":
            first, last, iso = _worded([word.key for word in own], today, past)
            own = own[first:last]
        else:
            iso = _iso(match.lastgroup or "", own, today, past)
        if own:
            yield _entity("date", text, own, iso)
    yield from _times(text, those, codes, at)


def _codes(text: str, those: Sequence[Word], taken: set[int]) -> tuple[str, list[int | None]]:
    """One character for each word, and which word each stands for."""
    codes: list[str] = []
    at: list[int | None] = []
    for n, word in enumerate(those):
        if n and not (word.joined and word.gap != "."):
            codes.append(":" if word.gap in (":", ".") and word.key.isdecimal() else "" if word.joined else ",")
            at += [None] * len(codes[-1])
        code = _code(word, text, taken)
        if word.key == "mau" and any(those[m].key in _JAVANESE_PARTS for m in (n - 1, n + 1) if 0 <= m < len(those)):
            code = "C"
        codes.append(code)
        at.append(n)
    return "".join(codes), at


def _code(word: Word, text: str, taken: set[int]) -> str:
    key = word.key
    if not key.isdecimal():
        if key in _NEEDS_ITS_SIGN and text[word.start : word.end].isalpha():
            return "x"
        return KINDS.get(key, "x")
    if word.start in taken or not key.isascii():
        return "x"
    if len(key) <= 2:
        return ("e" if len(key) == 1 else "D") if 1 <= int(key) <= 31 else "z"
    return "y" if len(key) == 4 and key[:2] in ("19", "20") else "x"


def _entity(kind: str, text: str, own: list[Word], other: str = "") -> Entity:
    start, end = own[0].start, own[-1].end
    return Entity(kind, text[start:end], start, end, other)


def _figures(text: str, those: Sequence[Word], today: date | None) -> Iterator[Entity]:
    """17-8-75, 17.08.1975, 1975-08-17, 17081975; and 170875 where something says that it is a date."""
    for match in _IN_FIGURES.finditer(text, 0, LONGEST):
        day, _, month, year, iso_year, iso_month, iso_day, glued_day, glued_month, glued_year = match.groups()
        if len(match[0]) == 6 and glued_day and len(those) > 1 and _BORN.isdisjoint(word.key for word in those):
            continue
        iso = _day(
            day or iso_day or glued_day, month or iso_month or glued_month, year or iso_year or glued_year, today
        )
        if iso:
            yield Entity("date", match[0], match.start(), match.end(), iso.strip("?"))


def _day(day: str, month: str, year: str, today: date | None) -> str:
    """ISO; "?" for a date of an unknown century; nothing where there is no such day."""
    whole = int(year)
    if len(year) == 2:
        whole += 2000 if whole <= (today.year % 100 if today else 30) else 1900
    try:
        found = date(whole, int(month), int(day))
    except ValueError:
        return ""
    if not 1900 <= whole <= 2099:
        return ""
    return found.isoformat() if today or len(year) == 4 else "?"


def _iso(group: str, own: Sequence[Word], today: date | None, past: bool) -> str:
    """The day that is meant, where it is one day and known."""
    keys = [word.key for word in own]
    numbers = [key for key in keys if key.isdecimal()]
    month = next((MONTHS[key] for key in keys if key in MONTHS), 0)
    if group == "full":
        day, *middle, year = numbers
        return _day(day, str(month or middle[0]), year, today).strip("?")
    if today is None:
        return ""
    match group:
        case "day":
            shift = {"F": 1, "I": 0, "L": -1, "K": -1}.get(kind(keys[-1]))
            return _next_day(_counted(keys), month, today, past, shift)
        case "weekday" | "sunday":
            weekday = next((WEEKDAYS[key] for key in keys if key in WEEKDAYS), 6)
            back = past or any(KINDS.get(key, "") in "KL" or key == "last" for key in keys)
            ahead = (weekday - today.weekday() - 1) % 7 + 1
            return _away(today, ahead - 7 - 7 * (ahead == 7) if back else ahead)
        case "away":
            days = {"G": 7, "V": 7, "H": 1}.get(KINDS.get(keys[1], ""), 0) * _counted(keys)
            behind = KINDS.get(keys[-1]) == "L"
            return _away(today, -days if behind else days) if days else ""
        case "relative":
            if len(own) > 1 and KINDS.get(keys[0]) != "k":
                return ""
            return _away(today, DAYS_AWAY[keys[-1]])
        case "part":
            known = {"K": -1, "d": -1, "C": 0, "I": 0}
            away = next((known[kind(key)] for key in keys if kind(key) in known), None)
            night = any(kind(key) == "n" for key in keys)  # Which of two days the night is of is not known.
            return "" if away is None or night else _away(today, away)
        case "today":
            return today.isoformat()
        case _:
            return ""


def _worded(keys: Sequence[str], today: date | None, past: bool) -> tuple[int, int, str]:
    """Which of the words tell a day and its month, and the year if it is told; ISO where the day is known."""
    at = next(n for n, key in enumerate(keys) if kind(key) in "Mm")
    until = next(n for n in range(at, 0, -1) if kind(keys[n - 1]) not in "oB")
    day, first = "", at
    for n in reversed(range(until)):
        number, size = (keys[n], 1) if keys[n].isdecimal() else spoken.number(keys[:until], n)
        if number and n + size == until and 1 <= int(number) <= 31:
            day, first = number, n
    if not day:
        return at, at + 1, ""
    first -= first > 0 and kind(keys[first - 1]) == "T"
    year, end = _year(keys, at + 1)
    if year:
        return first, end, _day(day, str(MONTHS[keys[at]]), year, today).strip("?")
    return first, at + 1, _next_day(int(day), MONTHS[keys[at]], today, past, None) if today else ""


def _year(keys: Sequence[str], n: int) -> tuple[str, int]:
    """The year that begins here, and where it ends: "sewu songo ngatus suwidak", "sembilan belas tujuh lima", "75"."""
    n += n < len(keys) and kind(keys[n]) == "A"
    year = ""
    while n < len(keys) and (len(year) < 2 or year in ("19", "20")):
        number, size = (keys[n], 1) if keys[n].isdecimal() else spoken.number(keys, n)
        if not number or len(year + number) > 4:
            break
        year, n = year + number, n + size
    return (year, n) if len(year) == 2 or (len(year) == 4 and year[:2] in ("19", "20")) else ("", n)


def _counted(keys: Sequence[str]) -> int:
    """The number among words: "20", "dua puluh", "lima"."""
    for n, key in enumerate(keys):
        number = key if key.isdecimal() else spoken.number(keys, n)[0]
        if number:
            return int(number)
    return 0


def _next_day(day: int, month: int, today: date, past: bool, shift: int | None) -> str:
    """The nearest such day from today on, or the last one until today; `shift`: so many months from this one."""
    step = -1 if past else 1
    for months in (step * number for number in range(49)) if shift is None else (shift,):
        count = today.year * 12 + today.month - 1 + months
        try:
            found = date(count // 12, count % 12 + 1, day)
        except ValueError:
            continue
        if shift is not None or (month in (0, found.month) and (found - today).days * step >= 0):
            return found.isoformat()
    return ""


def _away(today: date, days: int) -> str:
    try:
        return (today + timedelta(days)).isoformat()
    except OverflowError:
        return ""


def _times(text: str, those: Sequence[Word], codes: str, at: list[int | None]) -> Iterator[Entity]:
    for match in _TIMES.finditer(codes):
        places = [n for n in at[match.start() : match.end()] if n is not None]
        own = [those[n] for n in places]
        if match.lastgroup == "part" and not _is_part(those, places[0]):
            continue
        yield _entity("time", text, own, _clock([word.key for word in own]) if match.lastgroup == "clock" else "")


def _is_part(those: Sequence[Word], n: int) -> bool:
    """Whether it tells a time. "Pagi bu" at the beginning, or "halo, pagi", is a greeting; "malam-malam" is neither."""
    behind = those[n + 1].key if n + 1 < len(those) else ""
    if any(0 <= m < len(those) and those[m].key == those[n].key for m in (n - 1, n + 1)):
        return False
    hello = n > 0 and those[0].key in _HELLO
    return not (behind in _ADDRESSED and (n == 0 or (n == 1 and hello))) and not (hello and n == len(those) - 1 < 3)


def _clock(keys: list[str]) -> str:
    """24 hours, where morning and evening cannot be taken for each other."""
    numbers = [key for key in keys if key.isdecimal()]
    hour = int(numbers[0]) if numbers else _counted(keys)
    minute = int(numbers[1]) if len(numbers) > 1 else 0
    part = next((PARTS[key] for key in keys if key in PARTS), "")
    if "setengah" in keys:
        hour, minute = hour - 1, 30
    if "pm" in keys or (part in ("noon", "pm") and hour < 10) or (part == "night" and 5 < hour < 12):
        hour += 12 if hour < 12 else 0
    clear = part or "am" in keys or "pm" in keys or hour > 12 or (numbers and len(numbers[0]) == 2 and numbers[1:])
    return f"{hour:02}:{minute:02}" if clear and hour < 24 and minute < 60 else ""
