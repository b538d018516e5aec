"""What the jobs about a registration need to know of it, and what they leave behind: each write is one transaction."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, and_, select, update

from bot.messages import Text
from bot.stages import CLOSED, Stage
from store.cases import Details, Person, set_stage
from store.database import Database
from store.ledger import leaving_since
from store.messages import Messages
from store.outbox import enqueue, reopen
from store.schema import consents, contacts, helpers, identities, registrations, tickets
from store.seal import Sealer

INTENT = "registrations.sealed_intent"


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration, opened. Its repr shows the reference and nothing of the person."""

    id: str
    ref: str
    contact: str = field(repr=False)
    stage: Stage
    language: str
    channel: str
    filled_by: str
    helper: str = field(repr=False)  # The name of whoever registered it for somebody else.
    village: str
    regency: str
    intent_id: str | None
    sent: bool  # To the portal, whether or not an answer came.
    round: str  # Behind the keys of jobs and messages, where it lapsed and was taken up again.
    leaving: bool  # Its withdrawal was asked for, and may still be undone.
    person: Person
    details: Details
    phone: str = field(repr=False)
    own_phone: bool
    consent_id: str = field(repr=False)
    consented_at: datetime  # Aware UTC.


class Registrations:
    """Reads and moves registrations for the jobs."""

    def __init__(self, database: Database, sealer: Sealer, messages: Messages) -> None:
        self._db = database
        self._sealer = sealer
        self._messages = messages

    def of(self, id: str) -> Registration | None:
        with self._db.read() as connection:
            row = connection.execute(_whole().where(registrations.c.id == id)).first()
        return self._opened(row) if row else None

    def of_ticket(self, ticket: str) -> tuple[Registration | None, str] | None:
        """The registration that a ticket is about, if it is about one, and the ticket's outcome."""
        with self._db.read() as connection:
            found = select(tickets.c.case_ref, tickets.c.outcome).where(tickets.c.id == ticket)
            about = connection.execute(found).first()
            if about is None:
                return None
            row = connection.execute(_whole().where(registrations.c.ref == about.case_ref)).first()
        return self._opened(row) if row else None, about.outcome

    def keep_intent(self, id: str, intent: bytes) -> bytes:
        """The intent as it was first sent: this one, or the one that an earlier attempt has kept."""
        mine = registrations.c.id == id
        with self._db.write() as connection:
            kept = connection.scalar(select(registrations.c.sealed_intent).where(mine).with_for_update())
            if kept is not None:
                return self._sealer.open(INTENT, id, kept)
            sealed = self._sealer.seal(INTENT, id, intent)
            connection.execute(update(registrations).where(mine).values(sealed_intent=sealed))
        return intent

    def submitted(self, id: str, intent_id: str, stale: Callable[[Registration], bool], now: datetime) -> None:
        """The portal has it under this number. Where what it has is stale by now, an amendment follows."""
        mine = registrations.c.id == id
        with self._db.write() as connection:
            # The lock first: what is added to the details after it sees the number, and amends by itself.
            connection.execute(select(registrations.c.id).where(mine).with_for_update())
            connection.execute(update(registrations).where(mine).values(intent_id=intent_id))
            row = connection.execute(_whole().where(mine)).one()
            if row.stage == Stage.WITHDRAWN:  # While it was on its way.
                enqueue(connection, f"withdraw:{id}:late", "portal.withdraw", id, now)
            elif stale(self._opened(row)):
                enqueue(connection, f"amend:{id}", "portal.amend", id, now)

    def found(self, id: str, intent_id: str) -> None:
        """The portal has had it all the time: its answer was lost."""
        with self._db.write() as connection:
            connection.execute(update(registrations).where(registrations.c.id == id).values(intent_id=intent_id))

    def submit_again(self, known: Registration, now: datetime) -> None:
        """The portal has lost it: what was sent goes out once more under its old key, and the visit's end after it."""
        about = select(tickets.c.id).where(tickets.c.case_ref == known.ref)
        with self._db.write() as connection:
            connection.execute(update(registrations).where(registrations.c.id == known.id).values(intent_id=None))
            reopen(connection, f"submit:{known.ref}{known.round}", now)
            for ticket in connection.scalars(about).all():
                reopen(connection, f"complete:{ticket}", now)

    def processing(self, known: Registration, told: Text, now: datetime, look: timedelta) -> None:
        """The portal knows of the visit and is deciding; `look`: when to ask for the decision."""
        with self._db.write() as connection:
            if self._closed(connection, known):
                return
            set_stage(connection, known.ref, Stage.PROCESSING, now)
            self._messages.post(connection, known.contact, told, f"submitted:{known.ref}{known.round}", known.ref, now)
            enqueue(connection, f"follow:{known.id}{known.round}", "portal.follow", known.id, now, now + look)

    def lacking(self, known: Registration, told: Text | None, key: str, now: datetime) -> None:
        """The portal needs more data before it decides, and says so once a demand; without words: it has it now."""
        with self._db.write() as connection:
            if self._closed(connection, known):
                return
            stage = Stage.NEED_DATA if told else Stage.PROCESSING
            if known.stage is not stage:
                set_stage(connection, known.ref, stage, now)
            if told is not None:
                self._messages.post(connection, known.contact, told, key, known.ref, now)

    def decided(self, known: Registration, stage: Stage, told: Text | None, now: datetime, **more: str) -> None:
        """The portal's decision, and the message about it, once. `more`: reason, programme, object_until."""
        with self._db.write() as connection:
            if self._closed(connection, known):
                return
            set_stage(connection, known.ref, stage, now, **more)
            if told is not None:
                key = f"decision:{known.ref}{known.round}"
                self._messages.post(connection, known.contact, told, key, known.ref, now)
            if stage is Stage.ELIGIBLE:  # From now on there may be money.
                enqueue(connection, f"payments:{known.id}", "portal.payments", known.id, now)

    def _closed(self, connection: Connection, known: Registration) -> bool:
        """Whether the way has ended meanwhile: a late attempt moves nothing back. It locks the row."""
        found = select(registrations.c.stage).where(registrations.c.id == known.id).with_for_update()
        return connection.scalar(found) in CLOSED

    def _opened(self, row: Row[Any]) -> Registration:
        person = self._sealer.open("registrations.sealed", row.id, row.sealed)
        added = row.sealed_details and self._sealer.open("registrations.sealed_details", row.id, row.sealed_details)
        return Registration(
            id=row.id,
            ref=row.ref,
            contact=row.contact_id,
            stage=Stage(row.stage),
            language=row.language,
            channel=row.channel,
            filled_by=row.filled_by,
            helper=(row.helper and self._sealer.open("helpers.sealed", row.helper_id, row.helper).decode()) or "",
            village=row.village,
            regency=row.regency,
            intent_id=row.intent_id,
            sent=row.sealed_intent is not None,
            round=f":{row.renewed}" if row.renewed else "",
            leaving=row.leaving is not None,
            person=msgspec.json.decode(person, type=Person),
            details=msgspec.json.decode(added, type=Details) if added else Details(),
            phone=(row.number and self._sealer.open("identities.sealed", row.contact_id, row.number).decode()) or "",
            own_phone=bool(row.own_phone),
            consent_id=row.consent_id,
            consented_at=datetime.fromtimestamp(row.consented_at / 1000, UTC),
        )


def _whole() -> Select[Any]:
    """A registration with its latest consent, and its contact's number where there is one."""
    latest = (
        select(consents.c.id)
        .where(consents.c.ref == registrations.c.ref)
        .order_by(consents.c.at.desc(), consents.c.id)
        .limit(1)
        .correlate(registrations)
        .scalar_subquery()
    )
    return (
        select(
            registrations,
            leaving_since(registrations),
            contacts.c.own_phone,
            identities.c.sealed.label("number"),
            helpers.c.sealed.label("helper"),
            consents.c.id.label("consent_id"),
            consents.c.at.label("consented_at"),
        )
        .join(contacts, contacts.c.id == registrations.c.contact_id)
        .outerjoin(identities, and_(identities.c.contact_id == contacts.c.id, identities.c.kind == "phone"))
        .outerjoin(helpers, helpers.c.id == registrations.c.helper_id)
        .join(consents, consents.c.id == latest)
    )
