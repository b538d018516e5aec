"""The outbox on both databases: claimed once, settled by who holds it, never lost and never doubled."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, select
from support.databases import Factory, each_database

from store.database import Database
from store.outbox import (
    FAILURES,
    LEASE,
    LONGEST_WAIT,
    Dead,
    Done,
    Job,
    Lane,
    Outbox,
    Retry,
    backoff,
    enqueue,
    hasten,
)
from store.schema import outbox

__all__ = ["each_database"]

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def database(each_database: Factory) -> Database:
    return each_database()


def put(database: Database, *keys: str, kind: str = "message.send", due: datetime | None = None) -> None:
    with database.write() as connection:
        for key in keys:
            enqueue(connection, key, kind, f"of-{key}", NOW, due)


def state(database: Database, key: str) -> tuple[str, int, str]:
    with database.read() as connection:
        found = select(outbox.c.state, outbox.c.failures, outbox.c.error).where(outbox.c.key == key)
        found_state, failures, error = connection.execute(found).one()
    return found_state, failures, error


def test_the_same_key_twice_is_one_job(database: Database) -> None:
    put(database, "a", "a")
    put(database, "a")
    assert len(Outbox(database).due(NOW)) == 1


def test_a_job_is_claimed_by_one_only_until_its_lease_runs_out(database: Database) -> None:
    box = Outbox(database)
    put(database, "a")
    (first,) = box.claim(NOW)
    assert (first.key, first.subject, first.attempt) == ("a", "of-a", 1)
    assert box.claim(NOW + LEASE) == []
    (second,) = box.claim(NOW + LEASE + timedelta(milliseconds=1))
    assert second.attempt == 2


def test_the_first_attempt_cannot_settle_what_the_second_has(database: Database) -> None:
    box = Outbox(database)
    put(database, "a")
    (late,) = box.claim(NOW)
    after = NOW + 2 * LEASE
    (holder,) = box.claim(after)
    assert box.settle(late, Dead("late"), after) is None
    assert box.settle(holder, Done(), after) == "done"
    assert box.settle(holder, Dead("again"), after) is None
    assert state(database, "a") == ("done", 0, "")


def test_claims_at_the_same_time_share_the_jobs(database: Database) -> None:
    put(database, *(f"k{n}" for n in range(40)))
    box = Outbox(database)
    with ThreadPoolExecutor(4) as threads:
        claims = [job for jobs in threads.map(lambda _: box.claim(NOW, 10), range(4)) for job in jobs]
    assert len(claims) == len({job.id for job in claims})
    rest = box.claim(NOW, 100)
    assert len(claims) + len(rest) == 40


def test_a_claim_takes_no_more_than_it_asked_for_and_the_oldest_first(database: Database) -> None:
    put(database, "later", due=NOW - timedelta(seconds=1))
    put(database, "first", due=NOW - timedelta(seconds=5))
    put(database, "not yet", due=LATER)
    box = Outbox(database)
    assert [job.key for job in box.claim(NOW, 1)] == ["first"]
    assert [job.key for job in box.claim(NOW, 9)] == ["later"]


def test_a_named_job_is_claimed_only_while_it_is_due(database: Database) -> None:
    put(database, "a")
    put(database, "b", due=LATER)
    box = Outbox(database)
    (a,) = box.due(NOW)
    (_, b) = box.due(LATER)
    assert [job.key for job in box.claim(NOW, job=a)] == ["a"]
    assert box.claim(NOW, job=a) == []
    assert box.claim(NOW, job=b) == []


def test_the_portal_has_a_lane_of_its_own(database: Database) -> None:
    put(database, "slow", kind="portal.submit")
    put(database, "quick")
    box = Outbox(database)
    assert [job.key for job in box.claim(NOW, 9, lane=Lane.OTHERS)] == ["quick"]
    assert [job.key for job in box.claim(NOW, 9, lane=Lane.PORTAL)] == ["slow"]


def test_waiting_is_not_counted_and_failing_is_until_people_have_to_look(database: Database) -> None:
    box, buried, now = Outbox(database), [], NOW
    put(database, "a")

    def bury(connection: Connection, job: Job, error: str, at: datetime) -> None:
        buried.append((job.key, error, at))

    for _ in range(3 * FAILURES):
        (job,) = box.claim(now)
        assert box.settle(job, Retry("away"), now, bury) == "due"
        now += timedelta(seconds=LONGEST_WAIT)
    assert state(database, "a") == ("due", 0, "away")
    for n in range(FAILURES):
        (job,) = box.claim(now)
        assert job.failures == n
        assert box.settle(job, Retry("fault", after=1, failure=True), now, bury) == ("dead" if n == 7 else "due")
        now += timedelta(seconds=1)
    assert state(database, "a") == ("dead", FAILURES, "fault")
    assert buried == [("a", "fault", now - timedelta(seconds=1))]
    assert box.claim(now + timedelta(days=9)) == []


def test_where_burying_fails_the_job_is_not_dead(database: Database) -> None:
    box = Outbox(database)
    put(database, "a")
    (job,) = box.claim(NOW)

    def bury(connection: Connection, job: Job, error: str, at: datetime) -> None:
        raise RuntimeError("the ticket could not be written")

    with pytest.raises(RuntimeError):
        box.settle(job, Dead("never"), NOW, bury)
    assert state(database, "a") == ("due", 0, "")


def test_only_a_job_that_nobody_has_tried_is_hastened(database: Database) -> None:
    box = Outbox(database)
    put(database, "waiting", due=LATER)
    put(database, "tried")
    (job,) = box.claim(NOW)
    box.settle(job, Retry("away", after=600), NOW)
    with database.write() as connection:
        for key in ("waiting", "tried", "unknown"):
            hasten(connection, key, NOW)
    assert [job.key for job in box.claim(NOW, 9)] == ["waiting"]


def test_a_long_error_and_its_age_fit(database: Database) -> None:
    box = Outbox(database)
    put(database, "a")
    (job,) = box.claim(NOW)
    assert box.settle(job, Dead("x" * 200), NOW) == "dead"
    put(database, "b")
    assert box.ages(NOW + timedelta(seconds=5)) == (1, 1, 5.0)


def test_the_wait_grows_to_a_quarter_of_an_hour_and_is_spread() -> None:
    assert all(1 <= backoff(1) <= 2 for _ in range(50))
    late = [backoff(50) for _ in range(200)]
    assert 1 <= min(late) < max(late) <= LONGEST_WAIT
    assert len(set(late)) > 100
