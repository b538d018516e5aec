"""Reminds people of a visit on the day before it."""

from datetime import date, datetime

from sqlalchemy import exists, select

from bot.areas import Gazetteer
from bot.identity import Reference
from bot.messages import Text
from handoff.tickets import Place, Slot, Status, Visit
from store.database import Database
from store.messages import Messages
from store.schema import agents, messages, tickets, visits
from store.ticket_effects import appointment, hall

BATCH = 100  # People told in one transaction: a turn does not wait long for it.


class VisitReminders:
    """Doing it twice is harmless: a message's key is its visit."""

    def __init__(self, database: Database, messages: Messages, areas: Gazetteer) -> None:
        self._db = database
        self._messages = messages
        self._areas = areas

    def remind(self, day: date, now: datetime) -> int:
        """Tell everybody who is to be visited on that day and has not been told; how many they were."""
        told = exists().where(messages.c.key == "reminder:" + visits.c.id)
        wanted = (
            select(visits, tickets.c.ref, tickets.c.case_ref, tickets.c.contact_id, tickets.c.village,
                   tickets.c.district, agents.c.name)
            .join(tickets, tickets.c.id == visits.c.ticket_id)
            .join(agents, agents.c.id == visits.c.agent_id)
            .where(visits.c.day == day.isoformat(), visits.c.outcome == "", tickets.c.status == Status.SCHEDULED, ~told)
            .limit(BATCH)
        )  # fmt: skip
        count = 0
        while True:
            with self._db.write() as connection:
                rows = connection.execute(wanted).all()
                for row in rows:
                    ref = row.case_ref or row.ref
                    visit = Visit(day, Slot(row.slot), Place(row.place), row.agent_number)
                    place = hall(self._areas, row.village, row.district)
                    said = appointment(Reference(ref).shown, row.name, visit, place)
                    text = Text("evt.reminder_day_before", said)
                    self._messages.post(connection, row.contact_id, text, f"reminder:{row.id}", ref, now)
            count += len(rows)
            if len(rows) < BATCH or not self._written(rows[-1].id):
                return count

    def _written(self, visit: str) -> bool:
        """Whether the last of them has been told: who wants no messages has no row, and would come again at once."""
        with self._db.read() as connection:
            return bool(connection.scalar(select(messages.c.id).where(messages.c.key == f"reminder:{visit}")))
