"""The words of a message with their places, and the numbers that name a person, a family card, a case or a phone."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.identity import Nik, damm
from bot.meaning import Entity

LONGEST = 1600  # Characters that are looked at.

_QUOTES = "'\u2018\u2019\u02bc\u0060\u00b4\u2032"
_WORD = re.compile(rf"[^\W\d_]+(?:[{_QUOTES}][^\W\d_]+)*[{_QUOTES}]?|\d+")
_NO_QUOTES = str.maketrans("", "", _QUOTES)
_DRAWN_OUT = re.compile(r"([aeiou])\1{2,}")
_SHORTENED = frozenset(str.split("b bhs bln bpk ds dsn hr jl kab kec kel kp no srt tgl thn"))  # Often with a full stop.

_NUMBER = re.compile(
    r"(?:(?<![^\W\d_])[OolI]{1,2})?[0-9][0-9OolI]*"
    r"(?:[ .\-\u2010-\u2014()]{1,3}(?:[OI]{0,3}[0-9][0-9OolI]*|[OI]{1,4}(?![^\W\d_])))*"
)
_GROUP = re.compile(r"[0-9OolI]+")
_TO_DIGITS = str.maketrans("OolI", "0011")
_FEWEST, _MOST = 9, 16  # Digits of a number that names somebody or something.
_MOBILE = re.compile(r"(?:0|62|0062|620)?(8[1-35-9]\d{7,10})")
_LANDLINE = re.compile(r"0[2-79]\d{7,9}")
_NEAR, _NEAR_BEHIND = 8, 3  # Words before and behind a number that may say what it is.
_SAYS_KK = frozenset(str.split("kk kknya kke kkne kkku kkna keluarga kaloarga kluarga kulawarga family household klg"))
_SAYS_CARD = _SAYS_KK - {"keluarga", "kaloarga", "kluarga", "kulawarga", "family", "household"}
_SAYS_NIK = frozenset(str.split("nik niknya nike nikku nikna ktp ktpnya ktpku ktpe"))
_SAYS_REFERENCE = frozenset(
    str.split(
        "ref reference referensi refrensi tiket ticket pengaduan pengajuan pendaftaran registrasi registration "
        "laporan aduan kode code sanggah sanggahan kasus case resi bukti antrian berkas permohonan nodaftar"
    )
)
_SAYS_PHONE = frozenset(
    str.split(
        "hp hape hpku hpne hpna wa wasap whatsapp telp telpon telepon tlp tlpn phone kontak contact call hubungi sms "
        "hub telfon nelpon telfonen telponen nomorku nomerku noku"
    )
)
_SAYS_ACCOUNT = frozenset(str.split("rekening rek norek account bri bni mandiri atm"))
_NUMBERED = frozenset(str.split("no nomor nomer nomeripun nomere nomernya nomornya number nomerna"))


@dataclass(frozen=True, slots=True)
class Word:
    """`key`: small letters without accents and apostrophes. `joined`: nothing that ends a phrase stands before it."""

    key: str
    start: int
    end: int
    joined: bool
    gap: str  # What stands between it and the word before.


def words(text: str) -> list[Word]:
    """Numbers are words of their own, even where letters stand beside them: "tgl5", "jam9"."""
    found: list[Word] = []
    end = 0
    text = text[:LONGEST]
    drawn_out = _DRAWN_OUT.search(text) is not None
    for match in _WORD.finditer(text):
        key = match[0].lower().translate(_NO_QUOTES)
        if not key.isascii():
            key = "".join(c for c in unicodedata.normalize("NFKD", key) if not unicodedata.combining(c))
        if drawn_out:
            key = _DRAWN_OUT.sub(r"\1", key)
        gap = text[end : match.start()]
        stays = gap in ("", " ", "-", "/", ".") or (gap.isspace() and "\n" not in gap)
        shortened = gap == ". " and bool(found) and found[-1].key in _SHORTENED
        found.append(Word(key, match.start(), match.end(), bool(found) and (stays or shortened), gap))
        end = match.end()
    return found


def find(text: str, those: Sequence[Word], regency_exists: Callable[[str], bool]) -> Iterator[Entity]:
    """In the order of the text. `regency_exists`: whether a NIK may begin with these four digits."""
    starts = [word.start for word in those]
    keys = {word.key for word in those}
    card = not keys.isdisjoint(_SAYS_CARD) and keys.isdisjoint(_SAYS_NIK)
    for match in _NUMBER.finditer(text, 0, LONGEST):
        groups = list(_groups(text, match))
        n = 0
        while n < len(groups):
            size, entity = _number(groups[n : n + _MOST], those, starts, card, regency_exists)
            if entity:
                yield entity
            n += size


def _number(
    groups: list[tuple[int, int, str]],
    those: Sequence[Word],
    starts: list[int],
    card: bool,
    regency_exists: Callable[[str], bool],
) -> tuple[int, Entity | None]:
    """The number that begins with the first group, and how many groups it has. `card`: only the KK is spoken of."""
    start = groups[0][0]
    sizes = [*range(len(groups), 0, -1)]
    if len(groups[0][2]) > _FEWEST:  # Long enough for itself; what follows is the next number.
        sizes = [1, *sizes[:-1]]
    for size in sizes:
        digits = "".join(group[2] for group in groups[:size])
        end = groups[size - 1][1]
        if _FEWEST <= len(digits) <= _MOST and (
            kind := _kind(digits, *_said(those, starts, start, end), card, regency_exists)
        ):
            mobile = _MOBILE.fullmatch(digits) if kind == "phone_number" else None
            return size, Entity(kind, digits, start, end, f"+62{mobile[1]}" if mobile else "")
    return 1, None


def _kind(digits: str, before: list[str], behind: list[str], card: bool, regency_exists: Callable[[str], bool]) -> str:
    """What a number is by its shape, and by the nearest words about it; nothing where it may be anything."""
    says = _first((*before, *behind), _SAYS_KK | _SAYS_NIK)
    if len(digits) == 16:
        if not (says or regency_exists(digits[:4])):
            return ""
        return "kk_number" if says in _SAYS_KK or (not says and (card or not _is_nik(digits))) else "nik"
    says = _first((*before, *behind), _SAYS_REFERENCE | _SAYS_PHONE)
    account = not _SAYS_ACCOUNT.isdisjoint(before)
    if len(digits) == 12 and (says in _SAYS_REFERENCE or ("daftar" in before and not damm(digits))):
        return "reference"
    if _MOBILE.fullmatch(digits) and (digits[0] != "8" or says in _SAYS_PHONE or (len(digits) < 12 and not account)):
        return "phone_number"
    if len(digits) == 12 and not account:
        return "reference"
    return "phone_number" if says in _SAYS_PHONE and _LANDLINE.fullmatch(digits) else ""


def _groups(text: str, match: re.Match[str]) -> Iterator[tuple[int, int, str]]:
    """The groups of digits of a number as it was typed: where they begin and end, and their digits."""
    for group in _GROUP.finditer(text, match.start(), match.end()):
        typed = group[0]
        if text[group.end() : group.end() + 1].isalpha():
            typed = typed.rstrip("OolI")
        if typed:
            yield group.start(), group.start() + len(typed), typed.translate(_TO_DIGITS)


def _said(those: Sequence[Word], starts: list[int], start: int, end: int) -> tuple[list[str], list[str]]:
    """The words of the phrase before a number, the nearest first, and behind it."""
    first, last = bisect_right(starts, start) - 1, bisect_left(starts, end)
    before: list[str] = []
    for n in range(first - 1, max(-1, first - 1 - _NEAR), -1):
        near = those[n + 1].joined or those[n + 1].gap.strip() in (":", "=", "(", ".", "")
        if (len(those[n].key) > 8 and those[n].key.isdecimal()) or not (near or _NUMBERED.intersection(before)):
            break
        before.append(those[n].key)
    behind: list[str] = []
    for word in those[last : last + _NEAR_BEHIND]:
        if word.key.isdecimal() or not (word.joined or word.gap.strip() == "("):
            break
        behind.append(word.key)
    return before, behind


def _first(keys: Iterable[str], known: frozenset[str]) -> str:
    return next((key for key in keys if key in known), "")


def _is_nik(digits: str) -> bool:
    try:
        Nik(digits)
    except ValueError:
        return False
    return True
