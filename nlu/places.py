"""The places that a message names, misspelt ones too."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.areas import Gazetteer
from bot.meaning import Entity
from nlu.dates import kind
from nlu.numbers import Word

_MOST_WORDS = 3
_ONE_SLIP, _TWO_SLIPS = 6, 9  # From so many letters on, so many of them may be wrong.
_SHORTEST_ELSEWHERE = 4
_PROPER = 6  # Letters of a name that no list has.
_FEWEST_BONES = 4  # Consonants of a name that is known without its vowels.
_SHORT_MESSAGE = 3  # Words: a message of so many may be nothing but an answer.

_HAMLET = frozenset(str.split("dusun dsn dusn dukuh hamlet lingkungan lingk perumahan perum"))
_VILLAGE = frozenset(str.split("desa ds dsa deso dhisa dhesa kelurahan kel klurahan village kampung kp disa"))
_DISTRICT = frozenset(str.split("kecamatan kec kcmtn kecamatn district camat kota kab kabupaten"))
_NAMED_BEHIND = _HAMLET | _VILLAGE | _DISTRICT
_BEFORE = frozenset(  # Behind one of these a place may follow.
    str.split(
        "masjid mesjid musholla mushola langgar pertigaan perempatan prapatan simpang stasiun pelabuhan penyeberangan "
        "pantai depan belakang sebelah deket dekat dket teng for di d ke k dari dr drpd nang nng nong ning ing neng e "
        "ka dha dhari deri ting dateng dhateng wonten saking teko seko saka in at from to near wilayah daerah warga "
        "wong orang tiyang oreng asal alamat alamate alamatku sekitar nyang nak manggon tinggal rumah omahku roma "
        "compo pasar puskesmas pos rs rsud brilink jurusan bank bri sakit terminal agen harusnya hrsnya kudune bukan "
        "msh kantor sd smp sma smk pabrik selat pulau gunung"
    )
)
_PROPER_BEHIND = frozenset(
    str.split(
        "di ke dari teng nang nong ing e ka deri dhari dateng pertigaan perempatan simpang pantai pulau desa kelurahan"
    )
)
_NO_PLACES = frozenset(  # Shops, offices and services, of which there are many, or which are nowhere.
    str.split(
        "indomaret alfamart alfamidi brilink posyandu puskesmas samsat dispenduk dispendukcapil dukcapil disdukcapil "
        "dinsos imigrasi polres polsek koramil pegadaian mandiri bulog facebook tiktok instagram youtube whatsapp "
        "google shopee tokopedia telegram loket perlinsos kemensos jamsostek bpjs pertamina telkomsel allah tuhan"
    )
)
_HALLS = frozenset(str.split("balai bale balae balei kantor kntor kantore balaine blai"))
_OF_THE_VILLAGE = frozenset(str.split("desa deso dhisa dusun dhesa dsa kelurahan ds disa dhisah desane kecamatan"))
_IN_ONE = frozenset(str.split("baldes baledesa balaidesa kantordesa"))
_SIDES = frozenset(str.split("kulon wetan lor kidul manis anyar baru"))
_FIRST_HALVES = frozenset(
    str.split("curah karang sumber kebon tegal kedung watu alas lemah suko wringin banyu pondok sido")
)
_KNOWN_HAMLETS = frozenset(str.split("krajan pancer"))
_STREET = frozenset(str.split("jl jln raya gg"))
_HEADS = frozenset(str.split("kepala ketua kadus kasun kades bu pak"))  # "kepala dusun minta …" is nobody's address.
# Villages and towns whose names are words or first names: only behind a word for a place.
_WORDS_TOO = frozenset(
    str.split(
        "sby jkt mlg dps bdg smg bwi malay aliyan badean balak banjar banjarsari bareng bayu bengkak bomo bubuk "
        "bunder cantuk dadapan gambor gendoh genteng giri glagah grogol gumuk jelun kandangan kelir kemiri klatak "
        "kenjo licin mangir padang pakel pakis paspan patoman sempu sepanjang setail sobo sragi tampo tamansari bali "
        "lombok arab madura malang solo batu metro pati demak tegal kudus blora kediri barito sragen lebak serang "
        "buru"
    )
)
_ELSEWHERE = (  # Where people of this regency go and come from, beside the regencies of the country.
    str.split(
        "sby jkt mlg dps bdg smg bwi malay mekka mekkah makkah mecca madinah singapur bali lombok ntb ntt kalimantan "
        "sulawesi sumatra sumatera papua madura jakarta malaysia taiwan hongkong singapura singapore arab saudi "
        "jeddah korea jepang brunei ijen gilimanuk watudodol blokagung pancer raung jatim jateng jabar riau lampung "
        "kuta jogja jember situbondo bondowoso lumajang probolinggo surabaya denpasar balikpapan"
    )
)


@dataclass(frozen=True, slots=True)
class _Area:
    """A village with its code, or a district or town without."""

    name: str
    code: str = ""
    district: str = ""


_Span = tuple[int, int, tuple[_Area, ...]]  # First word, last word, and what may be meant.


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Places:
    """Names without spaces. Those of the home regency are folded and may be misspelt."""

    _home: Mapping[str, tuple[_Area, ...]]
    _bones: Mapping[str, str]  # The consonants of a name -> the name, if no other has the same.
    _names: tuple[str, ...]
    _elsewhere: frozenset[str]
    _ordinary: frozenset[str]

    @classmethod
    def of(cls, gazetteer: Gazetteer, home: str, ordinary: frozenset[str]) -> Self:
        """`home`: the regency, four digits. `ordinary`: words that are no misspelt names."""
        areas: defaultdict[str, list[_Area]] = defaultdict(list)
        for district in gazetteer.districts(home):
            areas[fold(district.name)].append(_Area(district.name))
            for village in gazetteer.villages(district.code):
                areas[fold(village.name)].append(_Area(village.name, village.code, district.name))
        bones: defaultdict[str, list[str]] = defaultdict(list)
        for name in areas:
            bones[_bones(name)].append(name)
        alone = {those: names[0] for those, names in bones.items() if len(names) == 1 and len(those) >= _FEWEST_BONES}
        regencies = (gazetteer.regency_name(f"{code}") for code in range(1101, 9799))
        towns = (name.removeprefix("Kabupaten ").removeprefix("Kota ") for name in regencies if not name.isdecimal())
        elsewhere = {town.lower().replace(" ", "") for town in towns} - {"baru", "karo"} | set(_ELSEWHERE)
        long = frozenset(town for town in elsewhere if len(town) >= _SHORTEST_ELSEWHERE or town in _ELSEWHERE)
        return cls({name: tuple(those) for name, those in areas.items()}, alone, tuple(areas), long, ordinary)

    def find(self, text: str, those: Sequence[Word]) -> Iterator[Entity]:
        """In the order of the text. A village that has namesakes gets its code where its district is named, too."""
        found = list(self._spans(text, those))
        told = {fold(one.name) for *_, areas in found for one in areas if not one.code}
        for first, last, areas in found:
            codes = {one.code for one in areas if one.code}
            if len(codes) > 1:
                codes = {one.code for one in areas if one.code and fold(one.district) in told}
            district = first > 0 and those[first - 1].key in _DISTRICT
            start, end = those[first].start, those[last].end
            yield Entity("place", text[start:end], start, end, codes.pop() if len(codes) == 1 and not district else "")

    def is_here(self, name: str) -> bool:
        """Whether a village or district of the home regency has the name."""
        return fold(name) in self._home or bool(_nearest(fold(name), self._names))

    def _spans(self, text: str, those: Sequence[Word]) -> Iterator[_Span]:
        n = 0
        behind = False  # Whether a place has just ended: "dusun krajan Setail", "tamansari licin".
        while n < len(those):
            areas: tuple[_Area, ...] = ()
            size = _hall(those, n) or self._hamlet(those, n)
            if not size:
                size, areas = self._name(those, n, behind and those[n].joined)
                size = size or self._proper(text, those, n)
            if size:
                yield n, n + size - 1, areas
            behind = size > 0
            n += size or 1

    def _hamlet(self, those: Sequence[Word], n: int) -> int:
        """ "dusun krajan rt 2 rw 1": how many words. Hamlets are in no list: any name is one that is no usual word."""
        if those[n].key not in _HAMLET or not _leads(those, n + 1) or (n and those[n - 1].key in _HEADS):
            return 0
        name = those[n + 1].key
        if len(name) < 3 or name.isdecimal() or (name in self._ordinary and name not in _KNOWN_HAMLETS | _FIRST_HALVES):
            return 0
        size = 2
        if n + 2 < len(those) and those[n + 2].joined and (name in _FIRST_HALVES or those[n + 2].key in _SIDES):
            size = 3
        elif name in self._ordinary and name not in _KNOWN_HAMLETS:
            return 0
        for label in ("rt", "rw"):
            at = n + size
            if at + 1 < len(those) and those[at].key == label and those[at].joined and those[at + 1].key.isdecimal():
                size += 2
        return size

    def _proper(self, text: str, those: Sequence[Word], n: int) -> int:
        """How many words a name has that stands where places do, though no list has it: "deri Sapeken"."""
        word = those[n]
        if n == 0 or len(word.key) < _PROPER or word.key in _NO_PLACES or word.key in self._ordinary or not word.joined:
            return 0
        written = text[word.start : word.end]
        before = those[n - 1].key in _PROPER_BEHIND
        if not (before and written.istitle() and written.isalpha() and kind(word.key) == "x"):
            return 0
        return 1 + (n + 1 < len(those) and self._goes_on(text, those[n + 1]))

    def _goes_on(self, text: str, word: Word) -> bool:
        """Whether the name has this word, too, as in "Basuki Rahmat"."""
        known = word.key in self._ordinary or word.key in self._elsewhere or fold(word.key) in self._home
        return not known and word.joined and len(word.key) >= _FEWEST_BONES and text[word.start : word.end].istitle()

    def _name(self, those: Sequence[Word], n: int, behind: bool) -> tuple[int, tuple[_Area, ...]]:
        """The longest name that begins here, and how many words it has."""
        before = those[n - 1].key if n and _leads(those, n) else ""
        if before in _STREET:
            return 0, ()
        sure = before in _NAMED_BEHIND
        led = sure or behind or before in _BEFORE
        most = 1
        while most < _MOST_WORDS and n + most < len(those) and those[n + most].joined:
            most += 1
        for size in range(most, 0, -1):
            keys = [word.key for word in those[n : n + size]]
            if size > 1 and any(len(key) < 3 or key in _BEFORE or key.isdecimal() for key in keys):
                continue
            if areas := self._known(keys, led or self._all_names(those)):
                return size, areas
        if led or _is_address(those, n):
            for size in range(min(most, 2), 0, -1):
                if areas := self._misspelt([word.key for word in those[n : n + size]], sure):
                    return size, areas
        return 0, ()

    def _known(self, keys: Sequence[str], led: bool) -> tuple[_Area, ...]:
        """What has exactly this name; `led`: nothing but a place is likely to stand here."""
        whole = "".join(keys)
        if not led and whole in _WORDS_TOO:
            return ()
        if areas := self._home.get(fold(whole)):
            return areas
        known = whole in self._elsewhere and (led or whole in _ELSEWHERE or whole not in self._ordinary)
        return (_Area(whole),) if known else ()

    def _all_names(self, those: Sequence[Word]) -> bool:
        return len(those) <= _SHORT_MESSAGE and all(fold(word.key) in self._home for word in those)

    def _misspelt(self, keys: Sequence[str], sure: bool) -> tuple[_Area, ...]:
        typed = fold("".join(keys))
        if (
            typed in self._home
            or keys[0].isdecimal()
            or not typed.isascii()
            or (not sure and self._ordinary.issuperset(keys))
        ):
            return ()
        if len(keys) == 1 and (name := self._bones.get(_bones(typed), "")) and len(typed) < len(name):
            return self._home[name]  # "kdungrjo".
        if len(typed) < _ONE_SLIP:
            return ()
        if len(keys) > 1 and keys[1] in self._ordinary and keys[1] not in _SIDES:
            return ()
        name = _nearest(typed, self._names)
        return self._home[name] if name else ()


@lru_cache(maxsize=4096)
def _nearest(typed: str, names: tuple[str, ...]) -> str:
    """The one name that a slip or two make into what was typed; the first letter is hardly ever wrong."""
    most = 2 if len(typed) >= _TWO_SLIPS else 1
    found = process.extract(typed, names, scorer=OSA.distance, score_cutoff=most, limit=3)
    best = [name for name, distance, _ in found if distance == found[0][1] and name[0] == typed[0]]
    return best[0] if len(best) == 1 else ""


def fold(name: str) -> str:
    """Small letters only, in today's spelling, no letter doubled."""
    letters = "".join(filter(str.isalpha, name.lower()))
    for old, new in (("oe", "u"), ("dj", "j"), ("tj", "c")):
        letters = letters.replace(old, new)
    return "".join(letter for n, letter in enumerate(letters) if letter != letters[n - 1 : n])


def _bones(name: str) -> str:
    """The first letter and the consonants, as in a message without vowels."""
    return name[:1] + "".join(letter for letter in name[1:] if letter not in "aeiou")


def _hall(those: Sequence[Word], n: int) -> int:
    """The village hall, where so much is done that it is a place of its own: how many words."""
    if those[n].key in _IN_ONE:
        return 1
    if n + 1 >= len(those) or not those[n + 1].joined:
        return 0
    key, next_key = those[n].key, those[n + 1].key
    return (
        2
        if (key in _HALLS and next_key in _OF_THE_VILLAGE) or (key == "village" and next_key in ("hall", "office"))
        else 0
    )


def _leads(those: Sequence[Word], n: int) -> bool:
    """Whether the word before this one, if any, can say what it is."""
    return n < len(those) and (those[n].joined or those[n].gap in (". ", ": ", ":"))


def _is_address(those: Sequence[Word], n: int) -> bool:
    """Whether the words look like an address or a bare answer: "tmbokrejo kec muncar", "rt 4 rw 2 palurejo"."""
    behind = {word.key for word in those[n + 1 : n + 3]}
    labelled = not behind.isdisjoint(_NAMED_BEHIND | {"rt"}) or (n > 1 and those[n - 2].key in ("rt", "rw"))
    return labelled or len(those) <= _SHORT_MESSAGE
