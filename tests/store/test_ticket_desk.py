"""The desk's tickets in real databases: who sees what, what a move leaves behind, and what two at once come to."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import event, select, update
from support.databases import Factory, each_database
from support.office import Office

from bot.effects import CompleteRegistration, ContactAgreed, FilledBy, OpenTicket
from bot.identity import Msisdn, Reference
from bot.stages import Case, Stage
from handoff.desk.ports import Actor, Conflict, Filters, NotFound, TooMany, WrongNumber
from handoff.desk.words import REMARKS
from handoff.routing import Role
from handoff.tickets import HandoffError, Move, Need, NotAllowed, Outcome, Place, Reason, Slot, Status, Topic
from store.agents import Agent, Agents
from store.schema import agents, registrations, tickets
from store.tickets import Desk

__all__ = ["each_database"]

TODAY = date(2026, 11, 20)
TOMORROW = TODAY + timedelta(days=1)
GLAGAH, BARENG = "35.10.15.2006", "35.10.14.2001"
PHONE, OTHER_PHONE = "+6281200000001", "+6281200000002"

BUDI = Actor("budi", "Budi Santoso", Role.AGENT, "351015", frozenset({GLAGAH}))
SARI = Actor("sari", "Sari Dewi", Role.AGENT, "351015", frozenset({GLAGAH}))
AGUS = Actor("agus", "Agus Riyanto", Role.AGENT, "351014", frozenset({BARENG}))
ENDANG = Actor("endang", "Endang Lestari", Role.COORDINATOR, "351015")
HADI = Actor("hadi", "Hadi Purnomo", Role.COORDINATOR, "351014")
WAHYU = Actor("wahyu", "Wahyu Nugroho", Role.DINAS, "351001")
FAR = Actor("far", "Rina Sari", Role.DINAS, "647101")
EVERYBODY = (BUDI, SARI, AGUS, ENDANG, HADI, WAHYU, FAR)


@dataclass
class Room:
    """An office with its staff, and the desk that they sit at."""

    office: Office
    rung: int = 0

    def __post_init__(self) -> None:
        service = self.office.service
        self.desk = Desk(
            service.database, service.sealer, service.messages, service.areas, self.office.clock, self._ring
        )
        Agents(service.database).add(
            Agent(a.id, a.id, a.name, a.role, a.district, tuple(a.villages), ("id",), 30) for a in EVERYBODY
        )

    def _ring(self) -> None:
        self.rung += 1

    def register(self, last4: str = "3333", phone: str = PHONE) -> str:
        """A registration; the id of its ticket, which is open."""
        ref = self.office.register(last4, phone)
        return str(self.office.row("tickets", case_ref=ref)["id"])

    def scheduled(self, last4: str = "3333", actor: Actor = BUDI) -> str:
        id = self.register(last4, f"+62812000{last4}0")
        self.desk.take(actor, id, 1)
        self.desk.schedule(actor, id, TOMORROW, Slot.MORNING, Place.HALL, 2)
        return id

    def number(self, ticket: str) -> str:
        """The number that the citizen was told."""
        (visit,) = [v for v in self.office.rows("visits") if v["ticket_id"] == ticket and v["outcome"] == ""]
        return self.office.service.sealer.open("visits.sealed", visit["id"], visit["sealed"]).decode()

    def case(self, ticket: str) -> Case:
        """What the citizen hears of it."""
        ref = self.office.row("tickets", id=ticket)["case_ref"]
        contact = self.office.row("tickets", id=ticket)["contact_id"]
        return next(case for case in self.office.service.registry.cases(contact).cases if case.ref == ref)

    def told(self, ticket: str) -> list[str]:
        """The sentences of the messages about it, in order."""
        ref = self.office.row("tickets", id=ticket)["case_ref"]
        return [row["sentence"] for row in self.office.rows("messages") if row["ref"] == ref]

    def set(self, ticket: str, **values: object) -> None:
        with self.office.database.write() as connection:
            connection.execute(update(tickets).where(tickets.c.id == ticket).values(**values))


@pytest.fixture
def room(each_database: Factory) -> Iterator[Room]:
    office = Office(each_database())
    yield Room(office)
    office.close()


# One ticket from its registration to its end.


def test_a_ticket_is_taken_planned_and_ended_and_the_citizen_knows_at_once(room: Room) -> None:
    id = room.register()
    (card,) = room.desk.available(BUDI)
    assert (card.id, card.name, card.nik4, card.village, card.status) == (id, "Siti A.", "3333", "Glagah", Status.OPEN)

    room.desk.take(BUDI, id, 1)
    assert (room.case(id).stage, room.case(id).agent) == (Stage.ASSIGNED, "Budi Santoso")
    assert room.desk.available(SARI) == []

    room.desk.schedule(BUDI, id, TOMORROW, Slot.MORNING, Place.HALL, 2)
    case, detail = room.case(id), room.desk.ticket(BUDI, id)
    assert (case.stage, case.day, case.slot, case.place) == (Stage.SCHEDULED, TOMORROW, "morning", "hall")
    assert (detail.card.day, detail.card.place, detail.phone) == (TOMORROW, Place.HALL, PHONE)
    assert detail.agent_number == case.agent_number != ""
    assert case.visit_number == room.number(id)

    room.desk.outcome(BUDI, id, Outcome.VERIFIED_FACE, room.number(id), "KTP cocok", 3)
    detail = room.desk.ticket(BUDI, id)
    assert room.case(id).stage is Stage.VERIFIED
    assert (detail.outcome, detail.card.flagged, detail.phone, detail.agent_number) == (
        Outcome.VERIFIED_FACE, False, None, None,
    )  # fmt: skip
    assert [(e.move, e.by, e.outcome, e.note) for e in detail.history] == [
        (Move.RESOLVE, "Budi Santoso", Outcome.VERIFIED_FACE, "KTP cocok"),
        (Move.SCHEDULE, "Budi Santoso", None, ""),
        (Move.TAKE, "Budi Santoso", None, ""),
        (None, "Loket", None, ""),
    ]
    assert sorted(room.told(id)) == sorted(
        ["evt.registered", "evt.assigned", "evt.scheduled", "evt.codes", "evt.visit_done"]
    )
    assert room.office.row("outbox", kind="portal.complete")["key"] == f"complete:{id}"
    assert room.rung == 3


def test_the_messages_carry_both_numbers_and_the_worker_sends_them(room: Room) -> None:
    id = room.scheduled()
    number, agent_number = room.number(id), room.case(id).agent_number
    room.office.work(minutes=11)
    planned = next(body for body in room.office.gateway.bodies if "Sab 21 Nov" in body and "jam 8-11" in body)
    codes = next(body for body in room.office.gateway.bodies if f"nomor kunjungan {number}" in body)
    assert agent_number in planned
    assert agent_number in codes
    said = re.findall("[0-9]+", planned.replace(room.office.service.config.numbers.ussd, ""))
    assert number not in said  # A part of another number is not it.


def test_not_met_is_told_and_a_second_visit_gets_new_numbers(room: Room) -> None:
    id = room.scheduled()
    first = room.office.row("visits")
    room.office.clock.wait(minutes=24 * 60)
    room.desk.not_met(BUDI, id, 3)
    assert room.case(id).stage is Stage.MISSED
    (card,) = room.desk.today(BUDI, TOMORROW)
    assert (card.status, card.attempts, card.day) == (Status.ASSIGNED, 1, None)
    room.desk.schedule(BUDI, id, TOMORROW, Slot.AFTERNOON, Place.HOME, 4)
    assert room.case(id).stage is Stage.SCHEDULED
    assert room.office.row("visits", id=first["id"])["outcome"] == "not_met"
    assert room.told(id).count("evt.visit_missed") == 1
    assert room.told(id).count("evt.codes") == 2


def test_given_back_it_waits_for_another_agent(room: Room) -> None:
    id = room.scheduled()
    room.desk.give_back(BUDI, id, 3)
    assert (room.case(id).stage, room.case(id).day) == (Stage.RECEIVED, None)
    room.desk.take(SARI, id, 4)
    assert room.case(id).agent == "Sari Dewi"


def test_a_coordinator_reassigns_and_the_planned_visit_falls_away(room: Room) -> None:
    id = room.scheduled()
    room.desk.reassign(ENDANG, id, SARI.id, 3)
    case = room.case(id)
    assert (case.stage, case.agent, case.visit_number) == (Stage.ASSIGNED, "Sari Dewi", "")
    assert room.told(id).count("evt.assigned") == 2
    with pytest.raises(NotFound):
        room.desk.not_met(BUDI, id, 4)
    with pytest.raises(NotAllowed) as refused:
        room.desk.reassign(ENDANG, id, SARI.id, 4)
    assert refused.value.reason is Reason.SAME_AGENT


@pytest.mark.parametrize(("field", "value", "reason"), [("capacity", 1, Reason.FULL), ("absent", 1, Reason.ABSENT)])
def test_nobody_gets_more_than_fits(room: Room, field: str, value: int, reason: Reason) -> None:
    room.scheduled("4444", SARI)
    id = room.scheduled()
    with room.office.database.write() as connection:
        connection.execute(update(agents).where(agents.c.id == SARI.id).values({field: value}))
    with pytest.raises(NotAllowed) as refused:
        room.desk.reassign(ENDANG, id, SARI.id, 3)
    assert refused.value.reason is reason
    with pytest.raises(NotFound):
        room.desk.reassign(ENDANG, id, AGUS.id, 3)  # Of another district.


@pytest.mark.parametrize(
    ("outcome", "proven", "stage"),
    [
        (Outcome.VERIFIED_DOCUMENT, True, Stage.VERIFIED),
        (Outcome.DATA_DIFFERS, True, Stage.MISMATCH),
        (Outcome.MOVED, True, Stage.INVALID),
        (Outcome.DECEASED, True, Stage.WITH_FAMILY),
        (Outcome.REFUSED, True, Stage.WITHDRAWN),
        # An agent's word alone ends nothing.
        (Outcome.VERIFIED_FACE, False, Stage.CHECKING),
        (Outcome.MOVED, False, Stage.CHECKING),
        (Outcome.DECEASED, False, Stage.CHECKING),
        (Outcome.REFUSED, False, Stage.CHECKING),
        (Outcome.SUSPECTED_FRAUD, True, Stage.CHECKING),
    ],
)
def test_each_outcome_has_a_fair_stage(room: Room, outcome: Outcome, proven: bool, stage: Stage) -> None:
    id = room.scheduled()
    room.desk.outcome(BUDI, id, outcome, room.number(id) if proven else "", "", 3)
    assert room.case(id).stage is stage
    assert room.desk.ticket(BUDI, id).card.flagged is not proven


def test_an_agent_is_told_what_to_look_at(room: Room) -> None:
    """Somebody who was registered in absence, with an area that differs; and a second phone with the same NIK."""
    id = room.register()
    with room.office.database.write() as connection:
        connection.execute(update(registrations).values(notes="area_differs", filled_by=FilledBy.FAMILY_ABSENT))
    assert room.desk.ticket(BUDI, id).remarks == ("area_differs", "family_absent")
    again = room.register(phone="+6281200009999")
    assert room.desk.ticket(BUDI, again).remarks == ("dispute",)
    assert set(REMARKS) >= {"area_differs", "family_absent", "dispute", "serial", "regency", "born_differs"}


def test_what_the_portal_has_decided_is_not_taken_back(room: Room) -> None:
    id = room.register()
    with room.office.database.write() as connection:
        connection.execute(update(registrations).values(stage=Stage.DUPLICATE))
    room.desk.take(BUDI, id, 1)
    assert room.case(id).stage is Stage.DUPLICATE


def test_a_note_without_a_planned_visit_is_kept(room: Room) -> None:
    id = room.register()
    room.desk.take(BUDI, id, 1)
    with pytest.raises(WrongNumber):
        room.desk.outcome(BUDI, id, Outcome.MOVED, "123", "ke Jember", 2)
    room.desk.outcome(BUDI, id, Outcome.MOVED, "", "ke Jember", 2)
    detail = room.desk.ticket(BUDI, id)
    assert (detail.history[0].note, detail.card.day) == ("ke Jember", None)


# The visit number.


def test_a_visit_number_has_three_tries_which_are_kept(room: Room) -> None:
    id = room.scheduled()
    right = room.number(id)
    wrong = "000" if right != "000" else "001"
    for left in (2, 1, 0, 0):
        with pytest.raises(WrongNumber) as refused:
            room.desk.outcome(BUDI, id, Outcome.VERIFIED_FACE, wrong, "", 3)
        assert refused.value.left == left
    with pytest.raises(WrongNumber):
        room.desk.outcome(BUDI, id, Outcome.VERIFIED_FACE, right, "", 3)
    assert room.office.row("visits")["tries"] == 3
    assert room.office.row("tickets", id=id)["status"] == "scheduled"
    room.desk.outcome(BUDI, id, Outcome.VERIFIED_FACE, "", "", 3)
    assert room.desk.ticket(BUDI, id).card.flagged


def test_an_ending_without_the_number_goes_to_a_second_person_and_not_to_the_portal(room: Room) -> None:
    id = room.scheduled()
    room.desk.outcome(BUDI, id, Outcome.VERIFIED_FACE, "", "", 3)
    assert room.told(id)[-1] == "evt.visit_done"
    assert "portal.complete" not in {row["kind"] for row in room.office.rows("outbox")}
    room.office.work()
    (review,) = room.desk.today(ENDANG, TODAY)
    assert (review.topic, review.status) == (Topic.QUESTION, Status.ASSIGNED)
    note = next(line.note for line in room.desk.ticket(ENDANG, review.id).history if line.note)
    assert note == "unproven:verified_face"
    assert room.case(id).stage is Stage.CHECKING

    room.desk.outcome(ENDANG, review.id, Outcome.ANSWERED, "", "", review.version)
    assert room.case(id).stage is Stage.VERIFIED
    assert [row["subject"] for row in room.office.rows("outbox") if row["kind"] == "portal.complete"] == [id]


def test_a_doubt_that_is_not_cleared_moves_nothing(room: Room) -> None:
    id = room.scheduled()
    room.desk.outcome(BUDI, id, Outcome.DECEASED, "", "", 3)
    assert room.told(id)[-1] == "evt.visit_recorded"
    room.office.work()
    (review,) = room.desk.today(ENDANG, TODAY)
    room.desk.outcome(ENDANG, review.id, Outcome.SUSPECTED_FRAUD, "", "", review.version)
    assert room.case(id).stage is Stage.CHECKING
    assert "portal.complete" not in {row["kind"] for row in room.office.rows("outbox")}


def test_what_cannot_end_the_ticket_costs_no_try(room: Room) -> None:
    id = room.scheduled()
    with pytest.raises(NotAllowed):
        room.desk.outcome(BUDI, id, Outcome.ANSWERED, "123", "", 3)
    assert room.office.row("visits")["tries"] == 0


def test_a_visit_number_is_of_one_visit(room: Room) -> None:
    id = room.scheduled()
    first = room.office.row("visits")
    old = room.number(id)
    while True:  # A new number may happen to be the old one.
        version = room.office.row("tickets", id=id)["version"]
        room.desk.schedule(BUDI, id, TODAY, Slot.MIDDAY, Place.HALL, version)
        if room.number(id) != old:
            break
        room.desk.schedule(BUDI, id, TOMORROW, Slot.MIDDAY, Place.HALL, version + 1)
    with pytest.raises(WrongNumber):
        room.desk.outcome(BUDI, id, Outcome.VERIFIED_FACE, old, "", room.office.row("tickets", id=id)["version"])
    assert room.office.row("visits", id=first["id"])["outcome"] == "replaced"


def test_neither_number_stands_in_the_database_to_be_read(room: Room) -> None:
    id = room.scheduled()
    assert room.number(id).encode() not in room.office.row("visits")["sealed"]


# The same form twice, and two people at once.


def test_a_form_that_was_sent_twice_counts_once(room: Room) -> None:
    id = room.register()
    for _ in range(2):
        room.desk.take(BUDI, id, 1)
    for _ in range(2):
        room.desk.schedule(BUDI, id, TOMORROW, Slot.MORNING, Place.HALL, 2)
    number = room.number(id)
    for _ in range(2):
        room.desk.outcome(BUDI, id, Outcome.VERIFIED_FACE, number, "", 3)
    assert len(room.told(id)) == 5
    assert len(room.office.rows("visits")) == 1
    assert len(room.desk.ticket(BUDI, id).history) == 4
    with pytest.raises(Conflict) as refused:
        room.desk.outcome(BUDI, id, Outcome.MOVED, "", "", 3)
    assert refused.value.by == "Budi Santoso"


def test_another_persons_change_is_named(room: Room) -> None:
    id = room.scheduled()
    room.desk.schedule(BUDI, id, TODAY, Slot.MIDDAY, Place.HALL, 3)
    with pytest.raises(Conflict) as refused:
        room.desk.reassign(ENDANG, id, SARI.id, 3)
    assert (refused.value.by, refused.value.at) == ("Budi Santoso", room.office.clock())


def at_once(*acts: Callable[[], None]) -> list[HandoffError | None]:
    """Run these at the same moment: what each of them came to."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], None]) -> HandoffError | None:
        barrier.wait()
        try:
            act()
        except HandoffError as error:
            return error
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_agents_take_the_same_ticket_and_one_gets_it(room: Room) -> None:
    for n in range(5):
        id = room.register(f"60{n:02}", f"+6281200006{n:03}")
        came_to = at_once(*(partial(room.desk.take, actor, id, 1) for actor in (BUDI, SARI)))
        assert came_to.count(None) == 1
        # Whoever comes too late learns no more than that it is not theirs.
        assert [type(error) for error in came_to if error] == [NotFound]
        assert room.told(id).count("evt.assigned") == 1
    assert len(room.desk.today(BUDI, TODAY)) + len(room.desk.today(SARI, TODAY)) == 5


def test_a_guesser_with_many_hands_has_three_tries_all_the_same(room: Room) -> None:
    id = room.scheduled()
    right = int(room.number(id))
    wrong = [f"{(right + n) % 1000:03}" for n in range(1, 9)]
    acts = [partial(room.desk.outcome, BUDI, id, Outcome.MOVED, n, "", 3) for n in wrong]
    left = [error.left for error in at_once(*acts) if isinstance(error, WrongNumber)]
    assert sorted(left, reverse=True) == [2, 1, 0, 0, 0, 0, 0, 0]


# Who may see what.


def visible(room: Room, actor: Actor, id: str) -> bool:
    try:
        room.desk.ticket(actor, id)
    except NotFound:
        return False
    return True


def test_who_sees_an_open_an_assigned_and_an_ended_ticket(room: Room) -> None:
    id = room.register()
    assert [a.id for a in EVERYBODY if visible(room, a, id)] == ["budi", "sari", "endang", "wahyu"]
    room.desk.take(BUDI, id, 1)
    assert [a.id for a in EVERYBODY if visible(room, a, id)] == ["budi", "endang", "wahyu"]
    room.desk.outcome(BUDI, id, Outcome.MOVED, "", "", 2)
    assert [a.id for a in EVERYBODY if visible(room, a, id)] == ["budi", "endang", "wahyu"]


def test_a_report_is_kept_from_agents_and_coordinators(room: Room) -> None:
    id = room.register()
    room.set(id, topic=Topic.REPORT)
    assert [a.id for a in EVERYBODY if visible(room, a, id)] == ["wahyu"]
    assert room.desk.available(BUDI) == []
    assert room.desk.district(ENDANG, Filters()).total == 0
    assert room.desk.district(WAHYU, Filters()).total == 1


STRANGERS = {
    "agent of another village": AGUS,
    "agent without it": SARI,
    "coordinator of another district": HADI,
    "another regency": FAR,
}


@pytest.mark.parametrize("who", STRANGERS)
def test_no_move_is_anybody_elses(room: Room, who: str) -> None:
    id, actor = room.scheduled(), STRANGERS[who]
    acts = {
        "open": lambda: room.desk.ticket(actor, id),
        "take": lambda: room.desk.take(actor, id, 3),
        "schedule": lambda: room.desk.schedule(actor, id, TODAY, Slot.MORNING, Place.HALL, 3),
        "outcome": lambda: room.desk.outcome(actor, id, Outcome.MOVED, "", "", 3),
        "not_met": lambda: room.desk.not_met(actor, id, 3),
        "give_back": lambda: room.desk.give_back(actor, id, 3),
        "reassign": lambda: room.desk.reassign(actor, id, AGUS.id, 3),
        "stale": lambda: room.desk.not_met(actor, id, 1),
        "unknown": lambda: room.desk.ticket(actor, "0" * 32),
    }
    for act in acts.values():
        with pytest.raises(NotFound):
            act()
    assert room.office.row("tickets", id=id)["version"] == 3


def test_a_coordinator_oversees_but_does_not_end_an_agents_ticket(room: Room) -> None:
    id = room.scheduled()
    assert room.desk.ticket(ENDANG, id).moves == {Move.ASSIGN}
    assert room.desk.ticket(ENDANG, id).agent_number is None
    with pytest.raises(NotFound):
        room.desk.outcome(ENDANG, id, Outcome.MOVED, "", "", 3)
    for actor in (BUDI, AGUS):
        with pytest.raises(NotFound):
            room.desk.district(actor, Filters())
        with pytest.raises(NotFound):
            room.desk.villages(actor)


def test_the_district_is_listed_by_filters_and_pages(room: Room) -> None:
    ids = [room.register(f"70{n:02}", f"+6281200007{n:03}") for n in range(22)]
    room.desk.take(BUDI, ids[0], 1)
    room.desk.outcome(BUDI, ids[0], Outcome.MOVED, "", "", 2)
    room.desk.take(SARI, ids[1], 1)
    first, second = (room.desk.district(ENDANG, Filters(page=page)) for page in (1, 2))
    assert (first.total, len(first.cards), len(second.cards)) == (23, 20, 3)  # One is the review of the ending.
    assert second.cards[-1].id == ids[0]  # What is over comes last.
    listed = {card.id for card in (*first.cards, *second.cards) if card.topic is Topic.FACE_VERIFICATION}
    assert listed == set(ids)
    assert room.desk.district(ENDANG, Filters(agent_id=SARI.id)).total == 1
    assert room.desk.district(ENDANG, Filters(status=Status.OPEN)).total == 21
    assert room.desk.district(ENDANG, Filters(village=GLAGAH)).total == 22
    assert room.desk.district(ENDANG, Filters(village=BARENG)).total == 0
    assert room.desk.district(HADI, Filters()).total == 0
    assert room.desk.district(FAR, Filters()).total == 0


def test_who_sees_whose_load(room: Room) -> None:
    room.scheduled()
    ended = room.scheduled("4444")
    room.desk.outcome(BUDI, ended, Outcome.MOVED, "", "", 3)
    loads = {load.agent_id: load for load in room.desk.agents_of(ENDANG)}
    assert set(loads) == {"budi", "sari", "endang"}
    budi = loads["budi"]
    assert (budi.open, budi.done, budi.capacity, budi.villages, budi.district_name) == (
        1, 1, 30, ("Glagah",), "Glagah",
    )  # fmt: skip
    assert [load.agent_id for load in room.desk.agents_of(BUDI)] == ["budi"]
    assert {load.agent_id for load in room.desk.agents_of(WAHYU)} == {"budi", "sari", "agus", "endang", "hadi", "wahyu"}


def test_villages_to_filter_by(room: Room) -> None:
    assert {v.district_name for v in room.desk.villages(ENDANG)} == {"Glagah"}
    assert len(room.desk.villages(WAHYU)) == 217


# What is written down of a look, and how many there may be.


def looks(room: Room) -> list[tuple[str, str, str]]:
    rows = sorted(room.office.rows("audit"), key=lambda row: row["id"])
    return [(row["actor"], row["verb"], row["subject"]) for row in rows]


def test_every_look_is_written_down(room: Room) -> None:
    id = room.register()
    room.desk.available(BUDI)
    assert looks(room) == []
    room.desk.ticket(BUDI, id)
    room.desk.district(ENDANG, Filters())
    assert not visible(room, AGUS, id)
    assert looks(room) == [("budi", "open", id), ("endang", "list", "351015")]


def test_a_bulk_reader_is_stopped_and_the_days_own_visits_are_not_counted(room: Room) -> None:
    ids = [room.register(f"80{n:02}", f"+6281200008{n:03}") for n in range(22)]
    room.desk.take(BUDI, ids[21], 1)
    room.desk.schedule(BUDI, ids[21], TODAY, Slot.MIDDAY, Place.HALL, 2)
    for id in ids[:20]:
        room.desk.ticket(BUDI, id)
        room.desk.ticket(BUDI, id)  # The same person again is no further look.
    with pytest.raises(TooMany):
        room.desk.ticket(BUDI, ids[20])
    assert looks(room)[-1] == ("budi", "refused", ids[20])
    assert room.desk.ticket(BUDI, ids[21]).card.id == ids[21]
    assert room.desk.ticket(BUDI, ids[0]).card.id == ids[0]
    assert room.desk.ticket(SARI, ids[20]).card.id == ids[20]
    room.office.clock.wait(minutes=11)
    assert room.desk.ticket(BUDI, ids[20]).card.id == ids[20]


# What a card shows.


def test_a_card_shows_what_was_added_after_the_receipt(room: Room) -> None:
    id = room.register()
    ref = Reference(room.office.row("tickets", id=id)["case_ref"])
    added = {"slot": "afternoon", "place": "home", "needs": "seeing", "landmark": "utara musala"}
    cause = room.office.dial(PHONE)
    room.office.apply(cause, *(CompleteRegistration(ref, name, value) for name, value in added.items()))
    room.office.apply(cause, ContactAgreed(ref, own_phone=False, phone=Msisdn(OTHER_PHONE)))
    detail = room.desk.ticket(BUDI, id)
    card = detail.card
    assert (card.slot_wish, card.place_wish, card.needs, card.landmark) == (
        Slot.AFTERNOON, Place.HOME, (Need.SEEING,), "utara musala",
    )  # fmt: skip
    assert detail.phone == OTHER_PHONE
    assert "musala" not in repr(detail)
    room.office.apply(cause, CompleteRegistration(ref, "place", "home_ill"))
    assert room.desk.ticket(BUDI, id).card.needs == (Need.WALKING, Need.SEEING)
    room.office.apply(cause, CompleteRegistration(ref, "needs", "none"))
    assert room.desk.ticket(BUDI, id).card.needs == (Need.WALKING,)


def test_where_the_house_is_only_its_agent_sees_and_only_until_the_visit_is_over(room: Room) -> None:
    id = room.register()
    ref = Reference(room.office.row("tickets", id=id)["case_ref"])
    room.office.apply(room.office.dial(PHONE), CompleteRegistration(ref, "location", "-8.219200,114.369100"))
    assert room.desk.ticket(BUDI, id).location == ""
    room.desk.take(BUDI, id, 1)
    assert room.desk.ticket(BUDI, id).location == "-8.219200,114.369100"
    assert [room.desk.ticket(actor, id).location for actor in (ENDANG, WAHYU)] == ["", ""]
    assert "114.3" not in repr(room.desk.ticket(BUDI, id))
    room.office.apply(room.office.dial(PHONE), CompleteRegistration(ref, "location", "-8.220000,114.370000"))
    assert room.desk.ticket(BUDI, id).location == "-8.220000,114.370000"
    room.desk.schedule(BUDI, id, TOMORROW, Slot.MORNING, Place.HOME, 2)
    room.desk.outcome(BUDI, id, Outcome.VERIFIED_FACE, room.number(id), "", 3)
    assert room.desk.ticket(BUDI, id).location == ""


def test_a_location_from_another_phone_is_not_kept(room: Room) -> None:
    id = room.register()
    ref = Reference(room.office.row("tickets", id=id)["case_ref"])
    room.office.apply(room.office.dial(OTHER_PHONE), CompleteRegistration(ref, "location", "-8.219200,114.369100"))
    room.desk.take(BUDI, id, 1)
    assert room.desk.ticket(BUDI, id).location == ""


def test_a_dispute_looks_like_any_other_ticket(room: Room) -> None:
    room.register("3333", PHONE)
    room.office.clock.wait(minutes=1)
    room.office.register("3333", OTHER_PHONE)
    id = str(room.office.row("tickets", about="dispute")["id"])
    room.desk.take(BUDI, id, 1)
    room.desk.schedule(BUDI, id, TOMORROW, Slot.MORNING, Place.HOME, 2)
    detail = room.desk.ticket(BUDI, id)
    assert (detail.card.name, detail.card.nik4, detail.phone) == ("Siti A.", "3333", OTHER_PHONE)
    assert room.case(id).stage is Stage.SCHEDULED


def test_a_wish_to_be_called_shows_what_there_is(room: Room) -> None:
    ref = Reference.of(b"a call")
    room.office.apply(room.office.dial(PHONE), OpenTicket(ref, "callback", "", "", TOMORROW, "midday", "stuck"))
    id = str(room.office.row("tickets", ref=str(ref))["id"])
    room.set(id, agent_id=BUDI.id, status="assigned")
    detail = room.desk.ticket(BUDI, id)
    assert (detail.card.name, detail.card.nik4, detail.card.slot_wish, detail.phone) == ("", "", Slot.MIDDAY, PHONE)
    room.desk.outcome(BUDI, id, Outcome.ANSWERED, "", "sudah dibantu", 1)
    assert room.desk.ticket(BUDI, id).card.flagged is False


def test_a_day_is_one_query_however_many_tickets(room: Room) -> None:
    for n in range(4):
        room.scheduled(f"90{n:02}")
    asked: list[str] = []
    event.listen(room.office.service.database.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    assert len(room.desk.today(BUDI, TODAY)) == 4
    assert len(asked) == 1


def test_numbers_are_drawn_anew_for_each_visit(room: Room) -> None:
    ids = [room.scheduled(f"91{n:02}") for n in range(6)]
    with room.office.database.read() as connection:
        numbers = connection.execute(select(tickets.c.id).where(tickets.c.id.in_(ids))).all()
    drawn = {(room.case(id).agent_number, room.case(id).visit_number) for id in ids}
    assert len(numbers) == len(drawn) == 6
    assert all(len(agent) == 4 and len(citizen) == 3 for agent, citizen in drawn)
