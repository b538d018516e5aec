"""What people type, in all its spellings, becomes one value or one sentence that says what is wrong."""

import random
import re
import sys
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import parsers
from bot.conversation import Invalid
from bot.identity import Nik, Reference

TODAY = date(2026, 11, 20)
WOMAN, MAN = "3510994508670001", "6471990508670012"
REFERENCE = str(Reference.of(b"a case"))

PARSERS: dict[str, Callable[[str], object]] = {
    "nik": parsers.nik,
    "kk": parsers.kk,
    "name": parsers.name,
    "birth_date": partial(parsers.birth_date, today=TODAY),
    "msisdn": parsers.msisdn,
    "reference": parsers.reference,
    "last4": parsers.last4,
    "village_query": parsers.village_query,
    "free_text": parsers.free_text,
}


def complaint(parse: Callable[[str], object], text: str) -> tuple[str, dict[str, object]] | None:
    with pytest.raises(Invalid) as refusal:
        parse(text)
    why = refusal.value.why
    return (why.id, dict(why.values)) if why else None


def in_digits_of(zero: str, digits: str) -> str:
    return "".join(chr(ord(zero) + int(digit)) for digit in digits)


@pytest.mark.parametrize(
    "typed",
    [
        WOMAN,
        "3510 9945 0867 0001",
        "3510.9945.0867.0001",
        "3510-9945-0867-0001",
        " 351099 450867\t0001\n",
        "351O9945O867OOO1",
        "NIK " + WOMAN,
        f"nik sy {WOMAN} ya bu",
        f"{WOMAN} rt 2 rw 1",
        "35lo99450867oooI",
        "3510\u200b9945\u200d0867\ufeff0001",
        "3510\u00a09945\u20130867\u20140001",
        in_digits_of("\uff10", WOMAN),
        in_digits_of("\u0660", WOMAN),
        in_digits_of("\u0966", WOMAN),
    ],
)
def test_a_nik_however_it_is_written(typed: str) -> None:
    assert parsers.nik(typed) == Nik(WOMAN)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", ("reg.nik.err_len", {"n": 0})),
        ("- .", ("reg.nik.err_len", {"n": 0})),
        (WOMAN[:-1], ("reg.nik.err_len", {"n": 15})),
        (WOMAN + MAN, ("reg.nik.err_len", {"n": 32})),
        (WOMAN[:-1] + "x", ("reg.nik.err_char", {})),
        ("KK " + MAN, ("reg.nik.err_char", {})),
        ("bukan " + WOMAN, ("reg.nik.err_char", {})),
        (f"{WOMAN} atau {MAN}", ("reg.nik.err_char", {})),
        ("OOOOOOOOOOOOOOOO", ("reg.nik.err_char", {})),
        (WOMAN[:-1] + "\u00b9\u00b2x", ("reg.nik.err_char", {})),
        ("3510993208670001", ("reg.nik.err_form", {})),
        ("3510997208670001", ("reg.nik.err_form", {})),
        ("3510994513670001", ("reg.nik.err_form", {})),
        ("3510996902670001", ("reg.nik.err_form", {})),
        ("1234567890123456", ("reg.nik.err_dummy", {})),
        ("9876543210987654", ("reg.nik.err_dummy", {})),
        ("0123456789012345", ("reg.nik.err_dummy", {})),
        ("1111 1111 1111 1111", ("reg.nik.err_dummy", {})),
        ("0OoO000000000000", ("reg.nik.err_dummy", {})),
    ],
)
def test_what_is_wrong_with_a_nik(typed: str, why: tuple[str, dict[str, object]]) -> None:
    assert complaint(parsers.nik, typed) == why


def test_numbers_that_nobody_owns() -> None:
    assert len(parsers._DUMMIES) == 33
    for dummy in parsers._DUMMIES:
        assert complaint(parsers.nik, dummy) == ("reg.nik.err_dummy", {})
        assert complaint(parsers.kk, dummy) == ("reg.kk.err_dummy", {})


def test_a_nik_that_only_looks_odd_is_taken() -> None:
    assert parsers.nik("3510994508670000").serial == "0000"
    assert parsers.nik("6471992902680001").sex == "male"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("351099050807", ("reg.kk.err_len", {"n": 12})),
        (WOMAN, ("reg.kk.is_nik", {})),
        ("3510994108070001", ("reg.kk.is_nik", {})),
        ("tidak tahu", ("reg.kk.err_char", {})),
    ],
)
def test_what_is_wrong_with_a_kk(typed: str, why: tuple[str, dict[str, object]]) -> None:
    assert complaint(parsers.kk, typed) == why


@pytest.mark.parametrize("typed", ["3510990508070012", "3510 9905 0807 0012", "3510994008070012", "3510997208070012"])
def test_a_kk(typed: str) -> None:
    assert str(parsers.kk(typed)) == re.sub(r"\D", "", typed)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("siti", "SITI"),
        ("  siti   aminah ", "SITI AMINAH"),
        ("Pak Slamet", "SLAMET"),
        ("nama saya bu Siti Aminah", "SITI AMINAH"),
        ("Nama: Siti", "SITI"),
        ("my name is Ali", "ALI"),
        ("Is Maryati", "IS MARYATI"),
        ("H. Slamet", "SLAMET"),
        ("Hj Siti", "SITI"),
        ("Drs. H. Budi Santoso, S.Pd., M.M.", "BUDI SANTOSO"),
        ("Siti Aminah,SPd", "SITI AMINAH"),
        ("Siti Aminah S.Pd.I", "SITI AMINAH"),
        ("Dewi SE", "DEWI SE"),  # Without dot or comma it may be a name.
        ("Slamet alias Pak Min", "SLAMET"),
        ("Slamet alias,", "SLAMET"),
        ("M. Yusuf", "M. YUSUF"),
        ("moh. ali", "MOH. ALI"),
        ("Budi", "BUDI"),  # Bu is no word in it.
        ("Hj.", "HJ."),
        ("Muh.", "MUH."),
        ("Mas", "MAS"),
        ("y", "Y"),
        ("x" * 60, "X" * 60),
        ("O\u2019Neil", "O'NEIL"),
        ("Ma`ruf", "MA'RUF"),
        ("Jos\u00e9", "JOSE"),
        ("\uff33\uff29\uff34\uff29", "SITI"),
    ],
)
def test_a_name(typed: str, stored: str) -> None:
    assert str(parsers.name(typed)) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        ".",
        "pak",
        "saya",
        "nama saya",
        "siti1",
        "x" * 61,
        "si\u200bti",
        "siti\u202e",
        "siti\nali",
        "\u0421\u0438\u0442\u0438",
        "s\u0438ti",
        "e\u0301e\u0301e\u0301",
        "a\u0336\u0337\u0338",
        "\U0001f600",
        "siti\U0001f600",
        "siti@ali",
        "{0.__class__}",
        "=siti",
        "\ue000",
        "\ud800",
    ],
)
def test_what_is_no_name(typed: str) -> None:
    assert complaint(parsers.name, typed) == ("reg.name.err", {})


def test_of_twenty_thousand_names_those_of_the_allow_list_are_accepted() -> None:
    chance = random.Random(16)  # noqa: S311  It only has to be the same each time.
    alphabets = [
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "siti ' . , - ",
        "a\u0301\u0302\u0303\u0327b",
        "\uff33\uff29\uff34\uff49 \u00e9\u00f1",
        "\u0430\u0435\u043e\u0440abc",
        "\u200b\u200d\u202e\u2066\ufeffab",
        "\u0660\u0661019ab",
        "\U0001f600\u2764\ufe0fab",
        "".join(map(chr, range(0x20, 0x250))),
        "".join(map(chr, range(0, 0x3000, 7))),
    ]
    accepted = 0
    for _ in range(20_000):
        alphabet = chance.choice(alphabets)
        # The first letters keep forms of address, of which the allow-list knows nothing, out of this.
        typed = "zq" + "".join(chance.choices(alphabet, k=chance.choice([0, 1, 2, 5, 12, 40, 58, 59])))
        try:
            stored: str | None = str(parsers.name(typed))
        except Invalid:
            stored = None
        assert (stored is not None) == allowed(typed), ascii(typed)
        if stored is not None:
            accepted += 1
            assert re.fullmatch(r"[A-Z][A-Z'., -]{0,59}", stored), ascii(typed)
    assert 4_000 < accepted < 16_000


def allowed(typed: str) -> bool:
    """The definition: Latin letters, spaces and ' . , -, at most two accents, nothing hidden, 60 at most."""
    for apostrophe in "\u2018\u2019\u02bc`\u00b4\u2032":
        typed = typed.replace(apostrophe, "'")
    apart = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", typed.strip()))
    accents = [c for c in apart if unicodedata.category(c) in ("Mn", "Mc", "Me")]
    letters = "".join(c for c in apart if c not in accents)
    one_comma = re.sub(r"[ ,]+(?=,)", "", letters).replace(",", ", ")
    squeezed = re.sub(" +", " ", one_comma).strip(" ,")
    return len(accents) <= 2 and len(squeezed) <= 60 and bool(re.fullmatch(r"[A-Za-z'., -]+", letters))


@pytest.mark.parametrize(
    "typed",
    [
        "05081967",
        "5-8-1967",
        "05/08/1967",
        "5.8.1967",
        "5 8 1967",
        "5 agustus 1967",
        "5 Agt 1967",
        "5ags1967",
        "O5O81967",
        "05 08 19 67",
        "tgl 5-8-1967",
        "lahir 5 August 1967",
        "1967-08-05",
        in_digits_of("\u0660", "05081967"),
    ],
)
def test_a_birth_date_however_it_is_written(typed: str) -> None:
    assert parsers.birth_date(typed) == parsers.birth_date(typed, TODAY) == date(1967, 8, 5)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "31021990",
        "29021967",
        "12/25/1967",
        "45 tahun",
        "1967",
        "agustus 1967",
        "5081967",
        "5-8-967",
        "01011899",
        "00000000",
        "x",
        "5;8;1967",
        "1 2 3 4 5",
        "99999999",
        "5-8-19670",
        "5-8-1967\u20ac",
    ],
)
def test_what_is_no_birth_date(typed: str) -> None:
    assert complaint(parsers.birth_date, typed) == ("reg.dob.err", {})
    assert complaint(PARSERS["birth_date"], typed) == ("reg.dob.err", {})


@pytest.mark.parametrize(
    ("typed", "born"),
    [
        ("050867", date(1967, 8, 5)),
        ("5-8-67", date(1967, 8, 5)),
        ("1-1-26", date(2026, 1, 1)),
        ("1-1-27", date(1927, 1, 1)),
    ],
)
def test_a_year_of_two_digits_needs_today(typed: str, born: date) -> None:
    assert parsers.birth_date(typed, TODAY) == born
    assert complaint(parsers.birth_date, typed) == ("reg.dob.err", {})


def test_nobody_is_born_tomorrow() -> None:
    assert parsers.birth_date("20112026", TODAY) == TODAY
    assert complaint(PARSERS["birth_date"], "21112026") == ("reg.dob.err", {})
    assert complaint(PARSERS["birth_date"], "21-11-26") == ("reg.dob.err", {})


@pytest.mark.parametrize(
    "typed",
    [
        "081234567890",
        "0812-3456-7890",
        "0812 3456 7890",
        "(0812) 34567890",
        "81234567890",
        "6281234567890",
        "+6281234567890",
        "+62 812-3456-7890",
        "+62 (0)812 3456 7890",
        "006281234567890",
        "O8l234567890",
        in_digits_of("\uff10", "081234567890"),
    ],
)
def test_a_phone_number_however_it_begins(typed: str) -> None:
    assert str(parsers.msisdn(typed)) == "+6281234567890"


@pytest.mark.parametrize("typed", ["812345678", "0812345678", "812345678901"])
def test_nine_to_twelve_digits_behind_the_country(typed: str) -> None:
    assert str(parsers.msisdn(typed)) == f"+62{typed.lstrip('0')}"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "0",
        "08",
        "08123456",
        "08123456789012",
        "0333421234",
        "0801234567",
        "0841234567",
        "112",
        "hp saya",
        "08123456789x",
        "+818012345678",
        "00818012345678",
        "+18125551234",
        "+62",
        "0812345678 0813456789",
    ],
)
def test_what_is_no_mobile_number_here(typed: str) -> None:
    assert complaint(parsers.msisdn, typed) == ("reg.contact.err", {})


def test_a_reference() -> None:
    shown = Reference(REFERENCE).shown
    assert parsers.reference(shown) == parsers.reference(f" {shown.replace('-', ' ')}.") == Reference(REFERENCE)
    slip = REFERENCE[:-1] + str((int(REFERENCE[-1]) + 1) % 10)
    for typed in ("", slip, REFERENCE[:-1], REFERENCE + "0", "lupa"):
        assert complaint(parsers.reference, typed) == ("status.ref_err", {})


def test_the_last_four_digits() -> None:
    assert parsers.last4(" 0001 ") == parsers.last4("OOO1") == "0001"
    for typed in ("", "001", "00001", "abcd"):
        assert complaint(parsers.last4, typed) is None


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("Desa Wongso Rejo", "wongso rejo"),
        ("kel. Baru Ilir", "baru ilir"),
        ("tamansari, kec. licin", "tamansari licin"),
        ("Tamansari/Licin", "tamansari licin"),
        ("kem", "kem"),
        ("Ma'rang", "marang"),
        ("k\u00e9mir\u00e9n", "kemiren"),
        ("\uff4b\uff45\uff4d", "kem"),
        ("desa", "desa"),
        ("kelir", "kelir"),
        ("a" * 50, "a" * 30),
    ],
)
def test_what_is_searched_for_a_village(typed: str, query: str) -> None:
    assert parsers.village_query(typed) == query


@pytest.mark.parametrize("typed", ["", "ke", "1", "35.10.05", "k 3 m", "\u043a\u0435\u043c\u0438\u0440"])
def test_too_little_for_a_village(typed: str) -> None:
    assert complaint(parsers.village_query, typed) == ("reg.village.short", {})


def test_free_text_is_one_line_that_can_be_seen() -> None:
    assert parsers.free_text("  RT02/01\nutara\tmusala\u200b \u202e") == "RT02/01 utara musala"
    assert parsers.free_text("\uff32\uff34 1") == "RT 1"
    assert parsers.free_text("x" * 2000) == "x" * 160
    for typed in ("", " \n", "\u200b\x00"):
        assert complaint(parsers.free_text, typed) is None


ANYTHING = st.one_of(
    st.text(max_size=200),
    st.text(st.sampled_from("0123456789OolI .-+62/"), max_size=20),
    st.text(st.sampled_from("SAITHJBUPKMD ,.'-:\u0301\u00e9"), max_size=30),
    st.lists(st.sampled_from(str.split("pak bu H. Hj. , S.Pd SE alias siti : nama I am kec desa 5 mei 1967"))).map(
        " ".join
    ),
)


@pytest.mark.parametrize("parse", PARSERS.values(), ids=PARSERS.keys())
@given(ANYTHING)
@example("AAAAA..")
@example("AAAAA,.")
def test_it_reads_its_own_writing_back(parse: Callable[[str], object], typed: str) -> None:
    try:
        value = parse(typed)
    except Invalid:
        return
    assert parse(str(value)) == value


@given(st.dates(date(1900, 1, 1), TODAY))
def test_every_birth_date_is_read_in_each_order(born: date) -> None:
    for written in (str(born), f"{born:%d%m%Y}", f"{born:%d-%m-%Y}", f"{born.day}/{born.month}/{born.year}"):
        assert parsers.birth_date(written, TODAY) == parsers.birth_date(written) == born


@given(st.text(st.characters(codec="utf-8"), max_size=60).map("1".__add__))
def test_a_refused_name_is_not_repeated_in_the_refusal(typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parsers.name(typed)
    assert str(refusal.value) == "reg.name.err"
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize("parse", PARSERS.values(), ids=PARSERS.keys())
def test_no_text_takes_long(parse: Callable[[str], object]) -> None:
    """Work grows with the length and stops at 1,600 characters: counted in lines run, not in time."""
    for attack in (
        "0",
        " ",
        ",",
        " ,",
        "a ",
        "A,",
        "O",
        "pak ",
        "S.PD ",
        "-",
        "\u0301",
        "\u200b",
        "5-",
        "alias ",
        "\u00e9",
        "(",
        "desa ",
    ):
        short, long, cut = (lines_run(parse, (attack * size)[:size]) for size in (800, 1600, 16_000))
        assert long <= 2 * short + 300, attack
        assert cut <= long + 100, attack


def lines_run(parse: Callable[[str], object], text: str) -> int:
    count = 0

    def trace(frame: object, event: str, argument: object) -> object:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        parse(text)
    except Invalid:
        pass
    finally:
        sys.settrace(before)
    return count
