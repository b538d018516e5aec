"""The country's areas: which village a person means, and whether the area in a NIK exists."""

import unicodedata
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Self, TypeVar

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.identity import Nik, VillageCode

Row = Sequence[str]
Place = TypeVar("Place", "District", "Village")

SYNTHETIC: Final = frozenset({"351099", "647199"})  # Areas of test persons: never given to any district.
FEWEST_LETTERS: Final = 3
_ONE_MORE_SLIP: Final = (4, 6, 12)  # From so many letters on: with four letters one may be wrong, with six two.
_ONE_MORE_SLIP_AT_START: Final = (5, 9)  # Fewer where only a beginning was typed, as every other village would fit.
MOST_FOUND: Final = 20
_OLD_SPELLING: Final = (
    ("oe", "u"),
    ("dj", "j"),
    ("tj", "c"),
)  # Before the reform of 1972; still on signs and in people's hands.


class NikArea(StrEnum):
    """What is known about the first six digits of a NIK."""

    CURRENT = "current"
    RETIRED = "retired"  # On people's cards, though no longer on the map.
    UNKNOWN = "unknown"  # Possible: codes given up before 2016 are in no list.
    SYNTHETIC = "synthetic"


@dataclass(frozen=True, slots=True)
class District:
    code: str  # Six digits, as in a NIK.
    name: str

    @property
    def regency(self) -> str:
        return self.code[:4]


@dataclass(frozen=True, slots=True)
class Village:
    code: str  # As `VillageCode` writes it.
    name: str
    district: District

    @property
    def district_code(self) -> str:
        return self.district.code

    @property
    def regency(self) -> str:
        return self.district.regency

    @property
    def label(self) -> str:
        """For a list to pick from, at most 24 characters: the district stands there because names repeat."""
        return _cut(f"{self.name}/{self.district.name}", 24)

    @property
    def short(self) -> str:
        """For the middle of a sentence, at most 15 characters."""
        return self.name if 12 <= len(self.name) <= 15 else _cut(f"{self.name}/{self.district.name}", 15)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Gazetteer:
    """Every area that was loaded. It never changes, so what it has found it may remember."""

    _regencies: Mapping[str, str]
    _districts: Mapping[str, District]
    _villages: Mapping[str, Village]
    _districts_in: Mapping[str, tuple[District, ...]]
    _villages_in: Mapping[str, tuple[Village, ...]]
    _retired_regencies: frozenset[str]
    _retired_districts: frozenset[str]
    _names: tuple["_Name", ...]

    @classmethod
    def of(
        cls,
        regencies: Iterable[Row],
        districts: Iterable[Row],
        villages: Iterable[Row],
        retired_regencies: Iterable[Row] = (),
        retired_districts: Iterable[Row] = (),
    ) -> Self:
        """From rows of code and name. Only a village's code needs its dots.

        ValueError: something is no code, or the area above it is missing.
        """
        known_regencies = {_digits(code, 4): name for code, name, *_ in regencies}
        known_districts = {_digits(code, 6): District(_digits(code, 6), name) for code, name, *_ in districts}
        known_villages = {code: _village(code, name, known_districts) for code, name, *_ in villages}
        for district in known_districts.values():
            if district.regency not in known_regencies:
                raise ValueError(f"district {district.code} has no regency")
        return cls(
            MappingProxyType(_spoken(known_regencies)),
            MappingProxyType(known_districts),
            MappingProxyType(known_villages),
            _grouped((district.regency, district) for district in known_districts.values()),
            _grouped((village.district_code, village) for village in known_villages.values()),
            frozenset(_digits(code, 4) for code, *_ in retired_regencies),
            frozenset(_digits(code, 6) for code, *_ in retired_districts),
            tuple(_Name.of(village) for village in known_villages.values()),
        )

    def search(self, text: str, near: str = "", regencies: frozenset[str] | None = None) -> tuple[Village, ...]:
        """The villages that somebody may mean, best first, at most 20; none for fewer than three letters.

        `near`: the six digits of a district (a NIK's area); it only orders what fits equally well.
        `regencies`: four digits each; None searches them all.
        """
        return _search(self, text, near, regencies)

    def village(self, code: str) -> Village | None:
        return self._villages.get(code)

    def villages(self, district: str) -> tuple[Village, ...]:
        """Those of a district (six digits) by name; none where they are not loaded."""
        return self._villages_in.get(district, ())

    def districts(self, regency: str) -> tuple[District, ...]:
        """Those of a regency (four digits) by name."""
        return self._districts_in.get(regency, ())

    def district_of(self, area: str) -> District | None:
        """The district that the first six digits of a NIK name today."""
        return self._districts.get(area)

    def regency_name(self, regency: str) -> str:
        """As people say it: `Banyuwangi`, `Balikpapan`; with `Kota` where a Kabupaten has the same name.

        Unknown: the code.
        """
        return self._regencies.get(regency, regency)

    def regency_exists(self, regency: str) -> bool:
        """Whether there is, or in the lists since 2016 ever was, a regency with these four digits."""
        return regency in self._regencies or regency in self._retired_regencies

    def nik_area(self, area: str) -> NikArea:
        """What is known about the first six digits of a NIK."""
        if area in SYNTHETIC:
            return NikArea.SYNTHETIC
        if area in self._districts:
            return NikArea.CURRENT
        return NikArea.RETIRED if area in self._retired_districts else NikArea.UNKNOWN


def second_look(nik: Nik, gazetteer: Gazetteer) -> tuple[str, ...]:
    """Why a NIK should be typed once more before it is believed.

    "serial": 0000 is never issued. "regency": the first four digits never were one.
    """
    serial = ("serial",) if nik.serial == "0000" else ()
    return serial if gazetteer.regency_exists(nik.regency) else (*serial, "regency")


def notes(nik: Nik, gazetteer: Gazetteer, village: Village | None) -> tuple[str, ...]:
    """What an agent should know of the area in a NIK, one at most: "area_unknown", "area_retired", "area_differs".

    None of them is a fault: people move, districts are divided, and the NIK stays.
    """
    return area_notes(nik.area, gazetteer, village)


def area_notes(area: str, gazetteer: Gazetteer, village: Village | None) -> tuple[str, ...]:
    """`notes` for the six digits alone. The area of test persons stands for every district of its regency."""
    differs = ("area_differs",)
    match gazetteer.nik_area(area):
        case NikArea.UNKNOWN:
            return ("area_unknown",)
        case NikArea.RETIRED:
            return ("area_retired",)
        case NikArea.CURRENT:
            return differs if village and village.district_code != area else ()
        case NikArea.SYNTHETIC:
            return differs if village and village.regency != area[:4] else ()


@dataclass(frozen=True, slots=True)
class _Name:
    """A village's name as the search compares it: letters only, old spelling and doubled letters evened out."""

    village: Village
    name: str
    whole: str  # With the district behind it, as in "Tamansari Licin".
    later_words: tuple[str, ...]  # What follows the first word, the second word, and so on.

    @classmethod
    def of(cls, village: Village) -> Self:
        words = village.name.split()
        later = tuple(fold(" ".join(words[n:])) for n in range(1, len(words)))
        return cls(village, fold(village.name), fold(village.name + village.district.name), later)


@lru_cache(maxsize=4096)  # A flow is run again from its top at every turn, and asks the same thing each time.
def _search(gazetteer: Gazetteer, text: str, near: str, regencies: frozenset[str] | None) -> tuple[Village, ...]:
    query = fold(text)
    if len(query) < FEWEST_LETTERS:
        return ()
    names = gazetteer._names
    if regencies is not None:
        names = tuple(name for name in names if name.village.regency in regencies)
    found = _as_typed(query, names) or _with_slips(query, names)

    def order(item: tuple[float, Village]) -> tuple[float, bool, bool, str, str]:
        cost, village = item
        return cost, village.district_code != near, village.regency != near[:4], village.name, village.code

    return tuple(village for _, village in sorted(found, key=order)[:MOST_FOUND])


def _as_typed(query: str, names: Sequence[_Name]) -> list[tuple[float, Village]]:
    """The names that are the query (0), begin with it (1), or have a later word that does (2)."""
    found: list[tuple[float, Village]] = []
    for name in names:
        if name.whole.startswith(query):
            found.append((0 if query in (name.name, name.whole) else 1, name.village))
        elif name.later_words and any(words.startswith(query) for words in name.later_words):
            found.append((2, name.village))
    return found


def _with_slips(query: str, names: Sequence[_Name]) -> list[tuple[float, Village]]:
    """The names that a few wrong, missing, added or swapped letters, or an abbreviation, make into the query.

    Costs are slips, and half a slip more where only the beginning of a name was typed.
    What costs over one more than the best is left out.
    """
    size = len(query)
    slips = bisect(_ONE_MORE_SLIP, size)
    slips_at_start = bisect(_ONE_MORE_SLIP_AT_START, size)
    costs: dict[int, float] = {}
    for wording, limit, extra in (
        ([name.name for name in names], slips, 0.0),
        ([name.whole for name in names], slips, 0.0),
        ([name.name[:size] for name in names], slips_at_start, 0.5),
        ([name.name[: size + 1] for name in names], slips_at_start, 0.5),
    ):
        if not limit:
            continue
        for _, distance, index in process.extract(query, wording, scorer=OSA.distance, score_cutoff=limit, limit=None):
            costs[index] = min(costs.get(index, distance + extra), distance + extra)
    for index, name in enumerate(names):
        if index not in costs and name.name[0] == query[0] and abbreviates(query, name.name):
            costs[index] = 1.5
    most = min(costs.values(), default=0) + 1
    return [(cost, names[index].village) for index, cost in costs.items() if cost <= most]


def abbreviates(query: str, name: str) -> bool:
    """Whether the query is the name with up to half of its letters left out: `kbdalem` for Kebondalem."""
    if 2 * len(query) < len(name):
        return False
    letters = iter(name)
    return all(letter in letters for letter in query)


def fold(text: str) -> str:
    """Letters a to z only, in today's spelling, no letter doubled."""
    letters = "".join(filter(str.isalpha, unicodedata.normalize("NFKD", text).lower()))
    for old, new in _OLD_SPELLING:
        letters = letters.replace(old, new)
    return "".join(letter for n, letter in enumerate(letters) if letter != letters[n - 1 : n])


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else text[: size - 2] + ".."


def _digits(code: str, size: int) -> str:
    digits = code.replace(".", "")
    if len(digits) != size or not (digits.isascii() and digits.isdecimal()):
        raise ValueError(f"{code!r} is not a code of {size} digits")
    return digits


def _village(code: str, name: str, districts: Mapping[str, District]) -> Village:
    district = districts.get(VillageCode(code).district)
    if district is None:
        raise ValueError(f"village {code} has no district")
    return Village(code, name, district)


def _grouped(items: Iterable[tuple[str, Place]]) -> Mapping[str, tuple[Place, ...]]:
    groups: defaultdict[str, list[Place]] = defaultdict(list)
    for code, place in items:
        groups[code].append(place)
    return MappingProxyType(
        {code: tuple(sorted(places, key=lambda p: (p.name, p.code))) for code, places in groups.items()}
    )


def _spoken(regencies: Mapping[str, str]) -> dict[str, str]:
    names = set(regencies.values())

    def spoken(name: str) -> str:
        kind, _, rest = name.partition(" ")
        return rest if kind == "Kabupaten" or (kind == "Kota" and f"Kabupaten {rest}" not in names) else name

    return {code: spoken(name) for code, name in regencies.items()}
