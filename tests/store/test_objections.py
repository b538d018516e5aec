"""Objections in real databases: one open for each case, sealed, with its ticket, its job and its messages."""

from collections.abc import Iterator
from datetime import date

import pytest
from support.databases import Factory, each_database
from support.office import PHONE, VILLAGE, Office

from bot.effects import AddToObjection, FileObjection
from bot.identity import Reference
from bot.stages import Case, Stage
from handoff.desk.ports import Actor
from handoff.routing import Role
from store.cases import set_stage
from store.tickets import Desk

__all__ = ["each_database"]

FIRST, SECOND = Reference.of(b"first objection"), Reference.of(b"second objection")
OTHER_PHONE = "+6281200000002"
ANSWER_BY = date(2026, 12, 20)
BUDI = Actor("budi", "Budi", Role.AGENT, "351015", frozenset({VILLAGE}))


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    yield office
    office.close()


def refused(office: Office, own: bool = True) -> str:
    """A registration that the portal has refused; its number."""
    ref = office.register()
    if own:
        office.own_phone(ref)
    with office.database.write() as connection:
        more = {"reason": "income_above", "object_until": "2026-12-20"}
        set_stage(connection, ref, Stage.NOT_ELIGIBLE, office.clock(), **more)
    return ref


def object_to(
    office: Office, case: str, ref: Reference = FIRST, phone: str = PHONE, said: str = "Saya buruh tani", **more: str
) -> None:
    given = {"whose": "refusal", "ground": "income", "village": "", "district": "3510"} | more
    effect = FileObjection(ref, case=case, due=date(2026, 12, 4), answer_by=ANSWER_BY, statement=said, **given)
    office.apply(office.dial(phone), effect)


def case_of(office: Office, ref: str) -> Case:
    contact = office.row("registrations", ref=ref)["contact_id"]
    return next(case for case in office.service.registry.cases(contact).cases if case.ref == ref)


def told(office: Office, mine: str = "") -> list[str]:
    """What was said of objections, to everybody or to one contact."""
    rows = [row for row in office.rows("messages") if "obj" in row["sentence"]]
    return [row["sentence"] for row in rows if mine in ("", row["contact_id"])]


def test_an_objection_leaves_a_row_a_ticket_a_job_and_a_message(office: Office) -> None:
    ref = refused(office)
    object_to(office, ref)
    row = office.row("objections", ref=str(FIRST))
    assert (row["whose"], row["ground"], row["standing"], row["regency"]) == ("refusal", "income", "received", "3510")
    ticket = office.row("tickets", topic="objection")
    assert (ticket["ref"], ticket["case_ref"], ticket["about"]) == (str(FIRST), ref, "income")
    assert (ticket["village"], ticket["district"], ticket["due"]) == (VILLAGE, "351015", "2026-12-04")
    assert office.row("outbox", key=f"objection:{FIRST}")["kind"] == "portal.objection"
    assert told(office) == ["evt.obj_received"]
    case = case_of(office, ref)
    assert (case.stage, case.objection, case.standing) == (Stage.OBJECTED, str(FIRST), "received")
    assert case.answer_by == ANSWER_BY


def test_a_shared_phone_reads_neutral_words(office: Office) -> None:
    object_to(office, refused(office, own=False))
    assert told(office) == ["evt.obj_received_private"]


def test_who_registered_hears_of_an_objection_from_another_phone(office: Office) -> None:
    ref = refused(office)
    object_to(office, ref, phone=OTHER_PHONE)
    owner, other = office.row("registrations", ref=ref)["contact_id"], office.dial(OTHER_PHONE).contact
    assert (told(office, owner), told(office, other)) == (["evt.obj_received"], ["evt.obj_received_private"])


def test_a_second_objection_joins_the_open_one(office: Office) -> None:
    """Two phones that object in the same moment have both been shown a number by then."""
    ref = refused(office)
    object_to(office, ref)
    object_to(office, ref, SECOND, OTHER_PHONE, "Rumah saya kontrakan")
    assert office.row("objections", ref=str(SECOND))["joins"] == str(FIRST)
    assert len([row for row in office.rows("tickets") if row["topic"] == "objection"]) == 1
    assert len([row for row in office.rows("outbox") if row["kind"] == "portal.objection"]) == 1
    assert told(office) == ["evt.obj_received"]
    assert case_of(office, ref).objection == str(FIRST)


def test_an_objection_is_found_by_its_own_number_and_the_niks_last_four(office: Office) -> None:
    ref = refused(office)
    object_to(office, ref)
    object_to(office, ref, SECOND, OTHER_PHONE)
    registry, contact = office.service.registry, office.dial(OTHER_PHONE).contact
    for number in (FIRST, SECOND):
        found = registry.case(contact, str(number), "3333", office.clock())
        assert isinstance(found, Case)
        assert (found.ref, found.objection, found.standing) == (ref, str(number), "received")
    assert registry.case(contact, str(FIRST), "3334", office.clock()) is None
    assert registry.filed(str(FIRST)) == "", "whose case it is about is told only with the NIK's last four"


def test_guesses_of_an_objections_digits_are_counted(office: Office) -> None:
    object_to(office, refused(office))
    registry, contact = office.service.registry, office.dial(OTHER_PHONE).contact
    for _ in range(3):
        assert registry.case(contact, str(FIRST), "0000", office.clock()) is None
    assert registry.case(contact, str(FIRST), "3333", office.clock()) == "locked"


def test_all_that_was_said_is_sealed_and_read_by_the_agent(office: Office) -> None:
    ref = refused(office)
    office.hire("Budi")
    object_to(office, ref)
    office.apply(office.dial(), AddToObjection(FIRST, "Ada surat desa"))
    object_to(office, ref, SECOND, OTHER_PHONE, "Rumah saya kontrakan")
    assert not any(b"buruh" in bytes(row["sealed"]) for row in office.rows("objections"))
    service = office.service
    desk = Desk(service.database, service.sealer, service.messages, service.areas, office.clock, lambda: None)
    detail = desk.ticket(BUDI, office.row("tickets", topic="objection")["id"])
    assert detail.said == ("Saya buruh tani", "Ada surat desa", "Rumah saya kontrakan")
    assert detail.remarks == ("objection_income",)


def test_notes_do_not_pile_up_and_the_first_words_stay(office: Office) -> None:
    object_to(office, refused(office))
    for number in range(20):
        office.apply(office.dial(), AddToObjection(FIRST, f"catatan {number}"))
    row = office.row("objections", ref=str(FIRST))
    said = office.service.sealer.open("objections.sealed", row["id"], bytes(row["sealed"])).decode()
    assert said.startswith('["Saya buruh tani","catatan 11"')
    assert said.endswith('"catatan 19"]')


@pytest.mark.parametrize(("whose", "village"), [("someone", ""), ("misuse", VILLAGE)])
def test_what_is_about_others_goes_to_people_and_counts_as_a_report(office: Office, whose: str, village: str) -> None:
    object_to(office, "", whose=whose, ground="", village=village, district="351015")
    ticket = office.row("tickets", topic="objection")
    assert (ticket["about"], ticket["village"], ticket["case_ref"]) == (whose, village, "")
    assert not [row for row in office.rows("outbox") if row["kind"].startswith("portal.")]
    registry = office.service.registry
    assert registry.reports(office.dial().contact, office.clock()) == 1
    assert registry.filed(str(FIRST)) == "objection.received"
