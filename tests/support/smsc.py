"""An SMSC on loopback that speaks SMPP 3.4 octet by octet, by the standard and not by our library; with faults."""

import socket
import ssl
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Any

BIND_TRANSCEIVER, SUBMIT_SM, DELIVER_SM, UNBIND, ENQUIRE_LINK = 0x09, 0x04, 0x05, 0x06, 0x15
RESPONSE, GENERIC_NACK = 0x80000000, 0x80000000
OK, WRONG_PASSWORD, WRONG_SYSTEM_ID, THROTTLED, QUEUE_FULL = 0x00, 0x0E, 0x0F, 0x58, 0x14
SYSTEM_ID, PASSWORD = "loket", "rahasia1"
PATIENCE = 15.0  # Seconds until a test gives up.


def text(value: str | bytes) -> bytes:
    return (value.encode() if isinstance(value, str) else value) + b"\0"


def tlv(tag: int, value: bytes) -> bytes:
    return struct.pack(">HH", tag, len(value)) + value


def pdu(command: int, status: int, sequence: int, body: bytes = b"") -> bytes:
    return struct.pack(">LLLL", 16 + len(body), command, status, sequence) + body


def deliver_body(
    source: str,
    payload: bytes,
    *,
    to: str = "99123",
    ton: int = 1,
    esm_class: int = 0,
    coding: int = 0,
    tlvs: bytes = b"",
) -> bytes:
    addresses = text("") + bytes((ton, 1)) + text(source) + bytes((3, 0)) + text(to)
    fixed = bytes((esm_class, 0, 0)) + text("") + text("") + bytes((0, 0, coding, 0))
    return addresses + fixed + bytes((len(payload),)) + payload + tlvs


@dataclass(frozen=True)
class Submit:
    """A submit_sm as it was read. `id`: under which it was taken, empty where it was not."""

    source_ton: int
    source_npi: int
    source: str
    to_ton: int
    to_npi: int
    to: str
    esm_class: int
    registered_delivery: int
    data_coding: int
    octets: bytes
    id: str


@dataclass(frozen=True)
class Verdict:
    """What happens to a submit_sm. `first`: the state of a receipt that overtakes the answer."""

    status: int = OK
    first: str = ""
    silent: bool = False
    hang_up: bool = False


class _Reader:
    def __init__(self, octets: bytes) -> None:
        self._octets, self._at = octets, 0

    def byte(self) -> int:
        self._at += 1
        return self._octets[self._at - 1]

    def text(self) -> str:
        end = self._octets.index(b"\0", self._at)
        found, self._at = self._octets[self._at : end], end + 1
        return found.decode("latin-1")

    def octets(self, length: int) -> bytes:
        self._at += length
        return self._octets[self._at - length : self._at]


@dataclass
class Smsc:
    """One listener, one bind at a time. What it is told to do next is in `verdicts`; without any, it takes messages."""

    port: int = 0
    verdicts: deque[Verdict] = field(default_factory=deque)
    submits: list[Submit] = field(default_factory=list)
    responses: dict[int, tuple[int, int]] = field(default_factory=dict)  # By our sequence: command and status.
    binds: int = 0
    unbinds: int = 0
    enquiries: int = 0
    mute: bool = False  # It answers no enquire_link.
    name: Callable[[int], str] = "m{}".format  # The n-th message's id.
    password: str = PASSWORD
    tls: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        self._changed = Condition()
        self._listener: socket.socket | None = None
        self._wire: socket.socket | None = None
        self._sequence = 0
        self._unanswered: list[tuple[int, str]] = []

    # Being there, and not.

    def open(self) -> "Smsc":
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        Thread(target=self._accept, args=(self._listener,), daemon=True).start()
        return self

    def close(self) -> None:
        """Nobody answers on the port any more, and the bind breaks."""
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self.hang_up()

    def hang_up(self) -> None:
        with self._changed:
            wire, self._wire = self._wire, None
        if wire is not None:
            try:
                wire.shutdown(socket.SHUT_RDWR)
            except OSError:
                return
            wire.close()

    def until(self, holds: Callable[[], bool], otherwise: str) -> None:
        with self._changed:
            assert self._changed.wait_for(holds, PATIENCE), otherwise

    def bound(self, times: int = 1) -> "Smsc":
        self.until(lambda: self.binds >= times and self._wire is not None, "nobody bound")
        return self

    def taken(self, count: int) -> list[Submit]:
        self.until(lambda: len(self.submits) >= count, f"{len(self.submits)} of {count} messages came")
        return self.submits

    # What it sends by itself.

    def deliver(self, source: str, payload: bytes, **more: Any) -> int:
        """Bring something; the status with which it was thanked for."""
        return self.status(self.push(source, payload, **more))

    def push(self, source: str, payload: bytes, **more: Any) -> int:
        """Bring something and do not wait; its sequence number."""
        return self.request(DELIVER_SM, deliver_body(source, payload, **more))

    def receipt(self, id: str, stat: str, **more: Any) -> int:
        return self.deliver("628120000", receipt(id, stat), esm_class=0x04, **more)

    def request(self, command: int, body: bytes = b"") -> int:
        with self._changed:
            self._sequence += 1
            sequence = self._sequence
        self.send(pdu(command, 0, sequence, body))
        return sequence

    def status(self, sequence: int) -> int:
        self.until(lambda: sequence in self.responses, "no answer")
        return self.responses[sequence][1]

    def send(self, octets: bytes) -> None:
        wire = self._wire
        assert wire is not None, "nobody is bound"
        wire.sendall(octets)

    def answer_now(self) -> None:
        """Answer what was left without an answer."""
        with self._changed:
            late, self._unanswered = self._unanswered, []
        for sequence, id in late:
            self.send(pdu(RESPONSE | SUBMIT_SM, OK, sequence, text(id)))

    # What it hears.

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                wire, _ = listener.accept()
            except OSError:
                return
            Thread(target=self._serve, args=(wire,), daemon=True).start()

    def _serve(self, wire: socket.socket) -> None:
        if self.tls is not None:
            wire = self.tls.wrap_socket(wire, server_side=True)
        with wire, wire.makefile("rb") as stream:
            try:
                while head := stream.read(16):
                    length, command, status, sequence = struct.unpack(">LLLL", head)
                    self._heard(wire, command, status, sequence, stream.read(length - 16))
            except (OSError, ValueError, struct.error):
                return

    def _heard(self, wire: socket.socket, command: int, status: int, sequence: int, body: bytes) -> None:
        match command:
            case _ if command & RESPONSE:
                with self._changed:
                    self.responses[sequence] = command, status
            case 0x09:
                self._bind(wire, sequence, _Reader(body))
            case 0x04:
                self._submit(wire, sequence, _Reader(body))
            case 0x15:
                with self._changed:
                    self.enquiries += 1
                if not self.mute:
                    wire.sendall(pdu(RESPONSE | command, OK, sequence))
            case 0x06:
                wire.sendall(pdu(RESPONSE | command, OK, sequence))
                with self._changed:
                    self.unbinds, self._wire = self.unbinds + 1, None
            case _:
                wire.sendall(pdu(GENERIC_NACK, 0x03, sequence))
        with self._changed:
            self._changed.notify_all()

    def _bind(self, wire: socket.socket, sequence: int, body: _Reader) -> None:
        system_id, password = body.text(), body.text()
        status = OK if password == self.password else WRONG_PASSWORD
        if system_id != SYSTEM_ID:
            status = WRONG_SYSTEM_ID
        wire.sendall(pdu(RESPONSE | BIND_TRANSCEIVER, status, sequence, text("smsc") if not status else b""))
        if status == OK:
            with self._changed:
                self._wire, self.binds = wire, self.binds + 1

    def _submit(self, wire: socket.socket, sequence: int, body: _Reader) -> None:
        verdict = self.verdicts.popleft() if self.verdicts else Verdict()
        id = self.name(len(self.submits) + 1) if verdict.status == OK else ""
        submit = _read_submit(body, id)
        with self._changed:
            self.submits.append(submit)
        if verdict.first:
            self.push(submit.to, receipt(id, verdict.first), esm_class=0x04)
        if verdict.hang_up:
            self.hang_up()
        elif verdict.silent:
            with self._changed:
                self._unanswered.append((sequence, id))
        else:
            wire.sendall(pdu(RESPONSE | SUBMIT_SM, verdict.status, sequence, text(id) if id else b""))


def receipt(id: str, stat: str) -> bytes:
    """As most SMSCs write it."""
    dates = "submit date:2611200500 done date:2611200501"
    return f"id:{id} sub:001 dlvrd:001 {dates} stat:{stat} err:000 text:Loket: Nomor".encode()


def _read_submit(body: _Reader, id: str) -> Submit:
    body.text()  # service_type
    source_ton, source_npi, source = body.byte(), body.byte(), body.text()
    to_ton, to_npi, to = body.byte(), body.byte(), body.text()
    esm_class, _, _ = body.byte(), body.byte(), body.byte()
    body.text(), body.text()  # schedule_delivery_time, validity_period
    registered, _, coding, _ = body.byte(), body.byte(), body.byte(), body.byte()
    octets = body.octets(body.byte())
    return Submit(source_ton, source_npi, source, to_ton, to_npi, to, esm_class, registered, coding, octets, id)
