"""The worker: whatever happens to it, each job is done, and by one attempt at a time."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs
from support.databases import Factory, each_database, sqlite_url
from support.office import PHONE, Office

from loket.config import ROOT
from loket.work import Worker, build
from store.outbox import LEASE, Done, Job, Result, enqueue
from store.seal import generate_keys

__all__ = ["each_database"]

PATIENCE = 10.0  # Seconds until a test gives up waiting for a thread.

CHILD = """
import sys
from store.database import Database
from support.office import Office
Office(Database(sys.argv[1]), crash_at=sys.argv[2]).worker.run_due()
"""


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    yield office
    office.close()


def put(office: Office, *kinds: str) -> None:
    with office.service.database.write() as connection:
        for n, kind in enumerate(kinds):
            enqueue(connection, f"{kind}:{n}", kind, "x", office.clock())


def python(*args: str, **environ: str) -> subprocess.Popen[str]:
    path = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    return subprocess.Popen(  # noqa: S603  Our own interpreter.
        [sys.executable, *args], env={**os.environ, "PYTHONPATH": path, **environ}, stderr=subprocess.PIPE, text=True
    )


def test_a_lease_that_runs_out_gives_the_job_to_another(office: Office) -> None:
    """The first worker is so slow that a second one has done the job before it is back."""
    tries: list[int] = []

    def slow(job: Job) -> Result:
        tries.append(job.attempt)
        if len(tries) == 1:
            office.clock.now += 2 * LEASE
            assert build(office.service, {"x.slow": slow}).run_due() == 1
            raise RuntimeError("the first attempt fails when the second has succeeded")
        return Done()

    put(office, "x.slow")
    build(office.service, {"x.slow": slow}).run_due()
    row = office.row("outbox")
    assert tries == [1, 2]
    assert (row["state"], row["failures"], row["error"]) == ("done", 0, "")


def test_an_error_ends_at_the_job_and_says_nothing_of_what_it_was_about(office: Office) -> None:
    def broken(job: Job) -> Result:
        raise ValueError("NIK 3510994101870001 is not to be read by anybody")

    put(office, "x.broken", "x.well")
    with capture_logs() as logs:
        build(office.service, {"x.broken": broken, "x.well": lambda job: Done()}).run_due()
    row = office.row("outbox", kind="x.broken")
    assert (row["state"], row["failures"], row["error"]) == ("due", 1, "ValueError")
    assert office.row("outbox", kind="x.well")["state"] == "done"
    assert "3510994101870001" not in str(logs)
    assert [entry["error"] for entry in logs if entry["event"] == "failed"] == ["ValueError"]


def test_a_database_that_is_away_is_no_fault_of_the_job(office: Office) -> None:
    def unlucky(job: Job) -> Result:
        raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    put(office, "x.unlucky")
    build(office.service, {"x.unlucky": unlucky}).run_due()
    row = office.row("outbox")
    assert (row["failures"], row["error"]) == (0, "OperationalError")


def test_one_job_by_its_id(office: Office) -> None:
    put(office, "x.a", "x.b")
    worker = build(office.service, {"x.a": lambda job: Done(), "x.b": lambda job: Done()})
    first, second = office.service.outbox.due(office.clock())
    assert (worker.run_one(second), worker.run_one(second), worker.run_one(99)) == (True, False, False)
    assert office.service.outbox.due(office.clock()) == [first]


@pytest.fixture
def serving(office: Office) -> Iterator[Any]:
    """Runs a worker in threads as a process does, until the test is over."""
    stop, threads = Event(), list[Thread]()

    def serve(handlers: Mapping[str, Any], sweep: Any = lambda now: None) -> Worker:
        worker = build(office.service, handlers)
        office.service.wake.bells.append(worker.ring)
        threads.append(Thread(target=worker.serve, args=(stop, sweep)))
        threads[-1].start()
        return worker

    yield serve
    stop.set()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_a_slow_portal_does_not_hold_up_a_message(office: Office, serving: Any) -> None:
    """The portal answers only when the message is out: in one line the two would wait for each other."""
    asked, sent, answered = Event(), Event(), Event()

    def slow(job: Job) -> Result:
        asked.set()
        if sent.wait(PATIENCE):
            answered.set()
        return Done()

    def send(job: Job) -> Result:
        sent.set()
        return Done()

    worker = serving({"portal.slow": slow, "message.quick": send})
    put(office, "portal.slow")
    worker.ring()
    assert asked.wait(PATIENCE)
    put(office, "message.quick")
    worker.ring()
    assert answered.wait(PATIENCE)


def test_what_a_job_leaves_behind_is_done_at_once(office: Office, serving: Any) -> None:
    """By both lanes, without anybody else ringing."""
    done = Event()

    def first(job: Job) -> Result:
        put(office, "message.second")
        return Done()

    def second(job: Job) -> Result:
        done.set()
        return Done()

    put(office, "portal.first")
    serving({"portal.first": first, "message.second": second})
    assert done.wait(PATIENCE)


def test_a_sweep_that_fails_ends_nothing(office: Office, serving: Any) -> None:
    swept, done = Event(), Event()

    def sweep(now: object) -> None:
        swept.set()
        raise RuntimeError("swept away")

    def work(job: Job) -> Result:
        done.set()
        return Done()

    worker = serving({"x.work": work}, sweep)
    assert swept.wait(PATIENCE)
    put(office, "x.work")
    worker.ring()
    assert done.wait(PATIENCE)


@pytest.mark.parametrize("point", ["claimed", "handled", "settled"])
def test_a_killed_workers_job_runs_again(each_database: Factory, point: str) -> None:
    """A process is killed as by a power cut; after its lease another goes on, and nothing is there twice."""
    office = Office(each_database())
    office.hire("Budi")
    office.register()
    url = office.database.url.render_as_string(hide_password=False)
    first = office.service.outbox.due(office.clock(), 1)[0]
    with python("-c", CHILD, url, point) as child:
        assert child.wait(60) == -signal.SIGKILL, child.stderr and child.stderr.read()
    job = office.row("outbox", id=first)
    assert (job["kind"], job["attempt"]) == ("handoff.assign", 1)
    assert job["state"] == ("done" if point == "settled" else "due")
    assert (job["leased_until"] > 0) is (point != "settled")
    office.work(seconds=1)
    assert office.row("outbox", id=first)["state"] == job["state"], "nobody takes a job from a living lease"
    office.work(seconds=LEASE.total_seconds())
    assert office.row("outbox", id=first)["state"] == "done"
    assert office.row("tickets")["agent_id"] == "budi"
    assert [event["what"] for event in office.rows("ticket_events")] == ["opened", "assign"]
    assert sorted(m["sentence"] for m in office.rows("messages")) == ["evt.assigned", "evt.registered"]
    assert len(office.gateway.sent) == 2
    assert office.row("outbox", id=first)["attempt"] == 1 + (point != "settled")
    office.close()


def test_the_worker_process_does_what_is_due_and_ends_when_told(tmp_path: Path) -> None:
    """With the shipped configuration: the console gateway and the sandbox portal."""
    from store.database import Database
    from store.seal import load_keys

    generate_keys(tmp_path / "keys.json")
    url = sqlite_url()
    office = Office(Database(url), sealer=load_keys(tmp_path / "keys.json"))
    office.register()
    environ = {"LOKET_DATABASE_URL": url.render_as_string(), "LOKET_KEYS_FILE": str(tmp_path / "keys.json")}
    with python("-c", "from loket.work import main; main()", **environ) as process:
        assert process.stderr
        line = next(line for line in process.stderr if line.startswith("sms to"))
        assert line.startswith(f"sms to …{PHONE[-4:]}: Loket: SITI AMINAH")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    office.close()
