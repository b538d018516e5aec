"""SMS by SMPP 3.4: the bind to an operator's SMSC, held by one process, in which `send` waits for the answer."""

import re
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from threading import Condition, Event
from time import monotonic

from bot import gsm7
from bot.messages import Channel
from bot.wire import Request, Response
from sms import smpp_pdus as pdus
from sms.bind import Account, Bind
from sms.gateway import BODY, Brought, Outbound, SendFailed, Sent
from sms.segments import SEGMENT
from sms.smpp_line import Ears, Line
from sms.smpp_pdus import BadStream, Pdu
from sms.smpp_texts import of_answer

CONNECTING = 10.0  # Seconds until a connection is given up, and a write.
INTERFACE = 0x34  # Version 3.4.
NUMBER = re.compile(r"\+([1-9][0-9]{7,14})")

# The SMSC's verdict on one message: our code, and whether the same message may go through later.
VERDICTS = {
    0x01: ("too_long", False),
    0x04: ("connection", True),
    0x08: ("vendor_error", True),
    0x0A: ("sender_rejected", False),
    0x0B: ("invalid_number", False),
    0x14: ("busy", True),
    0x45: ("operator_error", True),
    0x48: ("sender_rejected", False),
    0x49: ("sender_rejected", False),
    0x50: ("invalid_number", False),
    0x51: ("invalid_number", False),
    0x58: ("busy", True),
    0x64: ("operator_error", True),
    0x65: ("operator_rejected", False),
    0x66: ("operator_rejected", False),
    0xFE: ("operator_error", True),
}
REFUSALS = {
    0x0E: "the SMSC does not take LOKET_SMPP_PASSWORD",
    0x0F: "the SMSC does not know LOKET_SMPP_SYSTEM_ID",
    0x53: "the SMSC does not take system_type (sms: smpp: bind:)",
}


class BindRefused(Exception):
    """The SMSC does not let us in, and will not by our trying again; the text says why."""


class SmppGateway:
    """`run` holds the bind, in one thread of one process; others send meanwhile. Elsewhere it only has a name."""

    name = "smpp"
    channels = frozenset({Channel.SMS})
    most = BODY

    def __init__(self, account: Account, bind: Bind) -> None:
        self._account, self.bind = account, bind
        self._changed = Condition()
        self._line: Line | None = None
        self._hands = 0
        self._wait, self._quiet_until = bind.first_wait, 0.0

    def addressed(self, request: Request) -> bool:
        return False

    def unfit(self, request: Request) -> Response | None:
        return None

    def read(self, request: Request) -> Brought:
        raise ValueError("nobody writes by HTTP")

    @property
    def bound(self) -> bool:
        return self._line is not None

    def ready(self, seconds: float) -> bool:
        """Wait at most so long until messages can go out: the bind stands, and the SMSC has not asked for less."""
        with self._changed:
            self._changed.wait_for(lambda: self.bound, seconds)
            quiet = self._quiet_until - monotonic()
            if quiet > 0:
                self._changed.wait(min(quiet, seconds))
            return self.bound and self._quiet_until <= monotonic()

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Around a message, from its claim until it is written down that it went out."""
        with self._changed:
            self._hands += 1
        try:
            yield
        finally:
            with self._changed:
                self._hands -= 1
                line = self._line
            if line is not None:
                line.ring()

    def send(self, message: Outbound) -> Sent:
        """Hand over one segment and wait for the answer. What was lost on the way goes out again: at least once."""
        number = NUMBER.fullmatch(message.to)
        if number is None:
            raise SendFailed("invalid_number", again=False)
        if not gsm7.fits(message.body, SEGMENT):
            raise SendFailed("too_long", again=False)
        with self._changed:
            line = self._line
        if line is None:
            raise SendFailed("connection", again=True)
        return self._judged(self._answer(line, number[1], message))

    def run(self, ears: Ears, stop: Event) -> None:
        """Hold the bind until told to stop; where it breaks, take it up again. Raises BindRefused."""
        pause = self.bind.first_wait
        while not stop.is_set():
            try:
                with self._bound(ears) as line:
                    pause = self.bind.first_wait
                    line.listen(lambda: stop.is_set() and not self._hands)
                    self._set(None)
                    self._await(line, line.ask("unbind")[1])  # The answer also says that all before it was read.
            except (OSError, BadStream) as error:
                ears.lost(error)
                stop.wait(pause)
                pause = min(pause * 2, self.bind.longest_wait)

    @contextmanager
    def _bound(self, ears: Ears) -> Iterator[Line]:
        line = Line(self._connect(), self.bind, ears, lambda: self._hands > 0)
        try:
            self._enter(line)
            self._set(line)
            ears.bound(True)
            yield line
        finally:
            self._set(None)
            ears.bound(False)
            line.close()

    def _connect(self) -> socket.socket:
        wire = socket.create_connection((self._account.host, self._account.port), CONNECTING)
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.bind.tls:
            return ssl.create_default_context().wrap_socket(wire, server_hostname=self._account.host)
        return wire

    def _enter(self, line: Line) -> None:
        """Bind as transceiver. Raises BindRefused, or OSError where it may work later."""
        _, answer = line.ask(
            "bind_transceiver",
            system_id=self._account.system_id,
            password=self._account.password,
            system_type=self.bind.system_type,
            interface_version=INTERFACE,
        )
        self._await(line, answer)
        status = answer.result().status
        if status in REFUSALS:
            raise BindRefused(REFUSALS[status])
        if status != pdus.OK:
            raise ConnectionRefusedError

    def _await(self, line: Line, answer: Future[Pdu]) -> None:
        until = monotonic() + self.bind.answer_seconds
        line.listen(lambda: answer.done() or monotonic() > until)
        if not answer.done():
            raise TimeoutError

    def _set(self, line: Line | None) -> None:
        with self._changed:
            self._line = line
            self._changed.notify_all()

    def _answer(self, line: Line, number: str, message: Outbound) -> Pdu:
        try:
            sequence, answer = line.ask(
                "submit_sm",
                message.id,
                source_addr_ton=self.bind.sender_ton,
                source_addr_npi=self.bind.sender_npi,
                source_addr=self.bind.sender,
                dest_addr_ton=1,
                dest_addr_npi=1,
                destination_addr=number,
                registered_delivery=1,
                data_coding=0,
                short_message=gsm7.encode(message.body),
            )
        except OSError:
            raise SendFailed("connection", again=True) from None
        wait([answer], self.bind.answer_seconds)
        if not answer.done() and line.give_up(sequence):
            raise SendFailed("timeout", again=True)
        try:
            return answer.result()
        except OSError:
            raise SendFailed("connection", again=True) from None

    def _judged(self, answer: Pdu) -> Sent:
        if answer.name != "submit_sm":
            raise SendFailed("refused", again=True)
        code, again = VERDICTS.get(answer.status, ("unknown_verdict", True))
        if answer.status == pdus.OK:
            self._wait, self._quiet_until = self.bind.first_wait, 0.0
            return self.named(answer)
        if code == "busy":
            self._keep_quiet()
        raise SendFailed(code, again=again)

    def _keep_quiet(self) -> None:
        """Longer each time; what was under way when the SMSC first asked for less is the same time."""
        with self._changed:
            if monotonic() >= self._quiet_until:
                self._quiet_until = monotonic() + self._wait
                self._wait = min(self._wait * 2, self.bind.longest_wait)

    def named(self, answer: Pdu) -> Sent:
        """What the SMSC calls the message that it has taken."""
        return Sent(of_answer(pdus.read_message_id(answer.body), self.bind.receipt_ids))
