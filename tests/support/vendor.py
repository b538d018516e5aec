"""A vendor's server on a real socket: it keeps what it gets and answers what it is told to."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

Answer = tuple[int, str]  # Status and body.


@dataclass(frozen=True)
class Got:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str


@dataclass
class Vendor:
    """`answers`: what each request is told. `held`: it waits for this and hangs up."""

    answers: Callable[[Got], Answer]
    url: str = ""
    got: list[Got] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)
    held: Event | None = None


@contextmanager
def serving(answers: Callable[[Got], Answer]) -> Iterator[Vendor]:
    """Serve on loopback until the end of the block."""
    state = Vendor(answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # Keeps connections, as vendors do.

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
            got = Got(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            state.got.append(got)
            state.connections.add(self.client_address)
            if state.held:
                assert state.held.wait(10)
                self.close_connection = True
                return
            status, text = state.answers(got)
            said = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """A test's server tells nobody."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield state
    finally:
        if state.held:
            state.held.set()
        server.shutdown()
        thread.join()
        server.server_close()
