"""What a USSD vendor's gateway has to do, and the one way its requests are answered."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from bot.messages import Inbound, Page
from bot.wire import Request, Response, refusal

BODY = 8 * 1024  # Bytes. A registration typed in one dialogue is far below this.


class Probe(msgspec.Struct, frozen=True):
    """A vendor asks whether a dialogue is open, and nothing is typed."""

    dialogue: str


class UssdGateway(Protocol):
    """One vendor's form of a call."""

    name: str

    def authentic(self, request: Request) -> bool:
        """Whether it came to one of this gateway's paths, and can only come from the vendor."""
        ...

    def unfit(self, request: Request) -> Response | None:
        """The refusal of what cannot be this vendor's form, whatever stands in it: 405, 415 or 413."""
        ...

    def inbound(self, request: Request) -> Inbound | Probe:
        """The turn in the request, or the end of a dialogue. ValueError: not this gateway's form; its text holds
        nothing that was typed."""
        ...

    def response(self, page: Page | None, inbound: Inbound) -> Response:
        """The page as the vendor wants it; without one, that the end of a dialogue was noted."""
        ...

    def probed(self, active: bool) -> Response: ...


Answer = Callable[[Inbound], Page | None]
Admit = Callable[[Inbound], Inbound]
Active = Callable[[str], bool]


def serve(
    gateway: UssdGateway,
    answer: Answer,
    request: Request,
    admit: Admit = lambda inbound: inbound,
    active: Active = lambda dialogue: False,
) -> Response:
    """Answer one request to /ussd/<gateway>/<token>, or to a path behind it.

    `admit`: the message with its sender, or ValueError where nobody can have sent it. `active`: whether this dialogue
    is open.
    """
    if not gateway.authentic(request):
        return refusal(404, "not found")
    if refused := gateway.unfit(request):
        return refused
    try:
        inbound = gateway.inbound(request)
        if isinstance(inbound, Probe):
            return gateway.probed(active(inbound.dialogue))
        inbound = admit(inbound)
    except ValueError as error:
        return refusal(400, str(error))
    return gateway.response(answer(inbound), inbound)
