"""The same jobs behind Dramatiq on a real RabbitMQ: the same rows, nothing lost with a publish, nothing done twice."""

import os
import queue
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pika
import pytest
from structlog.testing import capture_logs
from support.databases import Factory, each_database, sqlite_url
from support.office import Office

from loket.config import ROOT
from loket.distributed import AGAIN, Publisher, consuming
from store.database import Database
from store.outbox import LEASE

__all__ = ["each_database"]

pytestmark = pytest.mark.ring

BROKER = "amqp://guest:guest@127.0.0.1:5672"
PATIENCE = 20.0  # Seconds until a test gives up waiting for the broker.

CHILD = """
import sys
from threading import Event
from loket.distributed import consuming
from store.database import Database
from support.office import Office
office = Office(Database(sys.argv[1]), crash_at="claimed")
with consuming(sys.argv[2], office.worker.run_one, sys.argv[3]):
    Event().wait()
"""


@pytest.fixture
def name() -> Iterator[str]:
    """A queue of this test's own, taken away afterwards. Skips the test where no broker answers."""
    try:
        socket.create_connection(("127.0.0.1", 5672), timeout=3).close()
    except OSError:
        pytest.skip("RabbitMQ: no broker answers at 127.0.0.1:5672")
    name = f"loket-test-{uuid.uuid4().hex}"
    yield name
    with pika.BlockingConnection(pika.URLParameters(BROKER)) as connection:
        for queued in (name, f"{name}.DQ", f"{name}.XQ"):
            connection.channel().queue_delete(queued)


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    yield office
    office.close()


@dataclass
class Machine:
    """A publisher and a consumer, as they run in processes of their own. `ran`: whether each message found a job."""

    office: Office
    queue: str
    ran: "queue.Queue[bool]" = field(default_factory=queue.Queue)

    def __post_init__(self) -> None:
        self.publisher = self.another()

    def another(self) -> Publisher:
        return Publisher(BROKER, self.office.service.outbox, self.office.clock, self.queue)

    def run(self, id: int) -> None:
        self.ran.put(self.office.worker.run_one(id))

    def work(self, **time: float) -> int:
        """Like Office.work, by way of the broker."""
        self.office.clock.wait(**time)
        count = 0
        while published := self.publisher.publish_due():
            count += sum(self.ran.get(timeout=PATIENCE) for _ in range(published))
        return count


@pytest.fixture
def machine(office: Office, name: str) -> Iterator[Machine]:
    machine = Machine(office, name)
    with consuming(BROKER, machine.run, name, threads=3):
        yield machine
    machine.publisher.close()


def whole_way(office: Office, worker: Any) -> dict[str, list[Any]]:
    """From a registration to its decision; then the rows, without what is random in each of them."""
    office.hire("Budi")
    ref = office.register("0001")
    office.own_phone(ref)
    worker.work(minutes=1)
    worker.work(minutes=10)
    office.verify(ref)
    worker.work()
    worker.work(seconds=30)
    said = {
        "registrations": ("ref", "stage", "stage_at", "programme"),
        "tickets": ("status", "agent_id", "version", "changed_at"),
        "ticket_events": ("what", "detail", "at"),
        "messages": ("sentence", "ref", "delivery", "gateway", "sent_at"),
        "outbox": ("kind", "state", "attempt", "failures", "error", "done_at"),
    }
    rows = {table: sorted(tuple(row[c] for c in names) for row in office.rows(table)) for table, names in said.items()}
    return rows | {"portal": [office.admin("GET", "ledger")], "sent": sorted(office.gateway.bodies)}


def test_both_ways_of_working_leave_the_same_rows(machine: Machine) -> None:
    embedded = Office(Database(sqlite_url()))
    assert whole_way(machine.office, machine) == whole_way(embedded, embedded)
    embedded.close()


def test_what_is_published_twice_is_done_once(office: Office, name: str) -> None:
    office.hire("Budi")
    office.register()
    machine = Machine(office, name)
    second = machine.another()
    published = machine.publisher.publish_due() + second.publish_due()
    assert published == 4
    with consuming(BROKER, machine.run, name, threads=3):
        assert sum(machine.ran.get(timeout=PATIENCE) for _ in range(published)) == 2
        assert machine.work(seconds=1) == 1  # The message that the assignment left behind.
    assert len(office.gateway.sent) == 2
    second.close()
    machine.publisher.close()


def test_a_publish_that_was_lost_is_repeated(office: Office, name: str) -> None:
    office.register()
    machine = Machine(office, name)
    assert machine.publisher.publish_due() == 2
    assert machine.publisher.publish_due() == 0, "what the queue has is left to it for a while"
    with pika.BlockingConnection(pika.URLParameters(BROKER)) as connection:
        connection.channel().queue_purge(name)
    with consuming(BROKER, machine.run, name):
        assert machine.work(seconds=AGAIN.total_seconds()) == 2
    machine.publisher.close()


def test_a_broker_that_is_away_is_said_by_its_errors_name_only(machine: Machine) -> None:
    machine.office.register()
    away = Publisher("amqp://somebody:secret@127.0.0.1:1", machine.office.service.outbox, machine.office.clock, "x")
    with capture_logs() as logs:
        assert away.publish_due() == 0
    assert [(entry["event"], entry["error"]) for entry in logs] == [("not published", "ConnectionClosed")]
    assert "secret" not in str(logs)
    assert machine.work() == 2
    away.close()


def test_a_bell_publishes_without_making_anybody_wait(machine: Machine) -> None:
    """The publisher runs beside the web process; a committed turn only rings."""
    stop = Event()
    thread = Thread(target=machine.publisher.serve, args=(stop,))
    thread.start()
    machine.office.service.wake.bells.append(machine.publisher.ring)
    machine.office.hire("Budi")
    machine.office.register()
    machine.office.service.wake()
    for _ in range(3):  # The assignment and the receipt; and the message that the assignment leaves behind.
        assert machine.ran.get(timeout=PATIENCE)
    stop.set()
    machine.publisher.ring()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert len(machine.office.gateway.sent) == 2


def test_a_killed_consumers_job_runs_again(office: Office, name: str) -> None:
    office.hire("Budi")
    office.register()
    machine = Machine(office, name)
    assert machine.publisher.publish_due() == 2
    path = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    url = office.database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", CHILD, url, BROKER, name]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}) as child:  # noqa: S603  Our own interpreter.
        assert child.wait(60) == -signal.SIGKILL
    leased = [row for row in office.rows("outbox") if row["leased_until"]]
    assert leased
    with consuming(BROKER, machine.run, name, threads=2):
        redelivered = [machine.ran.get(timeout=PATIENCE) for _ in range(2)]
        assert sum(redelivered) == 2 - len(leased), "a living lease is respected"
        machine.work(seconds=(LEASE + timedelta(seconds=1)).total_seconds())
        machine.work(seconds=AGAIN.total_seconds())
    later = ("portal.submit", "handoff.tell")  # The agent is told of several new tickets at once.
    assert {row["state"] for row in office.rows("outbox") if row["kind"] not in later} == {"done"}
    assert sorted(row["sentence"] for row in office.rows("messages")) == ["evt.assigned", "evt.registered"]
    assert len(office.gateway.sent) == 2
    machine.publisher.close()
