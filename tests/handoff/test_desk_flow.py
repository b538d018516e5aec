"""What an agent and a coordinator do at the desk, page by page."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from desk_fake import ILL, TODAY, VISIT_NUMBER, House, scheduled

from handoff.tickets import Need, Outcome, Place, Slot, Status, Topic, Visit

TOMORROW = (TODAY + timedelta(days=1)).isoformat()
PLAN = {"day": TOMORROW, "slot": "morning", "place": "hall"}


@pytest.fixture
def house() -> House:
    return House()


def test_take_schedule_and_finish(house: House) -> None:
    record = house.desk.add("t1", needs=ILL)
    budi = house.browser("budi")
    assert "Siti A." in budi.get("/desk/available").text
    assert budi.post("/desk/tickets/t1/take", {"version": "1"}).headers["Location"] == "/desk/tickets/t1"
    page = budi.get("/desk/tickets/t1").text
    assert "Sakit/sulit berjalan" in page
    assert 'href="tel:+6281234567890"' in page
    assert "sisa 2 hari" in page

    form = budi.get("/desk/tickets/t1/schedule").text
    assert re.search(r'name="slot" value="morning" checked', form)  # The citizen's wish.
    assert budi.post("/desk/tickets/t1/schedule", {"version": "2", **PLAN}).status_code == 303
    page = budi.get("/desk/tickets/t1").text
    assert record.ticket.visit is not None
    assert f'<p class="number">{record.ticket.visit.agent_number}</p>' in page
    assert "Tunjukkan nomor ini dulu; warga lalu menyebut nomor kunjungan." in page

    done = {"version": "3", "outcome": "verified_face", "visit_number": VISIT_NUMBER, "note": "KTP cocok"}
    assert budi.post("/desk/tickets/t1/outcome", done).status_code == 303
    assert (record.ticket.status, record.ticket.proven) == (Status.RESOLVED, True)
    page = budi.get("/desk/tickets/t1").text
    assert "Terverifikasi wajah" in page
    assert "KTP cocok" in page
    assert "tel:" not in page


def test_the_phone_s_own_map_opens_where_the_house_is(house: House) -> None:
    house.desk.add("t1", status=Status.ASSIGNED, agent_id="s-budi", location="-8.219200,114.369100")
    house.desk.add("t2", status=Status.ASSIGNED, agent_id="s-budi")
    page = house.browser("budi").get("/desk/tickets/t1").text
    assert '<a href="geo:-8.219200,114.369100?q=-8.219200,114.369100">-8.219200, 114.369100</a>' in page
    assert "geo:" not in house.browser("budi").get("/desk/tickets/t2").text


def test_no_visit_is_promised_for_an_hour_that_has_passed(house: House) -> None:
    record = house.desk.add("t1", status=Status.ASSIGNED, agent_id="s-budi")
    budi, now = house.browser("budi"), {"day": TODAY.isoformat(), "place": "hall", "version": "1"}  # It is noon.
    answer = budi.post("/desk/tickets/t1/schedule", {**now, "slot": "morning"})
    assert answer.status_code == 400
    assert "Waktu itu sudah lewat hari ini." in answer.text
    assert budi.post("/desk/tickets/t1/schedule", {**now, "slot": "midday"}).status_code == 303
    assert record.ticket.visit is not None
    house.clock.forward(hours=6)
    assert f'value="{TODAY.isoformat()}"' not in house.browser("budi").get("/desk/tickets/t1/schedule").text


def test_the_day_is_sorted_with_the_late_ones_first(house: House) -> None:
    for name, day in (("late", TODAY - timedelta(days=1)), ("now", TODAY), ("later", TODAY + timedelta(days=3))):
        house.desk.add(name, name=name.upper(), **scheduled(day))
    house.desk.add("plan", name="PLAN", status=Status.ASSIGNED, agent_id="s-budi")
    house.desk.add(
        "noon",
        name="NOON",
        status=Status.SCHEDULED,
        agent_id="s-budi",
        visit=Visit(TODAY, Slot.MIDDAY, Place.HOME, "1234"),
    )
    page = house.browser("budi").get("/desk/").text
    assert re.findall(r">(LATE|NOW|NOON|PLAN|LATER)</a>", page) == ["LATE", "NOW", "NOON", "PLAN", "LATER"]
    assert "2 kunjungan hari ini, 1 perlu dijadwalkan." in page


def test_a_card_has_no_dots_around_what_is_not_known(house: House) -> None:
    house.desk.add("t1", topic=Topic.CALLBACK, nik4="", status=Status.ASSIGNED, agent_id="s-budi")
    assert '<p class="small">Minta ditelepon</p>' in house.browser("budi").get("/desk/").text
    assert (
        '<p class="small">Minta ditelepon · Budi Santoso</p>' in house.browser("koordinator").get("/desk/district").text
    )


def test_empty_pages_say_what_to_do(house: House) -> None:
    assert "Ambil tugas" in house.browser("budi").get("/desk/").text
    assert "Ke Hari ini" in house.browser("budi").get("/desk/available").text
    assert "Tiket muncul di sini" in house.browser("koordinator").get("/desk/district").text


def test_who_sets_off_says_so_on_the_day(house: House) -> None:
    record = house.desk.add("t1", **scheduled())
    house.desk.add("t2", **scheduled(TODAY + timedelta(days=1)))
    budi = house.browser("budi")
    assert "Saya berangkat" in budi.get("/desk/tickets/t1").text
    assert budi.post("/desk/tickets/t1/set-off", {"version": "1"}).status_code == 303
    assert "Warga diberi tahu bahwa Anda sedang ke sana." in budi.get("/desk/tickets/t1").text
    assert record.ticket.status is Status.SCHEDULED
    assert "Saya berangkat" not in budi.get("/desk/tickets/t2").text
    assert "bukan hari ini" in budi.post("/desk/tickets/t2/set-off", {"version": "1"}).text


def test_not_met_gives_a_second_offer(house: House) -> None:
    record = house.desk.add("t1", **scheduled())
    budi = house.browser("budi")
    budi.post("/desk/tickets/t1/not-met", {"version": "1"})
    assert (record.ticket.status, record.ticket.attempts) == (Status.ASSIGNED, 1)
    assert "1 kali tidak bertemu" in budi.get("/desk/").text


def test_not_met_has_to_wait_for_the_day(house: House) -> None:
    record = house.desk.add("t1", **scheduled(TODAY + timedelta(days=1)))
    answer = house.browser("budi").post("/desk/tickets/t1/not-met", {"version": "1"})
    assert answer.status_code == 409
    assert "Hari kunjungan ini belum tiba." in answer.text
    assert record.ticket.status is Status.SCHEDULED


def test_given_back_it_can_be_taken_again(house: House) -> None:
    house.desk.add("t1", village="3510992002", **scheduled())
    assert house.browser("budi").post("/desk/tickets/t1/give-back", {"version": "1"}).headers["Location"] == "/desk/"
    assert house.browser("sari").post("/desk/tickets/t1/take", {"version": "2"}).status_code == 303


def test_without_the_visit_number_the_outcome_is_kept_and_flagged(house: House) -> None:
    record = house.desk.add("t1", **scheduled())
    budi = house.browser("budi")
    budi.post("/desk/tickets/t1/outcome", {"version": "1", "outcome": "verified_face"})
    assert record.ticket.flagged
    assert "Tanpa nomor kunjungan: akan diperiksa koordinator" in budi.get("/desk/tickets/t1").text


def test_a_wrong_visit_number_has_three_tries_and_keeps_the_entries(house: House) -> None:
    record = house.desk.add("t1", **scheduled())
    budi = house.browser("budi")
    wrong = {"version": "1", "outcome": "verified_face", "visit_number": "1 1 1", "note": "di rumah"}
    for expected in ("Sisa 2 kali.", "Sisa 1 kali.", "sudah 3 kali salah", "sudah 3 kali salah"):
        answer = budi.post("/desk/tickets/t1/outcome", wrong)
        assert answer.status_code == 400
        assert expected in answer.text
        assert "di rumah" in answer.text
    assert budi.post("/desk/tickets/t1/outcome", {**wrong, "visit_number": VISIT_NUMBER}).status_code == 400
    assert record.ticket.status is Status.SCHEDULED


def test_a_verification_is_not_offered_before_a_visit_is_planned(house: House) -> None:
    record = house.desk.add("t1", status=Status.ASSIGNED, agent_id="s-budi")
    budi = house.browser("budi")
    assert 'value="verified_face"' not in budi.get("/desk/tickets/t1/outcome").text
    assert budi.post("/desk/tickets/t1/outcome", {"version": "1", "outcome": "verified_face"}).status_code == 400
    assert budi.post("/desk/tickets/t1/outcome", {"version": "1", "outcome": "moved"}).status_code == 303
    assert record.ticket.outcome is Outcome.MOVED


def test_anothers_change_is_shown_and_nothing_is_lost(house: House) -> None:
    record = house.desk.add("t1", **scheduled())
    budi = house.browser("budi")
    record.ticket = replace(record.ticket, version=2)
    record.events.append(replace(record.events[0], by="Endang Lestari"))
    typed = {"version": "1", "outcome": "verified_face", "visit_number": VISIT_NUMBER, "note": "sudah bertemu"}
    answer = budi.post("/desk/tickets/t1/outcome", typed)
    assert answer.status_code == 409
    assert "Diubah oleh Endang Lestari, Jum 20 Nov jam 12.00." in answer.text
    assert "sudah bertemu" in answer.text
    assert 'name="version" value="2"' in answer.text
    assert record.ticket.status is Status.SCHEDULED
    assert budi.post("/desk/tickets/t1/outcome", {**typed, "version": "2"}).status_code == 303


def test_a_mistake_in_a_field_does_not_lift_an_old_version(house: House) -> None:
    record = house.desk.add("t1", **scheduled())
    record.ticket = replace(record.ticket, version=2)
    answer = house.browser("budi").post("/desk/tickets/t1/outcome", {"version": "1", "visit_number": "x"})
    assert answer.status_code == 400
    assert 'name="version" value="1"' in answer.text


def test_what_was_typed_survives_that_the_ticket_was_given_to_someone_else(house: House) -> None:
    house.desk.add("t1", **{**scheduled(), "agent_id": "s-sari"})
    typed = {"version": "1", "outcome": "moved", "note": "pindah ke Jember"}
    answer = house.browser("budi").post("/desk/tickets/t1/outcome", typed)
    assert answer.status_code == 404
    assert "pindah ke Jember" in answer.text


def test_pressing_twice_moves_once(house: House) -> None:
    record = house.desk.add("t1", **scheduled())
    budi = house.browser("budi")
    assert budi.post("/desk/tickets/t1/not-met", {"version": "1"}).status_code == 303
    assert budi.post("/desk/tickets/t1/not-met", {"version": "1"}).status_code == 409
    assert record.ticket.attempts == 1


def test_who_comes_too_late_to_take_is_told_kindly(house: House) -> None:
    house.desk.add("t1", village="3510992002", status=Status.ASSIGNED, agent_id="s-sari")
    answer = house.browser("budi").post("/desk/tickets/t1/take", {"version": "1"})
    assert answer.status_code == 404
    assert "sudah diambil orang lain" in answer.text


def test_a_closed_ticket_has_no_forms(house: House) -> None:
    house.desk.add("t1", **{**scheduled(), "status": Status.RESOLVED, "outcome": Outcome.VERIFIED_FACE})
    budi = house.browser("budi")
    assert budi.get("/desk/tickets/t1/schedule").status_code == 409
    assert "<form" not in budi.get("/desk/tickets/t1").text


BAD_PLANS = [
    ({"day": (TODAY + timedelta(days=14)).isoformat()}, "Pilih satu hari."),
    ({"day": "kemarin"}, "Pilih satu hari."),
    ({"day": ""}, "Pilih satu hari."),
    ({"slot": "night"}, "Pilih satu waktu."),
    ({"place": "rumah saya, kirim uang ke 0812"}, "Pilih satu tempat."),
    ({"version": "x"}, "Halaman ini terlalu lama terbuka."),
    ({"version": "٣"}, "Halaman ini terlalu lama terbuka."),
    ({"version": "9" * 40}, "Halaman ini terlalu lama terbuka."),
]


@pytest.mark.parametrize(("wrong", "reason"), BAD_PLANS)
def test_a_plan_that_cannot_be_is_refused_beside_its_field(house: House, wrong: dict[str, str], reason: str) -> None:
    record = house.desk.add("t1", status=Status.ASSIGNED, agent_id="s-budi")
    answer = house.browser("budi").post("/desk/tickets/t1/schedule", {"version": "1", **PLAN, **wrong})
    assert answer.status_code == 400
    assert reason in answer.text
    assert record.ticket.version == 1


def test_a_missing_field_is_not_filled_with_the_citizens_wish(house: House) -> None:
    house.desk.add("t1", status=Status.ASSIGNED, agent_id="s-budi")
    answer = house.browser("budi").post("/desk/tickets/t1/schedule", {"version": "1", "day": TOMORROW})
    assert (answer.status_code, "Pilih satu waktu." in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"outcome": "not_met"}, "Pilih satu hasil."),
        ({"outcome": "answered"}, "Pilih satu hasil."),
        ({"visit_number": "12"}, "3 angka"),
        ({"visit_number": "²³¹"}, "3 angka"),
        ({"note": "a" * 201}, "paling panjang 200"),
        ({"note": "a\x00b"}, "tidak dapat dibaca"),
        ({"note": "a\u202eb"}, "tidak dapat dibaca"),
    ],
)
def test_an_outcome_that_cannot_be_is_refused_beside_its_field(
    house: House, wrong: dict[str, str], reason: str
) -> None:
    record = house.desk.add("t1", **scheduled())
    typed = {"version": "1", "outcome": "verified_face", "visit_number": VISIT_NUMBER, "note": "", **wrong}
    answer = house.browser("budi").post("/desk/tickets/t1/outcome", typed)
    assert answer.status_code == 400
    assert reason in answer.text
    assert record.ticket.version == 1


def test_a_question_ends_with_an_answer(house: House) -> None:
    record = house.desk.add("t1", topic=Topic.QUESTION, status=Status.ASSIGNED, agent_id="s-budi")
    budi = house.browser("budi")
    assert 'name="visit_number"' not in budi.get("/desk/tickets/t1/outcome").text
    budi.post("/desk/tickets/t1/outcome", {"version": "1", "outcome": "answered"})
    assert record.ticket.outcome is Outcome.ANSWERED


def test_a_coordinator_sees_the_district_and_reassigns(house: House) -> None:
    record = house.desk.add("t1", **scheduled())
    house.desk.add("far", village="3510982001", name="Jauh J.")
    boss = house.browser("koordinator")
    page = boss.get("/desk/district").text
    assert "Siti A." in page
    assert "Budi Santoso" in page
    assert "Jauh J." not in page
    assert "4821" not in boss.get("/desk/tickets/t1").text  # The agent number is the agent's alone.
    assert boss.post("/desk/tickets/t1/reassign", {"version": "1", "agent": "s-sari"}).status_code == 303
    assert (record.ticket.agent_id, record.ticket.status, record.ticket.visit) == ("s-sari", Status.ASSIGNED, None)
    assert "Siti A." in house.browser("sari").get("/desk/").text


def test_reassigning_offers_the_villages_own_agents_first_and_not_the_present_one(house: House) -> None:
    house.desk.add("t1", village="3510992002", status=Status.ASSIGNED, agent_id="s-budi")
    page = house.browser("koordinator").get("/desk/tickets/t1/reassign").text
    assert re.findall(r'<option value="(s-[a-z]+)"', page) == ["s-sari", "s-koordinator"]


@pytest.mark.parametrize("agent", ["", "s-budi", "s-tetangga", "nobody"])
def test_nobody_outside_the_list_gets_a_ticket(house: House, agent: str) -> None:
    record = house.desk.add("t1", status=Status.ASSIGNED, agent_id="s-budi")
    answer = house.browser("koordinator").post("/desk/tickets/t1/reassign", {"version": "1", "agent": agent})
    assert (answer.status_code, record.ticket.agent_id) == (400, "s-budi")


def test_a_full_agent_is_refused_with_the_reason(house: House) -> None:
    house.desk.add("t1")
    house.desk.capacity = 0
    answer = house.browser("koordinator").post("/desk/tickets/t1/reassign", {"version": "1", "agent": "s-budi"})
    assert (answer.status_code, "sudah penuh" in answer.text) == (409, True)


def test_the_list_is_filtered_and_paged(house: House) -> None:
    for n in range(25):
        house.desk.add(f"t{n}", name=f"Warga {n:02}")
    house.desk.add("x", name="Lain L.", village="3510992002", status=Status.ASSIGNED, agent_id="s-budi")
    boss = house.browser("koordinator")
    assert "26 tiket" in boss.get("/desk/district").text
    assert "Warga 22" in boss.get("/desk/district?page=2").text
    for query in ("status=assigned", "village=3510992002", "agent=s-budi"):
        page = boss.get(f"/desk/district?{query}").text
        assert "1 tiket" in page
        assert "Lain L." in page
    assert "Tampilkan semua" in boss.get("/desk/district?status=cancelled").text


@pytest.mark.parametrize(
    "query", ["status=lost", "village=3510982001", "agent=s-tetangga", "page=0", "page=x", "page=²"]
)
def test_a_filter_that_is_not_on_the_list_is_refused(house: House, query: str) -> None:
    assert house.browser("koordinator").get(f"/desk/district?{query}").status_code == 400


def test_loads_stand_beside_names(house: House) -> None:
    house.desk.add("t1", **scheduled())
    assert "1/50" in house.browser("koordinator").get("/desk/agents").text
    me = house.browser("budi").get("/desk/me").text
    assert "Sumberkencono, Kedungasri" in me
    assert "<dd>1</dd>" in me


def test_needs_and_deadlines_are_said_in_words(house: House) -> None:
    house.desk.add(
        "t1", needs=(Need.SEEING, Need.HEARING), due=date(2026, 11, 17), status=Status.ASSIGNED, agent_id="s-budi"
    )
    page = house.browser("budi").get("/desk/").text
    for sentence in ("Sulit melihat", "Sulit mendengar/bicara", "lewat 3 hari", "Jawa", "UMB", "NIK …0007"):
        assert sentence in page


def test_opening_is_a_read_that_the_port_sees(house: House) -> None:
    house.desk.add("t1")
    house.browser("budi").get("/desk/tickets/t1")
    assert house.desk.reads == [("s-budi", "t1")]
