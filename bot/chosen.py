"""Which programme and which language somebody names, by the codes that the data has for them."""

import re
from collections.abc import Mapping
from typing import Final

from rapidfuzz.distance import OSA

_PROGRAMS: Final[Mapping[str, tuple[str, ...]]] = {
    "PKH": ("pkh", "p k h", "pkhh", "program keluarga harapan", "keluarga harapan", "pe ka ha", "family hope program"),
    "BPNT": (
        "bpnt", "b p n t", "bptn", "sembako", "kartu sembako", "sembakoh", "sembaku", "bantuan pangan non tunai",
        "pangan non tunai", "non tunai", "program sembako", "basic food", "staple food", "bansos sembako",
    ),
    "PBI": (
        "pbi", "p b i", "pbi jk", "pbijk", "kis", "k i s", "bpjs gratis", "bpjs pbi", "bpjs pemerintah", "bpjs kis",
        "jkn kis", "jkn pbi", "kartu indonesia sehat", "indonesia sehat", "penerima bantuan iuran",
        "bpjs dibayari pemerintah",
        "bpjs dibayar pemerintah", "bpjs sing gratis", "bpjs yang gratis", "bpjs yg gratis", "free bpjs",
        "free health insurance", "jamkesmas", "bpjs subsidi",
    ),
    "PIP": (
        "pip", "p i p", "kip", "k i p", "kartu indonesia pintar", "indonesia pintar", "program indonesia pintar",
        "smart indonesia",
    ),
    "BLT": (
        "blt", "b l t", "blt dd", "bltdd", "blt dana desa", "bantuan langsung tunai", "langsung tunai", "blt desa",
        "blt kesra", "blt bbm", "direct cash",
    ),
    "ATENSI": ("atensi", "asistensi rehabilitasi sosial", "asistensi rehabilitasi", "rehabilitasi sosial", "atens"),
    "BERAS": (
        "beras", "bantuan beras", "beras bulog", "bantuan pangan beras", "raskin", "rastra", "beras 10 kg",
        "beras gratis", "wos", "beras miskin", "cpp", "rice", "berres", "beres bulog", "berras",
    ),
}  # fmt: skip
_OTHER: Final = re.compile(
    r"\b(kuliah|mandiri|kelas \d|ketenagakerjaan|bukan|dudu|banne|sanes|not|atau|utawa|otaba|or|tidak|gak|tdk|lupa|"
    r"pkl|prakerja|bayar sendiri|iuran sendiri|selain|kecuali|except|dan|sama|and|plus|karo|ambi|ban)\b"
)
_LANGUAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "id": (
        "indonesia",
        "indonesian",
        "indo",
        "indonesa",
        "indonesia raya",
        "bindo",
        "b indo",
        "ind",
        "endonesia",
        "id",
    ),
    "jv": (
        "jawa",
        "jowo",
        "javanese",
        "jawi",
        "osing",
        "using",
        "oseng",
        "ngoko",
        "krama",
        "kromo",
        "jv",
        "jw",
        "java",
        "jawane",
    ),
    "mad": (
        "madura",
        "madhura",
        "madureh",
        "madurese",
        "madure",
        "medura",
        "medureh",
        "mad",
        "mdr",
        "meduro",
        "madhureh",
    ),
    "en": (
        "inggris",
        "english",
        "enggres",
        "engris",
        "inggres",
        "ingris",
        "inglis",
        "enggris",
        "ingghris",
        "en",
        "eng",
        "british",
    ),
}
_TO: Final = re.compile(r"\b(?:ke|dadi|jadi|to|menjadi|dados|ka|into)\b")
_NO_LANGUAGE: Final = re.compile(
    r"\b(bukan|dudu|banne|sanes|not|atau|utawa|otaba|or|tidak|gak|tdk|ora|mboten|sunda|sundanese|bali|arab|mandarin|batak|"
    r"melayu|betawi|bugis|minang|cina|jepang|korea|jerman|banjar|barat|tengah|timur|pulau|orang|apa)\b"
)


def program(text: str) -> str:
    """The programme that is named, and no other; else nothing. Codes: PKH BPNT PBI PIP BLT ATENSI BERAS."""
    said = _words(text)
    if _OTHER.search(said):
        return ""
    found = {code for code, names in _PROGRAMS.items() if any(f" {name} " in f" {said} " for name in names)}
    return _one(found) or ("" if found else _with_a_slip(said, _PROGRAMS, 6))


def language(text: str) -> str:
    """The language that is named, or the one that is changed to; else nothing. Codes: id jv mad en."""
    said = _words(text)
    if _NO_LANGUAGE.search(said):
        return ""
    found = _named(said)
    if len(found) > 1:
        found = _named(_TO.split(said)[-1]) if _TO.search(said) else found
    return _one(found) or ("" if found else _with_a_slip(said, _LANGUAGES, 5))


def _named(said: str) -> set[str]:
    return {code for code, names in _LANGUAGES.items() if any(f" {name} " in f" {said} " for name in names)}


def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"['\u2019`]", "", text[:300].lower())))


def _one(found: set[str]) -> str:
    return next(iter(found)) if len(found) == 1 else ""


def _with_a_slip(said: str, known: Mapping[str, tuple[str, ...]], fewest: int) -> str:
    """A long name of which one letter is wrong."""
    near = {
        code
        for code, names in known.items()
        for name in names
        for word in said.split()
        if len(name) >= fewest and len(word) >= fewest and OSA.distance(word, name, score_cutoff=1) <= 1
    }
    return _one(near)
