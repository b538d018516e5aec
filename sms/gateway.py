"""The contract of everything that carries messages, SMS and WhatsApp alike: in, out, and what became of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from bot.messages import Channel, Choice, Inbound
from bot.wire import ACCEPTED, Request, Response, refusal

BODY = 8 * 1024  # Bytes of a request with one message.


class Delivery(StrEnum):
    """What became of a message. A failure is for now, for this number for good, or the vendor's and ours."""

    SENDING = "sending"
    DELIVERED = "delivered"
    TEMPORARY_FAILURE = "temporary_failure"
    PERMANENT_FAILURE = "permanent_failure"
    TECHNICAL_FAILURE = "technical_failure"


WINDOW_CLOSED, NOT_THERE, OPTED_OUT = "window_closed", "not_on_whatsapp", "opted_out"
# A channel does not take this message to this person now; another one may.
ELSEWHERE = frozenset({WINDOW_CLOSED, NOT_THERE, "template_rejected"})


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
    language: str = ""
    list_label: str = field(default="", repr=False)  # What is pressed to see the list, where the choices are one.
    asked_at: int = 0  # When the question was asked that the choices answer, in seconds since 1970.
    template: str = ""  # The vendor's name of the approved template that says this, where nothing else is taken now.
    values: tuple[str, ...] = field(default=(), repr=False)  # The template's, in its order.


@dataclass(frozen=True, slots=True)
class Sent:
    """The vendor took the message and calls it by this name in its receipts."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class Brought:
    """What one request of a vendor holds, and what the vendor wants to hear once it is kept."""

    inbound: Sequence[Inbound] = ()
    receipts: Sequence[Receipt] = ()
    stopped: Sequence[str] = ()  # Numbers whose owners told the operator that they want no more of our messages.
    unread: int = 0  # Parts of a batch that make no sense; the others count all the same.
    answer: Response = ACCEPTED


class Forged(Exception):
    """A request that does not come from the vendor, or was changed on its way."""


class MessageGateway(Protocol):
    """One vendor. Each method is a function of the bytes; only `send` goes outside."""

    name: str
    channels: frozenset[Channel]
    most: int  # Bytes of a request.

    def addressed(self, request: Request) -> bool:
        """Whether the path is one of this gateway's; where the vendor signs nothing, it bears a secret."""

    def unfit(self, request: Request) -> Response | None:
        """The refusal of a method, a content type or a size that is not the vendor's."""

    def read(self, request: Request) -> Brought:
        """What the request holds. ValueError: not the vendor's form; its text quotes nothing. Forged: not from it."""

    def send(self, message: Outbound) -> Sent:
        """Hand over one message; raises SendFailed. At least once: no vendor of SMS takes an idempotency key."""


Accept = Callable[[Inbound], bool]  # Whether the message was kept.
Keep = Callable[[Receipt], None]
Stop = Callable[[str], None]
Lose = Callable[[int], None]


def ignore(what: object) -> None:
    """For whoever serves a gateway that brings nothing of this kind."""


def serve(
    gateway: MessageGateway,
    accept: Accept,
    keep: Keep,
    request: Request,
    stop: Stop = ignore,
    lose: Lose = ignore,
) -> Response:
    """Answer one request of a vendor: what people wrote, what became of ours, or both.

    It is thanked for once everything in it is kept: the answers to people leave through the outbox. A message that
    cannot be kept takes none of its neighbours with it; the vendor sends all of them again, and each counts once.
    """
    if not gateway.addressed(request):
        return refusal(404, "not found")
    if refused := gateway.unfit(request):
        return refused
    try:
        brought = gateway.read(request)
    except Forged:
        return refusal(403, "not signed by the vendor")
    except ValueError as error:
        return refusal(400, str(error))
    if brought.unread:
        lose(brought.unread)
    for number in brought.stopped:
        stop(number)
    for receipt in brought.receipts:
        keep(receipt)
    kept = [accept(inbound) for inbound in brought.inbound]
    return brought.answer if all(kept) else refusal(503, "not now")
