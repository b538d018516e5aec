"""Real servers for tests: an installation with its own database, keys and neighbours, started and killed at will."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Event
from time import perf_counter
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.engine import URL
from support.callers import Wire
from support.doors import WORD, Doors
from support.neighbours import PORTAL_TOKEN, Neighbours

from handoff.routing import Role
from loket.bench.processes import alive
from loket.bench.servers import free_port
from loket.config import ROOT, Config, Line, Period, SmsName, read_config, read_environment
from loket.service import compose, now
from loket.work import worker_of
from store.agents import Agent, Agents
from store.database import Database
from store.schema import metadata
from store.seal import generate_keys

TOKEN = "path-word-of-the-gateway"
PATH = f"/ussd/africastalking/{TOKEN}"
VILLAGE = "35.10.09.2001"  # Kembiritan: what typing "kem" offers first.
PATIENCE = 20.0  # Seconds until a test gives a server up.


def pause(seconds: float) -> None:
    """Give others time, as a gateway does before it tries again."""
    Event().wait(seconds)


def until(holds: Callable[[], bool], otherwise: str, patience: float = PATIENCE) -> None:
    """Wait for something that is about to be; TimeoutError(otherwise) where it never is."""
    deadline = perf_counter() + patience
    while not holds():
        if perf_counter() > deadline:
            raise TimeoutError(otherwise)
        pause(0.005)


@dataclass
class Running:
    """A started server: its leader's id is also that of its process group and session."""

    process: subprocess.Popen[bytes]
    port: int
    began: float

    @property
    def pid(self) -> int:
        return self.process.pid

    def family(self) -> list[int]:
        """All processes of it that are alive."""
        return alive(self.pid)

    def children(self) -> list[int]:
        return [pid for pid in self.family() if pid != self.pid]

    def ready(self) -> "Running":
        """Once it takes turns."""
        with Wire(self.port) as wire:
            until(lambda: wire.send("GET", "/readyz")[0] == 200, "the server did not start")
        return self

    def kill(self) -> None:
        """All of its processes at once, as a power cut would."""
        if self.process.poll() is None:
            os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()
        until(lambda: not self.family(), "a killed process lives on")


@dataclass
class Installation:
    """What an operator sets up once. Logs of every run go to one file."""

    folder: Path
    url: URL
    near: Neighbours
    processes: int = 1
    port: int = field(default_factory=free_port)
    sms: SmsName = "africastalking"
    doors: Doors | None = None  # All the other gateways too.
    changes: Mapping[str, Any] = field(default_factory=dict)  # Of the configuration.
    _running: list[Running] = field(default_factory=list)

    def __post_init__(self) -> None:
        shipped, today = read_config(ROOT / "config.yml"), now().date()
        open_now = Period(today - timedelta(days=20), today + timedelta(days=20))
        changes = {"windows": {"3510": open_now}, "sms": {self.sms: Line(two_way=True)}, "portal": "http"}
        changes |= {"follow_seconds": 900, "sending_hours": (0, 24)}
        changes |= (self.doors.changes() if self.doors else {}) | self.changes
        config: Config = msgspec.structs.replace(shipped, **changes)
        (self.folder / "config.yml").write_bytes(msgspec.yaml.encode(config))
        generate_keys(self.folder / "keys.json")

    @property
    def logs(self) -> Path:
        return self.folder / "server.log"

    def environment(self) -> dict[str, str]:
        values = {
            "CONFIG": str(self.folder / "config.yml"),
            "DATABASE_URL": self.url.render_as_string(hide_password=False),
            "KEYS_FILE": str(self.folder / "keys.json"),
            "AFRICASTALKING_TOKENS": f"{TOKEN},{WORD}" if self.doors else TOKEN,
            "AFRICASTALKING_USERNAME": "loket",
            "AFRICASTALKING_API_KEY": "key-of-the-vendor",
            "AFRICASTALKING_URL": self.near.vendor_url,
            "PORTAL_URL": self.near.portal_url,
            "PORTAL_TOKEN": PORTAL_TOKEN,
        }
        values |= self.doors.environment() if self.doors else {}
        return {f"LOKET_{name}": value for name, value in values.items()}

    def start(self, **more: str) -> Running:
        """`loket serve` with the jobs in it; `more`: further LOKET_* variables."""
        command = [sys.executable, "-m", "loket", "serve", "--with-worker", "--port", str(self.port)]
        began = perf_counter()
        with self.logs.open("ab") as logs:
            process = subprocess.Popen(  # noqa: S603  Our own interpreter.
                [*command, "--processes", str(self.processes)],
                env=os.environ | self.environment() | {f"LOKET_{name}": value for name, value in more.items()},
                cwd=ROOT,
                start_new_session=True,
                stdout=logs,
                stderr=logs,
            )
        self._running.append(Running(process, self.port, began))
        return self._running[-1]

    @property
    def running(self) -> Running:
        """What was started last."""
        return self._running[-1]

    def close(self) -> None:
        for running in self._running:
            running.kill()

    def hire(self, *people: Agent) -> None:
        """Somebody with room for everybody, where nobody else is named."""
        anybody = Agent("a1", "agen", "Ratna", Role.AGENT, "351009", (VILLAGE,), ("id",), 10**6)
        database = Database(self.url)
        Agents(database).add(people or [anybody])
        database.close()

    def drain(self) -> None:
        """Do what is left to do, some hours later: leases have run out by then, and waiting times are over."""
        settings = read_environment(self.environment())
        late = [timedelta(hours=1)]
        service = compose(read_config(settings.config), settings, lambda: now() + late[0])
        worker = worker_of(service)
        for _ in range(4):
            worker.run_due()
            late[0] += timedelta(hours=1)
        service.database.close()

    def rows(self, table: str) -> list[dict[str, Any]]:
        database = Database(self.url)
        with database.read() as connection:
            found = [dict(row) for row in connection.execute(select(metadata.tables[table])).mappings()]
        database.close()
        return found
