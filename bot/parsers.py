"""From what people type to values: forgiving about the writing, strict about what it says.

Each reads its own `str()` back, for a talk is run again over the answers that were kept.
"""

import re
import unicodedata
from datetime import date
from typing import Final

from bot.conversation import Invalid
from bot.identity import Kk, Msisdn, Nik, PersonName, Reference
from bot.messages import Text

LONGEST: Final = 1600  # Characters; what is behind them is not read, so that no text can take long.
FREE_TEXT: Final = 160
QUERY: Final = 30
FEWEST_LETTERS: Final = 3

_SEPARATORS: Final = " .-\t\r\n\u2010\u2011\u2012\u2013\u2014\u2212"
_TO_DIGITS: Final = str.maketrans("OolI", "0011", _SEPARATORS)
_APOSTROPHES: Final = str.maketrans("\u2018\u2019\u02bc\u0060\u00b4\u2032", "''''''")
_HIDDEN: Final = frozenset({"Cf", "Cc", "Co", "Cs"})  # Formats, controls, private use, halves of characters.

# Numbers that nobody owns. The three examples stand in most explanations of the NIK; their province 10 does not exist.
# Examples in existing areas may be somebody's real number and are not refused.
_DIGITS: Final = "0123456789" * 3
_DUMMIES: Final = frozenset(
    [digit * 16 for digit in "0123456789"]
    + [_DIGITS[first : first + 16] for first in range(10)]
    + [_DIGITS[::-1][first : first + 16] for first in range(10)]
    + ["1050245708900001", "1050245708900002", "1050241708900001"]
)

_ADDRESS: Final = frozenset(
    str.split("NAMA NAMAKU SAYA AKU KULO KULA JENENG JENENGKU NYAMA ADALAH PAK BAPAK BPK BU IBU MBAH MBAK")
)
_ENGLISH: Final = (["MY", "NAME", "IS"], ["I", "AM"])  # Only as a whole: Is and My are names.
_TITLES: Final = frozenset(str.split("H HJ HAJI HAJJAH DRS DRA DR IR KH PROF UST USTADZ USTADZAH MAS"))
_DEGREES: Final = frozenset(
    str.split(
        "SPD SPDI SE SH SAG SKOM ST SSOS SIP SKEP SKM STP SSI SPT SS NERS MPD MPDI MM MSI MH MT MKES MAG AMD BA BSC"
    )
)
_ALIAS: Final = frozenset(str.split("ALIAS ALS AL. PANGGILAN DIPANGGIL"))

_RUNS: Final = re.compile(r"[0-9]+|[a-z]+")
_BETWEEN_DATE_PARTS: Final = re.compile(r"[ \t\r\n./,-]+")
_DATE_WORDS: Final = frozenset({"tgl", "tanggal", "lahir"})
_MONTHS: Final = {
    word: number
    for number, words in enumerate(
        (
            "januari jan january",
            "februari feb pebruari peb february",
            "maret mar march",
            "april apr",
            "mei may",
            "juni jun june",
            "juli jul july",
            "agustus agu agt ags agust august aug",
            "september sep sept",
            "oktober okt october oct",
            "november nov nopember nop",
            "desember des december dec",
        ),
        1,
    )
    for word in words.split()
}
_FILLERS: Final = frozenset(str.split("desa ds kelurahan kel kecamatan kec"))


def nik(text: str) -> Nik:
    """Sixteen digits with a possible birth date; what only looks odd is `second_look`'s and `notes`' in bot.areas."""
    digits = _digits(text)
    if digits is None:
        raise Invalid(Text("reg.nik.err_char"))
    if len(digits) != 16:
        raise Invalid(Text("reg.nik.err_len", {"n": len(digits)}))
    if digits in _DUMMIES:
        raise Invalid(Text("reg.nik.err_dummy"))
    try:
        return Nik(digits)
    except ValueError:
        raise Invalid(Text("reg.nik.err_form")) from None


def kk(text: str) -> Kk:
    """Sixteen digits that are no woman's NIK. A man's NIK looks the same as a KK; only comparing the two shows it."""
    digits = _digits(text)
    if digits is None:
        raise Invalid(Text("reg.kk.err_char"))
    if digits in _DUMMIES:
        raise Invalid(Text("reg.kk.err_dummy"))
    if len(digits) != 16:
        raise Invalid(Text("reg.kk.err_len", {"n": len(digits)}))
    number = Kk(digits)
    if number.has_womans_day:
        raise Invalid(Text("reg.kk.is_nik"))
    return number


def name(text: str) -> PersonName:
    """A name in capitals without forms of address, titles and aliases.

    One letter is a name: old cards carry such names, and a refusal would shut their owners out. What is refused as
    too short is an answer with nothing but forms of address. Up to two accents are dropped, as a KTP shows none.
    """
    try:
        return PersonName(_without_address(_plain_letters(text)))
    except ValueError:
        raise Invalid(Text("reg.name.err")) from None


def birth_date(text: str, today: date | None = None) -> date:
    """Day, month, year: 05081967, 5-8-1967, 5 Agustus 1967; or ISO.

    `today` allows years of two digits (up to this year 20xx, else 19xx) and refuses the future; without it
    a year has four digits, and the caller looks at the future. Before 1900 there is no birth date.
    """
    try:
        born = date(*_year_month_day(_date_parts(text), today))
    except ValueError:
        raise Invalid(Text("reg.dob.err")) from None
    if born.year < 1900 or (today is not None and born > today):
        raise Invalid(Text("reg.dob.err"))
    return born


def msisdn(text: str) -> Msisdn:
    """An Indonesian mobile number however it begins: 08, 8, 62, +62, 0062, +62 (0)8."""
    digits = _digits(_plain(text).strip().replace("(", "").replace(")", "").removeprefix("+")) or ""
    abroad = _plain(text).strip(" (").startswith(("+", "00"))
    if abroad and not digits.lstrip("0").startswith("62"):
        raise Invalid(Text("reg.contact.err"))
    national = digits.lstrip("0").removeprefix("62").lstrip("0")
    if national[1:2] in ("", "0", "4"):  # No operator has 80 or 84.
        raise Invalid(Text("reg.contact.err"))
    try:
        return Msisdn(f"+62{national}")
    except ValueError:
        raise Invalid(Text("reg.contact.err")) from None


def reference(text: str) -> Reference:
    """Twelve digits whose last fits the others."""
    try:
        return Reference(_digits(text) or "")
    except ValueError:
        raise Invalid(Text("status.ref_err")) from None


def agent_number(text: str) -> str:
    """The four digits on an agent's card, or those that the agent shows for one visit."""
    return last4(text)


def helper_number(text: str) -> str:
    """The four to six digits by which somebody may register people for others."""
    digits = _digits(text)
    if digits is None or not 4 <= len(digits) <= 6:
        raise Invalid
    return digits


def last4(text: str) -> str:
    """The last four digits of a NIK, which guard against a slip and prove nothing."""
    digits = _digits(text)
    if digits is None or len(digits) != 4:
        raise Invalid
    return digits


def village_query(text: str) -> str:
    """What somebody typed for a village, for the search and to be read back: small letters and spaces, 30 at most."""
    plain = (c for c in _apart(text) if c != "'" and not unicodedata.combining(c))
    letters = (c if c.isascii() and c.isalpha() else " " for c in plain)
    words = "".join(letters).lower().split()
    said = [word for n, word in enumerate(words, 1) if word not in _FILLERS or n == len(words)]
    query = " ".join(said)[:QUERY].strip()
    if len(query.replace(" ", "")) < FEWEST_LETTERS:
        raise Invalid(Text("reg.village.short"))
    return query


def free_text(text: str) -> str:
    """One line of at most 160 characters without anything that cannot be seen; what is longer is cut."""
    seen = unicodedata.normalize("NFKC", _seen(" ".join(text[:LONGEST].split())))
    line = " ".join(_seen(seen).split())[:FREE_TEXT].strip()
    if not line:
        raise Invalid
    return line


def _digits(text: str) -> str | None:
    """Only the digits, where there is nothing else but separators and letters that were meant as digits."""
    if text.isascii() and text.isdecimal() and len(text) <= LONGEST:  # Nearly always, and at every turn.
        return text
    plain = _plain(text)
    digits = plain.translate(_TO_DIGITS)
    if digits.isdecimal() and any(map(str.isdecimal, plain)):
        return digits
    return None if digits else ""


def _plain(text: str) -> str:
    """In ordinary characters: full-width and other scripts' digits become ours, zero-width characters go."""
    text = text[:LONGEST]
    if text.isascii():
        return text
    seen = (c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in seen)


def _apart(text: str) -> str:
    """Normalised, with every accent behind its letter."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text[:LONGEST].translate(_APOSTROPHES)))


def _seen(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c) not in _HIDDEN)


def _plain_letters(text: str) -> str:
    """Capitals without accents. ValueError: a hidden character, or more than two combining marks."""
    text = text[:LONGEST].strip().translate(_APOSTROPHES)
    if not text.isascii() or not text.isprintable():
        text = _apart(text)
        if any(unicodedata.category(c) in _HIDDEN for c in text):
            raise ValueError("a name has no hidden characters")
        letters = "".join(c for c in text if not unicodedata.category(c).startswith("M"))
        if len(text) - len(letters) > 2:
            raise ValueError("a name has no more than two accents")
        text = letters
    return text.upper() if text.isascii() else text


def _without_address(text: str) -> str:
    """ValueError: there is nothing but forms of address."""
    said, _, rest = text.partition(":")  # "Nama: Siti"
    words = _words(rest if rest and said and _ADDRESS.issuperset(said.split()) else text)
    while addressed := _addressed(words):
        del words[:addressed]
    alias = next((n for n, word in enumerate(words) if n and word.rstrip(",") in _ALIAS), len(words))
    del words[alias:]
    while len(words) > 1 and _is_degree(words[-1], words[-2]):
        del words[-1]
    return " ".join(words).rstrip(",")


def _words(text: str) -> list[str]:
    """The words, with one comma at most, and that behind a word."""
    words: list[str] = []
    for word in text.replace(",", " , ").split():
        if word != ",":
            words.append(word)
        elif words and not words[-1].endswith(","):
            words[-1] += ","
    return words


def _addressed(words: list[str]) -> int:
    """How many words at the beginning are a form of address. A title that stands alone is a name."""
    for phrase in _ENGLISH:
        if words[: len(phrase)] == phrase:
            return len(phrase)
    if words and words[0].rstrip(".,") in _ADDRESS:
        return 1
    return int(len(words) > 1 and words[0].rstrip(",").replace(".", "") in _TITLES)


def _is_degree(word: str, before: str) -> bool:
    """S.PD wherever it stands last; SPD and H only behind a comma, for they may be a name."""
    letters = word.strip(".,").replace(".", "")
    after_comma = before.endswith(",")
    return (letters in _DEGREES and ("." in word.strip(".,") or after_comma)) or (letters in _TITLES and after_comma)


def _date_parts(text: str) -> list[str]:
    """Runs of digits and of letters. ValueError: there is something else."""
    parts: list[str] = []
    for piece in _BETWEEN_DATE_PARTS.split(_plain(text).strip()):
        digits = piece.translate(_TO_DIGITS)
        if digits.isdecimal() and any(map(str.isdecimal, piece)):
            parts.append(digits)
            continue
        runs = _RUNS.findall(piece.lower())
        if "".join(runs) != piece.lower():
            raise ValueError("a date has digits and letters")
        parts += runs
    return [part for part in parts if part not in _DATE_WORDS]


def _year_month_day(parts: list[str], today: date | None) -> tuple[int, int, int]:
    """ValueError: there are not three numbers, or the year is not whole."""
    if len(parts) != 3:
        digits = "".join(parts)
        parts = [digits[:2], digits[2:4], digits[4:]]
    day, month, year = parts
    if len(day) == 4:
        day, year = year, day
    if len(day) > 2 or (len(month) > 2 and month not in _MONTHS) or len(year) not in (2, 4):
        raise ValueError("a day and a month have up to two digits, a year has two or four")
    return _whole_year(year, today), _MONTHS.get(month) or int(month), int(day)


def _whole_year(year: str, today: date | None) -> int:
    if len(year) == 4:
        return int(year)
    if today is None:
        raise ValueError("without today a year has four digits")
    return int(year) + (2000 if int(year) <= today.year % 100 else 1900)
