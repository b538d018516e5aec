"""Messages that may come again without saying so, and parts that wait until they are whole."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from store.database import Database, ms
from store.schema import heard
from store.seal import Sealer

AGAIN = timedelta(minutes=10)  # So long a message of the same words may be the same message.
WHOLE = timedelta(days=1)  # So long parts wait for the others.


@dataclass(frozen=True, slots=True)
class Whole:
    """`id`: the same each time that this message comes. `payload`: None while a part of it is missing."""

    mark: bytes = field(repr=False)
    id: str
    payload: bytes | None = field(repr=False)


class Heard:
    """A row for each part, from before it is thanked for until it is sure that the thanks have arrived."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._db = database
        self._sealer = sealer

    def keep(self, sender: str, line: str, payload: bytes, part: tuple[int, int, int] | None, now: datetime) -> Whole:
        """`line`: what else tells messages apart. `part`: reference, number and total, of a message in parts."""
        number, total = part[1:] if part else (1, 1)
        name = f"{part[0]}/{total}" if part else payload.hex()
        mark = self._sealer.mark("inbox", f"heard|{sender}|{line}|{name}")
        with self._db.write() as connection:
            self._alone(connection, mark)
            rows = self._known(connection, mark, number, payload, now - (WHOLE if part else AGAIN))
            id = rows[0].id if rows else uuid.uuid4().hex
            payloads = {row.part: self._opened(row) for row in rows}
            if number not in payloads:
                sealed = self._sealer.seal("heard.sealed", id, payload)
                values = {"mark": mark, "part": number, "id": id, "sealed": sealed, "at": ms(now)}
                values["sender_idx"] = self._sealer.index("phone", sender)
                connection.execute(insert(heard).values(values))
        payloads[number] = payload
        whole = b"".join(payloads[part] for part in sorted(payloads)) if len(payloads) == total else None
        return Whole(mark, id, whole)

    def confirm(self, marks: Sequence[bytes]) -> None:
        """These will not come again."""
        with self._db.write() as connection:
            connection.execute(delete(heard).where(heard.c.mark.in_(marks)))

    def _known(
        self, connection: Connection, mark: bytes, number: int, payload: bytes, since: datetime
    ) -> Sequence[Row[Any]]:
        """What is there of this message; of an older one with the same mark, nothing is kept."""
        rows = connection.execute(select(heard).where(heard.c.mark == mark).order_by(heard.c.part)).all()
        other = any(row.part == number and self._opened(row) != payload for row in rows)
        if rows and (other or min(row.at for row in rows) < ms(since)):
            connection.execute(delete(heard).where(heard.c.mark == mark))
            return ()
        return rows

    def _alone(self, connection: Connection, mark: bytes) -> None:
        """Two parts that come by two binds in the same moment would not see each other. SQLite writes one by one."""
        if not self._db.sqlite:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (int.from_bytes(mark[:8], signed=True),))

    def _opened(self, row: Row[Any]) -> bytes:
        return self._sealer.open("heard.sealed", row.id, bytes(row.sealed))
