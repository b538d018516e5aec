"""Values refuse what they cannot be, read dates out of a NIK, and never show themselves whole."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.identity import Kk, Msisdn, Nik, PersonName, Reference, VillageCode, damm, years_between

TODAY = date(2026, 11, 20)
WOMAN, MAN = Nik("3510994508670001"), Nik("6471990508670012")

VALUES = [
    WOMAN,
    MAN,
    Kk("3510990508070012"),
    Msisdn("+6281234567890"),
    Reference.of(b"a case"),
    PersonName("SITI AMINAH"),
]


def nik(ddmmyy: str) -> Nik:
    return Nik(f"351099{ddmmyy}0001")


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_writes_itself_and_reads_itself_back(value: object) -> None:
    assert type(value)(str(value)) == value  # type: ignore[call-arg]
    assert hash(value) == hash(type(value)(str(value)))  # type: ignore[call-arg]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_repr_shows_four_characters_at_most(value: object) -> None:
    written = str(value)
    assert not any(written[n : n + 5] in f"{value!r} {[value]}" for n in range(len(written) - 4))


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (Nik, "351099450867000"),
        (Nik, "35109945086700011"),
        (Nik, "3510993208670001"),
        (Nik, "351099450867000x"),
        (Nik, "".join(map("٠١٢٣٤٥٦٧٨٩".__getitem__, map(int, "3510994508670001")))),
        (Nik, ""),
        (Kk, "351099050807001"),
        (Kk, "351099050807001²"),
        (Msisdn, "081234567890"),
        (Msisdn, "+62812345"),
        (Msisdn, "+6281234567890123"),
        (Msisdn, "+62333421234"),
        (Msisdn, "+6281234567890\n"),
        (PersonName, ""),
        (PersonName, "Siti"),
        (PersonName, "SITI  AMINAH"),
        (PersonName, " SITI"),
        (PersonName, "SITI\n"),
        (PersonName, "'-."),
        (PersonName, "SITI1"),
        (PersonName, "X" * 61),
        (VillageCode, "3510052003"),
        (VillageCode, "35.10.05.2003\n"),
        (Reference, "12345678901"),
        (Reference, "000000000001"),
    ],
)
def test_what_it_cannot_be_is_refused_without_repeating_it(make: Callable[[str], object], text: str) -> None:
    with pytest.raises(ValueError, match=r"digits|capitals|written") as refusal:
        make(text)
    assert not text or text not in str(refusal.value)
    assert not re.search(r"\d{5}", str(refusal.value))


@pytest.mark.parametrize("year", ["00", "67", "68"])
def test_a_nik_has_a_date_that_exists_in_one_century_with_forty_added_for_women(year: str) -> None:
    for day in range(100):
        for month in range(100):
            possible = any(exists(f"{century}{year}", month, day - shift) for century in (19, 20) for shift in (0, 40))
            try:
                accepted = bool(nik(f"{day:02}{month:02}{year}"))
            except ValueError:
                accepted = False
            assert accepted == possible, (day, month, year)


def exists(year: str, month: int, day: int) -> bool:
    try:
        return bool(date(int(year), month, day))
    except ValueError:
        return False


def test_the_parts_of_a_nik() -> None:
    assert (WOMAN.area, WOMAN.regency, WOMAN.serial, WOMAN.last4, WOMAN.sex) == (
        "351099",
        "3510",
        "0001",
        "0001",
        "female",
    )
    assert (MAN.area, MAN.sex, MAN.last4) == ("647199", "male", "0012")


@pytest.mark.parametrize(
    ("ddmmyy", "born", "age"),
    [
        ("450867", date(1967, 8, 5), 59),
        ("310112", date(1912, 1, 31), 114),  # 14 or 114: taken for an adult's until a birth date is stated.
        ("210910", date(2010, 9, 21), 16),  # 1910 would be 116.
        ("201126", date(1926, 11, 20), 100),
        ("211126", date(1926, 11, 21), 99),  # Tomorrow's child is not yet born.
        ("290200", date(2000, 2, 29), 26),  # There was no 29 February 1900.
        ("201111", date(1911, 11, 20), 115),
        ("191110", date(2010, 11, 19), 16),
        ("010100", date(2000, 1, 1), 26),
    ],
)
def test_the_century_is_the_one_that_gives_an_age(ddmmyy: str, born: date, age: int) -> None:
    assert nik(ddmmyy).birth_date(TODAY) == born
    assert nik(ddmmyy).age(TODAY) == age


def test_a_stated_birth_date_decides_between_two_centuries() -> None:
    child_or_elder = nik("310112")
    assert child_or_elder.birth_dates(TODAY) == (date(1912, 1, 31), date(2012, 1, 31))
    assert child_or_elder.birth_date(TODAY, stated=date(2012, 1, 31)) == date(2012, 1, 31)
    assert child_or_elder.age(TODAY, stated=date(2012, 1, 31)) == 14
    assert child_or_elder.birth_date(TODAY, stated=date(2012, 2, 1)) == date(1912, 1, 31)  # Not one of the two.


def test_no_century_fits() -> None:
    assert nik("290200").birth_dates(date(1999, 1, 1)) == ()
    assert nik("290200").birth_date(date(1999, 1, 1)) is None
    assert nik("290200").age(date(1999, 1, 1)) is None


@given(born=st.dates(date(1900, 1, 1), date(2099, 12, 31)), woman=st.booleans(), days=st.integers(0, 115 * 365))
def test_whoever_states_their_birth_date_gets_it_back(born: date, woman: bool, days: int) -> None:
    today = date.fromordinal(min(born.toordinal() + days, date.max.toordinal()))
    number = nik(f"{born.day + 40 * woman:02}{born:%m%y}")
    assert number.sex == ("female" if woman else "male")
    assert number.birth_date(today, stated=born) == born
    assert number.age(today, stated=born) == years_between(born, today)


def test_a_kk_with_a_womans_day() -> None:
    assert Kk("3510994508670001").has_womans_day
    assert not Kk("3510990508070012").has_womans_day
    assert [Kk(f"351099{day}08070012").has_womans_day for day in (40, 41, 71, 72)] == [False, True, True, False]


def test_the_areas_of_a_village() -> None:
    village = VillageCode("35.10.05.2003")
    assert (village.regency, village.district) == ("3510", "351005")


def test_a_reference_is_shown_four_by_four() -> None:
    reference = Reference("472190351187")
    assert reference.shown == "4721-9035-1187"


def test_the_check_digit_is_damms() -> None:
    assert damm("572") == 4
    assert damm("5724") == 0


@given(seed=st.binary(max_size=64), at=st.integers(0, 11), digit=st.sampled_from("0123456789"))
def test_a_wrong_digit_or_a_swap_in_a_reference_shows(seed: bytes, at: int, digit: str) -> None:
    right = str(Reference.of(seed))
    assert Reference.of(seed) == Reference(right)
    swapped = right[:at] + right[at : at + 2][::-1] + right[at + 2 :]
    for wrong in {right[:at] + digit + right[at + 1 :], swapped} - {right}:
        with pytest.raises(ValueError, match="fit together"):
            Reference(wrong)


def test_references_fill_their_whole_range_evenly() -> None:
    numbers = [str(Reference.of(n.to_bytes(4, "big"))) for n in range(5000)]
    assert len(set(numbers)) == 5000
    for place in (0, 5, 10):
        counts = [sum(number[place] == digit for number in numbers) for digit in "0123456789"]
        assert all(400 < count < 600 for count in counts), counts
