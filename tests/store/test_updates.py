"""Changes of data in the rows, on both databases: what follows from each, and what waits for somebody to confirm it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from support.databases import Factory, each_database
from support.handset import Handset
from support.office import NIK, PHONE, Office

from bot.effects import CompleteRegistration, ContactAgreed, FileUpdate
from bot.identity import Msisdn, Reference
from bot.messages import Channel, Inbound, SessionEvent
from bot.updates import Kind
from handoff.desk.ports import Actor
from handoff.routing import Role
from handoff.tickets import Outcome
from sms.segments import answers
from store.housekeeping import Housekeeping
from store.tickets import Desk

__all__ = ["each_database"]

OTHER, WITNESS = "+6281200000002", "+6281200000003"
UPDATE = Reference.of(b"update")
DUE = date(2026, 12, 4)


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    yield office
    office.close()


def told(office: Office, phone: str) -> list[str]:
    """What was sent to a phone, by name."""
    idx = office.sealer.index("phone", phone)
    contact = [row["contact_id"] for row in office.rows("identities") if bytes(row["idx"]) == idx]
    return [row["sentence"] for row in office.rows("messages") if [row["contact_id"]] == contact]


def file(office: Office, case: str, kind: Kind, phone: str = PHONE, **details: str) -> None:
    office.apply(office.dial(phone), FileUpdate(UPDATE, case, kind, details, DUE))


def death(office: Office, case: str, phone: str = PHONE, **details: str) -> None:
    blank = {"nik": "", "name": "", "date": "", "relation": "child", "witness": "rt", "witness_phone": ""}
    file(office, case, Kind.DEATH, phone, **(blank | details))


def resolve(office: Office, outcome: Outcome) -> None:
    """The agent's ticket about the change has ended."""
    agent = office.hire("Agus")
    ticket = office.row("tickets", topic="data_update")
    service = office.service
    desk = Desk(service.database, service.sealer, service.messages, service.areas, office.clock, service.wake)
    actor = Actor(agent, "Agus", Role.AGENT, "351015", frozenset({ticket["village"]}))
    desk.take(actor, ticket["id"], ticket["version"])
    desk.outcome(actor, ticket["id"], outcome, "", "", ticket["version"] + 1)


# To the portal.


def test_a_birth_is_a_ticket_under_its_own_number_and_is_applied_by_the_portal_once(office: Office) -> None:
    ref = office.register()
    file(office, ref, Kind.BIRTH, date="2026-11-15", paper="letter")
    ticket = office.row("tickets", topic="data_update")
    assert (ticket["ref"], ticket["case_ref"], ticket["about"]) == (str(UPDATE), ref, "member_birth")
    assert b"2026-11-15" not in bytes(office.row("updates")["sealed"])
    office.work(minutes=11)
    office.work(minutes=1)
    assert office.row("updates")["state"] == "pending"
    office.clock.wait(minutes=5)
    for _ in range(4):
        office.work(seconds=30)
    assert office.row("updates")["state"] == "applied"
    assert office.admin("GET", "ledger")[ref]["changed"] == 1
    assert told(office, PHONE).count("evt.data_done") == 1
    assert any(f"Loket {UPDATE.shown}: perubahan data kelahiran selesai." in body for body in office.gateway.bodies)


@pytest.mark.parametrize(("last4", "state"), [("0008", "rejected"), ("0003", "revision")])
def test_what_the_portal_does_not_take_goes_to_people(office: Office, last4: str, state: str) -> None:
    ref = office.register(last4)
    file(office, ref, Kind.MARRIAGE, date="2026-10-03", paper="yes")
    office.work(minutes=11)
    for _ in range(4):
        office.work(seconds=30)
    assert office.row("updates")["state"] == state
    assert office.row("tickets", about=state)["topic"] == "data_update"
    assert told(office, PHONE).count("evt.data_rejected") == (state == "rejected")


def test_a_change_that_the_portal_has_lost_goes_out_again(office: Office) -> None:
    ref = office.register()
    file(office, ref, Kind.MOVE_OUT, where="abroad", village="", paper="no")
    office.work(minutes=11)
    office.admin("POST", "reset")
    for _ in range(8):
        office.work(minutes=16)
    assert office.row("updates")["state"] == "applied"


def test_the_answer_of_the_portal_may_get_lost(office: Office) -> None:
    ref = office.register()
    office.work(minutes=11)
    file(office, ref, Kind.MOVE_IN, village="35.10.15.2006", paper="yes")
    office.lost = 1
    for _ in range(6):
        office.work(minutes=16)
    assert office.admin("GET", "ledger")[ref]["changed"] == 1
    assert office.row("updates")["state"] == "applied"


# A death.


def test_a_death_changes_nothing_until_a_second_person_confirms_it(office: Office) -> None:
    ref = office.register()
    death(office, ref, name="SITI", witness_phone=WITNESS)
    for _ in range(3):
        office.work(minutes=11)
    assert office.row("registrations")["stage"] == "received"
    assert office.row("updates")["state"] == "draft"
    assert "changed" not in str(office.admin("GET", "requests"))
    assert told(office, PHONE).count("evt.death_ack") == 1
    assert told(office, WITNESS) == ["evt.death_witness"]
    witness = Handset(office, WITNESS)
    assert "SITI" in witness.dial()
    witness.say("1")
    assert office.row("registrations")["stage"] == "handled_by_family"
    assert office.row("updates")["confirmed_by"] == "witness"
    office.work(seconds=1)
    assert office.admin("GET", "ledger")[ref]["changed"] == 1
    assert "SITI" not in witness.dial(), "it is asked once"


def test_a_witness_who_says_no_stops_it(office: Office) -> None:
    ref = office.register()
    death(office, ref, name="SITI", witness_phone=WITNESS)
    Handset(office, WITNESS).dial()
    line = Handset(office, WITNESS)
    line.dial()
    line.say("2")
    resolve(office, Outcome.ANSWERED)
    assert office.row("updates")["state"] == "disputed"
    assert office.row("registrations")["stage"] == "received"
    assert office.row("tickets", topic="data_update")["about"] == "death_disputed"


def test_the_person_who_is_said_to_have_died_says_that_they_live(office: Office) -> None:
    mine, theirs = office.register("3333"), office.register("4444", OTHER, "AGUS")
    death(office, mine, nik=NIK + "4444", name="AGUS", witness_phone=WITNESS)
    assert "evt.death_dispute" in told(office, OTHER)
    line = Handset(office, OTHER)
    assert "keadaan orang yang didaftarkan" in line.dial()
    line.say("1")
    witness = Handset(office, WITNESS)
    witness.dial()
    witness.say("1")
    assert office.row("updates")["state"] == "disputed"
    assert {row["ref"]: row["stage"] for row in office.rows("registrations")} == {mine: "received", theirs: "received"}


def test_they_can_say_so_after_it_was_confirmed(office: Office) -> None:
    mine, theirs = office.register("3333"), office.register("4444", OTHER, "AGUS")
    death(office, mine, nik=NIK + "4444", name="AGUS")
    resolve(office, Outcome.DECEASED)
    assert office.row("registrations", ref=theirs)["stage"] == "handled_by_family"
    line = Handset(office, OTHER)
    line.dial()
    line.say("1")
    assert office.row("registrations", ref=theirs)["stage"] == "checking"
    assert office.row("tickets", about="death_disputed")["topic"] == "question"
    assert office.row("registrations", ref=mine)["stage"] == "received"


def test_who_reports_a_death_is_not_the_second_person(office: Office) -> None:
    ref = office.register()
    death(office, ref, name="SITI", witness_phone=PHONE)
    assert office.rows("inquiries") == []
    assert "wafat" not in Handset(office, PHONE).dial()


def test_a_strangers_witness_is_no_second_person(office: Office) -> None:
    """One stranger with two phones ends nobody's registration: its own phone, or the agent, has to say so."""
    mine, theirs = office.register("3333"), office.register("4444", OTHER, "AGUS")
    death(office, mine, nik=NIK + "4444", name="AGUS", witness_phone=WITNESS)
    witness = Handset(office, WITNESS)
    witness.dial()
    witness.say("1")
    office.work(seconds=1)
    assert office.row("registrations", ref=theirs)["stage"] == "received"
    assert office.row("updates")["state"] == "draft"
    assert office.row("ticket_events", what="seconded")["detail"] == "witness"
    assert office.admin("GET", "ledger").get(mine, {}).get("changed", 0) == 0
    resolve(office, Outcome.DECEASED)
    assert office.row("registrations", ref=theirs)["stage"] == "handled_by_family"


def test_a_second_phone_of_a_strangers_case_is_a_second_person(office: Office) -> None:
    mine, theirs = office.register("3333"), office.register("4444", OTHER, "AGUS")
    office.apply(office.dial(OTHER), ContactAgreed(Reference(theirs), own_phone=False, phone=Msisdn(WITNESS)))
    death(office, mine, nik=NIK + "4444", name="AGUS")
    witness = Handset(office, WITNESS)
    witness.dial()
    witness.say("1")
    assert office.row("registrations", ref=theirs)["stage"] == "handled_by_family"


def test_a_second_phone_of_the_case_is_asked_too(office: Office) -> None:
    ref = office.register()
    office.apply(office.dial(), ContactAgreed(Reference(ref), own_phone=False, phone=Msisdn(OTHER)))
    death(office, ref, name="SITI AMINAH")
    assert told(office, OTHER) == ["evt.death_witness"]


@pytest.mark.parametrize(("outcome", "stage", "state"), [
    (Outcome.DECEASED, "handled_by_family", "pending"), (Outcome.ANSWERED, "received", "rejected"),
])  # fmt: skip
def test_the_agent_is_a_second_person(office: Office, outcome: Outcome, stage: str, state: str) -> None:
    ref = office.register()
    death(office, ref, name="SITI")
    resolve(office, outcome)
    assert office.row("registrations")["stage"] == stage
    assert office.row("updates")["state"] == state


def test_a_name_that_is_not_the_cases_own_changes_no_registration(office: Office) -> None:
    ref = office.register()
    death(office, ref, name="KARTO")
    resolve(office, Outcome.DECEASED)
    assert office.row("registrations")["stage"] == "received"
    office.work(minutes=11)
    office.work(minutes=1)
    assert office.admin("GET", "ledger")[ref]["changed"] == 1


def test_a_stranger_learns_nothing_from_a_report(office: Office) -> None:
    """A known and an unknown NIK leave the reporter the same messages."""
    mine = office.register("3333")
    office.register("4444", OTHER, "AGUS")
    death(office, mine, nik=NIK + "4444")
    before = told(office, PHONE)
    office.apply(office.dial(), FileUpdate(Reference.of(b"second"), mine, Kind.DEATH, {
        "nik": NIK + "5555", "name": "", "date": "", "relation": "child", "witness": "rt", "witness_phone": "",
    }, DUE))  # fmt: skip
    assert told(office, PHONE) == [*before, "evt.death_ack"]


# The phone.


def digits(office: Office) -> str:
    office.work(seconds=1)
    return next(body for body in reversed(office.gateway.bodies) if "angka" in body).split("angka ")[1][:4]


def write(office: Office, text: str) -> None:
    id = f"sms{len(office.rows('inbox'))}"
    inbound = Inbound(id, Channel.SMS, "recording", PHONE, text, SessionEvent.RESUME, office.clock())
    office.service.desk.accept(inbound, answers())


def change(office: Office, line: Handset, last4: str = "3333") -> str:
    line.dial()
    return line.say("5", "5", last4, "1", OTHER.replace("+62", "0"))


def test_the_phone_changes_when_its_digits_were_typed_and_the_old_one_hears_of_it(office: Office) -> None:
    office.register()
    line = Handset(office, PHONE)
    assert "dikirim SMS" in change(office, line)
    owner = office.row("registrations")["contact_id"]
    sent = digits(office)
    assert "tidak cocok" in line.say("0000" if sent != "0000" else "0001")
    assert office.row("registrations")["contact_id"] == owner
    assert "..0002" in line.say(sent)
    assert office.row("registrations")["contact_id"] != owner
    assert told(office, PHONE)[-1] == "evt.phone_changed"
    assert told(office, OTHER) == ["sms.phone_confirm", "evt.phone_changed"]


def test_the_portal_hears_of_the_new_phone(office: Office) -> None:
    ref = office.register()
    office.work(minutes=11)
    line = Handset(office, PHONE)
    change(office, line)
    line.say(digits(office))
    office.work(seconds=1)
    assert office.admin("GET", "ledger")[ref]["amended"] == 1


def test_the_old_phone_takes_it_back(office: Office) -> None:
    office.register()
    owner = office.row("registrations")["contact_id"]
    line = Handset(office, PHONE)
    change(office, line)
    line.say(digits(office))
    assert "HP pendaftaran diganti" in line.dial()
    line.say("2")
    assert office.row("registrations")["contact_id"] == owner
    assert office.row("updates")["state"] == "disputed"
    assert office.row("tickets", about="phone_disputed")["topic"] == "question"


def test_three_wrong_digits_lock_it_for_a_day_whatever_is_sent_again(office: Office) -> None:
    office.register()
    line = Handset(office, PHONE)
    change(office, line)
    sent = digits(office)
    wrong = [text for text in ("0000", "0001", "0002", "0003") if text != sent]
    assert "Terlalu banyak salah" in line.say(*wrong[:3])
    change(office, line)
    assert "Terlalu banyak salah" in line.say(digits(office))
    office.clock.wait(hours=25)
    change(office, line)
    assert "diganti ke" in line.say(digits(office))


def test_nobody_is_flooded_with_digits(office: Office) -> None:
    office.register()
    for _ in range(9):
        change(office, Handset(office, PHONE))
    assert told(office, OTHER) == ["sms.phone_confirm"] * 5


def test_old_digits_prove_nothing(office: Office) -> None:
    office.register()
    line = Handset(office, PHONE)
    change(office, line)
    sent = digits(office)
    office.clock.wait(minutes=31)
    assert "tidak cocok" in line.say(sent)


def test_by_an_sms_an_agent_looks_first(office: Office) -> None:
    """Its sender may be forged: whoever forges it must not have the registration on a phone of their own."""
    ref = office.register()
    office.own_phone(ref)
    owner = office.row("registrations")["contact_id"]
    for text in ("UBAH", "5", "1", OTHER.replace("+62", "0")):
        write(office, text)
    write(office, digits(office))
    office.work(seconds=1)
    assert "agen memeriksa" in office.gateway.bodies[-1] or "agen memeriksa" in office.gateway.bodies[-2]
    assert office.row("registrations")["contact_id"] == owner
    assert "evt.data_noted" in told(office, PHONE)
    resolve(office, Outcome.ANSWERED)
    assert office.row("registrations")["contact_id"] != owner


def test_from_another_phone_an_agent_looks_first(office: Office) -> None:
    ref = office.register()
    owner = office.row("registrations")["contact_id"]
    line = Handset(office, OTHER)
    line.dial()
    assert "agen memeriksa" in line.say("5", "5", ref, "3333", "1", "1")
    assert office.row("registrations")["contact_id"] == owner
    assert "evt.data_noted" in told(office, PHONE)
    resolve(office, Outcome.ANSWERED)
    assert office.row("registrations")["contact_id"] != owner
    assert told(office, OTHER) == ["evt.phone_changed"]


def test_a_landmark_reaches_the_agent_at_once_from_the_registered_phone_only(office: Office) -> None:
    ref = office.register()
    file(office, ref, Kind.ADDRESS, note="utara musala")
    assert office.row("updates")["state"] == "applied"
    assert office.row("registrations")["sealed_details"]
    assert [row["topic"] for row in office.rows("tickets")] == ["face_verification"]


def test_a_new_landmark_drops_the_place_that_the_old_one_was_at(office: Office) -> None:
    ref = office.register()
    office.apply(office.dial(), CompleteRegistration(Reference(ref), "location", "-8.219200,114.369100"))
    file(office, ref, Kind.ADDRESS, note="utara musala")
    row = office.row("registrations")
    kept = office.sealer.open("registrations.sealed_details", row["id"], row["sealed_details"])
    assert b"utara musala" in kept
    assert b"114.369100" not in kept


def test_a_landmark_from_elsewhere_waits_for_the_agent(office: Office) -> None:
    ref = office.register()
    file(office, ref, Kind.ADDRESS, OTHER, note="utara musala")
    assert office.row("registrations")["sealed_details"] is None
    resolve(office, Outcome.ANSWERED)
    assert office.row("registrations")["sealed_details"]


def test_the_agent_reads_what_was_said(office: Office) -> None:
    ref = office.register()
    death(office, ref, name="SUKARMAN", nik=NIK + "4444", date="2026-11-10", witness_phone=WITNESS)
    service = office.service
    desk = Desk(service.database, service.sealer, service.messages, service.areas, office.clock, service.wake)
    ticket = office.row("tickets", topic="data_update")
    actor = Actor(office.hire("Agus"), "Agus", Role.AGENT, "351015", frozenset({ticket["village"]}))
    kind, said = desk.ticket(actor, ticket["id"]).said
    assert kind.startswith("Kematian. Belum berlaku")
    assert said.split(" · ") == [
        "NIK: …4444", "Nama: SUKARMAN", "Tanggal: 10-11-2026", "Pelapor: anak", "Yang bisa memastikan: ketua RT/RW",
        "HP-nya: 0812-0000-0003",
    ]  # fmt: skip


def test_nothing_that_was_said_is_readable(office: Office) -> None:
    ref = office.register()
    death(office, ref, name="SUKARMAN", nik=NIK + "4444", witness_phone=WITNESS)
    everything: list[Any] = [
        row for table in ("updates", "inquiries", "outbox", "tickets") for row in office.rows(table)
    ]
    for secret in ("SUKARMAN", NIK, WITNESS):
        assert secret not in str(everything)


def test_digits_that_prove_nothing_any_more_are_forgotten(office: Office) -> None:
    office.register()
    change(office, Handset(office, PHONE))
    assert len(office.rows("proofs")) == 1
    office.clock.wait(days=3)
    Housekeeping(office.service.database, office.service.messages).forget(office.clock())
    assert office.rows("proofs") == []
