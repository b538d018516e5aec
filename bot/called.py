"""The name in what somebody answers when they are asked for it: without address, titles, aliases and thanks."""

import re
import unicodedata
from typing import Final

_HEAD: Final = frozenset(  # Never a name; whoever writes nothing else is asked again.
    str.split(
        "NAMA NAMAKU NAMANYA NAMANE NAMAE SAYA SY AKU KULO KULA JENENG JENENGE JENENGKU NYAMA NYAMANA NYAMAEN "
        "SENGKO' SENGKO ARAN ARANE ISUN ASMA ASMANE ASMAKU ASMONIPUN ADALAH YAITU "
        "PAK BAPAK BPK BU IBU MBAH MBAK MBOK KAK KAULA KAULAH ENGKO' ENGKO ENGKOK KU"
    )
)
_ENGLISH: Final = (["MY", "NAME", "IS"], ["I", "AM"])  # Only as a whole: Is and My are names.
_PHRASES: Final = (
    ["MY", "NAME", "IS"], ["MY", "NAME"], ["I", "AM"], ["I'M"], ["THE", "NAME", "IS"], ["NAME"], ["THIS", "IS"],
    ["CALL", "ME"], ["PAK", "DE"], ["BU", "DE"], ["PAK", "LIK"], ["BU", "LIK"],
    ["ATAS", "NAMA"], ["A.N"], ["A.N."], ["AN."], ["PANGGIL", "SAJA"], ["PANGGIL", "AJA"], ["INI"],
    ["IKI"], ["NIKI"], ["LENGKAP"], ["SESUAI", "KTP"], ["DI", "KTP"], ["KTP"], ["DALEM"], ["PERKENALKAN"], ["IYA"],
    ["NGGIH"], ["OH"], ["ASSALAMUALAIKUM"],
)  # fmt: skip
_TITLES: Final = frozenset(
    str.split(
        "H HJ HAJI HAJJAH DRS DRA DR DRG IR KH KYAI KIAI NYAI PROF UST USTAD USTADZ USTADZAH MAS CAK KANG LEK LIK "
        "PAKDE BUDE PAKLEK BULEK MAK EMAK NY NYONYA TN TUAN SDR SDRI SAUDARA SAUDARI MR MRS MS MISS KAKEK NENEK ALM "
        "ALMH ALMARHUM ALMARHUMAH"
    )
)
_DEGREES: Final = frozenset(
    str.split(
        "SPD SPDI SE SH SAG SKOM ST SSOS SIP SKEP SKM STP SSI SPT SS NERS NS MPD MPDI MM MSI MH MT MKES MAG AMD AMDKEB "
        "AMDKEP SPSI SHI SEI SSTP SFARM STR LC BA BSC MSC"
    )
)
_ALIAS: Final = frozenset(
    str.split("ALIAS ALS AL. AKA A.K.A PANGGILAN DIPANGGIL PANGGILANE DICELUK CELUKANE JULUKAN BIASA AKRAB NICKNAME")
)
_TAIL: Final = frozenset(str.split("YA PAK BU KAK MBAK MAS NGGIH NGGEH ENGGI MAKASIH SUWUN THANKS SIR MISS"))
_FROM: Final = frozenset(str.split("DARI FROM SAKA SAKING DHARI DESA DS ALAMAT KELURAHAN DUSUN"))
_NO_NAME: Final = frozenset(  # Anywhere: it is a question, a wish, or two names.
    str.split(
        "MAU MW INGIN PENGEN BANSOS DAFTAR DAFTARKAN BANTUAN PETUGAS GIMANA BAGAIMANA PIYE KAPAN SYARAT SYARATNYA DAN "
        "ATAU ATO UTAWA OTABA AND OR BUKAN DUDU BANNE TAPI NIK NIKNYA KENAPA NGAPAIN KOK HARUS GAK NGGAK TIDAK TDK ORA"
    )
)
_ANSWERS: Final = frozenset(str.split("YA IYA TIDAK TDK GAK NGGAK ENGGAK NDAK ORA MBOTEN LUPA RAHASIA YES NO NONE"))
_VOWELS: Final = frozenset("AEIOU")
_ASIDE: Final = re.compile(r" \([^()]*\)")


def read(capitals: str) -> str:
    """From capitals. ValueError: there is nothing but forms of address, or it is no name."""
    said, _, rest = capitals.partition(":")  # "Nama: Siti"
    introduced = bool(rest and said and _HEAD.union({"KTP", "LENGKAP", "NAME"}).issuperset(said.split()))
    words = _words(rest if introduced else capitals)
    while addressed := _addressed(words):
        introduced = introduced or words[0] in _HEAD or addressed > 1
        del words[:addressed]
    alias = next((n for n, word in enumerate(words) if n and word.rstrip(",") in _ALIAS), len(words))
    del words[alias:]
    if introduced:
        place = next((n for n, word in enumerate(words[:-1]) if n and word.rstrip(",") in _FROM), len(words))
        del words[place:]
    while len(words) > 1 and (words[-1].rstrip(".,") in _TAIL or _is_degree(words)):
        del words[-1]
    if _NO_NAME.intersection(words) or (len(words) == 1 and words[0].rstrip(".,") in _ANSWERS):
        raise ValueError("an answer, but no name")
    name = " ".join(words).rstrip(",")
    return name.rstrip(".,") if name.endswith(".") and len(words[-1]) > 5 else name


def without_signs(text: str) -> str:
    """Without what stands in brackets behind a name, and without folded hands and hearts."""
    words = _ASIDE.sub(" ", text).rstrip().split(" ")
    while len(words) > 1 and words[-1] and _only_signs(words[-1]):
        del words[-1]
    return " ".join(words)


def _only_signs(word: str) -> bool:
    return all(unicodedata.category(c) in ("So", "Sk", "Cf", "Mn") for c in word) and any(
        unicodedata.category(c) == "So" for c in word
    )


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
    for phrase in _PHRASES:
        size = len(phrase)
        if words[:size] == phrase and (len(words) > size or phrase in _ENGLISH):
            return size
    if words and words[0].rstrip(".,") in _HEAD:
        return 1
    return int(len(words) > 1 and words[0].rstrip(",").replace(".", "") in _TITLES)


def _is_degree(words: list[str]) -> bool:
    """S.PD wherever it stands last, and SPD, as nobody is called so; SE behind more than one word; H behind a comma."""
    word, after_comma = words[-1].strip(".,"), words[-2].endswith(",")
    letters = word.replace(".", "")
    if letters in _TITLES and after_comma:
        return True
    sure = "." in word or after_comma or not _VOWELS.intersection(letters) or len(words) > 2
    return letters in _DEGREES and sure
