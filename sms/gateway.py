"""The contract of everything that carries messages, SMS and WhatsApp alike: in, out, and what became of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from bot.messages import Channel, Choice, Inbound
from bot.wire import ACCEPTED, Request, Response, refusal, unfit

BODY = 8 * 1024  # Bytes of a webhook.


class Delivery(StrEnum):
    """What became of a message. A failure is for now, for this number for good, or the vendor's and ours."""

    SENDING = "sending"
    DELIVERED = "delivered"
    TEMPORARY_FAILURE = "temporary_failure"
    PERMANENT_FAILURE = "permanent_failure"
    TECHNICAL_FAILURE = "technical_failure"


class SendFailed(Exception):
    """A message was not taken. `again`: the same message may go through later. `code` is of a closed set."""

    # Nothing that this one message has done: such a failure is waited out and not counted against the message.
    OUTAGES = frozenset({"connection", "timeout", "busy", "no_credit"})

    def __init__(self, code: str, *, again: bool) -> None:
        super().__init__(code)
        self.code, self.again = code, again

    @property
    def away(self) -> bool:
        return self.code in self.OUTAGES


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a vendor reports about a message that it took. `reason` is of a closed set, empty where there is none."""

    provider_id: str
    delivery: Delivery
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to one person, already fitted. Its repr shows neither number nor words."""

    id: str
    to: str = field(repr=False)  # E.164 where there is a number.
    body: str = field(repr=False)
    channel: Channel
    choices: tuple[Choice, ...] = ()  # Buttons or a list, where the channel has them and may show them now.
    template: str = ""  # The approved template that says this, where the channel takes nothing else any more.
    values: tuple[str, ...] = field(default=(), repr=False)  # The template's, in its order.


@dataclass(frozen=True, slots=True)
class Sent:
    """The vendor took the message and calls it by this name in its receipts."""

    provider_id: str


class MessageGateway(Protocol):
    """One vendor. Each method is a function of the bytes; only `send` goes outside."""

    name: str
    channels: frozenset[Channel]

    def authentic(self, request: Request) -> bool: ...

    def inbound(self, request: Request) -> Sequence[Inbound]:
        """The messages of a webhook; it may carry several, or none that a person wrote. ValueError: not the form."""

    def receipts(self, request: Request) -> Sequence[Receipt]:
        """What a webhook reports about messages that were sent. ValueError: not the gateway's form."""

    def send(self, message: Outbound) -> Sent:
        """Hand over one message; raises SendFailed. At least once: no vendor of SMS takes an idempotency key."""


Accept = Callable[[Inbound], None]
Keep = Callable[[Receipt], None]


def serve(gateway: MessageGateway, accept: Accept, keep: Keep, request: Request) -> Response:
    """Answer one request to /<channel>/<gateway>/<token>: what people wrote; or, with /receipts, what became of ours.

    It is thanked for once everything in it is kept: the answers to people leave through the outbox.
    """
    rest = request.path.split("/")[4:]
    if rest not in ([], ["receipts"]) or not gateway.authentic(request):
        return refusal(404, "not found")
    if refused := unfit(request, BODY):
        return refused
    try:
        if rest:
            for receipt in gateway.receipts(request):
                keep(receipt)
        else:
            for inbound in gateway.inbound(request):
                accept(inbound)
    except ValueError as error:
        return refusal(400, str(error))
    return ACCEPTED
