"""Real servers to measure, started as an operator would start them, each with a database of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from loket.config import ROOT

POSTGRESQL = os.environ.get("BENCH_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")
TOKEN = "path-word-of-the-bench"  # noqa: S105  Of a server that lives as long as the measurement.
PATH = f"/ussd/africastalking/{TOKEN}"
READY_S = 20.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server and its process group."""

    port: int
    pid: int
    started_in: float  # Seconds until it answered.


@contextmanager
def loket(folder: Path, database_url: str, processes: int) -> Iterator[Server]:
    """`loket serve` on a fresh database."""
    environment = {
        "LOKET_CONFIG": str(_config(folder)),
        "LOKET_DATABASE_URL": database_url,
        "LOKET_KEYS_FILE": str(folder / "keys.json"),
        "LOKET_AFRICASTALKING_TOKENS": TOKEN,
    }
    command = [sys.executable, "-m", "loket"]
    subprocess.run([*command, "keys", "generate"], env=os.environ | environment, check=True, capture_output=True)  # noqa: S603
    subprocess.run([*command, "migrate"], env=os.environ | environment, check=True, capture_output=True)  # noqa: S603
    port = free_port()
    serve = [*command, "serve", "--port", str(port), "--processes", str(processes)]
    with _started(serve, port, environment) as server:
        yield server


@contextmanager
def empty(processes: int, threads: int) -> Iterator[Server]:
    """The empty Flask route on the same server with the same settings."""
    port = free_port()
    settings = {"interface": "wsgi", "port": port, "workers": processes, "blocking-threads": threads}
    options = [word for name, value in settings.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "granian", "loket.bench.empty:app", "--no-ws", "--log-level", "warning", *options]
    with _started(command, port, {}) as server:
        yield server


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a new database, dropped afterwards. OSError where no server answers."""
    import psycopg

    name = f"loket_bench_{os.getpid()}"
    try:
        connection = psycopg.connect(POSTGRESQL, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        raise OSError("no PostgreSQL answers") from None
    with connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield POSTGRESQL.rsplit("/", 1)[0] + f"/{name}"
    finally:
        with psycopg.connect(POSTGRESQL, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _config(folder: Path) -> Path:
    """The shipped configuration, with registration open on any day."""
    import msgspec

    from loket.config import Period, read_config
    from loket.service import now

    today = now().date()
    open_year = Period(today.replace(month=1, day=1), today.replace(month=12, day=31))
    config = msgspec.structs.replace(read_config(ROOT / "config.yml"), windows={"3510": open_year})
    path = folder / "config.yml"
    path.write_bytes(msgspec.yaml.encode(config))
    return path


@contextmanager
def _started(command: list[str], port: int, environment: dict[str, str]) -> Iterator[Server]:
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603
        command,
        env=os.environ | environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield Server(port, process.pid, _wait(port, began))
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(port: int, began: float) -> float:
    while time.perf_counter() - began < READY_S:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
                return time.perf_counter() - began
        except urllib.error.HTTPError:
            return time.perf_counter() - began
        except OSError:
            time.sleep(0.01)
    raise TimeoutError("the server did not start")
