"""From what people type to values: forgiving about the writing, strict about what it says.

Each reads its own `str()` back, for a talk is run again over the answers that were kept.
"""

import unicodedata
from datetime import date
from typing import Final

from bot import called, dates, phones
from bot.conversation import Invalid
from bot.digits import LONGEST, plain, runs
from bot.identity import Kk, Msisdn, Nik, PersonName, Reference, damm
from bot.messages import Text

FREE_TEXT: Final = 160
QUERY: Final = 30
FEWEST_LETTERS: Final = 3

_SEPARATORS: Final = " .,/_:-\t\r\n\u2010\u2011\u2012\u2013\u2014\u2212"
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

_FILLERS: Final = frozenset(str.split("desa ds kelurahan kel kecamatan kec"))
_NOT: Final = frozenset(str.split("bukan dudu sanes banne not salah wrong lupa lali kalopae"))
_OF_NIK: Final = frozenset(str.split("nik niknya nike ktp ktpnya"))
_OF_KK: Final = frozenset(str.split("kk kknya keluarga kartu family"))
_COUNTED: Final = frozenset(str.split("rt rw umur usia anak no nomor urut ke pertama"))  # Before a small number.


def nik(text: str) -> Nik:
    """Sixteen digits with a possible birth date; what only looks odd is `second_look`'s and `notes`' in bot.areas."""
    digits = _digits(text, _OF_NIK, _OF_KK)
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
    digits = _digits(text, _OF_KK, _OF_NIK)
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
        return PersonName(called.read(_plain_letters(called.without_signs(text[:LONGEST].strip()))))
    except ValueError:
        raise Invalid(Text("reg.name.err")) from None


def birth_date(text: str, today: date | None = None) -> date:
    """Day, month, year: 05081967, 5-8-1967, 5 Agustus 1967; or ISO.

    `today` allows years of two digits (up to this year 20xx, else 19xx) and refuses the future; without it
    a year has four digits, and the caller looks at the future. Before 1900 there is no birth date.
    """
    try:
        born = dates.read(text, today)
    except ValueError:
        raise Invalid(Text("reg.dob.err")) from None
    if today is not None and born > today:
        raise Invalid(Text("reg.dob.err"))
    return born


def msisdn(text: str) -> Msisdn:
    """An Indonesian mobile number however it begins: 08, 8, 62, +62, 0062, +62 (0)8; of two the new."""
    try:
        return Msisdn(f"+62{phones.national(text)}")
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
    """The digits by which somebody may register people for others; of six the last one checks the others.

    Numbers of four and five digits were given out before, and hold.
    """
    digits = _digits(text)
    if digits is None or not 4 <= len(digits) <= 6 or (len(digits) == 6 and damm(digits)):
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


def _digits(text: str, named: frozenset[str] = frozenset(), others: frozenset[str] = frozenset()) -> str | None:
    """The digits of the one number in a text; None where something makes it another number, or none.

    `named`: words for the number that is asked for; `others`: for one that looks the same.
    """
    if text.isascii() and text.isdecimal() and len(text) <= LONGEST:  # Nearly always, and at every turn.
        return text
    typed = plain(text)
    digits = typed.translate(_TO_DIGITS)
    if digits.isdecimal() and any(map(str.isdecimal, typed)):
        return digits
    return _said(text, named, others) if digits else ""


def _said(text: str, named: frozenset[str], others: frozenset[str]) -> str | None:
    """The one number among words."""
    found = runs(text)
    words = {word for run in found for word in (*run.before, *run.behind)}
    long = dict.fromkeys(
        run.digits for run in found if len(run.digits) > 3 or not _COUNTED.intersection(run.before[-1:])
    )
    if len(long) != 1 or any(run.alien for run in found) or _NOT & words:
        return None
    digits = next(iter(long))
    if others & words and not named & words and not "41" <= digits[6:8] <= "71":
        return None
    return digits


def _apart(text: str) -> str:
    """Normalised, with every accent behind its letter."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text[:LONGEST].translate(_APOSTROPHES)))


def _seen(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c) not in _HIDDEN)


def _plain_letters(text: str) -> str:
    """Capitals without accents. ValueError: a hidden character, or more than two combining marks."""
    text = text.translate(_APOSTROPHES)
    if not text.isascii() or not text.isprintable():
        text = _apart(text)
        if any(unicodedata.category(c) in _HIDDEN for c in text):
            raise ValueError("a name has no hidden characters")
        letters = "".join(c for c in text if not unicodedata.category(c).startswith("M"))
        if len(text) - len(letters) > 2:
            raise ValueError("a name has no more than two accents")
        text = letters
    return text.upper() if text.isascii() else text
