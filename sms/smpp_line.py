"""One connection to an SMSC: what is asked of it and answered, what it brings, and whether it is still there."""

import selectors
import socket
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any, Protocol

from sms import smpp_pdus as pdus
from sms.bind import Bind
from sms.gateway import Receipt
from sms.smpp_pdus import BadPdu, Deliver, Frames, Pdu
from sms.smpp_texts import Piece, is_receipt, is_ussd, piece_of, receipts_of

TICK = 0.1  # Seconds between two looks at what is overdue.
LATE = 1000  # Answers that may still come, of those that were given up.
OTHER = "other"


class NotNow(Exception):
    """What came could not be kept; the SMSC is asked to bring it again."""


class Ears(Protocol):
    """Whoever holds the bind. `hear` and `report` raise NotNow; nothing else comes out of any of these."""

    def hear(self, piece: Piece) -> bytes | None:
        """Keep a message, or a part of one. A mark: to be confirmed once the SMSC knows that it was kept."""

    def confirm(self, marks: Sequence[bytes]) -> None:
        """The SMSC will not bring these again."""

    def report(self, receipts: Sequence[Receipt]) -> bool:
        """What became of a message, under each name it may have. False: none of them is known."""

    def late(self, message: str, answer: Pdu) -> None:
        """The answer to a message came after it was given up."""

    def bound(self, held: bool) -> None:
        """Messages can go out from now on, or cannot."""

    def lost(self, error: Exception) -> None:
        """The bind broke, or could not be had; it is tried again."""

    def count(self, pdu: str, outcome: str) -> None:
        """Both are of closed sets."""


@dataclass(slots=True)
class _Waiting:
    """A request without an answer yet. `thanks`: how many messages had been thanked for when it was written."""

    message: str
    thanks: int
    since: float
    answer: Future[Pdu] = field(default_factory=Future)


@dataclass(frozen=True, slots=True)
class _Parked:
    """A receipt that came before the row of its message. It is not thanked for yet: whoever dies now gets it again."""

    sequence: int
    receipts: Sequence[Receipt]
    since: float


class Line:
    """`ask` may be called by any thread; all the rest belongs to the one that listens.

    `sending`: whether somebody is sending a message or writing down that it was sent.
    """

    def __init__(self, wire: socket.socket, bind: Bind, ears: Ears, sending: Callable[[], bool]) -> None:
        self._wire, self._bind, self._ears, self._sending = wire, bind, ears, sending
        self._frames = Frames()
        self._lock = Lock()
        self._sequence = 0
        self._waiting: dict[int, _Waiting] = {}
        self._given_up: dict[int, str] = {}
        self._parked: list[_Parked] = []
        self._thanked = 0
        self._thanks: dict[bytes, tuple[int, float]] = {}
        self._heard_at = monotonic()
        self._enquiry: _Waiting | None = None
        self._bell, self._rope = socket.socketpair()
        self._rope.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(wire, selectors.EVENT_READ)
        self._selector.register(self._bell, selectors.EVENT_READ)

    def ask(self, name: str, message: str = "", **fields: Any) -> tuple[int, Future[Pdu]]:
        """Send a request: its sequence number, and its answer to be. Raises OSError where the line is broken."""
        with self._lock:
            self._sequence = self._sequence % 0x7FFFFFFF + 1
            sequence, waiting = self._sequence, _Waiting(message, self._thanked, monotonic())
            octets = pdus.write(name, sequence, **fields)
            self._waiting[sequence] = waiting
            self._write(octets)
        return sequence, waiting.answer

    def give_up(self, sequence: int) -> bool:
        """Wait no more for this answer; False where it is there by now.

        Should it come all the same, the message need not go out again.
        """
        with self._lock:
            waiting = self._waiting.pop(sequence, None)
            if waiting is not None and len(self._given_up) < LATE:
                self._given_up[sequence] = waiting.message
        return waiting is not None

    def ring(self) -> None:
        """Something has changed that the listener waits for."""
        with suppress(OSError):  # It rings already, or nobody is there any more.
            self._rope.send(b"\0")

    def listen(self, until: Callable[[], bool]) -> None:
        """Take what comes until told to stop. Raises OSError or BadStream where the line is of no more use."""
        while not until():
            self._look()
            self._tick(monotonic())

    def close(self) -> None:
        """Whoever still waits hears that the line is gone."""
        with self._lock:
            left, self._waiting = [*self._waiting.values()], {}
        for waiting in left:
            waiting.answer.set_exception(ConnectionError())
        self._selector.close()
        for end in (self._bell, self._rope, self._wire):
            end.close()

    def _look(self) -> None:
        ready = {key.fileobj for key, _ in self._selector.select(TICK)}
        if self._bell in ready:
            self._bell.recv(4096)
        if self._wire in ready:
            octets = self._received()
            if not octets:
                raise ConnectionResetError
            for pdu in self._frames.feed(octets):
                self._handle(pdu)

    def _received(self) -> bytes:
        wire = self._wire
        if not isinstance(wire, ssl.SSLSocket):
            return wire.recv(65536)
        with self._lock:  # TLS cannot be read and written at the same time.
            octets = wire.recv(65536)
            while more := wire.pending():  # What is decrypted already, no selector sees.
                octets += wire.recv(more)
            return octets

    def _handle(self, pdu: Pdu) -> None:
        self._heard_at = monotonic()
        match pdu.name:
            case _ if pdu.response:
                self._answered(pdu)
            case "deliver_sm":
                self._delivered(pdu)
            case "enquire_link":
                self._respond(pdu.name, pdu.sequence)
            case "unbind":
                self._respond(pdu.name, pdu.sequence)
                raise ConnectionAbortedError
            case "alert_notification":  # The one request that has no response.
                self._ears.count(pdu.name, "ignored")
            case _:
                self._send("generic_nack", pdu.sequence, pdus.BAD_COMMAND)
                self._ears.count(OTHER, "bad")

    def _answered(self, pdu: Pdu) -> None:
        with self._lock:
            waiting = self._waiting.pop(pdu.sequence, None)
            given_up = self._given_up.pop(pdu.sequence, None)
        if waiting is not None:
            waiting.answer.set_result(pdu)
            self._confirm(waiting.thanks)
            self._ears.count(pdu.name or OTHER, "failed" if pdu.status else "ok")
        elif given_up is not None:
            self._ears.late(given_up, pdu)
            self._ears.count(pdu.name or OTHER, "late")
        else:
            self._ears.count(pdu.name or OTHER, "stray")

    def _delivered(self, pdu: Pdu) -> None:
        """Keep first, thank afterwards: what was not thanked for comes again."""
        mark = None
        try:
            deliver = pdus.read_deliver(pdu.body)
            if is_receipt(deliver):
                self._reported(pdu.sequence, deliver)
                return
            if is_ussd(deliver):  # Where dialogues will begin, once the USSD gateways take them from a bind.
                status, outcome = pdus.NOT_WANTED, "ussd"
            else:
                piece = piece_of(deliver)
                mark = self._ears.hear(piece) if piece else None
                status, outcome = pdus.OK, "message" if piece else "nobody"
        except BadPdu as error:
            status, outcome = error.status, "bad"
        except NotNow:
            status, outcome = pdus.NOT_NOW, "not_now"
        self._respond(pdu.name, pdu.sequence, status, outcome)
        if mark is not None:
            self._thanked += 1
            self._thanks[mark] = self._thanked, monotonic()

    def _reported(self, sequence: int, deliver: Deliver) -> None:
        receipts = receipts_of(deliver, self._bind.receipt_ids)
        if not receipts:
            raise BadPdu("it names no message", pdus.NEVER)
        if not self._matched(_Parked(sequence, receipts, monotonic())):
            self._parked.append(_Parked(sequence, receipts, monotonic()))

    def _matched(self, parked: _Parked) -> bool:
        """Whether a receipt has found its message, or never will: then it is thanked for."""
        sending = self._sending()  # Looked up first: who has finished meanwhile has also written the row.
        if self._ears.report(parked.receipts):
            outcome = "receipt"
        elif sending and monotonic() - parked.since < self._bind.answer_seconds:
            return False
        else:
            outcome = "unmatched"
        self._respond("deliver_sm", parked.sequence, outcome=outcome)
        return True

    def _tick(self, now: float) -> None:
        with suppress(NotNow):  # Looked at again in a moment; the SMSC has no answer to them yet.
            for parked in [*self._parked]:
                if self._matched(parked):
                    self._parked.remove(parked)
        if self._enquiry is None:
            oldest = min((at for _, at in self._thanks.values()), default=now)
            silent = now - self._heard_at > self._bind.enquire_seconds
            if silent or now - oldest > self._bind.confirm_seconds:
                sequence, _ = self.ask("enquire_link")
                self._enquiry = self._waiting.get(sequence)
        elif self._enquiry.answer.done():
            self._enquiry = None
        elif now - self._enquiry.since > self._bind.answer_seconds:
            raise TimeoutError

    def _confirm(self, thanks: int) -> None:
        """The SMSC reads in order: who has answered this has read what was written before it."""
        arrived = [mark for mark, (number, _) in self._thanks.items() if number <= thanks]
        for mark in arrived:
            del self._thanks[mark]
        if arrived:
            self._ears.confirm(arrived)

    def _respond(self, name: str, sequence: int, status: int = pdus.OK, outcome: str = "ok") -> None:
        self._send(f"{name}_resp", sequence, status)
        self._ears.count(name, outcome)

    def _send(self, name: str, sequence: int, status: int) -> None:
        with self._lock:
            self._write(pdus.write(name, sequence, status))

    def _write(self, octets: bytes) -> None:
        try:
            self._wire.sendall(octets)
        except OSError:  # Half a PDU may have gone out, so nothing may follow it. The listener sees the end.
            with suppress(OSError):
                self._wire.shutdown(socket.SHUT_RDWR)
            raise
