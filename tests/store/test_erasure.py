"""After an erasure nothing of a person is left, with every seal opened; and nobody else has lost anything."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from support.canaries import Canary, Scanner
from support.databases import Factory, each_database
from support.office import NIK, PHONE, Office
from support.opened import opened

from bot.effects import CompleteRegistration, FileUpdate
from bot.identity import Reference
from bot.stages import Stage
from bot.updates import Kind
from handoff.desk.ports import Actor
from handoff.routing import Role
from handoff.tickets import Outcome, Place, Slot
from store.dialogues import Dialogues
from store.erasure import KNOWN, Erasure
from store.ledger import GRACE
from store.schema import SEALED
from store.subject_requests import SubjectRequests
from store.tickets import Desk

__all__ = ["each_database"]

LAST4, OTHERS4, DRAFT = "3333", "4444", "3510991911630582"
NAME, OTHERS_NAME = "ZUQIFLORA WEXTHANIR", "QUJUMBRATA"
KK, OTHER_PHONE, LANDMARK, NOTE = "3510990806171294", "85773104659", "zqorvathim", "vexqulimbra"
LOCATION = "-8.216437,114.367529"
SECRETS = {
    "NIK": NIK + LAST4,
    "name": NAME,
    "first name": NAME.split()[0],
    "KK": KK,
    "other phone": OTHER_PHONE,
    "landmark": LANDMARK,
    "location": LOCATION,
    "note": NOTE,
}
SCANNER = Scanner(Canary(name, secret) for name, secret in SECRETS.items())
WHOLE = Scanner([Canary("phone", PHONE[1:]), Canary("draft", DRAFT)])
OTHERS = Scanner([Canary("other's NIK", NIK + OTHERS4), Canary("other's name", OTHERS_NAME)])
BUDI = Actor("budi", "Budi", Role.AGENT, "351015", frozenset({"35.10.15.2006"}))


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    office.talk("1", "1")
    office.hire("Budi")
    office.hire("Tini", role="coordinator")
    yield office
    office.close()


def live(office: Office) -> str:
    """A registration with all that can be added, a visit with a note, messages, answered pages, and a draft."""
    office.talk("1", "1", DRAFT)
    ref = office.register(LAST4, name=NAME)
    office.own_phone(ref)
    number, cause = Reference(ref), office.dial()
    added = {"kk": KK, "phone": f"+62{OTHER_PHONE}", "landmark": LANDMARK, "location": LOCATION}
    for detail, value in added.items():
        office.apply(cause, CompleteRegistration(number, detail, value))
    office.work(minutes=10)
    service = office.service
    desk = Desk(service.database, service.sealer, service.messages, service.areas, office.clock, service.wake)
    ticket = str(office.row("tickets", case_ref=ref)["id"])
    desk.schedule(BUDI, ticket, date(2026, 11, 20), Slot.MORNING, Place.HALL, 2)
    office.work()
    desk.outcome(BUDI, ticket, Outcome.DATA_DIFFERS, "", NOTE, 3)
    assert NAME.split()[0] in office.talk("00", "2")
    return ref


def found(office: Office, scanner: Scanner) -> list[str]:
    return scanner.leaks(opened(office.service.database, office.sealer))


def test_nothing_of_a_person_is_left(office: Office) -> None:
    ref = live(office)
    before = "\n".join(found(office, SCANNER))
    assert [name for name in SECRETS if name not in before] == [], "what is not there cannot be erased"
    assert found(office, WHOLE)
    assert "Permintaan hapus" in office.talk("00", "8", "4", "2", "1")
    office.work(hours=23)
    assert found(office, SCANNER), "whoever is told of it has a day to say that it was not they"
    office.work(hours=2)
    assert found(office, SCANNER) == []
    assert found(office, WHOLE) == []
    assert office.row("registrations", ref=ref)["stage"] == Stage.WITHDRAWN
    assert office.row("subject_requests")["state"] == "done"
    assert {row["state"] for row in office.rows("outbox")} == {"done"}
    assert office.row("consents")["ref"] == ref


def test_the_portal_is_asked_to_forget_too_and_keeps_only_numbers(office: Office) -> None:
    seen: list[object] = []
    office.sandbox.before_request(lambda: seen.append(_json()))
    ref = live(office)
    office.talk("00", "8", "4", "2", "1")
    office.admin("POST", "fault", {"on": True})
    office.work(hours=25)
    assert found(office, SCANNER) == [], "an outage of the portal keeps nothing here"
    assert office.row("subject_requests")["state"] == "open"
    office.admin("POST", "fault", {"on": False})
    office.work(hours=1)
    assert office.admin("GET", "ledger")[ref]["delete"] == 1
    assert office.row("subject_requests")["state"] == "done"
    (asked,) = [body for body in seen if isinstance(body, dict) and body.get("kind")][-1:]
    assert asked["request_ref"] == office.row("subject_requests")["ref"]


def test_whoever_dials_afterwards_is_new(office: Office) -> None:
    live(office)
    office.talk("00", "8", "4", "2", "1")
    office.work(hours=25)
    assert "Pilih bahasa" in office.talk()
    assert "Loket Perlinsos" in office.talk("1", "1")
    again = office.register(OTHERS4, name=NAME)
    assert office.row("registrations", ref=again)["stage"] == Stage.RECEIVED


def test_one_of_several_people_on_a_phone_is_erased_and_the_others_are_not(office: Office) -> None:
    mine = live(office)
    others = office.register(OTHERS4, name=OTHERS_NAME)
    draft = WHOLE.leaks(opened(office.service.database, office.sealer))
    assert draft
    page = office.talk("00", "8", "4", "2", "1", "1")
    assert "Permintaan hapus" in page
    office.work(hours=24, minutes=-1)
    assert NAME.split()[0] in office.talk("00", "2", "1")
    office.work(minutes=2)
    assert found(office, SCANNER) == []
    assert found(office, OTHERS)
    assert any("draft" in leak for leak in found(office, WHOLE)), "somebody else's draft was lost"
    assert office.row("registrations", ref=others)["erased_at"] is None
    assert office.row("registrations", ref=mine)["erased_at"] is not None
    assert [case.ref for case in office.service.registry.cases(office.dial().contact).cases] == [others]


def test_twice_is_once(office: Office) -> None:
    live(office)
    for _ in range(2):
        office.talk("00", "8", "4", "2", "1")
    office.work(hours=25)
    assert found(office, SCANNER) == []
    rows = office.rows("registrations")
    erasure = Erasure(office.service.database, office.sealer)
    for request in office.rows("subject_requests"):
        erasure.fulfil(str(request["id"]), office.clock())
    assert office.rows("registrations") == rows
    assert {row["state"] for row in office.rows("subject_requests")} == {"done"}


def test_a_phone_that_registered_nobody_is_forgotten_whole(office: Office) -> None:
    office.talk("1", "1", DRAFT)
    assert found(office, WHOLE)
    office.talk("00", "8", "4", "2", "1")
    office.work(hours=25)
    assert found(office, WHOLE) == []
    assert office.rows("sessions") == office.rows("identities") == []
    assert office.row("subject_requests")["state"] == "done"


def test_what_is_on_its_way_to_the_portal_is_waited_for_but_not_for_ever(office: Office) -> None:
    ref = office.register(LAST4, name=NAME)
    office.admin("POST", "fault", {"on": True})
    office.work(minutes=11)
    assert office.row("registrations", ref=ref)["sealed_intent"] is not None
    office.talk("00", "8", "4", "2", LAST4, "1")
    office.work(hours=25)
    assert found(office, SCANNER)
    office.work(hours=48 - 6)
    assert found(office, SCANNER) == []


def test_an_answer_in_a_turn_that_was_under_way_brings_nothing_back(office: Office) -> None:
    office.talk("1", "1", DRAFT)
    loaded = office.service.sessions.load(PHONE)
    office.talk("00", "8", "4", "2", "1")
    office.work(hours=GRACE / timedelta(hours=1) + 1)
    assert office.service.sessions.load(PHONE).contact != loaded.contact


def test_who_began_a_dialogue_is_forgotten_with_the_phone(office: Office) -> None:
    kept = Dialogues(office.database, office.sealer)
    later = office.clock() + timedelta(days=30)  # Long after everything is swept.
    kept.keep("mtech", "1", PHONE, later)
    kept.keep("mtech", "2", "+6281200000009", later)
    office.talk("1", "1", "00", "8", "4", "2", "1")
    office.work(hours=GRACE / timedelta(hours=1) + 1)
    assert (kept.caller("mtech", "1"), kept.caller("mtech", "2")) == (None, "+6281200000009")


def test_every_sealed_column_is_erased_by_name_or_by_whose_row_it_is() -> None:
    for table, column, _ in SEALED:
        assert table in KNOWN or "contact_id" in table.c, f"{table.name}.{column} outlives an erasure"


def _json() -> object:
    from flask import request

    return request.get_json(silent=True)


def test_what_others_said_of_a_death_goes_with_the_person(office: Office) -> None:
    ref = office.register(LAST4, name=NAME)
    theirs = office.register(OTHERS4, "+6281200000002", OTHERS_NAME)
    blank = {"date": "", "relation": "child", "witness": "rt", "witness_phone": ""}
    said = FileUpdate(Reference.of(b"death"), theirs, Kind.DEATH, {"nik": NIK + LAST4, "name": NAME} | blank,
                      date(2026, 12, 4))  # fmt: skip
    office.apply(office.dial("+6281200000002"), said)
    assert SCANNER.leaks(opened(office.service.database, office.sealer))
    contact = office.row("registrations", ref=ref)["contact_id"]
    ask = SubjectRequests(office.service.database).ask(contact, "delete", ref, office.clock())
    Erasure(office.service.database, office.sealer).fulfil(ask.id, office.clock())
    assert SCANNER.leaks(opened(office.service.database, office.sealer)) == []
