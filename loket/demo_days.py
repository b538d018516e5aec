"""Three days of work in the made-up Banyuwangi, done through the same doors as in earnest: calls, routing, the desk."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial

from sqlalchemy import select, update

from bot.messages import Channel, Inbound, SessionEvent
from bot.stages import Case
from bot.windows import local_day, zone
from handoff.desk.ports import Actor
from handoff.tickets import Outcome, Place, Slot
from loket.demo_people import OWN_VILLAGES, REGENCY, Citizen
from loket.jobs import assign
from loket.service import Service
from loket.work import build
from store.assignments import Assignments
from store.messages import QUEUED
from store.outbox import DONE
from store.schema import messages, outbox, tickets
from store.staff import Staff
from store.tickets import Desk
from ussd.page import fit

GATEWAY = "africastalking"
SLOTS = (Slot.MORNING, Slot.MIDDAY, Slot.AFTERNOON)
DAY = timedelta(days=1)
SCREENS = fit(160)


@dataclass(slots=True)
class Clock:
    """Tells the time of the story."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class _Ticket:
    """What the story needs to know of a ticket."""

    id: str
    contact: str
    ref: str
    actor: Actor
    planned: datetime  # When its agent gets to plan it.


class Days:
    """`clock`: the service's own, moved along; `now`: where the story ends."""

    def __init__(self, service: Service, clock: Clock, dice: random.Random) -> None:
        self._service = service
        self._clock = clock
        self._dice = dice
        self._end = clock.now
        self._today = local_day(clock.now, REGENCY)
        # Nine in the morning of yesterday: whoever registered before it may have been visited by now.
        self._rounds = datetime.combine(self._today - DAY, time(9), zone(REGENCY)).astimezone(UTC)
        self._desk = Desk(service.database, service.sealer, service.messages, service.areas, clock, lambda: None)
        handler = partial(assign, Assignments(service.database, service.messages), clock)
        self._worker = build(service, {"handoff.assign": handler})

    def call(self, citizen: Citizen) -> None:
        """One call from the first screen to the goodbye, as the gateway brings it; then somebody is found."""
        transcript = ""
        for n, text in enumerate(("", *citizen.typed)):
            transcript = f"{transcript}*{text}" if n > 1 else text
            self._clock.now = citizen.at + timedelta(seconds=12 * n)
            event = SessionEvent.RESUME if n else SessionEvent.NEW
            id = f"{citizen.phone}|{transcript}"
            inbound = Inbound(id, Channel.USSD, GATEWAY, citizen.phone, transcript, event, self._clock(),
                              citizen.phone[-5:], transcript)  # fmt: skip
            self._service.desk.answer(inbound, SCREENS)
        contact = self._service.sessions.load(citizen.phone).contact
        mine = select(outbox.c.id).join(tickets, tickets.c.id == outbox.c.subject)
        with self._service.database.read() as connection:
            job = connection.scalar(mine.where(outbox.c.kind == "handoff.assign", tickets.c.contact_id == contact))
        self._worker.run_one(job or 0)

    def work(self) -> None:
        """What agents made of it, each after their own fashion; the demo agent's day has something of everything."""
        own = [ticket for ticket in self._assigned() if ticket.actor.villages == frozenset(OWN_VILLAGES)]
        for ticket, story in zip(own, self._stories(), strict=False):
            story(ticket)
        for ticket in self._assigned():
            if ticket.actor.villages != frozenset(OWN_VILLAGES):
                self._as_it_comes(ticket)
        self._assign_reviews()
        self._deliver()
        self._clock.now = self._end

    def _assign_reviews(self) -> None:
        """Somebody for what was ended without a visit number."""
        self._clock.now = self._end
        waiting = select(outbox.c.id).where(outbox.c.kind == "handoff.assign", outbox.c.state == "due")
        with self._service.database.read() as connection:
            jobs = connection.scalars(waiting).all()
        for job in jobs:
            self._worker.run_one(job)

    def _stories(self) -> Sequence[Callable[[_Ticket], None]]:
        return (
            self._verify,
            partial(self._verify, proven=False),
            self._verify,
            partial(self._plan, ahead=-1),  # Late: nobody has written down what came of it.
            self._miss,
            partial(self._plan, ahead=0, slot=Slot.MORNING),
            partial(self._plan, ahead=0, slot=Slot.MIDDAY),
            partial(self._plan, ahead=1),
            self._leave,
            self._leave,
            self._leave,
            self._give_back,
        )

    def _as_it_comes(self, ticket: _Ticket) -> None:
        lot = self._dice.random()
        old = ticket.planned < self._rounds
        if lot < 0.35 and old:
            self._verify(ticket)
        elif lot < 0.42 and old:
            self._miss(ticket)
        elif lot < 0.75:
            self._plan(ticket, ahead=self._dice.randrange(3))

    def _plan(self, ticket: _Ticket, ahead: int, slot: Slot | None = None) -> None:
        """A visit so many days from the story's last day."""
        self._clock.now = ticket.planned
        place = self._dice.choice((Place.HOME, Place.HALL))
        day = self._today + ahead * DAY
        self._desk.schedule(ticket.actor, ticket.id, day, slot or self._dice.choice(SLOTS), place, 2)

    def _verify(self, ticket: _Ticket, proven: bool = True) -> None:
        self._plan(ticket, ahead=-1)
        self._clock.now = self._rounds + timedelta(minutes=self._dice.randrange(400))
        number = self._case(ticket).visit_number if proven else ""
        self._desk.outcome(ticket.actor, ticket.id, Outcome.VERIFIED_FACE, number, "", 3)

    def _miss(self, ticket: _Ticket) -> None:
        self._plan(ticket, ahead=-1)
        self._clock.now = self._rounds + timedelta(hours=4)
        self._desk.not_met(ticket.actor, ticket.id, 3)

    def _give_back(self, ticket: _Ticket) -> None:
        self._clock.now = ticket.planned
        self._desk.give_back(ticket.actor, ticket.id, 2)

    def _leave(self, ticket: _Ticket) -> None:
        """Still to be planned."""

    def _case(self, ticket: _Ticket) -> Case:
        """What the citizen can say."""
        return next(c for c in self._service.registry.cases(ticket.contact).cases if c.ref == ticket.ref)

    def _assigned(self) -> list[_Ticket]:
        staff = Staff(self._service.database, self._service.sealer)
        found = select(tickets).where(tickets.c.status == "assigned", tickets.c.version == 2)
        with self._service.database.read() as connection:
            rows = connection.execute(found.order_by(tickets.c.created_at)).all()
        members = {id: staff.by_id(id) for id in {row.agent_id for row in rows}}
        later = timedelta(minutes=50)
        return [
            _Ticket(row.id, row.contact_id, row.case_ref, member.actor,
                    datetime.fromtimestamp(row.created_at / 1000, UTC) + later)
            for row in rows
            if (member := members[row.agent_id])
        ]  # fmt: skip

    def _deliver(self) -> None:
        """The messages of those days have long arrived; only the portal's work is left for the process that serves."""
        arrived = {"delivery": "delivered", "gateway": "console", "sent_at": messages.c.created_at + 4000}
        done = {"state": DONE, "done_at": outbox.c.created_at + 4000}
        with self._service.database.write() as connection:
            connection.execute(update(messages).where(messages.c.delivery == QUEUED).values(arrived))
            connection.execute(update(outbox).where(outbox.c.kind == "message.send").values(done))
