"""Forgets by age: what has served its time is deleted, or emptied where its key still has to be known.

Small transactions one after the other, so that no turn waits for them. Doing it twice is harmless.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, and_, delete, func, select, update

from bot.session import Session, dumps, loads
from store.database import Database, ms
from store.erasure import NO_PAGE, Erasure
from store.messages import QUEUED
from store.outbox import DONE
from store.schema import events, inbox, messages, outbox, sessions, unclear
from store.seal import Sealer

BATCH = 500
MONTH = 365.25 / 12
# Where the portal has lost an intent, these are done again as long as there is a registration.
LASTING = ("portal.submit", "portal.complete")

Told = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Periods:
    """Days until each kind of thing is forgotten; for registrations, months from their end."""

    pages: int = 7
    inbox: int = 400
    events: int = 400
    sessions: int = 60
    jobs: int = 60
    messages: int = 180
    months: int = 24
    unclear: int = 30  # 0: none is kept.


class Retention:
    """Forgets what is older than the periods say."""

    def __init__(self, database: Database, sealer: Sealer, periods: Periods) -> None:
        self._db = database
        self._sealer = sealer
        self._periods = periods
        self._erasure = Erasure(database, sealer)

    def due(self, now: datetime) -> Mapping[str, int]:
        """How many of each kind would be forgotten now. It only reads."""
        found = {}
        with self._db.read() as connection:
            for name, (key, old) in self._old(now).items():
                if name == "sessions":
                    found[name] = sum(1 for row in connection.execute(select(sessions).where(old)) if self._said(row))
                else:
                    found[name] = connection.scalar(select(func.count()).select_from(key.table).where(old)) or 0
        return found | {"registrations": self._erasure.count_expired(self._ended(now))}

    def forget(self, now: datetime, told: Told = lambda name, count: None) -> Mapping[str, int]:
        """Forget all of it; how many of each kind there were. `told(name, count)` hears of the progress."""
        done: dict[str, int] = {}
        for name, count in self._forgotten(now):
            done[name] = done.get(name, 0) + count
            told(name, count)
        return done

    def _forgotten(self, now: datetime) -> Iterator[tuple[str, int]]:
        for name, (key, old) in self._old(now).items():
            last: Any = None
            while True:
                with self._db.write() as connection:
                    found = select(key.table).where(old, *([] if last is None else [key > last])).order_by(key)
                    rows = connection.execute(found.limit(BATCH)).all()
                    yield name, self._drop(connection, name, key, rows)
                if len(rows) < BATCH:
                    break
                last = getattr(rows[-1], key.name)
        while count := self._erasure.expire(self._ended(now), now, BATCH):
            yield "registrations", count
        yield "registrations", 0

    def _old(self, now: datetime) -> dict[str, tuple[Column[Any], ColumnElement[bool]]]:
        """Of each kind its key, and which rows are too old. Whole rows of the inbox go after their pages have."""
        periods = self._periods

        def before(days: float) -> int:
            return ms(now - timedelta(days=days))

        settled = and_(outbox.c.state == DONE, outbox.c.done_at < before(periods.jobs))
        served = outbox.c.kind.not_in(LASTING) | (outbox.c.done_at < before(periods.months * MONTH))
        since = (now - timedelta(days=periods.unclear)).date().isoformat() if periods.unclear else "9999"
        return {
            "unclear": (unclear.c.id, unclear.c.day < since),
            "pages": (inbox.c.key, and_(inbox.c.at < before(periods.pages), inbox.c.contact_id != "")),
            "inbox": (inbox.c.key, inbox.c.at < before(periods.inbox)),
            "events": (events.c.id, events.c.at < before(periods.events)),
            "sessions": (sessions.c.contact_id, sessions.c.updated_at < before(periods.sessions)),
            "jobs": (outbox.c.id, and_(settled, served)),
            "messages": (
                messages.c.id,
                and_(messages.c.created_at < before(periods.messages), messages.c.delivery != QUEUED),
            ),
        }

    def _drop(self, connection: Connection, name: str, key: Column[Any], rows: Sequence[Row[Any]]) -> int:
        match name:
            case "pages":
                for row in rows:
                    sealed = self._sealer.seal("inbox.sealed", bytes(row.key).hex(), NO_PAGE)
                    mine = inbox.c.key == row.key
                    connection.execute(update(inbox).where(mine).values(sealed=sealed, contact_id=""))
                return len(rows)
            case "sessions":
                said = [row for row in rows if self._said(row)]
                for row in said:
                    self._quiet(connection, row)
                return len(said)
            case _:
                keys = [getattr(row, key.name) for row in rows]
                connection.execute(delete(key.table).where(key.in_(keys)))
                return len(rows)

    def _said(self, row: Row[Any]) -> Session | None:
        """The session, where anything but the language is in it: drafts, the talk in hand, the last dialogue."""
        session = loads(self._sealer.open("sessions.sealed", row.contact_id, row.sealed))
        return session if session != Session(language=session.language) else None

    def _quiet(self, connection: Connection, row: Row[Any]) -> None:
        session = loads(self._sealer.open("sessions.sealed", row.contact_id, row.sealed))
        sealed = self._sealer.seal("sessions.sealed", row.contact_id, dumps(Session(language=session.language)))
        mine = and_(sessions.c.contact_id == row.contact_id, sessions.c.version == row.version)
        connection.execute(update(sessions).where(mine).values(sealed=sealed, version=row.version + 1))

    def _ended(self, now: datetime) -> datetime:
        return now - timedelta(days=self._periods.months * MONTH)
