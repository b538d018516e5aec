"""Phone numbers and service codes, however they are written."""

import pytest

from ussd.numbers import bare, international, tail


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("+6281234500012", "+6281234500012"),
        ("6281234500012", "+6281234500012"),
        ("006281234500012", "+6281234500012"),
        ("081234500012", "+6281234500012"),
        ("81234500012", "+6281234500012"),
        ("628123450001", "+628123450001"),
        ("0811234567", "+62811234567"),
        ("254722123456", "+254722123456"),
        ("+27761234567", "+27761234567"),
        ("2348085832481", "+2348085832481"),
    ],
)
def test_a_phone_is_written_as_e164(written: str, meant: str) -> None:
    assert international(written) == meant


@pytest.mark.parametrize(
    "written",
    ["", "0", "62", "555", "+", " 6281234500012", "+0775551122", "620812345000", "08123-4500012", "abc", "8" * 16,
     "62812345678901234", "٠٨١٢٣٤٥٠٠٠١٢"],
)  # fmt: skip
def test_what_is_no_phone_is_refused_without_a_quotation(written: str) -> None:
    with pytest.raises(ValueError, match=r"^not a phone number$"):
        international(written)


@pytest.mark.parametrize(
    ("code", "digits"),
    [
        ("*123*456#", "123*456"),
        ("123*456", "123*456"),
        ("*123#1#", "123*1"),
        ("*123#", "123"),
        ("menu", ""),
        ("", ""),
        ("*#", ""),
    ],
)
def test_a_code_without_its_marks(code: str, digits: str) -> None:
    assert bare(code) == digits


@pytest.mark.parametrize(
    ("dialled", "behind"),
    [
        ("*123*456#", ""),
        ("*123*456*8*1#", "8*1"),
        ("123*456*1", "1"),
        ("*123*4567#", None),
        ("*123#", None),
        ("1", None),
        ("", None),
    ],
)
def test_what_was_dialled_behind_it(dialled: str, behind: str | None) -> None:
    assert tail(dialled, "123*456") == behind
    assert tail(dialled, "") is None
