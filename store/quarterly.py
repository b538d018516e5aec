"""Once a quarter each household is asked whether its data is still right; the answer is one digit."""

from datetime import datetime, timedelta

from sqlalchemy import and_, select

from bot.identity import Reference
from bot.inquiries import Subject
from bot.messages import Text
from bot.stages import Stage
from store import inquiries
from store.database import Database, ms
from store.messages import Messages
from store.schema import contacts, identities, registrations
from store.schema import inquiries as asked

BATCH = 100  # Households asked in one transaction: a turn does not wait long for it.
SETTLED = timedelta(days=60)  # Whoever has just registered has just said everything.
ENDED = frozenset({Stage.DUPLICATE, Stage.INVALID, Stage.WITHDRAWN, Stage.EXPIRED, Stage.WITH_FAMILY, Stage.CHECKING})


class Quarterly:
    """Functions of the given instant; doing one twice is harmless."""

    def __init__(self, database: Database, messages: Messages) -> None:
        self._db = database
        self._messages = messages

    def ask(self, season: str, until: datetime, now: datetime) -> int:
        """Ask the next households that were not asked this season; how many they were. `season`: 2026Q4."""
        this_time = and_(
            asked.c.subject == registrations.c.id, asked.c.kind == Subject.QUARTERLY.value, asked.c.period == season
        )
        found = (
            select(registrations.c.id, registrations.c.ref, registrations.c.contact_id)
            .join(contacts, contacts.c.id == registrations.c.contact_id)
            .join(identities, and_(identities.c.contact_id == contacts.c.id, identities.c.kind == "phone"))
            .outerjoin(asked, this_time)
            .where(asked.c.id.is_(None), contacts.c.opted_out_at.is_(None))
            .where(registrations.c.accepted_at < ms(now - SETTLED))
            .where(registrations.c.stage.not_in([stage.value for stage in ENDED]))
            .order_by(registrations.c.id)
            .limit(BATCH)
        )
        with self._db.write() as connection:
            rows = connection.execute(found).all()
            for id, ref, contact in rows:
                inquiries.ask(connection, contact, Subject.QUARTERLY, ref, id, now, until - now, season)
                told = Text("evt.quarterly_check", {"ref": Reference(ref).shown})
                self._messages.post(connection, contact, told, f"quarterly:{id}:{season}", ref, now)
        return len(rows)
