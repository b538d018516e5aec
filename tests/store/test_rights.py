"""What people ask by right, on both databases: who hears what, what is withdrawn, and that nothing else is touched."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from support.databases import Factory, each_database
from support.office import PHONE, VILLAGE, Office

from bot.identity import Reference
from bot.stages import Stage
from handoff.desk.ports import Actor
from handoff.routing import Role
from handoff.tickets import Place, Slot
from store.subject_requests import ESCALATED, SubjectRequests
from store.tickets import Desk

__all__ = ["each_database"]

LAST4 = "3333"
ELSEWHERE = "+6281200000009"
BUDI = Actor("budi", "Budi", Role.AGENT, "351015", frozenset({VILLAGE}))


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    office.talk("1", "1")  # The language is Indonesian from here on.
    yield office
    office.close()


def desk(office: Office) -> Desk:
    service = office.service
    return Desk(service.database, service.sealer, service.messages, service.areas, office.clock, service.wake)


def withdraw(office: Office) -> str:
    return office.talk("8", "4", "4", LAST4, "1")


def left(office: Office) -> None:
    """The day in which it can be undone is over."""
    withdraw(office)
    office.work(hours=24)


def kinds(office: Office) -> set[str]:
    return {row["sentence"] for row in office.rows("messages")}


def test_a_withdrawal_ends_nothing_for_a_day_and_then_everything_and_the_portal_is_told(office: Office) -> None:
    office.hire("Budi")
    ref = office.register(LAST4)
    office.work(minutes=10)
    ticket = str(office.row("tickets", case_ref=ref)["id"])
    desk(office).schedule(BUDI, ticket, date(2026, 11, 24), Slot.MORNING, Place.HALL, 2)
    assert "berhenti Sab 21 Nov jam 12.10" in withdraw(office)
    office.work(hours=23, minutes=59)
    assert office.row("registrations", ref=ref)["stage"] == Stage.SCHEDULED
    assert office.row("tickets", case_ref=ref)["status"] == "scheduled"
    assert office.row("subject_requests")["state"] == "open"
    assert "evt.withdraw_asked" in kinds(office)
    office.work(minutes=1)
    assert office.row("registrations", ref=ref)["stage"] == Stage.WITHDRAWN
    assert office.row("tickets", case_ref=ref)["status"] == "cancelled"
    assert office.row("visits")["outcome"] == "cancelled"
    assert [row["what"] for row in office.rows("ticket_events")][-1] == "cancel"
    office.work()
    assert office.admin("GET", "ledger")[ref] == {
        "submitted": 1, "amended": 0, "completed": 0, "withdrawn": 1, "consent_withdrawn": 1
    }  # fmt: skip
    assert office.row("subject_requests")["state"] == "done"
    assert "evt.withdrawn" in kinds(office)
    assert {row["state"] for row in office.rows("outbox")} == {"done"}


def test_whoever_dials_within_the_day_undoes_a_withdrawal_by_one_digit(office: Office) -> None:
    ref = office.register(LAST4)
    office.work(minutes=10)
    withdraw(office)
    page = office.talk()
    assert page.startswith(f"HP ini minta pendaftaran {Reference(ref).shown} dihentikan")
    assert office.talk("1").startswith("Baik. Pendaftaran tetap jalan")
    assert office.row("subject_requests")["state"] == "undone"
    office.work(days=3)
    assert office.row("registrations", ref=ref)["stage"] == Stage.RECEIVED
    assert office.admin("GET", "ledger")[ref].get("withdrawn", 0) == 0
    assert "evt.withdrawn" not in kinds(office)
    assert [row["answer"] for row in office.rows("consents")] == ["yes", "withdraw", "keep"]
    assert SubjectRequests(office.service.database).waiting() == []
    # It can be asked for again, and then it is meant.
    left(office)
    assert office.row("registrations", ref=ref)["stage"] == Stage.WITHDRAWN


def test_not_me_undoes_a_withdrawal_and_goes_to_people(office: Office) -> None:
    ref = office.register(LAST4)
    withdraw(office)
    assert "Tercatat, nomor" in office.talk("0", "8", "7", "2", "1")
    assert office.row("subject_requests")["state"] == "undone"
    assert [row["about"] for row in office.rows("tickets")].count("not_me") == 1
    office.work(days=3)
    assert office.row("registrations", ref=ref)["stage"] == Stage.RECEIVED


def test_the_status_says_until_when_it_can_be_undone(office: Office) -> None:
    ref = office.register(LAST4)
    withdraw(office)
    assert "Pendaftaran berakhir Sab 21 Nov jam 12.00" in office.talk("0", "2", LAST4)
    assert "Pendaftaran berakhir Sab 21 Nov jam 12.00" in office.talk("0", "8", "4", "4", LAST4)
    assert len(office.rows("subject_requests")) == 1
    assert office.talk("0", "2", LAST4, "1").startswith("Baik. Pendaftaran tetap jalan")
    assert "menunggu agen" in office.talk("2", LAST4)
    assert office.row("registrations", ref=ref)["stage"] == Stage.RECEIVED


def test_the_ledger_of_consents_only_grows(office: Office) -> None:
    ref = office.register(LAST4)
    (given,) = office.rows("consents")
    left(office)
    office.talk("8", "5", "1")
    office.talk("8", "5", "1")
    after = {row["id"]: row for row in office.rows("consents")}
    assert after.pop(given["id"]) == given
    assert sorted((row["sentence"], row["answer"]) for row in after.values()) == [
        ("stop.again", "start"), ("stop.confirm", "stop"), ("withdraw.confirm", "withdraw"),
    ]  # fmt: skip
    assert all(len(row["wording_hash"]) == 64 and row["language"] == "id" for row in after.values())
    asked = {row["ref"]: row["kind"] for row in office.rows("subject_requests")}
    assert sorted(asked[row["ref"]] for row in after.values()) == ["start", "stop", "withdraw"]
    assert ref not in {row["ref"] for row in after.values()}


def test_what_never_reached_the_portal_waits_and_is_not_sent_there_after_a_withdrawal(office: Office) -> None:
    office.register(LAST4)
    withdraw(office)
    office.work(minutes=20)
    assert office.admin("GET", "ledger") == {}
    office.work(hours=24)
    assert office.admin("GET", "ledger") == {}
    assert office.row("subject_requests")["state"] == "done"


def test_what_waited_is_sent_once_the_withdrawal_is_undone(office: Office) -> None:
    ref = office.register(LAST4)
    withdraw(office)
    office.work(minutes=20)
    office.talk("1")
    office.work(minutes=20)
    assert office.admin("GET", "ledger")[ref]["submitted"] == 1


def test_an_intent_whose_answer_was_lost_is_withdrawn_too(office: Office) -> None:
    ref = office.register(LAST4)
    office.lost = 100
    office.work(minutes=10)
    assert office.row("registrations", ref=ref)["intent_id"] is None
    withdraw(office)
    office.work(hours=24)
    office.lost = 0
    office.work(hours=1)
    assert office.admin("GET", "ledger")[ref]["withdrawn"] == 1


def test_who_has_withdrawn_can_register_again(office: Office) -> None:
    first = office.register(LAST4)
    office.work(minutes=10)
    left(office)
    office.work()
    again = office.register(LAST4, ELSEWHERE)
    office.work(minutes=10)
    assert office.row("registrations", ref=again)["stage"] == Stage.RECEIVED
    assert office.rows("disputes") == []
    assert office.admin("GET", "ledger")[again]["submitted"] == 1
    assert office.row("registrations", ref=first)["stage"] == Stage.WITHDRAWN


def test_nobody_elses_phone_withdraws_or_deletes(office: Office) -> None:
    ref = office.register(LAST4)
    office.talk("1", "1", phone=ELSEWHERE)
    page = office.talk("8", "4", "4", ref, LAST4, phone=ELSEWHERE)
    assert page.startswith("Ini hanya bisa dari HP yang dipakai mendaftar")
    assert office.talk("8", "4", "2", phone=ELSEWHERE).startswith("Hapus semua data HP ini?")
    office.register("4444", ELSEWHERE)
    page = office.talk("8", "4", "2", ref, LAST4, phone=ELSEWHERE)
    assert page.startswith("Ini hanya bisa dari HP yang dipakai mendaftar")
    assert office.row("registrations", ref=ref)["stage"] == Stage.RECEIVED
    assert office.rows("subject_requests") == []


def test_stop_never_cancels_an_application(office: Office) -> None:
    office.hire("Budi")
    ref = office.register(LAST4)
    assert "SMS dihentikan" in office.talk("8", "5", "1")
    office.work(minutes=10)
    office.verify(ref)
    office.work()
    office.work(seconds=30)
    assert office.row("registrations", ref=ref)["stage"] not in {Stage.WITHDRAWN, Stage.RECEIVED}
    said = {row["sentence"] for row in office.rows("messages")}
    assert said == {"evt.registered", "evt.assigned"}


def test_the_owner_sees_what_is_kept_and_a_stranger_sees_that_something_is(office: Office) -> None:
    ref = office.register(LAST4)
    shared = office.talk("8", "4", "1", LAST4)
    assert shared.startswith(f"S***\nNIK ..{LAST4} KK ..****")
    assert PHONE[-4:] not in shared
    office.own_phone(ref)
    page = office.talk("8", "4", "1")
    assert page.startswith(f"SITI AMINAH\nNIK ..{LAST4} KK belum diisi\nDesa Glagah\nHP ..{PHONE[-4:]}\nDibuka 0x")
    assert {row["state"] for row in office.rows("subject_requests")} == {"done"}


def test_three_misses_lock_what_is_kept(office: Office) -> None:
    office.register(LAST4)
    for _ in range(3):
        assert "tidak cocok" in office.talk("8", "4", "1", "0000")
    assert "Terlalu banyak salah" in office.talk("8", "4", "1", LAST4)


def test_a_correction_is_a_ticket_under_the_number_that_was_said(office: Office) -> None:
    ref = office.register(LAST4)
    page = office.talk("8", "4", "3", "1", LAST4)
    request = office.row("subject_requests")
    assert f"{request['ref'][:4]}-" in page
    ticket = office.row("tickets", ref=request["ref"])
    assert (ticket["topic"], ticket["about"], ticket["case_ref"]) == ("data_update", "identity", ref)
    assert (ticket["village"], ticket["due"]) == (VILLAGE, "2026-11-23")


def test_not_me_goes_to_people_and_nothing_is_deleted(office: Office) -> None:
    ref = office.register(LAST4)
    office.register(LAST4, ELSEWHERE)
    office.talk("8", "4", "2", LAST4, "1")
    assert "Tercatat, nomor" in office.talk("8", "7", "2", "1")
    ticket = next(row for row in office.rows("tickets") if row["about"] == "not_me")
    assert (ticket["topic"], ticket["case_ref"], ticket["village"]) == ("question", ref, "")
    assert ticket["district"] == "351015"
    assert office.row("subject_requests")["state"] == "held"
    assert [row["what"] for row in office.rows("ticket_events")].count("not_me") == 1
    office.work(days=4)
    assert office.row("registrations", ref=ref)["erased_at"] is None


def test_is_it_genuine_answers_the_phone_that_it_was_sent_to(office: Office) -> None:
    ref = office.register(LAST4)
    assert "Kami tidak kirim SMS" in office.talk("8", "7", ref)  # It is written, but not sent yet.
    office.work()
    page = office.talk("8", "7", ref)
    assert page.startswith("SMS terakhir kami ke HP ini Jum 20 Nov 12.00, tentang pendaftaran")
    office.talk("1", "1", phone=ELSEWHERE)
    assert "Kami tidak kirim SMS" in office.talk("8", "7", ref, phone=ELSEWHERE)
    assert "Kami tidak kirim SMS" in office.talk("8", "7", str(Reference.of(b"nobody")))


def test_a_request_near_its_end_becomes_a_ticket_once(office: Office) -> None:
    office.register(LAST4)
    office.talk("8", "4", "3", "1", LAST4)
    requests = SubjectRequests(office.service.database)
    assert [request.kind for request in requests.waiting()] == ["correct"]
    now = office.clock() + timedelta(hours=49)
    soon = now + timedelta(hours=24)
    assert [requests.escalate(soon, "3510", now) for _ in range(2)] == [1, 0]
    (ticket,) = [row for row in office.rows("tickets") if row["about"] == ESCALATED]
    assert (ticket["district"], ticket["topic"]) == ("3510", "question")
    assert not requests.waiting()[0].late(now)
    assert requests.waiting()[0].late(now + timedelta(hours=24))
