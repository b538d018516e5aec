"""Reports in real databases: what is kept of whom, who gets them, and who never sees them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from support.databases import Factory, each_database
from support.office import PHONE, Office

from bot.effects import FileReport
from bot.identity import Reference
from handoff.desk.ports import Actor, Filters, NotFound
from handoff.routing import Role
from handoff.tickets import NotAllowed, Outcome, Place, Reason, Slot
from store.agents import Agent, Agents
from store.tickets import Desk

__all__ = ["each_database"]

GLAGAH = "35.10.15.2006"
REF = Reference.of(b"report")
BUDI = Actor("budi", "Budi", Role.AGENT, "351015", frozenset({GLAGAH}))
ENDANG = Actor("endang", "Endang", Role.COORDINATOR, "351015")
HADI = Actor("hadi", "Hadi", Role.COORDINATOR, "351014")
WAHYU = Actor("wahyu", "Wahyu", Role.DINAS, "351001")
LESTARI = Actor("lestari", "Lestari", Role.DINAS, "351001")
EVERYBODY = (BUDI, ENDANG, HADI, WAHYU, LESTARI)


@dataclass
class Room:
    """An office with its desk."""

    office: Office

    def __post_init__(self) -> None:
        service = self.office.service
        self.desk = Desk(
            service.database, service.sealer, service.messages, service.areas, self.office.clock, lambda: None
        )
        Agents(service.database).add(
            Agent(a.id, a.id, a.name, a.role, a.district, tuple(a.villages), ("id",), 30) for a in EVERYBODY
        )

    def visit(self) -> str:
        """A registration with a planned visit of Budi's; the number that he shows."""
        ref = self.office.register()
        id = self.office.row("tickets", case_ref=ref)["id"]
        self.desk.take(BUDI, id, 1)
        self.desk.schedule(BUDI, id, date(2026, 11, 21), Slot.MORNING, Place.HALL, 2)
        return str(self.office.row("visits", ticket_id=id, outcome="")["agent_number"])

    def report(
        self, phone: str = PHONE, anonymous: bool = True, number: str = "", said: str = "Diminta Rp50.000"
    ) -> str:
        """A report, its ticket given to somebody; the ticket's id."""
        effect = FileReport(REF, "bribe", anonymous, "3510", date(2026, 11, 27), number, said)
        self.office.apply(self.office.dial(phone), effect)
        self.office.work()
        return str(self.office.row("tickets", ref=str(REF))["id"])

    def sees(self, ticket: str) -> list[str]:
        """Who finds it at the desk, in whatever way."""
        return [actor.id for actor in EVERYBODY if self._opens(actor, ticket) or self._listed(actor, ticket)]

    def _opens(self, actor: Actor, ticket: str) -> bool:
        try:
            self.desk.ticket(actor, ticket)
        except NotFound:
            return False
        return True

    def _listed(self, actor: Actor, ticket: str) -> bool:
        cards = [*self.desk.today(actor, date(2026, 11, 20)), *self.desk.available(actor)]
        if actor.role is not Role.AGENT:
            cards += self.desk.district(actor, Filters()).cards
            cards += self.desk.district(actor, Filters(agent_id=actor.id)).cards
        return ticket in {card.id for card in cards}


@pytest.fixture
def room(each_database: Factory) -> Iterator[Room]:
    office = Office(each_database())
    yield Room(office)
    office.close()


def test_a_report_without_a_known_officer_goes_to_the_coordinator(room: Room) -> None:
    room.office.register()
    ticket = room.report()
    assert room.office.row("tickets", id=ticket)["agent_id"] == "endang"
    assert room.sees(ticket) == ["endang", "wahyu", "lestari"]


def test_a_report_from_somebody_with_an_agent_leaves_the_agents_line(room: Room) -> None:
    room.visit()
    ticket = room.report()
    assert room.office.row("tickets", id=ticket)["agent_id"] in {"wahyu", "lestari"}
    assert room.sees(ticket) == ["wahyu", "lestari"]


def test_the_number_that_an_officer_showed_tells_who_it_is(room: Room) -> None:
    number = room.visit()
    ticket = room.report("+6281200000002", number=number)
    assert room.office.row("tickets", id=ticket)["accused"].split() == ["budi"]
    assert room.sees(ticket) == ["wahyu", "lestari"]


def test_an_agent_who_gave_the_case_back_is_not_forgotten(room: Room) -> None:
    room.visit()
    id = room.office.row("tickets", topic="face_verification")["id"]
    room.desk.give_back(BUDI, id, 3)
    ticket = room.report()
    assert "budi" in room.office.row("tickets", id=ticket)["accused"].split()


@pytest.mark.parametrize(("accused", "comes_to"), [(ENDANG, {"wahyu", "lestari"}), (WAHYU, {"endang"})])
def test_a_superior_who_is_accused_finds_it_nowhere(room: Room, accused: Actor, comes_to: set[str]) -> None:
    """Whoever had the case in hand may be meant, whatever their rank."""
    ref = room.office.register()
    case = room.office.row("tickets", case_ref=ref)["id"]
    room.desk.reassign(LESTARI, case, accused.id, 1)
    ticket = room.report()
    assert room.office.row("tickets", id=ticket)["agent_id"] in comes_to
    assert accused.id not in room.sees(ticket)


def test_it_cannot_be_passed_on_to_the_accused_or_their_line(room: Room) -> None:
    room.visit()
    ticket = room.report()
    version = room.office.row("tickets", id=ticket)["version"]
    assert room.desk.ticket(WAHYU, ticket).barred == {"budi", "endang"}
    for id in ("budi", "endang"):
        with pytest.raises(NotAllowed) as refused:
            room.desk.reassign(WAHYU, ticket, id, version)
        assert refused.value.reason is Reason.CONCERNED
    room.desk.reassign(WAHYU, ticket, "hadi", version)
    assert "hadi" in room.sees(ticket)


def test_of_an_anonymous_report_nothing_leads_to_the_person(room: Room) -> None:
    room.office.register()
    contact = room.office.rows("registrations")[0]["contact_id"]
    ticket = room.report()
    assert contact not in {*room.office.row("tickets", id=ticket).values(), *room.office.rows("reports")[0].values()}
    assert room.office.row("tickets", id=ticket)["case_ref"] == room.office.row("tickets", id=ticket)["village"] == ""
    detail = room.desk.ticket(WAHYU, ticket)
    assert (detail.phone, detail.card.name, detail.card.nik4) == (None, "", "")
    assert detail.said == ("Diminta Rp50.000",)
    assert detail.remarks == ("bribe", "anonymous")


def test_who_may_be_called_can_be_called(room: Room) -> None:
    ticket = room.report(anonymous=False, number="4821", said="")
    detail = room.desk.ticket(WAHYU, ticket)
    assert detail.phone == PHONE
    assert detail.said == ("Nomor agen yang disebut: 4821",)
    assert detail.remarks == ("bribe",)


def test_the_words_are_sealed(room: Room) -> None:
    room.report(number="4821", said="Pak Budi minta uang")
    sealed = bytes(room.office.rows("reports")[0]["sealed"])
    assert b"Budi" not in sealed
    assert b"4821" not in sealed


def test_whoever_has_the_number_hears_where_it_stands(room: Room) -> None:
    registry = room.office.service.registry
    assert registry.filed(str(REF)) == ""
    ticket = room.report()
    assert registry.filed(str(REF)) == "report.in_hand"
    holder = next(a for a in EVERYBODY if a.id == room.office.row("tickets", id=ticket)["agent_id"])
    room.desk.outcome(holder, ticket, Outcome.ANSWERED, "", "", 2)
    assert registry.filed(str(REF)) == "report.closed"
    assert registry.filed(room.office.register()) == ""


def test_a_days_reports_are_counted_by_phone(room: Room) -> None:
    registry, cause = room.office.service.registry, room.office.dial()
    assert registry.reports(cause.contact, room.office.clock()) == 0
    room.report()
    other = room.office.dial("+6281200000002")
    now = room.office.clock()
    assert [registry.reports(contact, now) for contact in (cause.contact, other.contact)] == [1, 0]
    assert registry.reports(cause.contact, now + timedelta(days=1)) == 0


def test_an_anonymous_report_has_no_instant_in_common_with_the_talk(room: Room) -> None:
    room.office.clock.wait(minutes=17, seconds=3)
    room.report()
    hour = 3_600_000
    kept = [
        row["created_at"]
        for table in ("reports", "tickets")
        for row in room.office.rows(table)
        if "topic" not in row or row["topic"] == "report"
    ]
    assert kept
    assert all(at % hour == 0 for at in kept)
    (counted,) = [row["at"] for row in room.office.rows("tries") if row["scope"] == "report"]
    assert counted % hour != 0, "a day is counted from the very moment"
