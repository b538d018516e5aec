"""A load of citizens: each connection dials, registers in ten turns, and dials again for the next person."""

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote_plus

CONNECTIONS = 32
# A ten-turn registration of somebody new: dial, language, greeting, menu, consent, NIK, name, village, pick, confirm.
INPUTS = ("", "1", "1", "1", "1", "{nik}", "SITI", "kem", "1", "1")


@dataclass(slots=True)
class Measured:
    """What one run came to. Latencies in seconds."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    failed: int = 0

    @property
    def turns_per_s(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile_ms(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else 0.0


@dataclass(slots=True)
class _Line:
    socket: socket.socket
    requests: Iterator[bytes]
    sent_at: float = 0.0
    received: bytes = b""


def requests_of(port: int, path: str, line: int, lines: int, first: int) -> Iterator[bytes]:
    """The callbacks of one connection, person after person; no two connections register the same NIK."""
    person = first + line
    while True:
        phone, session = f"+62812{person:08d}", f"ATUid_{person:032x}"
        serial, day = person % 9990 + 3, person // 9990
        nik = f"351099{day % 28 + 1:02d}{day // 28 % 12 + 1:02d}{60 + day // 336 % 35:02d}{serial:04d}"
        typed: list[str] = []
        for text in INPUTS:
            if text:
                typed.append(text.format(nik=nik))
            body = (
                f"sessionId={session}&phoneNumber={quote_plus(phone)}&networkCode=99999"
                f"&serviceCode={quote_plus('*384*1#')}&text={quote_plus('*'.join(typed))}"
            ).encode()
            head = (
                f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            yield head.encode() + body
        person += lines


def run(port: int, path: str, seconds: float, first: int = 0, rate: float = 0.0) -> Measured:
    """Load a server for so long. `rate`: turns a second over all connections; 0: as many as it takes."""
    selector, measured = selectors.DefaultSelector(), Measured()
    lines = [_Line(_connect(port), requests_of(port, path, n, CONNECTIONS, first)) for n in range(CONNECTIONS)]
    began = time.perf_counter()
    due = [began + n / rate if rate else began for n in range(CONNECTIONS)]
    idle = set(range(CONNECTIONS))
    for number, line in enumerate(lines):
        selector.register(line.socket, selectors.EVENT_READ, number)
    while (now := time.perf_counter()) - began < seconds:
        for number in [n for n in idle if due[n] <= now]:
            idle.discard(number)
            lines[number].sent_at = due[number] if rate else now  # What waits for us waits for the citizen.
            lines[number].socket.sendall(next(lines[number].requests))
        pause = min((due[n] for n in idle), default=now + 1.0) - now if idle else 1.0
        for key, _ in selector.select(max(0.0, min(pause, began + seconds - now))):
            line = lines[key.data]
            if _read(line):
                at = time.perf_counter()
                measured.latencies.append(at - line.sent_at)
                measured.failed += not line.received.startswith(b"HTTP/1.1 200")
                line.received = b""
                due[key.data] = due[key.data] + CONNECTIONS / rate if rate else at
                idle.add(key.data)
    measured.seconds = time.perf_counter() - began
    for line in lines:
        line.socket.close()
    return measured


def _connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _read(line: _Line) -> bool:
    """Whether the whole answer is there."""
    line.received += line.socket.recv(65536)
    head, separator, body = line.received.partition(b"\r\n\r\n")
    if not separator:
        return False
    length = next((int(h[15:]) for h in head.lower().split(b"\r\n") if h.startswith(b"content-length:")), 0)
    return len(body) >= length
