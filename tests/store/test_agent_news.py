"""What agents hear on their own phones, on both databases: new tickets in one message, deadlines, a moved visit."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import update
from support.databases import Factory, each_database
from support.office import VILLAGE, Office

from bot.effects import ChangeVisit
from bot.identity import Reference
from handoff.desk.ports import Actor
from handoff.routing import Role
from handoff.tickets import Place, Slot
from loket.sweep import sweep
from store.commands import StaffPhones
from store.erasure import Erasure
from store.schema import agents, tickets
from store.tickets import Desk

__all__ = ["each_database"]

BUDI, ENDANG = "+6281200000801", "+6281200000802"
ACTOR = Actor("budi", "Budi", Role.AGENT, "351015", frozenset({VILLAGE}))
HEAD = Actor("endang", "Endang", Role.COORDINATOR, "351015")


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    office.hire("Budi")
    phones = StaffPhones(office.service.database, office.service.sealer)
    assert phones.set("budi", BUDI, office.clock())
    yield office
    office.close()


def heard_of_it(office: Office) -> None:
    """Time for a new ticket to be given to somebody, and for them to be told."""
    office.work(minutes=1)
    office.work(minutes=15)


def desk(office: Office) -> Desk:
    s = office.service
    return Desk(s.database, s.sealer, s.messages, s.areas, office.clock, lambda: None)


def told(office: Office, to: str = BUDI) -> list[str]:
    return [message.body for message in office.gateway.sent if message.to == to]


def test_thirty_new_tickets_are_one_message(office: Office) -> None:
    for n in range(30):
        office.register(f"{3000 + n}", f"+62812000010{n:02}")
    office.work(minutes=1)
    assert told(office) == []
    office.work(minutes=15)
    (said,) = told(office)
    assert "30 tugas baru. Paling dekat batasnya: Siti, Glagah, Jum 4 Des" in said
    office.work(minutes=30)
    assert len(told(office)) == 1


def test_one_is_named_and_nothing_of_it_but_the_first_name(office: Office) -> None:
    office.register()
    office.work(minutes=1)
    office.work(minutes=15)
    ref = Reference(str(office.row("tickets")["ref"])).shown
    (said,) = told(office)
    assert f"tugas baru {ref}, Siti, Glagah, batas Jum 4 Des" in said
    assert "AMINAH" not in said.upper()
    assert "812" not in said


def test_at_night_nobody_is_told_and_in_the_morning_once(office: Office) -> None:
    office.clock.now = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # Ten in the evening.
    for n in range(3):
        office.register(f"{3000 + n}", f"+62812000010{n:02}")
        office.work(minutes=25)
    assert told(office) == []
    office.work(hours=11)
    assert ["3 tugas baru" in said for said in told(office)] == [True]


def test_who_takes_a_ticket_is_not_told_of_it_and_who_is_handed_one_is(office: Office) -> None:
    office.hire("Endang", "coordinator")
    with office.database.write() as connection:
        connection.execute(update(agents).where(agents.c.id == "budi").values(absent=1))
    office.register()
    office.work(minutes=1)
    ticket = office.row("tickets")
    assert ticket["agent_id"] == "endang"
    with office.database.write() as connection:
        connection.execute(update(agents).where(agents.c.id == "budi").values(absent=0))
    desk(office).reassign(HEAD, str(ticket["id"]), "budi", 2)
    office.work(minutes=15)
    assert len(told(office)) == 1
    desk(office).give_back(ACTOR, str(ticket["id"]), 3)
    desk(office).take(ACTOR, str(ticket["id"]), 4)
    office.work(minutes=15)
    assert len(told(office)) == 1


def due(office: Office, days: dict[str, date]) -> None:
    with office.database.write() as connection:
        for ref, day in days.items():
            connection.execute(update(tickets).where(tickets.c.case_ref == ref).values(due=day.isoformat()))


def test_a_deadline_is_told_the_day_before_and_when_it_is_over_once_a_day(office: Office) -> None:
    ref = office.register()
    heard_of_it(office)
    office.gateway.sent.clear()
    sweep(office.service, office.clock())
    office.work()
    assert told(office) == []
    due(office, {ref: date(2026, 11, 21)})
    for _ in range(3):
        sweep(office.service, office.clock())
    office.work()
    assert ["batas Sab 21 Nov. Hubungi hari ini" in said for said in told(office)] == [True]
    office.clock.wait(days=2)
    sweep(office.service, office.clock())
    office.work()
    assert "lewat batas Sab 21 Nov" in told(office)[-1]


def test_many_deadlines_are_one_message(office: Office) -> None:
    refs = [office.register(f"{3000 + n}", f"+62812000010{n:02}") for n in range(3)]
    heard_of_it(office)
    office.gateway.sent.clear()
    due(office, dict(zip(refs, (date(2026, 11, 18), date(2026, 11, 21), date(2026, 11, 20)), strict=True)))
    sweep(office.service, office.clock())
    office.work()
    (said,) = told(office)
    assert "3 tugas sampai batas besok, 1 di antaranya sudah lewat" in said


def test_a_citizen_who_moves_a_visit_is_heard_of(office: Office) -> None:
    ref = office.register()
    office.work(minutes=1)
    id = str(office.row("tickets", case_ref=ref)["id"])
    desk(office).schedule(ACTOR, id, date(2026, 11, 24), Slot.MIDDAY, Place.HALL, 2)
    office.apply(office.dial(), ChangeVisit(Reference(ref), 3, date(2026, 11, 26), "morning"))
    office.work(minutes=1)
    number = office.row("visits", outcome="")["agent_number"]
    assert any(f"Siti, Glagah: warga mengubah kunjungan ke Kam 26 Nov jam 8-11, balai desa. Nomor agen Anda {number}"
               in said for said in told(office))  # fmt: skip


@pytest.mark.parametrize("gone", [{"active": 0}, {"phone_idx": None, "sealed_phone": None}])
def test_who_has_left_or_has_no_phone_is_told_nothing(office: Office, gone: dict[str, object]) -> None:
    ref = office.register()
    office.work(minutes=1)
    with office.database.write() as connection:
        connection.execute(update(agents).values(gone))
    office.work(minutes=15)
    due(office, {ref: date(2026, 11, 18)})
    sweep(office.service, office.clock())
    office.work()
    assert told(office) == []


def test_what_an_agent_was_told_is_forgotten_with_the_person(office: Office) -> None:
    ref = office.register()
    heard_of_it(office)
    service = office.service
    message = office.row("messages", sentence="ag.new_ticket")
    assert b"Siti" in service.sealer.open("messages.sealed", str(message["id"]), message["sealed"])
    erasure = Erasure(service.database, service.sealer)
    contact = str(office.row("registrations")["contact_id"])
    with service.database.write() as connection:
        erasure._erase(connection, contact, ref, office.clock())
    message = office.row("messages", sentence="ag.new_ticket")
    assert b"Siti" not in service.sealer.open("messages.sealed", str(message["id"]), message["sealed"])
