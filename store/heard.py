"""Messages that may come again without saying so, and parts that wait until they are whole."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select

from store.database import Database, ms
from store.schema import heard
from store.seal import Sealer

AGAIN = timedelta(minutes=10)  # So long a message of the same words may be the same message, and parts wait for more.


class Part(msgspec.Struct, frozen=True, array_like=True):
    """A message, or the n-th part of one, as its line brought it. Sealed whole."""

    gateway: str
    sender: str
    to: str
    coding: int
    payload: bytes
    reference: int | None = None
    number: int = 1
    total: int = 1

    def __repr__(self) -> str:
        return f"Part({self.gateway} {self.number}/{self.total})"

    @property
    def name(self) -> str:
        """Equal for all parts of a message, and for a whole one each time that it is brought."""
        parts = self.payload.hex() if self.reference is None else f"{self.reference}/{self.total}"
        return f"heard|{self.gateway}|{self.sender}|{self.to}|{self.coding}|{parts}"


@dataclass(frozen=True, slots=True)
class Whole:
    """`id`: the same each time that this message comes. `payload`: None while a part of it is missing."""

    mark: bytes = field(repr=False)
    id: str
    part: Part
    payload: bytes | None = field(repr=False)


class Heard:
    """A row for each part, from before it is thanked for until it is sure that the thanks have arrived."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._db = database
        self._sealer = sealer

    def keep(self, part: Part, now: datetime) -> Whole:
        """Write it down before anybody is thanked for it; the message, where this completes it."""
        mark = self._sealer.mark("inbox", part.name)
        with self._db.write() as connection:
            self._alone(connection, mark)
            rows = self._known(connection, mark, part, now - AGAIN)
            id = rows[0].id if rows else uuid.uuid4().hex
            payloads = {row.part: self._opened(row).payload for row in rows}
            if part.number not in payloads:
                sealed = self._sealer.seal("heard.sealed", id, msgspec.json.encode(part))
                values = {"mark": mark, "part": part.number, "id": id, "sealed": sealed, "at": ms(now)}
                values["sender_idx"] = self._sealer.index("phone", part.sender)
                connection.execute(insert(heard).values(values))
        payloads[part.number] = part.payload
        return Whole(mark, id, part, _joined(payloads) if len(payloads) == part.total else None)

    def confirm(self, marks: Sequence[bytes]) -> None:
        """These will not come again."""
        with self._db.write() as connection:
            connection.execute(delete(heard).where(heard.c.mark.in_(marks)))

    def overdue(self, now: datetime, most: int) -> list[Whole]:
        """What has waited long enough, in the order of its parts: nothing of it comes again, and no more of it."""
        newest = func.max(heard.c.at) < ms(now - AGAIN)
        marks = select(heard.c.mark).group_by(heard.c.mark).having(newest).limit(most)
        with self._db.read() as connection:
            found = select(heard).where(heard.c.mark.in_(marks)).order_by(heard.c.mark, heard.c.part)
            rows = connection.execute(found).all()
        wholes = []
        for mark, group in groupby(rows, lambda row: bytes(row.mark)):
            parts = [(row.id, self._opened(row)) for row in group]
            id, first = parts[0]
            wholes.append(Whole(mark, id, first, _joined({part.number: part.payload for _, part in parts})))
        return wholes

    def _known(self, connection: Connection, mark: bytes, part: Part, since: datetime) -> Sequence[Row[Any]]:
        """What is there of this message; of an older one with the same mark, nothing is kept."""
        rows = connection.execute(select(heard).where(heard.c.mark == mark).order_by(heard.c.part)).all()
        other = any(row.part == part.number and self._opened(row) != part for row in rows)
        if rows and (other or max(row.at for row in rows) < ms(since)):
            connection.execute(delete(heard).where(heard.c.mark == mark))
            return ()
        return rows

    def _alone(self, connection: Connection, mark: bytes) -> None:
        """Two parts that come by two binds in the same moment would not see each other. SQLite writes one by one."""
        if not self._db.sqlite:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (int.from_bytes(mark[:8], signed=True),))

    def _opened(self, row: Row[Any]) -> Part:
        return msgspec.json.decode(self._sealer.open("heard.sealed", row.id, bytes(row.sealed)), type=Part)


def _joined(payloads: Mapping[int, bytes]) -> bytes:
    return b"".join(payloads[number] for number in sorted(payloads))
