"""What members of staff do by message: whose phone it is, what they may see, and every move by the desk's rules."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, func, or_, select, update

from bot.areas import Gazetteer
from bot.effects import MoveTicket
from bot.tasks import DONE, GONE, OVER, TOO_MANY, WRONG, Found, Opened, Task, When
from bot.windows import local_day, zone
from handoff.desk import rights
from handoff.desk.agenda import agenda
from handoff.desk.ports import Actor, Card, Conflict, NotFound, TooMany, WrongNumber
from handoff.desk.words import local_phone
from handoff.routing import Role, regency
from handoff.tickets import LIVE, Move, Need, NotAllowed, Outcome, Place, Slot, Status, Topic, over
from store import audit, sessions
from store.agent_news import PHONE
from store.database import Database
from store.opening import Cause
from store.prepared import Executor
from store.schema import agent_villages, agents, tickets
from store.seal import Sealer
from store.ticket_rows import Cards, select_tickets, ticket_of
from store.tickets import Desk

SEEN_S = 60  # Seconds until a phone that was registered meanwhile counts at a call.

_LIVE = tickets.c.status.in_([status.value for status in LIVE])


class Commands:
    """Answers the talk's look-ups, and makes its moves. Who writes is known by the phone that they write from."""

    def __init__(self, database: Database, sealer: Sealer, areas: Gazetteer, desk: Desk) -> None:
        self._db = database
        self._sealer = sealer
        self._desk = desk
        self._cards = Cards(sealer, areas)
        self._phones: frozenset[bytes] = frozenset()
        self._seen_at = 0.0

    def staff(self, sender: str, _: str, now: datetime) -> str:
        """The regency of the member of staff whose phone this is; nothing for everybody else."""
        with self._db.read() as connection:
            actor = self._actor(connection, sender)
        return regency(actor.district) if actor else ""

    def dialled(self, sender: str, _: str, now: datetime) -> str:
        """The same for whoever dials: nearly always no member of staff, so that phones are read once a minute only."""
        if now.timestamp() - self._seen_at >= SEEN_S or now.timestamp() < self._seen_at:
            with self._db.read() as connection:
                found = connection.scalars(select(agents.c.phone_idx).where(agents.c.phone_idx.is_not(None)))
                self._phones, self._seen_at = frozenset(bytes(idx) for idx in found), now.timestamp()
        if not self._phones or self._sealer.index("phone", sender) not in self._phones:
            return ""
        return self.staff(sender, "", now)

    def tasks(self, sender: str, _: str, now: datetime) -> Any:
        """Late ones first, then today's, those without a date, those nobody has, and the rest. It is written down."""
        with self._db.write() as connection:
            actor = self._actor(connection, sender)
            if actor is None:
                return []
            audit.note(connection, actor.id, audit.LIST, actor.district, now)
        today = local_day(now, actor.district)
        day = agenda(self._desk.today(actor, today), today)
        listed = ((When.LATE, day.late), (When.TODAY, day.today), (When.UNPLANNED, day.to_schedule),
                  (When.OPEN, self._desk.available(actor)), (When.LATER, day.later))  # fmt: skip
        return msgspec.to_builtins([_task(card, when) for when, cards in listed for card in cards])

    def task(self, sender: str, number: str, now: datetime) -> Any:
        """What a ticket's or a case's number, or its last four digits, stands for among what is theirs to move."""
        with self._db.read() as connection:
            actor = self._actor(connection, sender)
            if actor is None:
                return {}
            rows = connection.execute(select_tickets().where(_LIVE, _within(actor), _named(number))).all()
            theirs = [row for row in rows if rights.may(actor, Move.TAKE, ticket_of(row)) or row.agent_id == actor.id]
            theirs = [row for row in theirs if rights.may_open(actor, ticket_of(row))]
            if len(theirs) > 1:  # A case can have several: the visit is what is meant.
                theirs = [row for row in theirs if row.topic == Topic.FACE_VERIFICATION] or theirs
            if len(theirs) == 1:
                (row,) = theirs
                card, today, mine = self._cards.card(row), local_day(now, actor.district), row.agent_id == actor.id
                number = row.agent_number if mine and row.agent_number else ""
                return msgspec.to_builtins(Found(_task(card, _when(card, mine, today), number)))
            if theirs:
                return msgspec.to_builtins(Found(several=True))
            return msgspec.to_builtins(self._elsewhere(connection, actor, rows))

    def opened(self, sender: str, ticket: str, now: datetime) -> Any:
        """One ticket opened: written down, and limited."""
        with self._db.read() as connection:
            actor = self._actor(connection, sender)
        try:
            if actor is None:
                raise NotFound
            detail = self._desk.ticket(actor, ticket)
        except NotFound:
            return ""
        except TooMany:
            return TOO_MANY
        phone = local_phone(detail.phone) if detail.phone else ""
        return msgspec.to_builtins(Opened(phone, detail.card.landmark, detail.agent_number or ""))

    def rehearse(self, sender: str, argument: str, now: datetime) -> str:
        """What a move would come to. Nothing of it is kept."""
        effect = msgspec.json.decode(argument, type=MoveTicket)
        with self._db.engine.connect() as connection, connection.begin() as nothing:
            outcome = self._make(connection, effect, sender, "", now)
            nothing.rollback()
        return outcome

    def move(self, writer: Executor, effect: MoveTicket, cause: Cause) -> None:
        """Make a move in the turn's own transaction. A turn that has told something else is taken again."""
        connection = writer if isinstance(writer, Connection) else self._db.core()
        if self._make(connection, effect, cause.sender, cause.channel, cause.now) != effect.expected:
            raise sessions.Conflict

    def _make(self, connection: Connection, effect: MoveTicket, sender: str, channel: str, now: datetime) -> str:
        actor = self._actor(connection, sender)
        if actor is None:
            return GONE
        try:
            return _moved(self._desk.within(connection, channel, now), actor, effect, now)
        except NotAllowed as refused:
            return refused.reason.value
        except WrongNumber as wrong:
            return f"{WRONG}{wrong.left}"
        except (NotFound, Conflict):
            return GONE

    def _actor(self, connection: Connection, sender: str) -> Actor | None:
        """The member of staff whose registered phone this is."""
        found = (
            select(agents, agent_villages.c.village)
            .outerjoin(agent_villages, agent_villages.c.agent_id == agents.c.id)
            .where(agents.c.phone_idx == self._sealer.index("phone", sender), agents.c.active == 1)
        )
        rows = connection.execute(found).all()
        if not rows:
            return None
        first, villages = rows[0], frozenset(row.village for row in rows if row.village)
        return Actor(first.id, first.name, Role(first.role), first.district, villages)

    def _elsewhere(self, connection: Connection, actor: Actor, rows: Sequence[Any]) -> Found:
        """That a colleague was faster is said of the actor's own villages only, and never of a report."""
        taken = next((row for row in rows if _taken(actor, row)), None)
        if taken is None:
            return Found()
        free = (tickets.c.status == Status.OPEN, tickets.c.topic != Topic.REPORT, tickets.c.village == taken.village)
        count = connection.scalar(select(func.count()).select_from(tickets).where(*free)) or 0
        return Found(village=self._cards.area(taken.village), open=count)


def _within(actor: Actor) -> ColumnElement[bool]:
    return or_(tickets.c.agent_id == actor.id, tickets.c.village.in_(sorted(actor.villages)))


def _named(number: str) -> ColumnElement[bool]:
    if len(number) < 12:
        return or_(tickets.c.ref.endswith(number), tickets.c.case_ref.endswith(number))
    return or_(tickets.c.ref == number, tickets.c.case_ref == number)


def _taken(actor: Actor, row: Any) -> bool:
    hidden = row.topic == Topic.REPORT or actor.id in row.accused.split()
    return not hidden and row.agent_id is not None and row.agent_id != actor.id and row.village in actor.villages


def _when(card: Card, mine: bool, today: date) -> When:
    if not mine:
        return When.OPEN
    day = agenda([card], today)
    by_name = ((When.LATE, day.late), (When.TODAY, day.today), (When.UNPLANNED, day.to_schedule))
    return next((when for when, cards in by_name if cards), When.LATER)


def _task(card: Card, when: When, agent_number: str = "") -> Task:
    at_home = card.place_wish is Place.HOME or Need.WALKING in card.needs
    return Task(
        card.id, card.ref, card.version, card.village, card.due, when,
        verification=card.topic is Topic.FACE_VERIFICATION,
        name=card.name.partition(" ")[0],
        day=card.day,
        slot=card.slot or "",
        place=card.place or (Place.HOME if at_home else Place.HALL),
        agent_number=agent_number,
    )  # fmt: skip


def _moved(desk: Desk, actor: Actor, effect: MoveTicket, now: datetime) -> str:
    id, version = effect.ticket, effect.version
    match Move(effect.move):
        case Move.TAKE:
            desk.take(actor, id, version)
        case Move.SCHEDULE if effect.day:
            if over(effect.day, Slot(effect.slot), now.astimezone(zone(actor.district))):
                return OVER
            place = Place(effect.place)
            desk.schedule(actor, id, effect.day, Slot(effect.slot), place, version, number=effect.agent_number)
        case Move.SET_OFF:
            desk.set_off(actor, id, version)
        case Move.NOT_MET:
            desk.not_met(actor, id, version)
        case Move.RESOLVE:
            desk.outcome(actor, id, Outcome(effect.outcome), effect.visit_number, "", version)
        case Move.GIVE_BACK:
            desk.give_back(actor, id, version)
        case other:
            raise ValueError(f"nobody does {other} by message")
    return DONE


class StaffPhones:
    """Which phone a member of staff works from, and is written to: found by a keyed hash, and kept sealed."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._db = database
        self._sealer = sealer

    def set(self, login: str, phone: str, now: datetime) -> bool:
        """`phone`: empty for none any more. False: nobody has this login. IntegrityError: the phone is another's."""
        idx = self._sealer.index("phone", phone) if phone else None
        with self._db.write() as connection:
            id = connection.scalar(select(agents.c.id).where(agents.c.login == login))
            if id is None:
                return False
            sealed = self._sealer.seal(PHONE, id, phone.encode()) if phone else None
            connection.execute(update(agents).where(agents.c.id == id).values(phone_idx=idx, sealed_phone=sealed))
            audit.note(connection, "operator", "phone_set" if phone else "phone_forgotten", id, now)
        return True
