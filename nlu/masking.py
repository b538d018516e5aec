"""Takes out of a message what tells of a person, so that people who extend data/nlu may read what is left.

Every digit goes, everything that the extractor names as a number, a day or a place, and the words that are probably
names. It rather masks a word too many: what is left need only show what somebody wanted.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from bot.meaning import Entity
from bot.spoken import WORDS as NUMBERS
from nlu.corpus import DATA, Corpus
from nlu.text import lexicon, plain, split

LONGEST: Final = 160  # Characters that are left of a message.
READ: Final = 1600  # Characters that are looked at.
NAME: Final = "[nama]"
KINDS: Final = frozenset({"nik", "kk_number", "phone_number", "reference", "date", "place"})

_TITLES: Final = frozenset(
    str.split(
        "pak pk bpk bapak bapa pake bu buk ibu ibuk ebu eppa mbah mbh embah simbah mbak mbk mba mas mz kang kak kakak "
        "cak ning neng gus yu cacak abah haji hajah hj h kh kiai kyai kyae ki nyai nyi ustad ustadz ustadzah om tante "
        "bude budhe pakde pakdhe paklik bulik lek bik bibi bibik paman eyang nenek kakek mr mrs ms miss sir "
        "saudara sdr saudari sdri almarhum almarhumah alm tuan nyonya ny raden mister bang bung dik adik "
        "dusun dsn jl jln gg perumahan perum"
    )
)
_SAYS_NAME: Final = frozenset(
    str.split(
        "nama namanya namae namaku nma nm jeneng jenenge jenengku jenengan asma asmane asmanipun nyama nyamana "
        "nyamaepon nyamaku name named called bernama dijuluki alias als bin binti"
    )
)
_BEFORE_NAME: Final = frozenset(  # May stand between "nama" and the name itself.
    str.split(
        "saya sy kula kulo isun aku kaula kauleh engko sengko my is adalah yaitu iku iki punika ka lengkap ibu "
        "ibuk pak bapak bu mbah anak suami istri kandung orang ktp kk di panggilan asli dan"
    )
)
_NAMES: Final = frozenset(  # Common enough to be one wherever it stands; several of them are words of the corpus.
    str.split(
        "abdul abdullah achmad agus ahmad aisyah aminah aminatun andi anwar arifin bambang budi buhari buyati "
        "dani dedi dewi dwi eko endang fatimah fauzi gunawan hadi halimah halimatus hartini hasan hendra heri "
        "hidayat hosen hosniyah husen ika imron indra iwan joko jumadi juminten jumirah karsinem kartini kasiyem "
        "katiran khotimah kurniawan lastri lestari lilik maimunah mariyam marsudi marsuki matraji misnati mistini "
        "moch moh mohamad mohammad muh muhamad muhammad mulyadi mulyono ngatinah nur nurul paijan paiman painah "
        "painem permata poniman ponirah prasetyo rahayu rahman rasmi ratna ridwan rini riyadi rohman rudi rukmini "
        "rumiyati sadiyah saleh samsul saniman saniyah santoso saputra saputri sarmi satuni setiawan sholeh siti "
        "sitti sity slamet sri sugiarto sugiono suhartini sukarti sukinem sukirman sulaiman sulastri sumarni "
        "sumarno sumi sumiati sumiyati sunarsih sunarti sunarto supardi suparman suparmi supriyadi susanti susilo "
        "sutikno sutrisno suyanto syamsul tatik teguh tri tukinem tumini tumirah wagiman wahyu wahyuni wati "
        "watini wibowo wiwik yanti yanto yudi yuni yusuf zaenab zainab zainal"
    )
)
_NAMES_AND_WORDS: Final = frozenset(  # Behind a title a name, elsewhere a word.
    str.split("bagus putra putri wulan sugeng karto jumat pon wage cantik waras indah agung ayu jaya mulyo untung moro")
)
_ENDINGS: Final = tuple(str.split("nipun ipun epon nya kan lah kah ne na ku mu in an s no e i"))
_FREQUENT: Final = 3  # So often, in several styles, a word of the corpus is no name; the names among them are above.
_STEM: Final = 4  # Letters that a word has at least before its ending.
_SHOUTED: Final = 5  # Letters from which on a strange word in capitals is no abbreviation.
_MOST: Final = 5  # Words of one name.
_READ_OUT: Final = 3  # So many words in a row that say numbers, or months, are a number or a day that was read out.
_SPOKEN: Final = NUMBERS | frozenset(
    str.split(
        "januari februari pebruari maret april mei juni juli agustus september oktober november nopember desember "
        "january february march may june july august october december agt agst sept okt nov des jan feb apr jun jul"
    )
)

_ELSEWHERE: Final = re.compile(r"\bhttps?://\S*|\bwww\.\S+|\S+@\S+|\B@\w+")
_TOKEN: Final = re.compile(r"\[[a-z_]+\]|[^\W\d_]+(?:['`\u2019\u02bc][^\W\d_]+)*['`\u2019\u02bc]?")
_ENDS: Final = re.compile(r"[!?;\n]|\.\s|,")
_ALIKE: Final = re.compile(r"\b[OolI\d]*\d[OolI\d]*\b")
_REPEATED: Final = re.compile(rf"{re.escape(NAME)}(?:[\s.'-]*{re.escape(NAME)})+")
_WORD_LEFT: Final = re.compile(r"[^\W\d_]{2,}")
_LEFT_OPEN: Final = re.compile(r"\[[a-z_]*$")
_APOSTROPHES: Final = re.compile(r"['`\u2019\u02bc]")


@dataclass(frozen=True, slots=True)
class Masker:
    """`ordinary`: words that are no names."""

    ordinary: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, corpus: Corpus, folder: Path = DATA) -> Self:
        """The words of the lexicon, and those that examples of several styles have in common."""
        usual = lexicon(folder)
        known = {part for one in (*usual, *usual.values()) for part in one.split()}
        styles: defaultdict[str, list[str]] = defaultdict(list)
        for example in corpus.examples:
            for word in set(split(plain(example.text))):
                styles[word].append(example.style)
        shared = {word for word, found in styles.items() if len(found) >= _FREQUENT and len(set(found)) > 1}
        return cls(frozenset(_bare(word) for word in known | shared | NUMBERS) - _NAMES)

    def __call__(self, text: str, entities: Sequence[Entity] = ()) -> str:
        """`entities`: what was found in this very text. Nothing where no word is left to learn from."""
        text = _named(text[:READ], entities)
        text = _ELSEWHERE.sub("[link]", text)
        names: set[str] = set()
        text = "".join(self._without_names(_read_out(text), names))
        text = _TOKEN.sub(lambda found: NAME if _bare(found[0]) in names else found[0], text)  # Said before its title.
        text = _REPEATED.sub(NAME, text)
        text = _ALIKE.sub(lambda found: "#" * len(found[0]) if _digits(found[0]) > 2 else found[0], text)
        text = "".join("#" if letter.isnumeric() else letter if letter.isprintable() else " " for letter in text)
        text = " ".join(text.split())
        text = text if len(text) <= LONGEST else _LEFT_OPEN.sub("", text[:LONGEST]).rstrip()
        return text if _WORD_LEFT.search(re.sub(r"\[[a-z_]+\]", "", text)) else ""

    def _without_names(self, text: str, names: set[str]) -> Iterator[str]:
        """The text with each word that is probably a name replaced. `names`: what they are is added to it."""
        end, length = 0, 0  # Where the word before ended; so many words of a name were seen just now.
        cue = ""  # "title" or "name": what may follow is one.
        spoken = [_bare(found[0]) for found in _TOKEN.finditer(text) if found[0][0] != "["]
        strange = not _SAYS_NAME.isdisjoint(spoken) or (
            len(spoken) <= _MOST and not any(self._known(word) and word not in _TITLES for word in spoken)
        )  # It is about names, or may be nothing else than one: then every strange word is.
        shouted = text.isupper()
        for found in _TOKEN.finditer(text):
            gap, word = text[end : found.start()], _bare(found[0])
            yield gap
            if _closes(gap, cue, end == 0):
                cue, length = "", 0
            if found[0][0] == "[":
                cue, length = "", 0
            elif word in _TITLES and not length:
                cue = cue or "title"
            elif word in _SAYS_NAME:
                cue, length = "name", 0
            elif (strange and not self._known(word)) or self._is_name(
                word, found[0], cue, shouted or end == 0 or bool(_ENDS.search(gap))
            ):
                cue, length = cue or "title", length + 1
                names.add(word)
                yield NAME
                end = found.end()
                if length == _MOST:
                    cue, length = "", 0
                continue
            elif not (cue == "name" and not length and word in _BEFORE_NAME):
                cue, length = "", 0
            yield found[0]
            end = found.end()
        yield text[end:]

    def _is_name(self, word: str, written: str, cue: str, capitals: bool) -> bool:
        """`capitals`: one would say nothing here."""
        if word in _NAMES:
            return True
        if cue == "name" and word in _BEFORE_NAME:
            return False
        if cue:
            return word in _NAMES_AND_WORDS or not self._known(word, with_endings=cue == "title")
        shown = written.istitle() or (written.isupper() and len(written) >= _SHOUTED)
        return shown and not capitals and not self._known(word)

    def _known(self, word: str, with_endings: bool = True) -> bool:
        """Whether it is an ordinary word, with an ending perhaps."""
        stems = (word[: -len(end)] for end in _ENDINGS if word.endswith(end) and len(word) >= len(end) + _STEM)
        return word in self.ordinary or (with_endings and any(stem in self.ordinary for stem in stems))


def unmasked(text: str) -> str:
    """A masked text as the classifier may read it: of each number only its kind was ever looked at."""
    for kind, example in (("nik", "0" * 16), ("kk_number", "0" * 16), ("reference", "0" * 12),
                          ("phone_number", "081200000000"), ("date", "01-01-2000")):  # fmt: skip
        text = text.replace(f"[{kind}]", example)
    return re.sub(r"\[[a-z_]+\]", " ", text.replace("#", "0"))


def _named(text: str, entities: Sequence[Entity]) -> str:
    """Each thing that was named, as its kind. Where two overlap, the one that begins first."""
    parts, end = [], 0
    for entity in sorted(entities, key=lambda each: (each.start, -each.end)):
        if end <= entity.start < entity.end <= len(text) and _tells(entity.entity, text[entity.start : entity.end]):
            parts += [text[end : entity.start], f"[{entity.entity}]"]
            end = entity.end
    return "".join([*parts, text[end:]])


def _tells(kind: str, written: str) -> bool:
    """Whether something that was named tells of a person. Yesterday and next week are anybody's."""
    if kind == "date":
        return _digits(written) > 0 or not NUMBERS.isdisjoint(map(_bare, _TOKEN.findall(written)))
    return kind in KINDS


def _read_out(text: str) -> str:
    """Numbers and days that are read out word by word are masked like digits."""
    found = list(_TOKEN.finditer(text))
    runs: list[tuple[int, int]] = []
    first = 0
    for place in range(len(found) + 1):
        if place < len(found) and _bare(found[place][0]) in _SPOKEN:
            continue
        if place - first >= _READ_OUT:
            runs.append((found[first].start(), found[place - 1].end()))
        first = place + 1
    for start, end in reversed(runs):
        text = f"{text[:start]}[number]{text[end:]}"
    return text


def _closes(gap: str, cue: str, begins: bool) -> bool:
    """Whether what stands between two words ends what was said of a name. "Bpk. Budi" does not."""
    if begins or not cue:
        return False
    return bool(re.search(r"[!?;\n]" if cue == "name" else r"[!?;:\n,]", gap)) or len(gap.strip(" .:=-'\"")) > 2


def _bare(word: str) -> str:
    return _APOSTROPHES.sub("", word.lower())


def _digits(text: str) -> int:
    return sum(map(str.isdecimal, text))
