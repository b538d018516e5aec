"""Who is visited tomorrow is reminded today, once; a new time is told as one."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import update
from support.databases import Factory, each_database
from support.office import VILLAGE, Office

from handoff.desk.ports import Actor
from handoff.routing import Role
from handoff.tickets import Place, Slot
from loket.sweep import sweep
from store.schema import contacts
from store.tickets import Desk

__all__ = ["each_database"]

BUDI = Actor("budi", "BUDI", Role.AGENT, "351015", frozenset({VILLAGE}))


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    office.hire("BUDI")
    office.register()
    office.work()
    yield office
    office.close()


def plan(office: Office, day: date) -> None:
    service = office.service
    desk = Desk(service.database, service.sealer, service.messages, service.areas, office.clock, service.wake)
    ticket = office.row("tickets")
    desk.schedule(BUDI, str(ticket["id"]), day, Slot.MORNING, Place.HALL, int(ticket["version"]))


def told(office: Office, sentence: str) -> int:
    office.work()
    return len([row for row in office.rows("messages") if row["sentence"] == sentence])


def test_the_day_before_a_visit(office: Office) -> None:
    plan(office, date(2026, 11, 22))
    sweep(office.service, office.clock())
    assert told(office, "evt.reminder_day_before") == 0
    office.clock.wait(days=1)
    for _ in range(3):
        sweep(office.service, office.clock())
    assert told(office, "evt.reminder_day_before") == 1
    assert "BESOK" in office.gateway.bodies[-1]


def test_another_time_is_told_as_one(office: Office) -> None:
    plan(office, date(2026, 11, 22))
    assert (told(office, "evt.scheduled"), told(office, "evt.visit_rescheduled_by_agent")) == (1, 0)
    plan(office, date(2026, 11, 23))
    assert (told(office, "evt.scheduled"), told(office, "evt.visit_rescheduled_by_agent")) == (1, 1)
    assert told(office, "evt.codes") == 2  # Both numbers are new.


def test_who_wants_no_messages_is_left_alone(office: Office) -> None:
    with office.service.database.write() as connection:
        connection.execute(update(contacts).values(opted_out_at=1))
    plan(office, date(2026, 11, 21))
    sweep(office.service, office.clock())
    assert told(office, "evt.reminder_day_before") == 0
