"""Who began a dialogue, for gateways that name the phone in the first message only."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, select

from store.database import Database, ms
from store.schema import dialogues
from store.seal import Sealer
from store.sessions import PHONE

KEPT = timedelta(days=1)  # Far longer than any operator keeps one open.

_CALLER = select(dialogues.c.sealed).where(dialogues.c.key == bindparam("key"))


class Dialogues:
    """Phones by dialogue: sealed, and found by a keyed hash."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._db = database
        self._sealer = sealer

    def keep(self, gateway: str, dialogue: str, phone: str, now: datetime) -> None:
        """Whoever begins a dialogue whose id has been used before is the one who counts."""
        key = self._key(gateway, dialogue)
        sealed = self._sealer.seal("dialogues.sealed", key.hex(), phone.encode())
        caller = self._sealer.index(PHONE, phone)
        with self._db.write() as connection:
            connection.execute(delete(dialogues).where(dialogues.c.key == key))
            connection.execute(insert(dialogues).values(key=key, sealed=sealed, caller=caller, at=ms(now)))

    def caller(self, gateway: str, dialogue: str) -> str | None:
        key = self._key(gateway, dialogue)
        row = self._db.writer().execute(_CALLER, {"key": key}).fetchone()
        return self._sealer.open("dialogues.sealed", key.hex(), bytes(row[0])).decode() if row else None

    def _key(self, gateway: str, dialogue: str) -> bytes:
        return self._sealer.mark("inbox", f"dialogue|{gateway}|{dialogue}")


def forget(database: Database, now: datetime) -> int:
    """Delete those that are over; how many they were."""
    with database.write() as connection:
        return connection.execute(delete(dialogues).where(dialogues.c.at < ms(now - KEPT))).rowcount
