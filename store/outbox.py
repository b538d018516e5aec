"""Work that must happen: rows written with the turn, claimed with a lease, settled by the attempt that holds it."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, not_, or_, select, update

from store.database import Database, ms
from store.prepared import Executor, into
from store.schema import outbox

DUE, DONE, DEAD = "due", "done", "dead"
LEASE = timedelta(seconds=30)  # Longer than a job may take: connecting and reading are given up after 12 s together.
FIRST_WAIT, LONGEST_WAIT = 1.0, 900.0
FAILURES = 8  # Real failures of one row, after which people look at it. An outage is not one.


class Lane(Enum):
    """Jobs of different lanes do not wait for each other: a slow portal holds up no message."""

    PORTAL = "portal."
    SMPP = "message.smpp"  # Only whoever holds the bind takes these.
    OTHERS = ""


ANYBODYS = (Lane.PORTAL, Lane.OTHERS)


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed row. `attempt` is the fence: a later claim of the same row has a higher one."""

    id: int
    key: str
    kind: str
    subject: str
    attempt: int
    failures: int
    error: str = ""  # Of the attempt before this one.
    since: int = 0  # When it was written, in milliseconds since 1970.


@dataclass(frozen=True, slots=True)
class Done:
    """It happened."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Later. `failure`: this row's own fault, counted; else the destination is away, or it is not time yet."""

    error: str
    after: float | None = None  # Seconds.
    failure: bool = False


@dataclass(frozen=True, slots=True)
class Dead:
    """Never: people have to look at it."""

    error: str


@dataclass(frozen=True, slots=True)
class Passed:
    """It is for others: for whoever does jobs of this kind."""

    kind: str


Result = Done | Retry | Dead | Passed
Bury = Callable[[Connection, Job, str, datetime], None]  # What else to write, with its error, when a job is dead.


_ENQUEUE = into(outbox, ignore_known=True)
_HASTEN = (
    update(outbox)
    .where(
        outbox.c.key == bindparam("job"),
        outbox.c.state == bindparam("waiting"),
        outbox.c.due_at > bindparam("now"),
        outbox.c.attempt == bindparam("untried"),
    )
    .values(due_at=bindparam("now"))
)


def enqueue(
    connection: Executor, key: str, kind: str, subject: str, now: datetime, due: datetime | None = None
) -> None:
    """Write a job with the transaction that causes it. The same key twice is the same job."""
    values = {
        "key": key,
        "kind": kind,
        "subject": subject,
        "state": DUE,
        "due_at": ms(due or now),
        "attempt": 0,
        "failures": 0,
        "leased_until": 0,
        "error": "",
        "created_at": ms(now),
        "done_at": None,
    }
    connection.execute(_ENQUEUE, values)


def hasten(connection: Executor, key: str, now: datetime) -> None:
    """Make a waiting job due now; what is done or running already stays as it is."""
    connection.execute(_HASTEN, {"job": key, "waiting": DUE, "now": ms(now), "untried": 0})


_REOPEN = (
    update(outbox)
    .where(outbox.c.key == bindparam("job"), outbox.c.state == bindparam("done"))
    .values(state=bindparam("waiting"), due_at=bindparam("now"), done_at=None)
)


def reopen(connection: Executor, key: str, now: datetime) -> None:
    """Do a job that was done once more, under the same key: the other side has lost what came of it."""
    connection.execute(_REOPEN, {"job": key, "done": DONE, "waiting": DUE, "now": ms(now)})


class Outbox:
    """Claims and settles jobs. Every worker, embedded or distributed, goes through here."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def due(self, now: datetime, limit: int = 100, lane: Lane | None = None) -> list[int]:
        """The ids of jobs that could run now, oldest first. It only reads."""
        with self._db.read() as connection:
            return list(connection.scalars(_next(now, limit, lane)))

    def claim(self, now: datetime, limit: int = 1, job: int | None = None, lane: Lane | None = None) -> Sequence[Job]:
        """Take due jobs for the length of a lease: the oldest, or the one named if it is due."""
        found = _next(now, limit, lane)
        if job is not None:
            found = found.where(outbox.c.id == job)
        if not self._db.sqlite:
            found = found.with_for_update(skip_locked=True)
        # As a common table expression: PostgreSQL may run a subquery more than once, and then takes more than `limit`.
        taken = found.cte("taken")
        take = (
            update(outbox)
            .where(outbox.c.id.in_(select(taken.c.id)))
            .values(attempt=outbox.c.attempt + 1, leased_until=ms(now + LEASE))
            .returning(
                outbox.c.id,
                outbox.c.key,
                outbox.c.kind,
                outbox.c.subject,
                outbox.c.attempt,
                outbox.c.failures,
                outbox.c.error,
                outbox.c.created_at,
            )
        )
        with self._db.write() as connection:
            rows = connection.execute(take).all()
        return [Job(*row) for row in sorted(rows)]

    def settle(self, job: Job, result: Result, now: datetime, bury: Bury | None = None) -> str | None:
        """Write down how it went: the row's state then; None where another attempt has the row by now.

        `bury` runs in the same transaction where the job is dead, be it at once or by its last failure.
        """
        mine = and_(outbox.c.id == job.id, outbox.c.attempt == job.attempt, outbox.c.state == DUE)
        values = _settled(job, result, now)
        state = str(values.get("state", DUE))
        with self._db.write() as connection:
            if not connection.execute(update(outbox).where(mine).values(**values)).rowcount:
                return None
            if state == DEAD and bury is not None:
                bury(connection, job, str(values["error"]), now)
        return state

    def hand_over(self, kind: str, other: str) -> int:
        """Give the waiting jobs of a kind that nobody does any more to those who do the other; how many they were."""
        left = update(outbox).where(outbox.c.state == DUE, outbox.c.kind == kind)
        with self._db.write() as connection:
            return connection.execute(left.values(kind=other)).rowcount

    def ages(self, now: datetime) -> tuple[int, int, float]:
        """How many rows are due, how many are dead, and the age of the oldest due one in seconds."""
        counts = select(outbox.c.state, func.count(), func.min(outbox.c.due_at)).where(outbox.c.state != DONE)
        with self._db.read() as connection:
            rows = {row[0]: row for row in connection.execute(counts.group_by(outbox.c.state))}
        waiting = rows.get(DUE)
        oldest = max(0.0, (ms(now) - waiting[2]) / 1000) if waiting else 0.0
        return (waiting[1] if waiting else 0, rows[DEAD][1] if DEAD in rows else 0, oldest)


def _next(now: datetime, limit: int, lane: Lane | None) -> Select[tuple[int]]:
    found = select(outbox.c.id).where(_claimable(now)).order_by(outbox.c.due_at, outbox.c.id).limit(limit)
    match lane:
        case None:
            return found.where(outbox.c.kind != Lane.SMPP.value)
        case Lane.PORTAL:
            return found.where(outbox.c.kind.startswith(Lane.PORTAL.value))
        case Lane.SMPP:
            return found.where(outbox.c.kind == Lane.SMPP.value)
        case Lane.OTHERS:
            portal = outbox.c.kind.startswith(Lane.PORTAL.value)
            return found.where(not_(portal), outbox.c.kind != Lane.SMPP.value)


def _claimable(now: datetime) -> ColumnElement[bool]:
    at = ms(now)
    return and_(
        outbox.c.state == DUE, outbox.c.due_at <= at, or_(outbox.c.leased_until == 0, outbox.c.leased_until < at)
    )


def _settled(job: Job, result: Result, now: datetime) -> dict[str, object]:
    match result:
        case Done():
            return {"state": DONE, "done_at": ms(now), "leased_until": 0, "error": ""}
        case Passed(kind):
            return {"kind": kind, "due_at": ms(now), "leased_until": 0}
        case Dead(error):
            return {"state": DEAD, "done_at": ms(now), "leased_until": 0, "error": error[:80]}
        case Retry(error, after, failure):
            failures = job.failures + failure
            if failures >= FAILURES:
                return {"state": DEAD, "done_at": ms(now), "leased_until": 0, "failures": failures, "error": error[:80]}
            wait = after if after is not None else backoff(job.attempt)
            due = ms(now + timedelta(seconds=wait))
            return {"due_at": due, "leased_until": 0, "failures": failures, "error": error[:80]}


def backoff(attempt: int) -> float:
    """Seconds until the next try: full jitter up to a bound that doubles from a second to a quarter of an hour."""
    bound = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempt, 12))
    return FIRST_WAIT + random.random() * (bound - FIRST_WAIT)  # noqa: S311  Spread, not secrecy.
