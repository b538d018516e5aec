"""One sentence to everybody who has registered in an area: counted first, then written a batch at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from bot.messages import Text
from store import audit
from store.database import Database
from store.messages import Messages
from store.schema import contacts, identities, registrations

BATCH = 100  # People told in one transaction: a turn does not wait long for it.


@dataclass(frozen=True, slots=True)
class Reach:
    """How many people there are to be told, and how many of the area want no messages."""

    people: int
    silent: int


class Broadcast:
    """Doing it twice on one day is harmless: a message's key is its day and its contact."""

    def __init__(self, database: Database, messages: Messages) -> None:
        self._db = database
        self._messages = messages

    def reach(self, area: str) -> Reach:
        """Whom a sentence to this village, district or regency would reach. `area`: a code."""
        with self._db.read() as connection:
            return Reach(_count(connection, area, wanting=True), _count(connection, area, wanting=False))

    def tell(self, area: str, text: Text, day: str, actor: str, now: datetime) -> int:
        """Write it to all of them; how many they were. It is written down who had it sent."""
        told, last = 0, ""
        with self._db.write() as connection:
            audit.note(connection, actor, text.id.removeprefix("evt."), area, now)
        while True:
            found = _people(area, wanting=True).where(contacts.c.id > last).order_by(contacts.c.id).limit(BATCH)
            with self._db.write() as connection:
                people = list(connection.scalars(found))
                for contact in people:
                    self._messages.post(connection, contact, text, f"{text.id}:{day}:{contact}", "", now)
            told += len(people)
            if len(people) < BATCH:
                return told
            last = people[-1]


def _count(connection: Connection, area: str, *, wanting: bool) -> int:
    return connection.scalar(select(func.count()).select_from(_people(area, wanting=wanting).subquery())) or 0


def _people(area: str, *, wanting: bool) -> Select[Any]:
    """Everybody who can be reached and has a registration there that was not erased."""
    there = and_(registrations.c.contact_id == contacts.c.id, registrations.c.erased_at.is_(None), _in(area))
    living = select(registrations.c.id).where(there).exists()
    reached = select(identities.c.contact_id).where(identities.c.contact_id == contacts.c.id).exists()
    silent = contacts.c.opted_out_at
    return select(contacts.c.id).where(living, reached, silent.is_(None) if wanting else silent.is_not(None))


def _in(area: str) -> ColumnElement[bool]:
    match len(area):
        case 4:
            return registrations.c.regency == area
        case 6:
            return registrations.c.district == area
        case _:
            return registrations.c.village == area
