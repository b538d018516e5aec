"""What is done by the clock and not by anybody's message: whom to tell of an open window, and what may be forgotten."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select

from bot.messages import Text
from store import dialogues
from store.database import Database, ms
from store.messages import Messages
from store.receipts import EarlyReceipts
from store.schema import proofs, staff_sessions, tries, waiting
from store.untaken import forget as forget_untaken

BATCH = 100  # Contacts told in one transaction: a turn does not wait long for it.
TRIES_KEPT = timedelta(days=2)  # Twice as long as anything is locked.
SESSIONS_KEPT = timedelta(days=1)  # Longer than any session lasts.


class Housekeeping:
    """Functions of the given instant; doing one twice is harmless."""

    def __init__(self, database: Database, messages: Messages) -> None:
        self._db = database
        self._messages = messages

    def awaited(self) -> list[str]:
        """The regencies whose opening somebody waits for."""
        with self._db.read() as connection:
            return sorted(connection.scalars(select(waiting.c.regency).distinct()))

    def tell_waiting(self, regency: str, told: Text, period: str, now: datetime) -> int:
        """Tell everyone who waits for this regency, once a period, and wait no longer; how many they were."""
        count = 0
        while True:
            with self._db.write() as connection:
                found = select(waiting.c.contact_id).where(waiting.c.regency == regency).limit(BATCH)
                contacts = list(connection.scalars(found))
                for contact in contacts:
                    self._messages.post(connection, contact, told, f"window:{contact}:{period}", "", now)
                gone = waiting.c.regency == regency, waiting.c.contact_id.in_(contacts)
                connection.execute(delete(waiting).where(*gone))
            count += len(contacts)
            if len(contacts) < BATCH:
                return count

    def forget(self, now: datetime) -> int:
        """Delete tries, proofs of phones and sessions at the desk that count no more; how many rows they were."""
        stale = ms(now - SESSIONS_KEPT)
        ended = or_(staff_sessions.c.seen_at < stale, staff_sessions.c.started_at < stale)
        over = dialogues.forget(self._db, now) + EarlyReceipts(self._db).forget(now)
        over += forget_untaken(self._db, now)
        with self._db.write() as connection:
            rows = over + connection.execute(delete(tries).where(tries.c.at < ms(now - TRIES_KEPT))).rowcount
            rows += connection.execute(delete(proofs).where(proofs.c.at < ms(now - TRIES_KEPT))).rowcount
            return rows + connection.execute(delete(staff_sessions).where(ended)).rowcount
