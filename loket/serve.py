"""Starts the web server: granian, with as many processes and threads as the database can use."""

import errno
import os
import socket
from collections.abc import Mapping
from tempfile import TemporaryDirectory

from loket.config import PREFIX
from loket.failures import NotReady

THREADS_SQLITE, THREADS_POSTGRESQL = 1, 8  # Measured: an in-process store gains nothing from a second thread.
BACKPRESSURE = 512  # Requests that wait in one process; more are refused at once.


def serve(host: str, port: int, processes: int, sqlite: bool, environment: Mapping[str, str] | None = None) -> None:
    """Serve until told to stop. `environment`: LOKET_* variables for the processes."""
    claim(host, port)
    os.environ.update({f"{PREFIX}{name}": value for name, value in (environment or {}).items()})
    if processes == 1:
        _granian(host, port, processes, sqlite)
        return
    with TemporaryDirectory(prefix="loket-metrics-") as shared:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = shared
        _granian(host, port, processes, sqlite)


def claim(host: str, port: int) -> None:
    """Raise NotReady where an address cannot be served on. granian would share a port with whoever listens there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # A server that has just gone is no hindrance.
            tried.bind(address)
    except OSError as error:
        why = "something else is served there" if error.errno == errno.EADDRINUSE else error.strerror
        raise NotReady(f"Cannot serve on {host}:{port}: {why}. Choose another: --port") from None


def _granian(host: str, port: int, processes: int, sqlite: bool) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "loket.server:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=THREADS_SQLITE if sqlite else THREADS_POSTGRESQL,
        backpressure=BACKPRESSURE,
        websockets=False,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        workers_kill_timeout=5,
    ).serve()
