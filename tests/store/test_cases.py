"""What a number and four digits open, on both databases: to whom, how far, and after how many tries no more."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from support.databases import Factory, each_database
from support.office import PHONE, START, VILLAGE, Office

from bot.stages import Case, Stage
from handoff.desk.ports import Actor
from handoff.routing import Role
from handoff.tickets import Place, Slot
from store.cases import LOCK, TRIES
from store.tickets import Desk

__all__ = ["each_database"]

LAST4 = "3333"
ELSEWHERE = "+6281200000009"
BUDI = Actor("budi", "Budi", Role.AGENT, "351015", frozenset({VILLAGE}))


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    yield office
    office.close()


def look(
    office: Office, ref: str, nik4: str = LAST4, phone: str = ELSEWHERE, later: timedelta = timedelta(0)
) -> object:
    contact = office.service.sessions.load(phone).contact
    return office.service.registry.case(contact, ref, nik4, START + later)


def test_the_last_four_open_a_case(office: Office) -> None:
    ref = office.register(LAST4)
    found = look(office, ref)
    assert isinstance(found, Case)
    assert (found.ref, found.name, found.stage) == (ref, "SITI AMINAH", Stage.RECEIVED)
    assert look(office, ref, "3334") is None


def test_three_misses_lock_a_case_for_everybody_and_for_a_day(office: Office) -> None:
    ref = office.register(LAST4)
    office.dial(ELSEWHERE)
    assert [look(office, ref, "0000") for _ in range(TRIES)] == [None] * TRIES
    assert look(office, ref) == "locked"
    assert look(office, ref, phone=PHONE) == "locked"
    assert isinstance(look(office, ref, later=LOCK + timedelta(seconds=1)), Case)


def test_three_misses_lock_a_phone_out_of_every_case(office: Office) -> None:
    refs = [office.register(f"333{n}", f"+628120000010{n}") for n in range(TRIES + 1)]
    office.dial(ELSEWHERE)
    for ref in refs[:TRIES]:
        assert look(office, ref, "0000") is None
    assert look(office, refs[TRIES], f"333{TRIES}") == "locked"
    assert isinstance(look(office, refs[TRIES], f"333{TRIES}", "+6281200000008"), Case)


def test_guesses_of_the_same_moment_count_one_by_one(office: Office) -> None:
    ref = office.register(LAST4)
    phones = [f"+628120000020{n}" for n in range(8)]
    for phone in phones:
        office.dial(phone)
    start = Barrier(len(phones), timeout=20)

    def guess(phone: str) -> object:
        start.wait()
        return look(office, ref, "0000", phone)

    with ThreadPoolExecutor(len(phones)) as pool:
        assert Counter(pool.map(guess, phones)) == {None: TRIES, "locked": len(phones) - TRIES}


def test_only_the_phone_of_the_registration_hears_the_numbers_of_a_visit(office: Office) -> None:
    """An agent sees the last four of the NIK; with the number of the registration he could prove a visit to nobody."""
    ref = office.register(LAST4)
    office.hire("Budi")
    service = office.service
    desk = Desk(service.database, service.sealer, service.messages, service.areas, office.clock, service.wake)
    ticket = str(office.row("tickets", case_ref=ref)["id"])
    desk.take(BUDI, ticket, 1)
    desk.schedule(BUDI, ticket, date(2026, 11, 21), Slot.MORNING, Place.HALL, 2)
    mine, elsewhere = look(office, ref, phone=PHONE), look(office, ref)
    assert isinstance(mine, Case)
    assert isinstance(elsewhere, Case)
    assert mine.agent_number
    assert mine.visit_number
    assert (elsewhere.stage, elsewhere.day, elsewhere.agent) == (Stage.SCHEDULED, date(2026, 11, 21), "Budi")
    assert (elsewhere.agent_number, elsewhere.visit_number) == ("", "")


def test_a_shared_phone_shows_no_name(office: Office) -> None:
    """Every phone is shared until its owner says that it is not."""
    ref = office.register(LAST4)
    service = office.service
    contact = service.sessions.load(PHONE).contact
    known = service.registry.cases(contact)
    assert not known.own_phone
    assert [case.name for case in known.cases] == ["S***"]
    assert service.registry.own_case(contact, ref) is None
    office.own_phone(ref)
    known = service.registry.cases(contact)
    assert known.own_phone
    assert [case.name for case in known.cases] == ["SITI AMINAH"]
    assert service.registry.own_case(contact, ref) == known.cases[0]
