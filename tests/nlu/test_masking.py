"""What tells of a person does not survive the masking; what they wanted does."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.meaning import Entity
from nlu.corpus import load
from nlu.embedded import Embedded
from nlu.masking import LONGEST, Masker, unmasked

MASKER = Masker.of(load())
LEFT = {
    # Indonesian
    "pak kapan cair": "pak kapan cair",
    "nama saya Zuqiflora Wexthanir mau daftar": "nama saya [nama] mau daftar",
    "bu wexthanir kok blm dapat": "bu [nama] kok blm dapat",
    "Bpk. Sutarmin RT 03 RW 02 Dusun Qujumbrat": "Bpk. [nama] RT ## RW ## [place]",
    "KAPAN CAIR PAK SUGIONO": "KAPAN CAIR PAK [nama]",
    "untuk anak Vexorlinda di sekolah": "untuk anak [nama] di sekolah",
    "nik sy 3510994107750003 hp 081297310461": "nik sy [nik] hp [phone_number]",
    "daftar a.n. siti aminah": "daftar a.n. [nama]",
    "hub O8I2-973I-O461 ya": "hub [phone_number] ya",
    "nomor nol delapan satu dua sembilan tujuh tiga ya": "nomor [number] ya",
    "tulis ke siapa@contoh.id atau www.contoh.id/saya": "tulis ke [link] atau [link]",
    "rek O8I2-973I ya": "rek O#I#-#### ya",
    "ibuku lahir tujuh belas agustus": "ibuku lahir [date]",
    "surat pindah dari kembiritan": "surat pindah dari [place]",
    "mbah Jymbequor piye to yo, untuk JYMBEQUOR": "mbah [nama] piye to yo, untuk [nama]",
    "kok belum cair ya untuk wexthanir, bu wexthanir": "kok belum cair ya untuk [nama], bu [nama]",
    # Javanese
    "jenengku slamet, umur 45 taun": "jenengku [nama], umur ## taun",
    "mbah jymbequor wis sedo wingi": "mbah [nama] wis sedo wingi",
    "durung oleh dhuwit pak": "durung oleh dhuwit pak",
    # Madurese
    "nyamana sengko' Marsuki terro daftar": "nyamana sengko' [nama] terro daftar",
    "nyama kaula sala, ongghuna Xovilquama": "nyama kaula sala, ongghuna [nama]",
    # English
    "my name is Zuqiflora and I want help": "my name is [nama] and I want help",
    "mrs wexthanir wants to know when": "mrs [nama] wants to know when",
}  # fmt: skip


@pytest.mark.parametrize(("text", "left"), LEFT.items())
def test_what_tells_of_a_person_goes_and_the_rest_stays(understand: Embedded, text: str, left: str) -> None:
    assert MASKER(text, understand(text).entities) == left


@pytest.mark.parametrize("text", ["", "  ", "ZUQIFLORA WEXTHANIR", "3510994107750003", "081297310461 pak", "12 - 13"])
def test_nothing_is_left_where_there_is_nothing_to_learn_from(understand: Embedded, text: str) -> None:
    left = MASKER(text, understand(text).entities)
    assert left in ("", "[phone_number] pak")


WORDS = st.sampled_from(
    ["nik", "nama", "pak", "bu", "lahir", "081", "35", "²", "٣", "①", "O8", "l0", " ", "\n", "-", "."]
)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200) | st.lists(WORDS | st.text(max_size=4)).map("".join))
def test_no_digit_survives_and_nothing_gets_long(understand: Embedded, text: str) -> None:
    left = MASKER(text, understand(text).entities)
    assert not any(map(str.isnumeric, left))
    assert len(left) <= LONGEST
    assert left.isprintable()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.lists(st.tuples(st.integers(-5, 50), st.integers(-5, 50))))
def test_whatever_an_engine_says_was_named_can_be_masked(text: str, spans: list[tuple[int, int]]) -> None:
    left = MASKER(text, [Entity("nik", "", start, end) for start, end in spans])
    assert not any(map(str.isnumeric, left))


def test_names_of_the_corpus_do_not_survive_behind_what_says_that_they_are_names() -> None:
    """Every name that an example gives behind "nama", "jeneng" or "nyama"."""
    said = re.compile(r"\b(?:nama (?:saya|sy)|jenengku|jeneng kula|nyamana) ([A-Z][a-z]{3,})")
    names = {name for example in load().examples for name in said.findall(example.text)}
    assert len(names) > 5
    for name in names:
        assert name.lower() not in MASKER(f"nama saya {name} mau daftar").lower()


def test_the_classifier_reads_a_masked_number_as_one(understand: Embedded) -> None:
    text = "nik saya 3510994107750003 mau daftar lahir 17-08-1975"
    assert understand(unmasked(MASKER(text, understand(text).entities))).top == understand(text).top
