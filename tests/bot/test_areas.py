"""People find their village however they spell it, and a NIK's area is judged by the lists."""

import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.areas import Gazetteer, NikArea, Village, area_notes, notes, second_look
from bot.identity import Nik
from loket.areas import load

FOLDER = Path(__file__).parents[2] / "data" / "areas"
AREAS = load(FOLDER)
VILLAGES = tuple(v for regency in ("3510", "6471") for d in AREAS.districts(regency) for v in AREAS.villages(d.code))


def names(text: str, near: str = "") -> list[str]:
    return [f"{village.name}/{village.district.name}" for village in AREAS.search(text, near)]


def village(code: str) -> Village:
    found = AREAS.village(code)
    assert found
    return found


def test_the_tables_are_whole() -> None:
    assert len(AREAS.districts("3510")) == 25
    assert len(AREAS.districts("6471")) == 6
    assert Counter(v.regency for v in VILLAGES) == {"3510": 217, "6471": 34}
    assert all(AREAS.village(v.code) == v for v in VILLAGES)
    rows = {path.name: len(path.read_text(encoding="utf-8").splitlines()) - 1 for path in FOLDER.glob("*.csv")}
    assert rows == {
        "provinces.csv": 38,
        "regencies.csv": 514,
        "districts.csv": 7285,
        "retired_regencies.csv": 26,
        "retired_districts.csv": 594,
        "villages_3510.csv": 217,
        "villages_6471.csv": 34,
    }
    provinces = {line[:2] for line in (FOLDER / "provinces.csv").read_text(encoding="utf-8").splitlines()[1:]}
    assert provinces == {line[:2] for line in (FOLDER / "regencies.csv").read_text(encoding="utf-8").splitlines()[1:]}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("kem", ["Kembiritan/Genteng", "Kemiren/Glagah", "Kemiri/Singojuruh"]),
        ("KEMIREN", ["Kemiren/Glagah"]),
        ("wongso rejo", ["Wongsorejo/Wongsorejo"]),
        ("wongsorjo", ["Wongsorejo/Wongsorejo"]),
        ("wngosorejo", ["Wongsorejo/Wongsorejo"]),
        ("Djadjag", ["Jajag/Gambiran"]),
        ("Soekonatar", ["Sukonatar/Srono"]),
        ("sbr agung", ["Sumberagung/Pesanggaran"]),
        ("tamansari licin", ["Tamansari/Licin"]),
        ("Tamansari/Licin", ["Tamansari/Licin"]),
        (
            "ilir",
            ["Baru Ilir/Balikpapan Barat", "Gunung Sari Ilir/Balikpapan Tengah", "Klandasan Ilir/Balikpapan Kota"],
        ),
        ("manggar", ["Manggar/Balikpapan Timur", "Manggar Baru/Balikpapan Timur"]),
    ],
)
def test_a_village_is_found(typed: str, found: list[str]) -> None:
    assert names(typed) == found


@pytest.mark.parametrize(
    "typed",
    ["xyz", "", "ke", "a a", "aaaa", "1234", "...", "qwerty", "tidak tahu", "desa", "jakarta", "\u0441\u0443\u043a"],
)
def test_rubbish_finds_nothing(typed: str) -> None:
    assert AREAS.search(typed) == ()


def test_a_name_that_repeats_is_found_in_each_district() -> None:
    assert names("tamansari") == ["Tamansari/Tegalsari", "Tamansari/Licin"]
    assert set(names("watukebo")) == {"Watukebo/Blimbingsari", "Watukebo/Wongsorejo"}


def test_near_orders_only_what_fits_equally_well() -> None:
    assert names("tamansari", near="351024")[0] == "Tamansari/Licin"
    assert names("tamansari", near="351023")[0] == "Tamansari/Tegalsari"
    assert names("karangrejo", near="351025")[0] == "Karangrejo/Blimbingsari"
    assert names("karangrejo", near="351001")[-1] == "Karang Rejo/Balikpapan Tengah"  # The same regency counts too.
    assert names("manggar", near="351018") == names("manggar")
    assert names("kemiren", near="351012") == ["Kemiren/Glagah"]  # Kemiri is nearer, and not what was typed.


def test_the_old_spelling_is_no_slip() -> None:
    assert names("soeko") == names("suko")
    assert names("djadj") == names("jaj")


def test_a_search_can_be_kept_to_some_regencies() -> None:
    everywhere = AREAS.search("sumber")
    there = AREAS.search("sumber", regencies=frozenset({"6471"}))
    assert {v.regency for v in everywhere} == {"3510", "6471"}
    assert there == tuple(v for v in everywhere if v.regency == "6471")
    assert AREAS.search("sumber", regencies=frozenset()) == ()


def test_whoever_knows_the_name_gets_it_first() -> None:
    for wanted in VILLAGES:
        found = AREAS.search(wanted.name, near=wanted.district_code)
        assert found[0] == wanted
        assert AREAS.search(wanted.name.replace(" ", "").upper(), near=wanted.district_code)[0] == wanted
        assert AREAS.search(f"{wanted.name} {wanted.district.name}")[0] == wanted


def test_no_more_than_twenty_are_listed() -> None:
    many = [(f"35.10.05.{number}", f"Sumber {number}") for number in range(2001, 2031)]
    areas = Gazetteer.of([("35.10", "Kabupaten Banyuwangi")], [("35.10.05", "Muncar")], many)
    assert len(areas.search("sumber")) == 20


def test_a_name_with_one_slip_keeps_those_with_three_away() -> None:
    rows = [
        ("35.10.05.2001", "Karangharjoayu"),
        ("35.10.05.2002", "Kirangharjoayu"),
        ("35.10.05.2003", "Kirengharjoayu"),
    ]
    areas = Gazetteer.of([("35.10", "Kabupaten Banyuwangi")], [("35.10.05", "Muncar")], rows)
    assert [v.name for v in areas.search("karangharjxayu")] == ["Karangharjoayu", "Kirangharjoayu"]


def test_a_beginning_with_slips_is_found() -> None:
    assert len(names("sumbre")) == len(names("sumber")) == 14
    assert names("kembirtn")[0] == "Kembiritan/Genteng"
    assert names("kmpungmnda") == ["Kampungmandar/Banyuwangi"]


def test_three_letters_find_every_village_among_twenty_in_its_own_district() -> None:
    for wanted in VILLAGES:
        assert wanted in AREAS.search(wanted.name[:3], near=wanted.district_code)


@pytest.mark.parametrize(("slips", "share"), [(1, 0.98), (2, 0.90)])
def test_a_wrong_letter_or_two_still_find_the_village_among_the_first_four(slips: int, share: float) -> None:
    chance = random.Random(7)  # noqa: S311  It only has to be the same each time.
    hits = [wanted in AREAS.search(misspelt(wanted.name, slips, chance))[:4] for wanted in VILLAGES for _ in range(4)]
    assert sum(hits) / len(hits) >= share


def misspelt(name: str, slips: int, chance: random.Random) -> str:
    letters = list(name.lower())
    for _ in range(slips):
        at = chance.randrange(1, len(letters) - 1)
        match chance.randrange(4):
            case 0:
                letters[at] = chance.choice("abdegijklmnoprstuw")
            case 1:
                del letters[at]
            case 2:
                letters.insert(at, chance.choice("aeioun"))
            case _:
                letters[at], letters[at + 1] = letters[at + 1], letters[at]
    return "".join(letters)


@given(st.text(max_size=40), st.sampled_from(["", "351005", "x"]))
def test_any_text_gets_the_same_answer_twice_and_twenty_villages_at_most(typed: str, near: str) -> None:
    found = AREAS.search(typed, near)
    assert found == load_again().search(typed, near)
    assert len(found) <= 20
    assert len(set(found)) == len(found)


def load_again(cache: list[Gazetteer] = []) -> Gazetteer:  # noqa: B006  One second copy is enough.
    if not cache:
        cache.append(load(FOLDER))
    return cache[0]


def test_labels_fit_a_list_and_tell_villages_apart() -> None:
    assert max(len(v.label) for v in VILLAGES) == 24
    assert max(len(v.short) for v in VILLAGES) <= 15
    assert len({v.label for v in VILLAGES}) == len(VILLAGES)
    assert village("35.10.05.2003").label == f"{village('35.10.05.2003').name}/Muncar"
    cut = next(v for v in VILLAGES if v.name == "Gunung Samarinda Baru")
    assert (cut.label, cut.short) == ("Gunung Samarinda Baru/..", "Gunung Samari..")
    assert {v.short for v in AREAS.search("sumberkencono")} == {"Sumberkencono"}


def test_the_areas_above_a_village() -> None:
    wongsorejo = AREAS.search("wongsorejo")[0]
    assert (wongsorejo.regency, wongsorejo.district_code, wongsorejo.district.name) == ("3510", "351018", "Wongsorejo")
    assert wongsorejo in AREAS.villages("351018")
    assert wongsorejo.district in AREAS.districts("3510")
    assert [v.name for v in AREAS.villages("351018")] == sorted(v.name for v in AREAS.villages("351018"))


def test_what_is_not_there_is_none_or_empty() -> None:
    assert AREAS.village("35.10.99.2001") is None
    assert AREAS.villages("351099") == AREAS.villages("110101") == ()
    assert AREAS.districts("9910") == ()
    assert AREAS.district_of("351099") is None
    district = AREAS.district_of("110101")
    assert district
    assert (district.name, district.regency) == ("Bakongan", "1101")


def test_a_regency_is_called_as_people_call_it() -> None:
    assert AREAS.regency_name("3510") == "Banyuwangi"
    assert AREAS.regency_name("6471") == "Balikpapan"
    assert (AREAS.regency_name("3201"), AREAS.regency_name("3271")) == ("Bogor", "Kota Bogor")
    assert AREAS.regency_name("9999") == "9999"


@pytest.mark.parametrize(
    ("area", "known"),
    [
        ("351001", NikArea.CURRENT),
        ("647106", NikArea.CURRENT),
        ("650101", NikArea.CURRENT),  # Kaltara, which some checkers refuse.
        ("960101", NikArea.CURRENT),
        ("910101", NikArea.RETIRED),
        ("640101", NikArea.CURRENT),
        ("640801", NikArea.CURRENT),
        ("640601", NikArea.UNKNOWN),  # Malinau before Kaltara was made in 2012.
        ("351026", NikArea.UNKNOWN),
        ("000000", NikArea.UNKNOWN),
        ("351099", NikArea.SYNTHETIC),
        ("647199", NikArea.SYNTHETIC),
    ],
)
def test_the_area_in_a_nik(area: str, known: NikArea) -> None:
    assert AREAS.nik_area(area) is known


@pytest.mark.parametrize(
    ("regency", "exists"),
    [("3510", True), ("9102", True), ("9271", True), ("6503", True), ("3599", False), ("1050", False), ("", False)],
)
def test_a_regency_exists_if_it_ever_did(regency: str, exists: bool) -> None:
    assert AREAS.regency_exists(regency) is exists


def test_a_second_look() -> None:
    nowhere = Gazetteer.of([], [], [])
    assert second_look(Nik("3510994508670001"), AREAS) == ()
    assert second_look(Nik("3510994508670000"), AREAS) == ("serial",)
    assert second_look(Nik("6471994508670000"), nowhere) == ("serial", "regency")


def test_notes_on_real_areas() -> None:
    muncar = village("35.10.05.2003")
    assert area_notes("351005", AREAS, muncar) == ()
    assert area_notes("351005", AREAS, None) == ()
    assert area_notes("351018", AREAS, muncar) == ("area_differs",)
    assert area_notes("910101", AREAS, muncar) == ("area_retired",)
    assert area_notes("640601", AREAS, muncar) == ("area_unknown",)
    assert area_notes("640601", AREAS, None) == ("area_unknown",)


def test_notes_on_test_persons() -> None:
    muncar = village("35.10.05.2003")
    assert notes(Nik("3510994508670001"), AREAS, muncar) == ()
    assert notes(Nik("6471994508670001"), AREAS, muncar) == ("area_differs",)
    assert notes(Nik("6471994508670001"), AREAS, None) == ()


def test_a_table_that_does_not_hold_together_is_refused() -> None:
    with pytest.raises(ValueError, match=r"village 35\.10\.05\.2003 has no district"):
        Gazetteer.of([("35.10", "Kabupaten Banyuwangi")], [], [("35.10.05.2003", "Kedungrejo")])
    with pytest.raises(ValueError, match="district 351005 has no regency"):
        Gazetteer.of([], [("35.10.05", "Muncar")], [])
    with pytest.raises(ValueError, match=r"PP\.KK"):
        Gazetteer.of([], [], [("3510052003", "Kedungrejo")])
    with pytest.raises(ValueError, match="not a code of 6 digits"):
        Gazetteer.of([], [("35.10", "Muncar")], [])


def test_a_village_file_that_is_added_is_read(tmp_path: Path) -> None:
    for path in FOLDER.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "villages_1101.csv").write_text(
        "code,name,district\n11.01.01.2001,Keude Bakongan,Bakongan\n", encoding="utf-8"
    )
    found = load(tmp_path).search("keude bakongan")
    assert [(v.code, v.district.name) for v in found] == [("11.01.01.2001", "Bakongan")]


def test_a_file_without_its_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "regencies.csv").write_text("35.10,Kabupaten Banyuwangi\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"regencies\.csv"):
        load(tmp_path)
