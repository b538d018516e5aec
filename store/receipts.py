"""Receipts that come before the row that they are about is written: kept, and applied when it is."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from store.database import Database, ms
from store.prepared import into
from store.schema import early_receipts

KEPT = timedelta(hours=1)  # Far longer than a job may run; what is older is about nothing of ours.
_KEEP = into(early_receipts, ignore_known=True)


class EarlyReceipts:
    """By gateway and the name that it has given to the message."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def keep(self, gateway: str, provider_id: str, delivery: str, reason: str, now: datetime) -> None:
        """The latest one counts."""
        mine = early_receipts.c.gateway == gateway, early_receipts.c.provider_id == provider_id
        row = {"gateway": gateway, "provider_id": provider_id, "delivery": delivery, "reason": reason, "at": ms(now)}
        with self._db.write() as connection:
            connection.execute(delete(early_receipts).where(*mine))
            connection.execute(_KEEP, row)

    def take(self, gateway: str, provider_id: str) -> tuple[str, str] | None:
        """What was kept of this message, once: delivery and reason."""
        mine = early_receipts.c.gateway == gateway, early_receipts.c.provider_id == provider_id
        gone = delete(early_receipts).where(*mine).returning(early_receipts.c.delivery, early_receipts.c.reason)
        with self._db.write() as connection:
            row = connection.execute(gone).first()
        return (row.delivery, row.reason) if row else None

    def forget(self, now: datetime) -> int:
        with self._db.write() as connection:
            return connection.execute(delete(early_receipts).where(early_receipts.c.at < ms(now - KEPT))).rowcount
