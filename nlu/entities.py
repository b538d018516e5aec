"""What a message names: numbers by their shape, days and times, places, and what data/nlu/entities.yml lists."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from bot.areas import Gazetteer
from bot.meaning import Entity
from nlu import dates, numbers
from nlu.corpus import Corpus
from nlu.numbers import LONGEST, Word, words
from nlu.places import MOVE, MOVES, Places, moves

HOME = "3510"  # The regency whose villages and districts may be misspelt.

_KINDS = {
    **dict.fromkeys(("PKH", "BPNT", "PBI", "PIP", "BLT", "ATENSI", "BERAS"), "program"),
    **dict.fromkeys(("birth", "death", "move_in", "move_out", MOVE), "life_event"),
    **dict.fromkeys(("id", "jv", "mad", "en"), "language"),
}
_ENDINGS = ("nipun", "ipun", "nya", "ne", "na", "ku", "mu", "e")
_LONG_ENOUGH = 7  # Letters of a word in which one may be wrong.

# What stands near a word of the lists when it has its other meaning, or its own.
_PEOPLE = frozenset(
    str.split(
        "bapak pak bapakku bapake bapa eppa ibu ibuk ebu emak emakku emma mak ibuku suami istri bojo bojoku bojone  "
        "lake bine lakena mbah mbahku simbok simbah nenek kakek embah embha kakak adik paman bibi bibik mertua  "
        "mertuwa orang wong oreng wongtuwaku anak anakku ana saya kaula warga tetangga tetanggaku tonggo keluarga  "
        "lapor penerima almarhum lahir nama saudara ayah pakde bude dulur sedulur mbak tretan se wes wis isih person  "
        "people husband wife father mother grandma grandmother grandfather uncle aunt sister brother he she"
    )
)
_THINGS = frozenset(
    str.split(
        "listrik lampu air banyu pdam hp hpku hape no nomor nomer nomernya nomornya ktp kk kartu kartunya kis bpjs  "
        "sim sapi ayam kambing masa berlaku wifi cctv token mesin pju motor sinyal jaringan pajak stnk pln lampune  "
        "kartuna kartune tv server modem batre baterai pulsa radio aplikasi web ikan lele pohon padi post lamp phone  "
        "card cerai jalan telpon cheers thanks thx hi hey hello account street bajul"
    )
)
_YOUNG = tuple(
    str.split(
        "anak ana bayi bayyi bha baji baby cucu putu putr lare child son daughter kompoy kembar twin istri bine bojo  "
        "lapor report laki lanang wedok perempuan mati"
    )
)
_NOT_BORN = frozenset(
    str.split("tgl tanggal tangghal tempat tmpt ttl dari sejak waktu date akta akte kota tahun thn of")
)
_LATER = frozenset(str.split("batin dan date day place certificate"))
_PAPERS = frozenset(str.split("akta akte surat sorat serat srt"))
_SOLD = frozenset(
    str.split(
        "harga rega regane regana reggha hargana argana jual dodolan murah mahal larang naik price melle ajuwal toko  "
        "jualan masak panen utang sold"
    )
)
_SPEECH = frozenset(
    str.split(
        "bahasa bahasane bhs bhasa bhsa bhasah bhasana basa boso language lang pakai pake pke nganggo ngangguy  "
        "ngagem ngangge ngomong ngobrol nulis menu bisa isok bs terjemahno"
    )
)
_SWITCH = frozenset(
    str.split("ganti ngganti gnti gantien diganti ubah diubah oba balik balikin kembali change switch translate to")
)
_PERSON = frozenset(str.split("orang wong org reng oreng tiyang lare warga bojoku"))
_NOT_SPOKEN = frozenset(str.split("luar pulau selat tanah lagu resep rojak rujak ke ka e di dari nang from"))
_GRASPED = frozenset(str.split("ngerti ngarte ngarteh paham faham mudeng mudheng lancar"))
_UNWANTED = frozenset(
    str.split("no jangan jgn ja jha ojo ojok gak ga gk ora ta tak not kok mudheng mudeng dont cant cannot")
)
_BOUGHT = frozenset(str.split("beli tuku melle ajuwal buy"))
_SPOKEN_TO = frozenset(
    str.split("thx thanks makasih mksh trims tq u halo hai pagi siang sore malam ok oke iya ya misi permisi")
)
_NO_CARD = frozenset(str.split("mesin di nang neng nng ning nong in at ke lewat lwt ketelan cek apa d dimana"))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Extractor:
    """Built once; what a look-up takes grows with the text alone."""

    _gazetteer: Gazetteer
    _places: Places
    _surfaces: dict[str, str]  # The words of a surface -> its value.
    _longest: dict[str, int]  # First word -> words of the longest surface that begins with it.
    _slips: dict[str, str]  # A long word with a letter less -> that word.
    _known: frozenset[str]  # Words that are no slips.

    @classmethod
    def of(cls, corpus: Corpus, gazetteer: Gazetteer, home: str = HOME) -> Self:
        surfaces = dict.fromkeys(MOVES, MOVE)
        for value, written in corpus.synonyms.items():
            for surface in written:
                surfaces.setdefault(" ".join(word.key for word in words(surface)), value)
        longest: defaultdict[str, int] = defaultdict(int)
        for surface in surfaces:
            first = surface.partition(" ")[0]
            longest[first] = max(longest[first], surface.count(" ") + 1)
        own = {word for surface in surfaces for word in surface.split()}
        ordinary = _ordinary(corpus)
        slips = {shorter: word for word in sorted(own) if len(word) >= _LONG_ENOUGH for shorter in _shorter(word)}
        return cls(gazetteer, Places.of(gazetteer, home, ordinary), surfaces, dict(longest), slips, ordinary | own)

    def extract(self, text: str, today: date | None = None) -> tuple[Entity, ...]:
        """In the order of the text, none in another. `today`: for days that are told from it on."""
        those = words(text)
        found: list[Entity] = []
        taken = bytearray(LONGEST)  # A mark for each character that is part of something.
        _add(found, taken, numbers.find(text, those, self._gazetteer.regency_exists))
        _add(found, taken, self._listed(those))
        past = any(one.value in ("birth", "death") for one in found)
        _add(found, taken, dates.find(text, those, today, past))
        _add(found, taken, self._places.find(text, those))
        found.sort(key=lambda one: one.start)
        return tuple(moves(found, those, self._places))

    def _listed(self, those: Sequence[Word]) -> Iterator[Entity]:
        keys = [self._right(word.key) for word in those]
        n = phrase = 0
        while n < len(those):
            if not those[n].joined:
                phrase = n  # Where the phrase begins that this word is part of.
            size, value = self._surface(keys, those, n)
            if size and not (those[n].gap == "" and n and keys[n - 1].isdecimal()):  # As in "pin 7781kk".
                own = keys[n : n + size]
                behind = keys[n + size : _phrase_end(those, n + size, 2)]
                if _stands(value, own, keys[max(phrase, n - 6) : n], behind, keys):
                    yield Entity(_KINDS.get(value, "document"), value, those[n].start, those[n + size - 1].end)
                else:
                    size = 1
            n += size or 1

    def _surface(self, keys: Sequence[str], those: Sequence[Word], n: int) -> tuple[int, str]:
        """How many words the longest surface has that begins here, with an ending perhaps; and its value."""
        most = self._longest.get(keys[n], 1)
        size = 1
        while size < most and n + size < len(those) and those[n + size].joined:
            size += 1
        for count in range(size, 0, -1):
            surface = " ".join(keys[n : n + count])
            if value := self._surfaces.get(surface):
                return count, value
            for ending in _ENDINGS:
                if surface.endswith(ending) and (value := self._surfaces.get(surface.removesuffix(ending))):
                    return count, value
        return 0, ""

    def _right(self, key: str) -> str:
        """The word of a surface that this one is but for a letter, or the word itself."""
        if len(key) < _LONG_ENOUGH - 1 or key in self._known:
            return key
        if right := self._slips.get(key):  # A letter is missing.
            return right
        for shorter in _shorter(key):
            if shorter in self._known and len(shorter) >= _LONG_ENOUGH:
                return shorter  # One too many.
            if (right := self._slips.get(shorter)) and right[0] == key[0] and len(right) == len(key):
                return right  # A wrong one.
        return key


def _stands(value: str, own: list[str], before: list[str], behind: list[str], keys: list[str]) -> bool:
    """Whether words that have another meaning, too, have this one here. `before`, `behind`: within the phrase."""
    last = before[-1] if before else ""
    after = behind[0] if behind else ""
    match _KINDS.get(value, value):
        case "program":
            goods = (value == "BERAS" and len(own) == 1) or own[0].startswith("sem")
            near = (last, *behind) if value == "BPNT" else (*before[-3:], *behind)
            return not goods or (_SOLD.isdisjoint(near) and not (value == "BERAS" and last in _BOUGHT))
        case "life_event":
            return Places.is_move(before, behind) if value == MOVE else _happened(own, last, before, after, keys)
        case "language":
            return _asked_for(own, keys, before, behind)
        case "KK" if own == ["kk"]:
            return last not in _SPOKEN_TO  # "Makasih kk": kakak.
        case "KKS" if own[0].startswith("atm"):
            return len(own) > 1 or last not in _NO_CARD
        case "AKTA_LAHIR" if len(own) == 1:
            return after not in ("kematian", "cerai", "tanah", "notaris", "mati", "jual", "hibah", "pati")
        case "REKENING":
            return after not in ("listrik", "air", "pln", "pdam", "tetap")
        case _:
            return True


def _happened(own: list[str], last: str, before: list[str], after: str, keys: list[str]) -> bool:
    """Whether somebody was born or died, and not a lamp went out or a date of birth is told."""
    if any(key.startswith(("mat", "dead")) for key in own):
        return _THINGS.isdisjoint((*before, after)) and not _PEOPLE.isdisjoint(keys)
    if len(own) == 1 and own[0].startswith(("lah", "lai", "bor", "bir")) and not own[0].endswith("an"):
        return last not in _NOT_BORN and after not in _LATER and any(key.startswith(_YOUNG) for key in keys)
    return last not in _PAPERS


def _asked_for(own: list[str], keys: list[str], before: list[str], behind: list[str]) -> bool:
    """Whether it is a language that is wanted, and not a people, an island, or a language that is not understood."""
    last = before[-1] if before else ""
    for key in reversed(before[-3:]):
        if key in _SWITCH:
            return True
        if key in _UNWANTED:
            return False
    if (
        last in _PERSON
        or (behind[1:2] and behind[0] in _UNWANTED and behind[1] in _GRASPED)
        or behind[:1] in (["united"], ["is"])
    ):
        return False
    if own == ["using"]:
        return not _SPEECH.isdisjoint(before[-2:])
    if len(own) > 1 or own[0].endswith(("ish", "ese", "sian", "gris")) or not _SPEECH.isdisjoint(keys):
        return True
    return len(keys) < 9 and last not in _NOT_SPOKEN


def _phrase_end(those: Sequence[Word], n: int, most: int) -> int:
    """Where the phrase ends that goes on with this word, at most so many words on."""
    end = n
    while end < min(n + most, len(those)) and those[end].joined:
        end += 1
    return end


def _add(found: list[Entity], taken: bytearray, those: Iterable[Entity]) -> None:
    """Those that stand where nothing else does."""
    for one in those:
        if not any(taken[one.start : one.end]):
            taken[one.start : one.end] = b"\1" * (one.end - one.start)
            found.append(one)


def _shorter(word: str) -> Iterator[str]:
    return (word[:n] + word[n + 1 :] for n in range(len(word)))


def _ordinary(corpus: Corpus) -> frozenset[str]:
    """Words of the examples that are not part of anything named."""
    parts: list[str] = []
    for example in corpus.examples:
        end = 0
        for named in example.named:
            parts.append(example.text[end : named.start])
            end = named.end
        parts.append(example.text[end:])
    return frozenset(re.findall(r"[a-z]+", " ".join(parts).lower().replace("'", "")))
