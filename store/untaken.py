"""Messages that came and could not be taken: kept sealed from the first failure on, so that none is lost."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import delete, select, update

from bot.messages import Inbound
from store.database import Database, ms
from store.prepared import into
from store.schema import untaken
from store.seal import Sealer

KEPT = timedelta(days=60)  # By then whoever wrote has written again, or called.
PLACE = "untaken.sealed"
_KEEP = into(untaken, ignore_known=True)


@dataclass(frozen=True, slots=True)
class Untaken:
    """`tries`: how often it has failed. `at`: when it came first, in milliseconds since 1970."""

    id: str
    gateway: str
    tries: int
    at: int
    inbound: Inbound = field(repr=False)


class UntakenMessages:
    """The same message is the same row, whoever brings it again."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._db = database
        self._sealer = sealer

    def failed(self, inbound: Inbound, now: datetime) -> int:
        """Keep it, and count: how often it has failed by now."""
        id = self._id(inbound)
        values = {
            "id": id,
            "gateway": inbound.gateway,
            "sender_idx": self._sealer.index("phone", inbound.sender),
            "sealed": self._sealer.seal(PLACE, id, msgspec.json.encode(inbound)),
            "tries": 0,
            "at": ms(now),
        }
        once_more = update(untaken).where(untaken.c.id == id).values(tries=untaken.c.tries + 1)
        with self._db.write() as connection:
            connection.execute(_KEEP, values)
            return int(connection.scalar(once_more.returning(untaken.c.tries)) or 0)

    def all(self) -> Sequence[Untaken]:
        """Oldest first."""
        with self._db.read() as connection:
            rows = connection.execute(select(untaken).order_by(untaken.c.at, untaken.c.id)).all()
        return [Untaken(row.id, row.gateway, row.tries, row.at, self._opened(row.id, row.sealed)) for row in rows]

    def taken(self, inbound: Inbound) -> None:
        """It could be taken after all."""
        with self._db.write() as connection:
            connection.execute(delete(untaken).where(untaken.c.id == self._id(inbound)))

    def _id(self, inbound: Inbound) -> str:
        return self._sealer.mark("inbox", f"untaken|{inbound.gateway}|{inbound.sender}|{inbound.id}").hex()[:32]

    def _opened(self, id: str, sealed: bytes) -> Inbound:
        return msgspec.json.decode(self._sealer.open(PLACE, id, bytes(sealed)), type=Inbound)


def forget(database: Database, now: datetime) -> int:
    """Delete what is too old to be of use to anybody; how many they were."""
    with database.write() as connection:
        return connection.execute(delete(untaken).where(untaken.c.at < ms(now - KEPT))).rowcount
