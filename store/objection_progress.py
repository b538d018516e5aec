"""What the jobs about an objection need to know of it, and what they leave behind: each write is one transaction."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select, update

from bot.filed import OPEN, Standing
from bot.messages import Text
from bot.stages import DECIDED, Stage
from handoff.tickets import LIVE, Move, Status
from store import visits
from store.cases import Person, set_stage
from store.database import Database, ms
from store.messages import Messages
from store.objections import IS_OPEN, statements
from store.outbox import enqueue, reopen
from store.schema import contacts, objections, registrations, ticket_events, tickets
from store.seal import Sealer


@dataclass(frozen=True, slots=True)
class Objecting:
    """An objection with its case, opened. Its repr shows the numbers and nothing of the person."""

    id: str
    ref: str
    case: str
    registration_id: str
    contact: str = field(repr=False)  # Who registered.
    own_phone: bool
    name: str = field(repr=False)
    ground: str
    language: str
    channel: str
    standing: Standing
    stage: Stage  # Of the case.
    answer_by: date
    portal_id: str | None
    intent_id: str | None
    refused: bool  # Whether the decision that it is about was a refusal.
    statement: str = field(repr=False)  # The first: each repeat of the call is the same.


class Objections:
    """Reads and moves objections for the jobs."""

    def __init__(self, database: Database, sealer: Sealer, messages: Messages) -> None:
        self._db = database
        self._sealer = sealer
        self._messages = messages

    def of(self, id: str) -> Objecting | None:
        found = (
            select(
                objections,
                registrations.c.contact_id.label("owner"),
                registrations.c.sealed.label("person"),
                registrations.c.intent_id,
                registrations.c.reason,
                registrations.c.stage,
                contacts.c.own_phone,
            )
            .join(registrations, registrations.c.id == objections.c.registration_id)
            .join(contacts, contacts.c.id == registrations.c.contact_id)
            .where(objections.c.id == id)
        )
        with self._db.read() as connection:
            row = connection.execute(found).first()
        return self._opened(row) if row else None

    def submitted(self, known: Objecting, portal_id: str, standing: Standing, now: datetime, look: timedelta) -> None:
        """The portal has it under this number; `look`: when to ask for its answer."""
        with self._db.write() as connection:
            mine = objections.c.id == known.id
            found = select(objections.c.standing).where(mine).with_for_update()
            if connection.scalar(found) == Standing.WITHDRAWN:  # While it was on its way: it is called back.
                connection.execute(update(objections).where(mine).values(portal_id=portal_id))
                enqueue(connection, f"objection_withdraw:{known.ref}:late", "portal.objection_undo", known.id, now)
                return
            values = {"portal_id": portal_id, "standing": standing, "standing_at": ms(now)}
            connection.execute(update(objections).where(mine).values(values))
            key = f"objection_follow:{known.id}"
            enqueue(connection, key, "portal.objection_follow", known.id, now, now + look)
            reopen(connection, key, now + look)

    def submit_again(self, known: Objecting, now: datetime) -> None:
        """The portal has lost it: what was sent goes out once more under its old key."""
        with self._db.write() as connection:
            connection.execute(update(objections).where(objections.c.id == known.id).values(portal_id=None))
            reopen(connection, f"objection:{known.ref}", now)

    def moved(self, known: Objecting, standing: Standing, told: Text | None, now: datetime) -> None:
        """It stands elsewhere now, and still waits for its answer. `told`: what its contact hears of it, once."""
        with self._db.write() as connection:
            if not self._still_open(connection, known):
                return
            values = {"standing": standing, "standing_at": ms(now)}
            connection.execute(update(objections).where(objections.c.id == known.id).values(values))
            if told is not None:
                key = f"obj_{standing}:{known.ref}"
                self._messages.post(connection, known.contact, told, key, known.case, now)

    def decided(
        self, known: Objecting, standing: Standing, stage: Stage, told: Text | None, now: datetime, **more: str
    ) -> None:
        """The answer, what it makes of the case, and the message about it, once. Its ticket has nothing left to do."""
        with self._db.write() as connection:
            if not self._still_open(connection, known):
                return
            values = {"standing": standing, "standing_at": ms(now)}
            connection.execute(update(objections).where(objections.c.id == known.id).values(values))
            _close(connection, known.ref, now)
            if not _case_waits(connection, known):  # Withdrawn meanwhile, or ended in another way: nobody waits for it.
                return
            set_stage(connection, known.case, stage, now, **more)
            if told is not None:
                self._messages.post(connection, known.contact, told, f"obj_decided:{known.ref}", known.case, now)

    def refused(self, known: Objecting, stage: Stage, told: Text, now: datetime, **more: str) -> None:
        """The portal will never take it: the case is where it was, its contact hears so, and its ticket stays open."""
        with self._db.write() as connection:
            if not self._still_open(connection, known):
                return
            values = {"standing": Standing.REFUSED, "standing_at": ms(now)}
            connection.execute(update(objections).where(objections.c.id == known.id).values(values))
            if _case_waits(connection, known):
                set_stage(connection, known.case, stage, now, **more)
                self._messages.post(connection, known.contact, told, f"obj_refused:{known.ref}", known.case, now)

    def back(self, known: Objecting, stage: Stage, now: datetime) -> None:
        """A withdrawn objection: the case is where the portal says that it is, unless somebody has objected anew."""
        with self._db.write() as connection:
            again = select(objections.c.id).where(objections.c.registration_id == known.registration_id, *IS_OPEN)
            row = registrations.c.id == known.registration_id
            found = select(registrations.c.stage).where(row).with_for_update()
            if connection.scalar(found) in DECIDED and connection.execute(again).first() is None:
                set_stage(connection, known.case, stage, now)

    def _still_open(self, connection: Connection, known: Objecting) -> bool:
        """Whether it waits for an answer: a late attempt moves nothing back. It locks the row."""
        found = select(objections.c.standing).where(objections.c.id == known.id).with_for_update()
        return connection.scalar(found) in OPEN

    def _opened(self, row: Row[Any]) -> Objecting:
        person = self._sealer.open("registrations.sealed", row.registration_id, row.person)
        return Objecting(
            id=row.id,
            ref=row.ref,
            case=row.case_ref,
            registration_id=row.registration_id,
            contact=row.owner,
            own_phone=bool(row.own_phone),
            name=msgspec.json.decode(person, type=Person).name,
            ground=row.ground,
            language=row.language,
            channel=row.channel,
            standing=Standing(row.standing),
            stage=Stage(row.stage),
            answer_by=date.fromisoformat(row.answer_by),
            portal_id=row.portal_id,
            intent_id=row.intent_id,
            refused=bool(row.reason),
            statement=next(iter(statements(self._sealer, row.id, row.sealed)), ""),
        )


def _case_waits(connection: Connection, known: Objecting) -> bool:
    """Whether the case still is where the objection has put it. It locks the row."""
    found = select(registrations.c.stage).where(registrations.c.id == known.registration_id).with_for_update()
    return connection.scalar(found) == Stage.OBJECTED


def _close(connection: Connection, ref: str, now: datetime) -> None:
    """Nothing is left to do on its ticket."""
    live = (tickets.c.ref == ref) & tickets.c.status.in_([status.value for status in LIVE])
    ticket = connection.scalar(select(tickets.c.id).where(live).with_for_update())
    if ticket is None:
        return
    values = {"status": Status.CANCELLED, "version": tickets.c.version + 1, "changed_at": ms(now)}
    connection.execute(update(tickets).where(tickets.c.id == ticket).values(values))
    event = {"ticket_id": ticket, "at": ms(now), "actor": "loket", "what": Move.CANCEL, "detail": "decided"}
    connection.execute(ticket_events.insert().values(event))
    visits.close(connection, ticket, visits.REPLACED, now)
