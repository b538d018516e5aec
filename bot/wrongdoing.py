"""What a report in own words is about, by a few words of the four languages: a guess that the person confirms."""

import re
from collections.abc import Mapping

# Beginnings of words. Two kinds that are both named are no guess.
SAID: Mapping[str, tuple[str, ...]] = {
    "bribe": ("minta uang", "pungli", "pungut", "sogok", "suap", "setor", "njaluk dhuwit", "menta pesse", "bribe",
              "asked for money", "asked me for money"),
    "false_officer": ("petugas palsu", "agen palsu", "gadungan", "mengaku petugas", "ngaku petugas", "ngaku agen",
                      "fake officer", "fake agent"),
    "cut_money": ("dipotong", "potong", "disunat", "dikurangi", "epotong", "took part", "deducted"),
    "wrong_target": ("salah sasaran", "orang kaya", "wong sugih", "oreng soghi", "sudah wafat", "sudah meninggal",
                     "tidak layak", "rich"),
}  # fmt: skip
_FIND = {kind: re.compile(rf"\b(?:{'|'.join(map(re.escape, said))})") for kind, said in SAID.items()}


def about(words: str) -> str:
    """The one kind of wrongdoing that the words name, or nothing."""
    plain = " ".join(words.casefold().split())
    found = [kind for kind, said in _FIND.items() if said.search(plain)]
    return found[0] if len(found) == 1 else ""
