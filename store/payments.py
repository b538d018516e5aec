"""Payments as they were last seen, and what people are told of them, each once: one transaction for both."""

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from bot.messages import Text
from bot.payments import Event, Payment, Seen, events
from bot.windows import local_day, zone
from handoff.tickets import Topic
from store.database import Database, ms
from store.messages import Messages
from store.opening import Cause, new_reference, open_ticket
from store.registrations import Registration
from store.schema import payments, registrations, tickets

LOST = frozenset({"failed", "returned"})
Telling = Callable[[Event, Payment], Text]  # How an event is told to this person: on most phones without an amount.


class Payments:
    """Keeps payments. No amount is kept: the portal is asked whenever somebody wants to know one."""

    def __init__(self, database: Database, messages: Messages) -> None:
        self._db = database
        self._messages = messages

    def seen(self, known: Registration, found: Sequence[Payment], told: Telling, due: date, now: datetime) -> None:
        """Keep what the portal says now, and tell what is new.

        A payment that has got lost opens a ticket until `due`: somebody has to bring it on its way again.
        """
        today = local_day(now, known.regency)
        with self._db.write() as connection:
            # The lock first: two attempts of the same job would not see each other's payments.
            connection.execute(select(registrations.c.id).where(registrations.c.id == known.id).with_for_update())
            for payment in found:
                row = connection.execute(select(payments).where(*_same(known, payment))).first()
                before = _before(row, known)
                id = self._keep(connection, row, known, payment, now)
                if payment.status in LOST and (before is None or before.status not in LOST):
                    _help(connection, known, due, now)
                for event in events(before, payment, today):
                    key = f"pay_{event}:{id}"
                    self._messages.post(connection, known.contact, told(event, payment), key, known.ref, now)

    def _keep(
        self, connection: Connection, row: Row[Any] | None, known: Registration, payment: Payment, now: datetime
    ) -> str:
        """The payment's own id."""
        if row is None:
            id = uuid.uuid4().hex
            of_whom = {"id": id, "registration_id": known.id, "programme": payment.programme, "period": payment.period}
            connection.execute(insert(payments).values(**of_whom, status=payment.status, changed_at=ms(now)))
            return id
        if row.status != payment.status:
            changed = {"status": payment.status, "changed_at": ms(now)}
            connection.execute(update(payments).where(payments.c.id == row.id).values(changed))
        return str(row.id)


def _same(known: Registration, payment: Payment) -> tuple[Any, ...]:
    return (
        payments.c.registration_id == known.id,
        payments.c.programme == payment.programme,
        payments.c.period == payment.period,
    )


def _before(row: Row[Any] | None, known: Registration) -> Seen | None:
    if row is None:
        return None
    changed = datetime.fromtimestamp(row.changed_at / 1000, UTC)
    return Seen(row.status, changed.astimezone(zone(known.regency)).date())


def _help(connection: Connection, known: Registration, due: date, now: datetime) -> None:
    """Where the registration's own verification was: the agents there know the person."""
    place = select(tickets.c.village, tickets.c.district).where(
        tickets.c.case_ref == known.ref, tickets.c.topic == Topic.FACE_VERIFICATION
    )
    row = connection.execute(place).first()
    village, district = row if row else (known.village, known.regency)
    cause = Cause(known.contact, "", known.channel, known.language, now)
    about = {"case_ref": known.ref, "about": "pay_failed", "village": village, "district": district}
    open_ticket(connection, cause, new_reference(), Topic.PAYMENT, due=due.isoformat(), **about)
