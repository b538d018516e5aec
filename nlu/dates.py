"""The days and times of day that a message names, in four languages.

Each word becomes one character (a weekday W, a month M, a number of one digit e …), so that what a date looks like is
a short pattern over such characters: `T?[De]M` is "tgl 17 agustus". A comma stands where a phrase ends.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import TypeVar

from bot import spoken
from bot.meaning import Entity
from nlu.numbers import LONGEST, Word

Value = TypeVar("Value")


def _by_word(rows: Iterable[tuple[Value, str]]) -> dict[str, Value]:
    return {word: value for value, row in rows for word in row.split()}


_WEEKDAYS = _by_word(
    enumerate(
        str.split(
            "senin senen snin sennen senneng snen monday | selasa slasa salasa seloso sloso selosoh tuesday | rabu "
            "rebo rebbu rbu rebu rebuh wednesday | kamis kemis kemmes kammis kmis thursday | jumat jmat jumuah jemuah "
            "jumaat jumad jemuwah jemat friday | sabtu sbtu setu sattu saptu sebtu saturday | ahad ngahad ahat sunday",
            "|",
        )
    )
)
_MONTHS = _by_word(
    enumerate(
        str.split(
            "januari january januwari janwari jan | februari pebruari february febuari feb peb | maret march mrt mar "
            "| april apr apil | mei may | juni june jun | juli july jul | agustus august agt agust agustos ags agst | "
            "september sept septembr sep | oktober october okt oct | november nopember nov nop novembr | desember "
            "december desmber des dec desembr",
            "|",
        ),
        1,
    )
)
_DAYS_AWAY = _by_word(
    (
        (-1, "kemarin kemaren kmrn kmren kmarin kmaren kemrin kmrin wingi dingin yesterday ystrday yesterdy"),
        (-1, "beri bari beeri baari berri barri berik barik bhari bheri"),
        (0, "today tday"),
        (1, "besok bsk bsok besuk sesuk ngesuk mbesuk tomorrow tmrw tmr tomorow benjing mbenjing"),
        (1, "lagghu laggu lagguk lagghuk lagguh lagghuh lagguna lagghuna laggunah"),
        (2, "lusa emben embin"),
    )
)
_PARTS = _by_word(
    (
        ("am", "pagi pgi isuk esuk enjing enjang morning paginya isuke esuke"),
        ("noon", "siang siyang awan aban noon siangnya awane"),
        ("pm", "sore sonten afternoon evening sorenya sorene sontenipun"),
        ("night", "malam malem mlm bengi dalu malemnya malamnya bengine night"),
    )
)
_KINDS = _by_word(
    (
        *(("N", word) for word in spoken.WORDS),
        *(("Y" if word.endswith("day") else "W", word) for word in _WEEKDAYS),
        *(("M", word) for word in _MONTHS),
        *(("R", word) for word in _DAYS_AWAY),
        *(("n" if part == "night" else "p", word) for word, part in _PARTS.items()),
        ("m", "jan feb peb march mrt mar apr may jun jul agt ags agst sep sept okt oct nov nop des dec"),
        ("K", "kemarin kemaren kmrn kmren kmarin kmaren kemrin kmrin wingi"),
        ("l", "lagghu laggu lagguk lagghuk lagguh lagghuh"),  # With "ghu" before it, the morning.
        ("h", "gu ghu ge"),
        ("G", "minggu mingghu mgg mnggu mgu mggu minggune"),  # A week, or Sunday.
        ("V", "week weeks pekan"),
        ("B", "bulan bln blan sasi wulan ulan month months bulen bhulan"),
        ("A", "tahun thn taun th year years tahon taon"),
        ("H", "hari hr dino dina dinten day days"),
        ("a", "are arena"),
        ("T", "tgl tanggal tgal tggl tangghal tanggel date tg"),
        ("L", "lalu lewat lwt kepungkur kapungkur lebat lebbat adha ago kliwat"),
        ("F", "depan dpn budi ngarep ngajeng dateng deteng mendatang ngarepe dhateng"),
        ("I", "ini iki niki reya areya panika nika neka"),
        ("P", "this next last"),
        ("Q", "yang yg sing se kang ingkang"),
        ("r", "lagi lgi maneh engkas"),
        ("O", "st nd rd th"),
        ("o", "of"),
        ("t", "the"),
        ("J", "legi pahing pon wage kliwon paing"),
        ("k", "kala"),
        ("u", "dulu dlu"),
        ("j", "jam pukul pkl jm jem pokol jhem"),
        ("s", "setengah"),
        ("c", "am pm wib"),
        ("g", "selamat slmt slamat slamet met mat sugeng sgeng good gud gd salamet slmat selamet"),
        ("i", "tiap setiap saben tiep sabben per every beberapa bbrp berapa brp sak hitungan"),
        ("i", "tengah sdh sudah udah wis wes sampun ampun mpun la le ampon talebat ta"),
        ("b", "habis abis hbs bakda bada setelah sesudah bar sebelum after before sabelluna samarena sakwise"),
        ("q", "subuh dhuhur dzuhur duhur zuhur lohor luhur ashar asar magrib maghrib isya isyak jumatan prayer"),
    )
)
_NEEDS_ITS_SIGN = frozenset({"beri"})  # "beri'" is yesterday in Madurese, "beri" is to give.
_HELLO = frozenset(str.split("halo hallo hai hi hey ass assalamualaikum permisi dear"))
_ADDRESSED = frozenset(
    str.split(
        "pak bu mbak mas min kak bang pa bapak ibu admin bpk sir maam mbk mb kang yuk gan bos bosku semua semuanya "
        "kakak buk mam madam dok sis bro dik om paman lek cak"
    )
)

_DATES = re.compile(
    r"(?P<full>T?[De]O?o?B?[Mm](?:A?y|A?[Dz](?!:))|[Mm][De]O?,?y|T?[De]B[De]A?[yDz])"
    r"|(?P<day>T?[De]O?o?B?[Mm]|T[De]B[KLFI]|T[De]O?(?!:)|t[De]O|TN{1,3})"
    r"|(?P<month>BMy?|Bmy?|My?|my|Ay)"
    r"|(?P<weekday>[Ha]?WJ?[KLFI]?|H?Y|PY|HG[KLFI]?)"
    r"|(?P<away>[NeD][GVBAH]Q?[Lr])"
    r"|(?P<span>[GBAV]Q?[KLFI]|P[GVBA])"
    r"|(?P<today>HI)"
    r"|(?P<relative>k?K[Lu]?|R|(?<![hgi])l)"
    r"|(?P<sunday>(?<![NeDziV])G)"
)
_TIMES = re.compile(
    r"(?P<clock>js?(?:[De](?::[Dz])?|N{1,2})[pn]?|[De](?::[Dz])?c|(?<![:De])[De]:[Dz](?!:)|[De](?::[Dz])?p)"
    r"|(?P<prayer>bq)"
    r"|(?P<early>(?<!g)hl)"
    r"|(?P<part>(?<![gi])(?<!g,)p(?!z)|(?<![giPNeDz])(?<!g,)n(?![WGYez]))"
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
    return _KINDS.get(key, "x")


def find(text: str, those: Sequence[Word], today: date | None, past: bool = False) -> Iterator[Entity]:
    """Days, then times. `past`: what is told of has happened already, so that "tgl 4" is the last fourth."""
    taken: set[int] = set()
    for entity in _figures(text, those, today):
        taken.update(range(entity.start, entity.end))
        yield entity
    codes, at = _codes(text, those, taken)
    for match in _DATES.finditer(codes):
        own = [those[n] for n in at[match.start() : match.end()] if n is not None]
        yield _entity("date", text, own, _iso(match.lastgroup or "", own, today, past))
    yield from _times(text, those, codes, at)


def _codes(text: str, those: Sequence[Word], taken: set[int]) -> tuple[str, list[int | None]]:
    """One character for each word, and which word each stands for."""
    codes: list[str] = []
    at: list[int | None] = []
    for n, word in enumerate(those):
        if n and not (word.joined and word.gap != "."):
            codes.append(":" if word.gap in (":", ".") and word.key.isdecimal() else "" if word.joined else ",")
            at += [None] * len(codes[-1])
        codes.append(_code(word, text, taken))
        at.append(n)
    return "".join(codes), at


def _code(word: Word, text: str, taken: set[int]) -> str:
    key = word.key
    if not key.isdecimal():
        if key in _NEEDS_ITS_SIGN and text[word.start : word.end].isalpha():
            return "x"
        return _KINDS.get(key, "x")
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
    month = next((_MONTHS[key] for key in keys if key in _MONTHS), 0)
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
            weekday = next((_WEEKDAYS[key] for key in keys if key in _WEEKDAYS), 6)
            back = past or any(_KINDS.get(key, "") in "KL" or key == "last" for key in keys)
            ahead = (weekday - today.weekday() - 1) % 7 + 1
            return _away(today, ahead - 7 - 7 * (ahead == 7) if back else ahead)
        case "away":
            days = {"G": 7, "V": 7, "H": 1}.get(_KINDS.get(keys[1], ""), 0) * _counted(keys)
            behind = _KINDS.get(keys[-1]) == "L"
            return _away(today, -days if behind else days) if days else ""
        case "relative":
            if len(own) > 1 and _KINDS.get(keys[0]) != "k":
                return ""
            return _away(today, _DAYS_AWAY[keys[-1]])
        case "today":
            return today.isoformat()
        case _:
            return ""


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
    part = next((_PARTS[key] for key in keys if key in _PARTS), "")
    if "setengah" in keys:
        hour, minute = hour - 1, 30
    if "pm" in keys or (part in ("noon", "pm") and hour < 10) or (part == "night" and 5 < hour < 12):
        hour += 12 if hour < 12 else 0
    clear = part or "am" in keys or "pm" in keys or hour > 12 or (numbers and len(numbers[0]) == 2 and numbers[1:])
    return f"{hour:02}:{minute:02}" if clear and hour < 24 and minute < 60 else ""
