"""Whoever waited through an outage hears once that what they had asked for has got through."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.messages import Text
from bot.stages import LABELS, Stage
from store.database import Database
from store.messages import Messages
from store.schema import contacts, objections, registrations, updates

TABLES = {"portal.submit": registrations, "portal.update": updates, "portal.objection": objections}
# On a phone that others use, an objection is no more than something about the registration.
ABOUT = {"portal.update": "about.data", "portal.objection": "about.objection"}
SHARED = "about.registration"


class Outages:
    """Says that the service is back. Doing it twice is harmless: a message's key is what had been asked for."""

    def __init__(self, database: Database, messages: Messages) -> None:
        self._db = database
        self._messages = messages

    def over(self, kind: str, subject: str, now: datetime) -> None:
        """A job of this kind, about this row, has got through."""
        table = TABLES[kind]
        found = (
            select(table, contacts.c.own_phone)
            .join(contacts, contacts.c.id == table.c.contact_id)
            .where(table.c.id == subject)
        )
        with self._db.write() as connection:
            row = connection.execute(found).first()
            if row is not None:
                self._tell(connection, kind, row, now)

    def _tell(self, connection: Connection, kind: str, row: Any, now: datetime) -> None:
        if kind == "portal.submit":
            status = Text(LABELS[Stage(row.stage)], {"date": date.fromisoformat(row.visit_by)})
        else:
            status = Text(ABOUT[kind] if row.own_phone else SHARED)
        told = Text("evt.outage_over", {"status": status})
        self._messages.post(connection, row.contact_id, told, f"outage:{row.ref}", row.ref, now)
