"""Whoever has been visited is asked a day later whether the service was easy: once a quarter at most, one digit."""

from datetime import datetime, timedelta

from sqlalchemy import and_, func, select

from bot.inquiries import PROBLEM, Subject
from bot.messages import Text
from handoff.tickets import VERIFIED, Status, Topic
from store import inquiries
from store.database import Database, ms
from store.messages import Messages
from store.schema import contacts, identities, tickets
from store.schema import inquiries as asked

BATCH = 100  # People asked in one transaction: a turn does not wait long for it.
AFTER, UNTIL = timedelta(days=1), timedelta(days=4)  # So long after the visit they are asked, and no more.
TO_ANSWER = timedelta(days=14)


class Surveys:
    """Doing it twice is harmless."""

    def __init__(self, database: Database, messages: Messages) -> None:
        self._db = database
        self._messages = messages

    def ask(self, season: str, now: datetime) -> int:
        """Ask the next people; how many they were. Who has just told of a problem is not asked how easy it was."""
        known = and_(asked.c.contact_id == tickets.c.contact_id, asked.c.kind == Subject.SURVEY.value)
        this_time = select(asked.c.id).where(known, asked.c.period == season).exists()
        upset = select(asked.c.id).where(asked.c.subject == tickets.c.id, asked.c.answer == PROBLEM).exists()
        found = (
            select(tickets.c.contact_id, func.max(tickets.c.case_ref).label("ref"))
            .join(contacts, contacts.c.id == tickets.c.contact_id)
            .join(identities, and_(identities.c.contact_id == contacts.c.id, identities.c.kind == "phone"))
            .where(tickets.c.topic == Topic.FACE_VERIFICATION, tickets.c.status == Status.RESOLVED)
            .where(tickets.c.outcome.in_(sorted(VERIFIED)), contacts.c.opted_out_at.is_(None))
            .where(tickets.c.changed_at.between(ms(now - UNTIL), ms(now - AFTER)), ~this_time, ~upset)
            .group_by(tickets.c.contact_id)
            .order_by(tickets.c.contact_id)
            .limit(BATCH)
        )
        with self._db.write() as connection:
            rows = connection.execute(found).all()
            for contact, ref in rows:
                inquiries.ask(connection, contact, Subject.SURVEY, ref, contact, now, TO_ANSWER, season)
                self._messages.post(connection, contact, Text("evt.survey"), f"survey:{contact}:{season}", ref, now)
        return len(rows)
