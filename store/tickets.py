"""Tickets for the desk: what staff may see of them, and every move with all that follows from it in one transaction."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, and_, case, func, not_, select, update

from bot.areas import Gazetteer
from bot.windows import local_day
from handoff import tickets as moves
from handoff.desk import rights
from handoff.desk.ports import (
    Actor,
    AgentLoad,
    Card,
    Detail,
    Event,
    Filters,
    Listing,
    NotFound,
    TooMany,
    Village,
    WrongNumber,
)
from handoff.routing import Role, barred, regency
from handoff.tickets import LIVE, Move, NotAllowed, Outcome, Place, Reason, Slot, Status, Ticket, Topic, Visit
from store import audit, visits
from store import ticket_history as history
from store.agents import loads
from store.database import Database, ms
from store.messages import Messages
from store.schema import agents, tickets
from store.seal import Sealer
from store.ticket_effects import TicketEffects
from store.ticket_rows import Cards, Found, remarks_of, select_tickets, ticket_of
from store.updates import Updates

PER_PAGE = 20
MOST_AVAILABLE = 100  # So long a list is worked off from its top.


@dataclass(frozen=True, slots=True)
class _Moving:
    """A ticket in the hands of one who may move it. Its row is locked."""

    connection: Connection
    actor: Actor
    row: Found
    ticket: Ticket
    now: datetime
    today: date  # Where the actor is.


class Desk:
    """The ticket desk. `clock`: aware UTC. `wake`: called when a committed move has left work behind."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        messages: Messages,
        areas: Gazetteer,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
    ) -> None:
        self._db = database
        self._transaction: Callable[[], AbstractContextManager[Connection]] = database.write
        self._channel = ""
        self._sealer = sealer
        self._areas = areas
        self._clock = clock
        self._wake = wake
        self._cards = Cards(sealer, areas)
        self._effects = TicketEffects(messages, areas, Updates(sealer, messages))

    def within(self, connection: Connection, channel: str, now: datetime) -> "Desk":
        """The same desk in a transaction that is open already, for what staff do by message. Its moves wake nobody."""
        inside = copy(self)
        inside._transaction = lambda: nullcontext(connection)
        inside._channel, inside._clock, inside._wake = channel, lambda: now, lambda: None
        return inside

    # What staff see.

    def today(self, actor: Actor, day: date) -> Sequence[Card]:
        """The actor's own live tickets, whatever their day; the desk sorts them around `day`."""
        return self._list(tickets.c.agent_id == actor.id, _live(), _not_about(actor))

    def available(self, actor: Actor) -> Sequence[Card]:
        """Open tickets that the actor may take, earliest due first."""
        if actor.role is not Role.AGENT:
            return []
        waiting = and_(tickets.c.status == Status.OPEN, tickets.c.topic != Topic.REPORT, _not_about(actor))
        return self._list(waiting, tickets.c.village.in_(sorted(actor.villages)), limit=MOST_AVAILABLE)

    def ticket(self, actor: Actor, ticket_id: str) -> Detail:
        """One ticket opened: written down, and limited. Raises NotFound and TooMany."""
        now = self._clock()
        with self._db.write() as connection:
            row = connection.execute(select_tickets().where(tickets.c.id == ticket_id)).first()
            if row is None or not rights.may_open(actor, ticket_of(row)):
                raise NotFound
            within = audit.may_look(connection, actor.id, ticket_id, local_day(now, actor.district), now)
            audit.note(connection, actor.id, audit.OPEN if within else audit.REFUSED, ticket_id, now)
            done = history.events(connection, ticket_id, self._cards.note(row)) if within else ()
            said = self._cards.said(connection, row) if within else ()
            barred = self._barred(connection, actor, ticket_of(row), now)
        if not within:
            raise TooMany
        return replace(self._detail(actor, row, done), said=said, barred=barred)

    def district(self, actor: Actor, filters: Filters) -> Listing:
        """Tickets of the actor's district (of Dinas Sosial: regency); NotFound for an agent."""
        wanted = [_area(actor), _not_about(actor)]
        if filters.status:
            wanted.append(tickets.c.status == filters.status)
        if filters.village:
            wanted.append(tickets.c.village == filters.village)
        if filters.agent_id:
            wanted.append(tickets.c.agent_id == filters.agent_id)
        live_first = case((_live(), 0), else_=1)
        page = select_tickets().where(*wanted).order_by(live_first, tickets.c.due, tickets.c.id)
        with self._db.write() as connection:
            audit.note(connection, actor.id, audit.LIST, actor.district, self._clock())
            total = connection.scalar(select(func.count()).select_from(tickets).where(*wanted)) or 0
            rows = connection.execute(page.limit(PER_PAGE).offset((filters.page - 1) * PER_PAGE)).all()
        return Listing(tuple(self._cards.card(row) for row in rows), total, PER_PAGE)

    def villages(self, actor: Actor) -> Sequence[Village]:
        """The villages that a coordinator or Dinas Sosial may filter by."""
        match actor.role:
            case Role.AGENT:
                raise NotFound
            case Role.COORDINATOR:
                districts = [actor.district]
            case Role.DINAS:
                districts = [district.code for district in self._areas.districts(regency(actor.district))]
        found = (village for district in districts for village in self._areas.villages(district))
        return [Village(village.code, village.name, village.district.name) for village in found]

    def agents_of(self, actor: Actor) -> Sequence[AgentLoad]:
        """Everyone whose work the actor may see, the actor too; an agent sees only himself."""
        with self._db.read() as connection:
            return loads(connection, actor, self._clock(), self._cards.area)

    # What staff do.

    def take(self, actor: Actor, ticket_id: str, version: int) -> None:
        def move(at: _Moving) -> None:
            self._check_room(at, actor.id)
            after = moves.take(at.ticket, actor.id)
            self._keep(at, Move.TAKE, after)
            self._effects.assigned(at.connection, at.row, after, actor.name, at.now)

        self._move(actor, Move.TAKE, ticket_id, version, "", move)

    def schedule(
        self, actor: Actor, ticket_id: str, day: date, slot: Slot, place: Place, version: int, number: str = ""
    ) -> None:
        """Plan a visit; both sides get their numbers, the citizen's by SMS. `number`: the agent's, already told."""
        visit = Visit(day, slot, place, number or visits.agent_number())

        def move(at: _Moving) -> None:
            after = moves.schedule(at.ticket, visit, at.today)
            self._keep(at, Move.SCHEDULE, after, said)
            numbers = visits.plan(at.connection, self._sealer, after, visit, at.now)
            again = at.ticket.status is Status.SCHEDULED
            self._effects.scheduled(at.connection, at.row, visit, actor.name, numbers, at.now, again=again)

        said = f"{day} {slot} {place}"
        self._move(actor, Move.SCHEDULE, ticket_id, version, said, move)

    def outcome(
        self, actor: Actor, ticket_id: str, outcome: Outcome, visit_number: str, note: str, version: int
    ) -> None:
        """End a ticket. A wrong visit number ends nothing, but its try is kept: WrongNumber."""
        wrong: list[int] = []

        def move(at: _Moving) -> None:
            after = moves.resolve(at.ticket, outcome, bool(visit_number))
            left = self._tries_left(at, visit_number)
            if left is not None:
                wrong.append(left)
                return
            self._keep(at, Move.RESOLVE, after, outcome)
            visits.close(at.connection, ticket_id, outcome, at.now)
            if note:
                visits.keep_note(at.connection, self._sealer, after, at.row.visit_id, note, at.now)
            self._effects.resolved(at.connection, at.row, after, actor.name, at.today, at.now)

        self._move(actor, Move.RESOLVE, ticket_id, version, outcome, move)
        if wrong:
            raise WrongNumber(wrong[0])

    def set_off(self, actor: Actor, ticket_id: str, version: int) -> None:
        def move(at: _Moving) -> None:
            self._keep(at, Move.SET_OFF, moves.set_off(at.ticket, at.today))
            self._effects.on_the_way(at.connection, at.row, actor.name, at.now)

        self._move(actor, Move.SET_OFF, ticket_id, version, "", move)

    def not_met(self, actor: Actor, ticket_id: str, version: int) -> None:
        def move(at: _Moving) -> None:
            self._keep(at, Move.NOT_MET, moves.not_met(at.ticket, at.today))
            visits.close(at.connection, ticket_id, Outcome.NOT_MET, at.now)
            day = at.ticket.visit.day if at.ticket.visit else at.today
            self._effects.missed(at.connection, at.row, day, at.now)

        self._move(actor, Move.NOT_MET, ticket_id, version, "", move)

    def give_back(self, actor: Actor, ticket_id: str, version: int) -> None:
        def move(at: _Moving) -> None:
            self._keep(at, Move.GIVE_BACK, moves.give_back(at.ticket))
            visits.close(at.connection, ticket_id, visits.REPLACED, at.now)

        self._move(actor, Move.GIVE_BACK, ticket_id, version, "", move)

    def reassign(self, actor: Actor, ticket_id: str, agent_id: str, version: int) -> None:
        """Give the ticket to somebody with room whose work the actor may see."""

        def move(at: _Moving) -> None:
            after = moves.assign(at.ticket, agent_id)
            if agent_id in self._barred(at.connection, actor, at.ticket, at.now):
                raise NotAllowed(Reason.CONCERNED)
            name = self._check_room(at, agent_id).name
            self._keep(at, Move.ASSIGN, after, agent_id)
            visits.close(at.connection, ticket_id, visits.REPLACED, at.now)
            self._effects.assigned(at.connection, at.row, after, name, at.now)
            self._effects.handed(at.connection, agent_id, at.now)

        self._move(actor, Move.ASSIGN, ticket_id, version, agent_id, move)

    # How.

    def _move(
        self, actor: Actor, move: Move, ticket_id: str, version: int, said: str, make: Callable[[_Moving], None]
    ) -> None:
        """Make a move once: `said` tells a form that was sent twice from another one. Raises as the port promises."""
        now = self._clock()
        with self._transaction() as connection:
            # The lock in a statement of its own: what is read after it is what the one before left behind.
            connection.execute(select(tickets.c.id).where(tickets.c.id == ticket_id).with_for_update())
            row = connection.execute(select_tickets().where(tickets.c.id == ticket_id)).first()
            if row is None:
                raise NotFound
            ticket = ticket_of(row)
            if ticket.version == version + 1 and history.is_last(connection, ticket_id, actor.id, move, said):
                return  # The answer got lost on its way, and the person pressed the button again.
            rights.check_entitled(actor, move, ticket)
            if ticket.version != version:
                raise history.conflict(connection, ticket_id)
            make(_Moving(connection, actor, row, ticket, now, local_day(now, actor.district)))
        self._wake()

    def _keep(self, at: _Moving, move: Move, after: Ticket, said: str = "") -> None:
        """The ticket as it is now, its history, and the citizen's stage."""
        values = {
            "status": after.status,
            "outcome": after.outcome or "",
            "proven": int(after.proven),
            "agent_id": after.agent_id,
            "attempts": after.attempts,
            "version": after.version,
            "changed_at": ms(at.now),
        }
        seen = and_(tickets.c.id == after.id, tickets.c.version == at.ticket.version)
        if not at.connection.execute(update(tickets).where(seen).values(values)).rowcount:
            raise history.conflict(at.connection, after.id)
        history.note(at.connection, after.id, at.actor.id, move, said, at.now, self._channel)
        self._effects.move_stage(at.connection, at.row, move, after, at.now)

    def _tries_left(self, at: _Moving, said: str) -> int | None:
        if not said:
            return None
        if at.ticket.visit is None:  # No number was given out that could be right.
            return 0
        row = at.row
        return visits.tries_left(at.connection, self._sealer, row.visit_id, row.visit_number, row.tries, said)

    def _check_room(self, at: _Moving, agent_id: str) -> AgentLoad:
        """The load of somebody who may get a ticket from the actor. Raises NotFound, and NotAllowed (FULL, ABSENT)."""
        at.connection.execute(select(agents.c.id).where(agents.c.id == agent_id).with_for_update())
        found = loads(at.connection, at.actor, at.now, self._cards.area, only=agent_id)
        if not found:
            raise NotFound
        load = found[0]
        if load.absent and agent_id != at.actor.id:
            raise NotAllowed(Reason.ABSENT)
        if load.open >= load.capacity:
            raise NotAllowed(Reason.FULL)
        return load

    def _barred(self, connection: Connection, actor: Actor, ticket: Ticket, now: datetime) -> frozenset[str]:
        """Of those whose work the actor may see: to whom a report may not come."""
        if ticket.topic is not Topic.REPORT:
            return frozenset()
        theirs = set(connection.scalars(select(agents.c.district).where(agents.c.id.in_(ticket.accused))))
        everyone = loads(connection, actor, now, self._cards.area)
        return frozenset(a.agent_id for a in everyone if barred(ticket, a.agent_id, a.role, {a.district}, theirs))

    def _list(self, *wanted: ColumnElement[bool], limit: int | None = None) -> Sequence[Card]:
        found = select_tickets().where(*wanted).order_by(tickets.c.due, tickets.c.id).limit(limit)
        with self._db.read() as connection:
            rows = connection.execute(found).all()
        return [self._cards.card(row) for row in rows]

    def _detail(self, actor: Actor, row: Found, done: tuple[Event, ...]) -> Detail:
        ticket = ticket_of(row)
        mine = ticket.agent_id == actor.id and ticket.live
        return Detail(
            self._cards.card(row),
            rights.allowed(actor, ticket),
            phone=self._cards.phone(row) if ticket.live else None,
            location=self._cards.location(row) if mine else "",
            agent_id=ticket.agent_id,
            agent_number=ticket.visit.agent_number if ticket.visit and mine else None,
            outcome=ticket.outcome,
            history=done,
            remarks=remarks_of(row),
        )


def _live() -> ColumnElement[bool]:
    return tickets.c.status.in_([status.value for status in LIVE])


def _not_about(actor: Actor) -> ColumnElement[bool]:
    """Whom a report is about must not learn that there is one."""
    return not_(tickets.c.accused.contains(f" {actor.id} ", autoescape=True))


def _area(actor: Actor) -> ColumnElement[bool]:
    """The tickets that `rights` lets an overseer open."""
    match actor.role:
        case Role.AGENT:
            raise NotFound
        case Role.COORDINATOR:
            return and_(tickets.c.district == actor.district, tickets.c.topic != Topic.REPORT)
        case Role.DINAS:
            return tickets.c.regency == regency(actor.district)
