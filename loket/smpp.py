"""The process that holds a bind: messages out of the outbox to the SMSC, and what it brings into the conversation."""

import signal
from collections.abc import Callable, Sequence
from functools import partial
from threading import Event, Thread
from typing import TypeVar

from bot.messages import Channel
from loket import log, metrics, outside
from loket.config import ConfigError, read_config, read_environment
from loket.failures import NotReady
from loket.heard import take
from loket.jobs import send
from loket.service import Service, compose
from loket.work import PAUSE, Worker, build, guarded
from sms.gateway import Receipt
from sms.smpp import BindRefused, SmppGateway
from sms.smpp_line import NotNow
from sms.smpp_pdus import OK, Pdu
from sms.smpp_texts import Piece
from store.heard import Heard, Part
from store.outbox import Lane

T = TypeVar("T")

SENTENCE = "{} Nothing is lost: messages wait until the bind stands."
logger = log.get("loket.smpp")


class Ears:
    """What the bind brings, kept in the database. The rim of these requests: what goes wrong ends here."""

    def __init__(self, service: Service, gateway: SmppGateway) -> None:
        self._service, self._gateway = service, gateway
        self._heard = Heard(service.database, service.sealer)

    def hear(self, piece: Piece) -> bytes | None:
        return self._kept("message", lambda: self._hear(piece))

    def report(self, receipts: Sequence[Receipt]) -> bool:
        return self._kept("receipt", lambda: any(self._report(receipt) for receipt in receipts))

    def confirm(self, marks: Sequence[bytes]) -> None:
        guarded("confirm", lambda: self._heard.confirm(marks), lambda _: None)

    def late(self, message: str, answer: Pdu) -> None:
        if answer.status == OK:
            sent = self._gateway.named(answer).provider_id
            service, name = self._service, self._gateway.name
            guarded("late", lambda: service.messages.sent(message, name, sent, service.clock()), lambda _: None)

    def bound(self, held: bool) -> None:
        metrics.SMPP_BOUND.set(held)
        logger.info("bound" if held else "not bound")

    def lost(self, error: Exception) -> None:
        self.count("bind", "lost")
        logger.warning("no bind", **log.failure(error))

    def count(self, pdu: str, outcome: str) -> None:
        metrics.SMPP_PDUS.labels(pdu, outcome).inc()

    def _hear(self, piece: Piece) -> bytes | None:
        """Kept for good before the SMSC is thanked, under a name that is the same when it is brought again."""
        service, name = self._service, self._gateway.name
        service.sealer.refresh()
        part = Part(
            name, piece.sender, piece.to, piece.coding, piece.payload, piece.reference, piece.number, piece.total
        )  # fmt: skip
        whole = self._heard.keep(part, service.clock())
        if whole.payload is None:
            return None
        take(service, whole, whole.payload)
        return whole.mark

    def _report(self, receipt: Receipt) -> bool:
        """Whether its message is known. Looked up first: a row that is written in between is met the next time."""
        messages, name = self._service.messages, self._gateway.name
        known = messages.known(name, receipt.provider_id)
        if known:
            messages.delivered(name, receipt.provider_id, receipt.delivery)
        return known

    def _kept(self, what: str, act: Callable[[], T]) -> T:
        try:
            return act()
        except Exception as error:
            self._service.database.drop_driver()
            logger.error("not kept", what=what, **log.failure(error))
            raise NotNow from None


class Holder:
    """The bind with whoever sends by it: one thread listens, and as many send as messages may wait at once."""

    def __init__(self, service: Service) -> None:
        lines = outside.lines(service.config, service.environment, service.clock)
        gateway = lines.gateways.get((Channel.SMS, SmppGateway.name))
        if not isinstance(gateway, SmppGateway):
            raise ConfigError("there is no smpp under sms: in the configuration")
        self._gateway = gateway
        self._ears = Ears(service, gateway)
        handler = partial(send, lines, service.messages, service.catalogue, service.clock)
        self._worker: Worker = build(service, {Lane.SMPP.value: handler})
        self._bell = Event()
        service.wake.bells.append(self._bell.set)

    def hold(self, stop: Event) -> None:
        """Until told to stop, and then until what is being sent has its answer. Raises BindRefused."""
        senders = [Thread(target=self._send, args=(stop,), name="smpp-send") for _ in range(self._gateway.bind.window)]
        for thread in senders:
            thread.daemon = True
            thread.start()
        try:
            self._gateway.run(self._ears, stop)
        finally:
            stop.set()
            self._bell.set()
            for thread in senders:
                thread.join()

    def _send(self, stop: Event) -> None:
        """Claims nothing while it could not go out: each claim of a message makes it wait longer for the next."""
        while not stop.is_set():
            if self._gateway.ready(PAUSE) and self._send_next(stop):
                continue
            self._bell.wait(PAUSE)
            self._bell.clear()

    def _send_next(self, stop: Event) -> bool:
        with self._gateway.sending():
            return not stop.is_set() and self._worker.run_next(Lane.SMPP)


def start(service: Service) -> None:
    """Hold the bind in the background of another process."""
    holder = Holder(service)

    def hold() -> None:
        try:
            holder.hold(Event())
        except BindRefused as error:
            logger.error("bind refused", why=str(error))

    Thread(target=hold, name="smpp", daemon=True).start()


def main(metrics_port: int | None) -> None:
    """The process `loket smpp`: until SIGTERM or SIGINT. Raises NotReady where the SMSC does not let us in."""
    log.configure()
    environment = read_environment()
    service = compose(read_config(environment.config), environment)
    holder, stop = Holder(service), Event()
    if metrics_port:
        metrics.serve(metrics_port)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        holder.hold(stop)
    except BindRefused as error:
        raise NotReady(SENTENCE.format(f"No bind: {error}.")) from None
    finally:
        service.database.close()
