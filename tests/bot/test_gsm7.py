"""The alphabet against a second reading of the standard: letters by their Unicode names, packed into real octets."""

import random
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import gsm7

STANDARD = {
    0x00: "COMMERCIAL AT", 0x01: "POUND SIGN", 0x02: "DOLLAR SIGN", 0x03: "YEN SIGN",
    0x04: "LATIN SMALL LETTER E WITH GRAVE", 0x05: "LATIN SMALL LETTER E WITH ACUTE",
    0x06: "LATIN SMALL LETTER U WITH GRAVE", 0x07: "LATIN SMALL LETTER I WITH GRAVE",
    0x08: "LATIN SMALL LETTER O WITH GRAVE", 0x09: "LATIN CAPITAL LETTER C WITH CEDILLA",
    0x0B: "LATIN CAPITAL LETTER O WITH STROKE", 0x0C: "LATIN SMALL LETTER O WITH STROKE",
    0x0E: "LATIN CAPITAL LETTER A WITH RING ABOVE", 0x0F: "LATIN SMALL LETTER A WITH RING ABOVE",
    0x10: "GREEK CAPITAL LETTER DELTA", 0x11: "LOW LINE", 0x12: "GREEK CAPITAL LETTER PHI",
    0x13: "GREEK CAPITAL LETTER GAMMA", 0x14: "GREEK CAPITAL LETTER LAMDA", 0x15: "GREEK CAPITAL LETTER OMEGA",
    0x16: "GREEK CAPITAL LETTER PI", 0x17: "GREEK CAPITAL LETTER PSI", 0x18: "GREEK CAPITAL LETTER SIGMA",
    0x19: "GREEK CAPITAL LETTER THETA", 0x1A: "GREEK CAPITAL LETTER XI", 0x1C: "LATIN CAPITAL LETTER AE",
    0x1D: "LATIN SMALL LETTER AE", 0x1E: "LATIN SMALL LETTER SHARP S", 0x1F: "LATIN CAPITAL LETTER E WITH ACUTE",
    0x24: "CURRENCY SIGN", 0x40: "INVERTED EXCLAMATION MARK", 0x5B: "LATIN CAPITAL LETTER A WITH DIAERESIS",
    0x5C: "LATIN CAPITAL LETTER O WITH DIAERESIS", 0x5D: "LATIN CAPITAL LETTER N WITH TILDE",
    0x5E: "LATIN CAPITAL LETTER U WITH DIAERESIS", 0x5F: "SECTION SIGN", 0x60: "INVERTED QUESTION MARK",
    0x7B: "LATIN SMALL LETTER A WITH DIAERESIS", 0x7C: "LATIN SMALL LETTER O WITH DIAERESIS",
    0x7D: "LATIN SMALL LETTER N WITH TILDE", 0x7E: "LATIN SMALL LETTER U WITH DIAERESIS",
    0x7F: "LATIN SMALL LETTER A WITH GRAVE",
}  # fmt: skip
ESCAPED = {
    0x14: "CIRCUMFLEX ACCENT", 0x28: "LEFT CURLY BRACKET", 0x29: "RIGHT CURLY BRACKET", 0x2F: "REVERSE SOLIDUS",
    0x3C: "LEFT SQUARE BRACKET", 0x3D: "TILDE", 0x3E: "RIGHT SQUARE BRACKET", 0x40: "VERTICAL LINE", 0x65: "EURO SIGN",
}  # fmt: skip
ESC = 0x1B
CODES = {unicodedata.lookup(name): (code,) for code, name in STANDARD.items()}
CODES |= {chr(code): (code,) for code in [0x0A, 0x0D, *range(0x20, 0x7F)] if code not in STANDARD}
CODES |= {unicodedata.lookup(name): (ESC, code) for code, name in ESCAPED.items()} | {"\f": (ESC, 0x0A)}


def packed(text: str) -> int:
    """Octets on the air: seven bits a septet, the last octet filled up."""
    bits = "".join(f"{code:07b}" for letter in text for code in CODES[letter])
    return len(bits) // 8 + (len(bits) % 8 > 0)


def septets(text: str) -> int:
    return sum(len(CODES[letter]) for letter in text)


def test_the_tables_are_the_standards() -> None:
    assert len(gsm7.BASIC) == 128
    assert [CODES[letter] for letter in gsm7.BASIC if letter != "\x1b"] == [(n,) for n in range(128) if n != ESC]
    assert {letter for letter, code in CODES.items() if len(code) == 2} == set(gsm7.EXTENSION)


def test_fifty_thousand_strings_are_counted_as_the_standard_counts() -> None:
    draw = random.Random(20261120)  # noqa: S311  Not a secret.
    letters = [*CODES, *"[]{}~^|\\€" * 3]
    for _ in range(50_000):
        text = "".join(draw.choices(letters, k=draw.randrange(24)))
        assert gsm7.septets(text) == septets(text)


@given(st.text(st.sampled_from(sorted(CODES)), min_size=120, max_size=180))
def test_a_text_fits_when_its_octets_do(text: str) -> None:
    assert gsm7.fits(text) == (packed(text) <= 140)


@given(st.text(min_size=1))
def test_letters_outside_are_refused_without_being_repeated(text: str) -> None:
    if all(letter in CODES for letter in text):
        assert gsm7.septets(text) == septets(text)
        return
    assert not gsm7.fits(text, 10_000)
    with pytest.raises(ValueError, match=r"^letter \d+ is outside GSM 03\.38$"):
        gsm7.septets(text)


@given(st.text())
@settings(max_examples=500)
def test_plain_text_can_always_be_counted(text: str) -> None:
    plain = gsm7.plain(text)
    assert all(letter in CODES and letter not in "\r\f" for letter in plain)
    assert gsm7.plain(plain) == plain


@given(st.text(st.sampled_from(sorted(set(CODES) - {"\r", "\f"}))))
def test_plain_leaves_what_can_be_sent(text: str) -> None:
    assert gsm7.plain(text) == text


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("È Ê ê ě ĕ", "E E e e e"),
        ("Â â bhâsa", "A a bhasa"),
        ("ḍ ṭ Ḍ Ṭ maḍurâ", "d t D T madura"),
        ("\u2018oreng\u2019 \u201cduwa\u201d", "'oreng' \"duwa\""),
        ("8\u201311 \u2014 \u2026 \u2022", "8-11 - ... *"),
        ("a\u00a0b\tc\u0060d\u00b4", "a b c'd'"),
        ("Jos\u0065\u0301 ñ à", "José ñ à"),
        ("KTP 😀 漢", "KTP ? ?"),
        ("satu\r\ndua\rtiga", "satu\ndua tiga"),
        ("a\u200db", "ab"),
    ],
)
def test_look_alikes(typed: str, sent: str) -> None:
    assert gsm7.plain(typed) == sent


@given(st.text(st.sampled_from(sorted(CODES))), st.integers(0, 40))
def test_cut_keeps_the_longest_beginning_that_fits(text: str, limit: int) -> None:
    kept = gsm7.cut(text, limit)
    assert text.startswith(kept)
    assert septets(kept) <= limit
    assert kept == text or septets(text[: len(kept) + 1]) > limit


def test_octets_of_the_wire() -> None:
    for code in range(0x80):
        if code != 0x1B:
            assert gsm7.encode(gsm7.BASIC[code]) == bytes((code,))
    assert gsm7.encode("@{€") == b"\x00\x1b\x28\x1b\x65"
    assert gsm7.decode(b"\x1b\x3f\x1b") == "  "  # Escapes that lead nowhere.
    assert gsm7.decode(b"\x80\xff") == "??"
    with pytest.raises(ValueError, match="letter 1 is outside"):
        gsm7.encode("a`")


@given(st.text(alphabet=st.sampled_from(gsm7.BASIC.replace("\x1b", "") + gsm7.EXTENSION)))
def test_octets_come_back_as_the_text(text: str) -> None:
    assert gsm7.decode(gsm7.encode(text)) == text
    assert len(gsm7.encode(text)) == gsm7.septets(text)
