"""The village in what somebody answers when they are asked where they live: "di ds kembirtan kec genteng rt 2"."""

import re
from collections.abc import Iterator
from typing import Final

from rapidfuzz.distance import OSA

from bot.areas import Gazetteer, Village, abbreviates, fold

FEWEST: Final = 4  # Letters of a beginning that is enough where only one village has it.
_LABEL: Final = frozenset(str.split("desa ds dhisa deso kelurahan kel klurahan village ndeso"))
_ABOVE: Final = frozenset(str.split("kec kecamatan kcmtn kab kabupaten regency district prov provinsi kota"))
_WITHIN: Final = frozenset(
    str.split("dusun dsn dukuh rt rw lingkungan lingk ling gang gg jalan jl jln no nomor blok hamlet")
)
_UNSURE: Final = frozenset(
    str.split(
        "bukan dudu banne sanes not atau ato utawa otaba or lupa lali tahu tau ngerti mboh embuh pindah dulu bekas "
        "dekat deket cedak cedhak near sebelah"
    )
)
_AROUND: Final = frozenset(
    str.split(
        "saya sy aku q kulo kula isun sengko engko bula i we kami kita tinggal tinggale rumah rumahku rumahnya omah "
        "omahku griyo griya"
        "di ing neng ning nang nek e da ka dari saka saking soko dhari from in at near live living warga orang wong "
        "oreng asli alamat alamatku alamatnya alamate desane desanya namanya nama jeneng jenenge pak bu kak mbak mas "
        "min ya nggih iya yaitu adalah my is the of enten wonten bedhe badha kok situ sini ini niki iki banyuwangi bwi "
        "jatim jawa timur"
    )
)
_SHORT: Final = {
    "wtn": "wetan", "wtan": "wetan", "kln": "kulon", "kul": "kulon", "kdl": "kidul", "lr": "lor", "krg": "karang",
    "krang": "karang", "sbr": "sumber", "smbr": "sumber", "sumbr": "sumber", "kp": "kampung", "kmp": "kampung",
    "kamp": "kampung", "kpg": "kampung", "tgl": "tegal", "tmn": "taman", "wrg": "wringin", "wr": "wringin",
    "prw": "purwo", "pwo": "purwo", "gtg": "genteng", "gntng": "genteng", "tbk": "tembok", "rjo": "rejo", "rj": "rejo",
    "kdg": "kedung", "kbn": "kebon", "kb": "kebon", "bth": "putih", "klbr": "kalibaru",
    "klbaru": "kalibaru", "lmhbang": "lemahbang", "pdk": "pondok", "pnd": "pondok",
    "west": "kulon", "east": "wetan",
}  # fmt: skip


def named(text: str, areas: Gazetteer, regency: str) -> Village | None:
    """The one village of a regency (four digits) that is meant; None where that is not clear.

    One letter of four and two of seven may be wrong, as long as no other village comes as near.
    """
    words = re.findall(r"[^\W_]+", fold_words(text))
    if not words or _UNSURE.intersection(words):
        return None
    known = {fold(village.name): village for d in areas.districts(regency) for village in areas.villages(d.code)}
    found: dict[str, Village] = {}
    for part in _parts(words):
        for candidate in part:
            if village := _one(candidate, known, whole=len(part) == 1 or candidate == part[0]):
                found.setdefault(village.name, village)
                break
        if found:
            break
    return next(iter(found.values())) if len(found) == 1 else None


def fold_words(text: str) -> str:
    """In small letters, with the apostrophes of Madurese left out."""
    return re.sub(r"['\u2019`]", "", text[:400].lower())


def _parts(words: list[str]) -> Iterator[list[str]]:
    """Where the name may stand, behind "desa"; or in all that is no word of an address, whole and in windows."""
    labelled = next((n for n, word in enumerate(words) if word in _LABEL and n + 1 < len(words)), -1)
    if labelled >= 0:
        behind = _until(words[labelled + 1 :])
        yield ["".join(behind[:size]) for size in range(min(3, len(behind)), 0, -1)]
        return
    left = _without_others(words)
    if left:
        yield ["".join(left), *_windows(left)]


def _until(words: list[str]) -> list[str]:
    stop = next((n for n, word in enumerate(words) if _other(word) or word in _AROUND), len(words))
    return [_SHORT.get(word, word) for word in words[:stop]]


def _without_others(words: list[str]) -> list[str]:
    """Without the districts, hamlets and streets that are named, and the words of a whole sentence."""
    left: list[str] = []
    skipping = 0
    for word in words:
        if word in _ABOVE or word in _WITHIN:
            skipping = 1
        elif skipping:
            skipping -= 1
        elif word not in _AROUND and word not in _LABEL and not any(map(str.isdecimal, word)):
            left.append(_SHORT.get(word, word))
    return left


def _other(word: str) -> bool:
    return word in _ABOVE or word in _WITHIN or any(map(str.isdecimal, word))


def _windows(words: list[str]) -> Iterator[str]:
    if len(words) > 8:
        return
    for size in (3, 2, 1):
        for first in range(len(words) - size + 1):
            if size < len(words):
                yield "".join(words[first : first + size])


def _one(said: str, known: dict[str, Village], whole: bool) -> Village | None:
    """The village of this name; of the whole answer also with slips, shortened, or only begun."""
    query = fold(said)
    if query in known:
        return known[query]
    if len(query) < FEWEST or not whole:
        return known[near[0]] if len(query) >= 7 and len(near := _near(query, known, 1)) == 1 else None
    if len(near := _near(query, known, 1 if len(query) < 7 else 2)) == 1:
        return known[near[0]]
    if near:
        return None
    begun = [name for name in known if name.startswith(query)] or [name for name in known if abbreviates(query, name)]
    return known[begun[0]] if len(begun) == 1 else None


def _near(query: str, known: dict[str, Village], most: int) -> list[str]:
    """The names that are nearest with at most so many slips, and those that come as near but for none."""
    costs = {name: OSA.distance(query, name, score_cutoff=most) for name in known}
    best = min(costs.values())
    return [name for name, cost in costs.items() if cost == best] if best <= most else []
