"""What a message names is found: nearly all that data/nlu marks, and hard cases; no text breaks the search."""

import re
import time
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.meaning import Entity
from loket.areas import load as load_areas
from nlu.corpus import DATA, Named
from nlu.corpus import load as load_corpus
from nlu.entities import Extractor

AREAS = Path(__file__).resolve().parent.parent.parent / "data" / "areas"
UNSEEN = Path(__file__).parent / "unseen"
TODAY = date(2026, 12, 2)  # A Wednesday.

NUMBERS = {"nik", "kk_number", "phone_number", "reference"}
WORDED = {"date", "time", "place"}  # Whose value is what was written; where it begins is a matter of taste:
LEADING = re.compile(
    r"^(?:(?:hari|hr|dino|dina|dinten|are|tahun|thn|taun|taon|bulan|bln|on|the|after|habis|dusun|dsn|hamlet|lingkungan|"
    r"desa|ds|kelurahan|kel|kecamatan|kec|kota|perumahan|pasar)\s+)+|\s+(?:kota|rt .*)$"
)
FLOORS = {  # Precision and recall, in thousandths, over all that data/nlu marks.
    "nik": (1000, 1000),
    "kk_number": (1000, 1000),
    "phone_number": (1000, 1000),
    "reference": (1000, 1000),
    "date": (990, 985),
    "time": (965, 970),
    "place": (980, 980),
    "program": (980, 980),
    "document": (980, 980),
    "life_event": (955, 915),
    "language": (945, 945),
    "all": (980, 975),
}
UNSEEN_FLOORS = {  # The same over tests/nlu/unseen.
    **dict.fromkeys(("nik", "kk_number", "phone_number", "reference"), (1000, 1000)),
    "date": (970, 970),
    "time": (960, 960),
    "place": (960, 960),
    "program": (970, 970),
    "document": (970, 980),
    "life_event": (940, 940),
    "language": (940, 940),
    "all": (975, 975),
}
CALENDAR = str.split("tgl 31 feb 29 februari 2023 minggu wingi bulan depan jam 25 lagi 3 senin 17-8 0")
NIK, KK, PHONE, REFERENCE = "3510994107750003", "3510991408210004", "081200001234", "447100298830"
HARD = {
    # Numbers: letters for digits, groups, what stands beside them, and what is none.
    "nik sy 351O99 41O775 OOO3": [f"nik {NIK}"],
    "NIK:35l0994l07750003": [f"nik {NIK}"],
    "no kk 3510.9914.0821.0004 nik ibu 3510 9941 0775 0003": ["document KK", f"kk_number {KK}", f"nik {NIK}"],
    "kk kulo pun enggal, nomeripun 3510991408210004": ["document KK", f"kk_number {KK}"],
    "3510994107750003 itu kk nya": ["kk_number 3510994107750003", "document KK"],
    "3510991413210004": ["kk_number 3510991413210004"],  # No month 13: no NIK.
    "3510 9941 0775 0003 0812 0000 1234": [f"nik {NIK}", f"phone_number {PHONE} +6281200001234"],
    "wa +62 812-0000-1234 ya bu": ["phone_number 6281200001234 +6281200001234"],
    "hubungi 812 0000 1234": ["phone_number 81200001234 +6281200001234"],
    "norek 8123456789 bri": ["document REKENING"],
    "mau daftar 081200001234": [f"phone_number {PHONE} +6281200001234"],
    "nomor pendaftaran saya 0812 3456 7890": ["reference 081234567890"],
    "hp 081200001234 tiket 4471-0029-8830": [f"phone_number {PHONE} +6281200001234", f"reference {REFERENCE}"],
    "no kartu 6013010112345678 ketelan, pin 123456": [],
    "Rp 600.000 dipotong 50.000": [],
    # Days.
    "17 agustus 1975": ["date 17 agustus 1975 1975-08-17"],
    "tgl lahir 17-8-75": ["date 17-8-75 1975-08-17"],
    "lahir 170875": ["date 170875 1975-08-17"],
    "lair tgl 5 mei taun 60": ["date tgl 5 mei taun 60 1960-05-05"],
    "laher 5 bulan 8 tahun 1960": ["date 5 bulan 8 tahun 1960 1960-08-05"],
    "born June 5, 1970": ["date June 5, 1970 1970-06-05"],
    "31-02-1990": [],
    "tgl 15": ["date tgl 15 2026-12-15"],
    "tgl 20 bulan depan": ["date tgl 20 bulan depan 2027-01-20"],
    "anak saya lahir tgl 15": ["life_event birth", "date tgl 15 2026-11-15"],
    "rabu depan": ["date rabu depan 2026-12-09"],
    "jum'at wingi": ["date jum'at wingi 2026-11-27"],
    "are kemmes": ["date are kemmes 2026-12-03"],
    "hr minggu": ["date hr minggu 2026-12-06"],
    "minggu dpn": ["date minggu dpn"],
    "sdh 3 minggu": [],
    "dua minggu yang lalu": ["date dua minggu yang lalu 2026-11-18"],
    "sesuk ae": ["date sesuk 2026-12-03"],
    "beri' kaula dateng": ["date beri' 2026-12-01"],
    "tolong beri saya bantuan": [],
    # Times, and what is none.
    "besok jam 2 siang": ["date besok 2026-12-03", "time jam 2 siang 14:00"],
    "pukul 09.00": ["time pukul 09.00 09:00"],
    "sesuk esuk jam wolu": ["date sesuk 2026-12-03", "time esuk", "time jam wolu"],
    "lagghu' gu-lagghu jam 8": ["date lagghu' 2026-12-03", "time gu-lagghu", "time jam 8"],
    "friday at 3pm": ["date friday 2026-12-04", "time 3pm 15:00"],
    "ba'da isya": ["time ba'da isya"],
    "selamat pagi bu": [],
    "sugeng enjing": [],
    "salamet gu lagghu mbak": [],
    "good morning sir, come in the evening": ["time evening"],
    "met sore kak, sore bisa?": ["time sore"],
    "sore bu, mau tanya": [],
    "sms malam-malam ganggu": [],
    "malam jumat": ["date malam jumat"],
    "petugas dtg tadi pagi": ["date tadi pagi 2026-12-02"],
    "atm ketelan kemarin siang": ["document KKS", "date kemarin siang 2026-12-01"],
    "nanti sore bisa ke rumah?": ["date nanti sore 2026-12-02"],
    "besok sore jam 4": ["date besok 2026-12-03", "time sore", "time jam 4"],
    "bapakku seda mau bengi": ["life_event death", "date mau bengi"],
    "last night my son was born": ["date last night", "life_event birth"],
    "jam 7 malam ini": ["time jam 7 malam 19:00"],
    "udh sore nih met istirahat": [],
    "tiap bulan lewat agen": [],
    "awal bulan depan": ["date awal bulan depan"],
    "bln nvmbr blm": ["date bln nvmbr"],
    "lebaran kemarin dpt": ["date lebaran kemarin"],
    "4 bln lg": ["date 4 bln lg"],
    "sepuluh hari yang lalu": ["date sepuluh hari yang lalu 2026-11-22"],
    "lahir dua puluh tiga nopember delapan satu": ["date dua puluh tiga nopember delapan satu 1981-11-23"],
    "lair selikur juli sewu songo ngatus pitung puluh": ["date selikur juli sewu songo ngatus pitung puluh 1970-07-21"],
    "laher tellok bellas maret pettongpolo lema'": ["date tellok bellas maret pettongpolo lema' 1975-03-13"],
    "born the third of may 1968": ["date third of may 1968 1968-05-03"],
    "lima maret dua orang datang": ["date lima maret 2027-03-05"],
    # Places.
    "ds. kedung rejo kec. muncar": ["place kedung rejo 35.10.05.2002", "place muncar"],
    "omahku nang tembokrjo": ["place tembokrjo 35.10.05.2003"],
    "e dhisa bangsreng": ["place bangsreng 35.10.18.2001"],
    "watukebo": ["place watukebo"],
    "desa watukebo kec blimbingsari": ["place watukebo 35.10.25.2003", "place blimbingsari"],
    "dusun krajan rt 2 rw 1": ["place dusun krajan rt 2 rw 1"],
    "kepala dusun minta uang": [],
    "di balai desa kabat": ["place balai desa", "place kabat 35.10.14.2012"],
    "bareng bareng ke bank, jalan licin": [],
    "genteng rumah bocor": [],
    "rmh sy d tgldlmo": ["place tgldlmo 35.10.04.2005"],
    "rumah di dekat pantai Rajegwesi": ["place Rajegwesi"],
    "ke Indomaret beli pulsa": [],
    # The closed lists.
    "PKHnya sm sembkao blm cair": ["program PKH", "program BPNT"],
    "harga beras naik": [],
    "jatah beras blm turun": ["program BERAS"],
    "kartu kelurga dan buku nikahku hanyut": ["document KK", "document BUKU_NIKAH"],
    "atm pkh ketelen": ["document KKS"],
    "beras habis di rumah": [],
    "berrassa ekorangi": ["program BERAS"],
    "when do we get rice": ["program BERAS"],
    "cooking rice": [],
    "halo kk mau tanya dong": [],
    "kk gmn cara daftar": [],
    "kk rusak": ["document KK"],
    "ganti kk, nomernya, 3510990412190003": ["document KK", "kk_number 3510990412190003"],
    "listrik mati": [],
    "laptopku mati": [],
    "tgl lahir anak salah": [],
    "almarhum bapak dulu dapat": [],
    "ayah sudah almarhum": ["life_event death"],
    "bini arembi' beri'": ["life_event birth", "date beri' 2026-12-01"],
    "my sister came to live with us": ["life_event move_in"],
    "aku ikut suami ke jember": ["life_event move_out", "place jember"],
    "sudah pindah, surat pindahnya menyusul": ["life_event move_out"],
    "mbahku mati": ["life_event death"],
    "embha kaula sedha": ["life_event death"],
    "my wife gave birth": ["life_event birth"],
    "mohon maaf lahir dan batin": [],
    "pindah ke bali": ["life_event move_out", "place bali"],
    "pindah teko jember": ["life_event move_in", "place jember"],
    "dari bali mau pindah ke muncar": ["place bali", "life_event move_in", "place muncar"],
    "alle dhari dinna'": ["life_event move_out"],
    "jadwal pindah ke sabtu": ["date sabtu 2026-12-05"],
    "jgn bahasa jawa, indonesia aja": ["language id"],
    "nganggo boso using ae": ["language jv"],
    "saya orang jawa": [],
    "married to an Indonesian": [],
    "pakai bhs jw": ["language jv"],
    "kulo mboten saged boso Indonesia, ganti jawi": ["language jv"],
    "kule gi' e madura": ["place madura"],
}


@cache
def extractor() -> Extractor:
    return Extractor.of(load_corpus(), load_areas(AREAS))


def named(text: str, today: date | None = TODAY) -> list[str]:
    """As the tables below write it: kind, value, and the other form where there is one."""
    return [" ".join(filter(None, (one.entity, one.value, one.other))) for one in extractor().extract(text, today)]


@cache
def measured(folder: Path) -> dict[str, tuple[int, int]]:
    """Precision and recall of each kind, in thousandths."""
    listed = {surface.lower(): value for value, those in load_corpus().synonyms.items() for surface in those}
    right: Counter[str] = Counter()
    found: Counter[str] = Counter()
    marked: Counter[str] = Counter()
    for example in load_corpus(folder).examples:
        left = list(extractor().extract(example.text, TODAY))
        found.update(one.entity for one in left)
        marked.update(mark.entity for mark in example.named)
        for mark in example.named:
            same = next((one for one in left if _same(one, mark, listed)), None)
            if same:
                left.remove(same)
                right[mark.entity] += 1
    return {kind: (1000 * right[kind] // found[kind], 1000 * right[kind] // marked[kind]) for kind in marked} | {
        "all": (1000 * right.total() // found.total(), 1000 * right.total() // marked.total())
    }


def _same(one: Entity, mark: Named, listed: dict[str, str]) -> bool:
    """Whether what was found is what is marked: the same kind, and the value that the lists give the marked words."""
    if one.entity != mark.entity or one.end <= mark.start or mark.end <= one.start:
        return False
    if one.entity in NUMBERS:
        return one.value == re.sub(r"\D", "", mark.text.translate(str.maketrans("OolI", "0011")))
    if one.entity in WORDED:
        return LEADING.sub("", one.value.lower()) == LEADING.sub("", mark.text.lower())
    value = listed.get(mark.text.lower(), one.value)
    return value == one.value


@pytest.mark.parametrize("kind", [*FLOORS])
def test_what_the_corpus_marks_is_found(kind: str) -> None:
    precision, recall = measured(DATA)[kind]
    assert (precision, recall) == (max(precision, FLOORS[kind][0]), max(recall, FLOORS[kind][1]))


@pytest.mark.parametrize("kind", [*UNSEEN_FLOORS])
def test_what_another_author_marks_is_found(kind: str) -> None:
    precision, recall = measured(UNSEEN)[kind]
    least = UNSEEN_FLOORS[kind]
    assert (precision, recall) == (max(precision, least[0]), max(recall, least[1]))


def test_every_kind_of_the_corpus_has_a_floor() -> None:
    assert set(measured(DATA)) == set(measured(UNSEEN)) == set(FLOORS) == set(UNSEEN_FLOORS)


@pytest.mark.parametrize("text", [*HARD])
def test_a_hard_case_is_read_as_it_is_meant(text: str) -> None:
    assert named(text) == HARD[text]


def test_without_today_only_what_is_told_in_full_has_a_day() -> None:
    assert named("besok atau 17-8-1975 atau 17-8-75", None) == [
        "date besok",
        "date 17-8-1975 1975-08-17",
        "date 17-8-75",
    ]


@given(st.text(), st.none() | st.dates())
def test_no_text_breaks_it_and_nothing_overlaps(text: str, today: date | None) -> None:
    end = 0
    for one in extractor().extract(text, today):
        assert end <= one.start < one.end <= len(text)
        end = one.end


@given(st.lists(st.sampled_from(CALENDAR)))
def test_no_day_breaks_it_at_the_ends_of_the_calendar(those: list[str]) -> None:
    for today in (date.min, date.max):
        extractor().extract(" ".join(those), today)


@pytest.mark.parametrize(
    "part",
    ["1 ", "O ", "12-", "1:", "3510994107750003 ", "di banjr ", "pindah ke ", "dusun krajan rt 1 ", "ktp ", "tgl "],
)
def test_a_long_text_takes_no_longer_than_its_length(part: str) -> None:
    extractor().extract(part, TODAY)
    began = time.perf_counter()
    extractor().extract(part * 20_000, TODAY)
    assert time.perf_counter() - began < 0.5
