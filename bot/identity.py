"""What identifies a person, a phone, a village and a case: values that check themselves and are not shown whole."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, Literal, Self

Sex = Literal["male", "female"]

OLDEST: Final = 115  # Years; a NIK whose century would make its owner older was read in the wrong century.

_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_BIRTHDAYS: Final = frozenset(  # "DDMM" as a NIK writes it: a woman's day is her day plus 40.
    f"{day + shift:02}{month:02}"
    for month, last in enumerate(_DAYS, 1)
    for day in range(1, last + 1)
    for shift in (0, 40)
)
_LEAP_DAYS: Final = frozenset({"2902", "6902"})

_NAME: Final = re.compile(r"[A-Z',. -]{1,60}")
_MSISDN: Final = re.compile(r"\+628[0-9]{8,11}")
_VILLAGE: Final = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}")

# H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004: each wrong digit and each swap of neighbours shows.
_DAMM: Final = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


@dataclass(frozen=True, slots=True, repr=False)
class Nik:
    """A resident's number: 6 digits for the area of first issue, 6 for the birth date, 4 for the order of issue.

    It has no check digit, so a slip in the last four cannot be seen.
    """

    digits: str

    def __post_init__(self) -> None:
        digits = self.digits
        if len(digits) != 16 or not (digits.isascii() and digits.isdecimal()):
            raise ValueError("a NIK has 16 digits")
        day = digits[6:10]
        if day not in _BIRTHDAYS or (day in _LEAP_DAYS and int(digits[10:12]) % 4):
            raise ValueError("digits 7 to 12 of a NIK are a date")

    def __str__(self) -> str:
        return self.digits

    def __repr__(self) -> str:
        return f"Nik(..{self.last4})"

    @property
    def area(self) -> str:
        """The district that first issued it, six digits. It stays when the person moves."""
        return self.digits[:6]

    @property
    def regency(self) -> str:
        return self.digits[:4]

    @property
    def serial(self) -> str:
        return self.digits[12:]

    @property
    def last4(self) -> str:
        return self.digits[12:]

    @property
    def sex(self) -> Sex:
        return "female" if self.digits[6] >= "4" else "male"

    def birth_dates(self, today: date) -> tuple[date, ...]:
        """Every birth date that it can mean for somebody of 0 to 115 years, the oldest first: two, one or none."""
        return _born(int(self.digits[6:8]) % 40, int(self.digits[8:10]), int(self.digits[10:12]), today)

    def birth_date(self, today: date, stated: date | None = None) -> date | None:
        """The birth date, or None where no century fits.

        Where both centuries fit, the stated birth date decides; without one it is the earlier, an adult's.
        Whoever must not mistake a child for a centenarian asks when `birth_dates` gives two.
        """
        dates = self.birth_dates(today)
        if stated in dates:
            return stated
        return dates[0] if dates else None

    def age(self, today: date, stated: date | None = None) -> int | None:
        """Full years, or None where no century fits."""
        born = self.birth_date(today, stated)
        return None if born is None else years_between(born, today)


@dataclass(frozen=True, slots=True, repr=False)
class Kk:
    """The number of a family card: area, date of registration (never with 40 added), order of issue."""

    digits: str

    def __post_init__(self) -> None:
        if len(self.digits) != 16 or not (self.digits.isascii() and self.digits.isdecimal()):
            raise ValueError("a KK number has 16 digits")

    def __str__(self) -> str:
        return self.digits

    def __repr__(self) -> str:
        return f"Kk(..{self.last4})"

    @property
    def last4(self) -> str:
        return self.digits[12:]

    @property
    def has_womans_day(self) -> bool:
        """Whether it carries a day of 41 to 71, which only a woman's NIK does."""
        return "41" <= self.digits[6:8] <= "71"


@dataclass(frozen=True, slots=True, repr=False)
class PersonName:
    """A name as the agent will see it: 1 to 60 of `A-Z ' . , -` and single spaces, at least one of them a letter."""

    text: str

    def __post_init__(self) -> None:
        text = self.text
        if not _NAME.fullmatch(text) or text != " ".join(text.split()) or not any(map(str.isalpha, text)):
            raise ValueError("a name has up to 60 capitals, spaces and ' . , -")

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"PersonName({self.text[0]}..)"


@dataclass(frozen=True, slots=True, repr=False)
class Msisdn:
    """An Indonesian mobile number in E.164: +62, then 9 to 12 digits that begin with 8."""

    number: str

    def __post_init__(self) -> None:
        if not _MSISDN.fullmatch(self.number):
            raise ValueError("a mobile number is +628 and 8 to 11 digits")

    def __str__(self) -> str:
        return self.number

    def __repr__(self) -> str:
        return f"Msisdn(..{self.last4})"

    @property
    def last4(self) -> str:
        return self.number[-4:]


@dataclass(frozen=True, slots=True)
class VillageCode:
    """A village's official code, `35.10.05.2003`. The areas above it are named by digits alone, as a NIK names them."""

    code: str

    def __post_init__(self) -> None:
        if not _VILLAGE.fullmatch(self.code):
            raise ValueError("a village's code is written PP.KK.CC.DDDD")

    def __str__(self) -> str:
        return self.code

    @property
    def district(self) -> str:
        return self.code[0:2] + self.code[3:5] + self.code[6:8]

    @property
    def regency(self) -> str:
        return self.code[0:2] + self.code[3:5]


@dataclass(frozen=True, slots=True, repr=False)
class Reference:
    """A number to be read out for a registration, objection, report or ticket: 11 digits and Damm's check digit."""

    digits: str

    def __post_init__(self) -> None:
        if len(self.digits) != 12 or not (self.digits.isascii() and self.digits.isdecimal()) or damm(self.digits):
            raise ValueError("a reference has 12 digits that fit together")

    @classmethod
    def of(cls, seed: bytes) -> Self:
        """The number that a seed stands for: one seed for one case. All numbers are equally likely where seeds are."""
        digits = f"{int.from_bytes(hashlib.sha256(seed).digest(), 'big') % 10**11:011}"
        return cls(f"{digits}{damm(digits)}")

    def __str__(self) -> str:
        return self.digits

    def __repr__(self) -> str:
        return f"Reference(..{self.digits[-4:]})"

    @property
    def shown(self) -> str:
        """As it is written on a screen and read out: `4721-9035-1188`."""
        return f"{self.digits[:4]}-{self.digits[4:8]}-{self.digits[8:]}"


def damm(digits: str) -> int:
    """The check digit of `digits`; 0 where they already end in theirs."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def years_between(born: date, today: date) -> int:
    """Full years of age; below zero before birth. Somebody born on 29 February is a year older on 1 March."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


@lru_cache(maxsize=4096)
def _born(day: int, month: int, year: int, today: date) -> tuple[date, ...]:
    """The dates that two digits of a year can mean. A replay asks again and again; a date alone is nobody's."""
    leap_day_of_1900 = (day, month, year) == (29, 2, 0)
    dates = (date(century + year, month, day) for century in ((2000,) if leap_day_of_1900 else (1900, 2000)))
    return tuple(born for born in dates if 0 <= years_between(born, today) <= OLDEST)
