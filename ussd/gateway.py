"""What a USSD vendor's gateway has to do, and the one way its requests are answered."""

from collections.abc import Callable
from typing import Protocol

from bot.messages import Inbound, Page
from bot.wire import ACCEPTED, Request, Response, refusal, unfit

BODY = 8 * 1024  # Bytes. A registration typed in one dialogue is far below this.


class UssdGateway(Protocol):
    """One vendor's form of a call."""

    name: str

    def authentic(self, request: Request) -> bool:
        """Whether the request can only come from the vendor."""
        ...

    def inbound(self, request: Request) -> Inbound:
        """The turn in the request. ValueError: not this gateway's form; its text holds nothing that was typed."""
        ...

    def response(self, page: Page) -> Response: ...

    def ended(self, request: Request) -> Inbound:
        """The end of a dialogue, as the vendor reports it afterwards. ValueError as above."""
        ...


Answer = Callable[[Inbound], Page | None]


def serve(gateway: UssdGateway, answer: Answer, request: Request) -> Response:
    """Answer one request to /ussd/<gateway>/<token>: a turn; or, with /events behind it, the report of its end."""
    rest = request.path.split("/")[4:]
    if rest not in ([], ["events"]) or not gateway.authentic(request):
        return refusal(404, "not found")
    if refused := unfit(request, BODY):
        return refused
    try:
        inbound = gateway.ended(request) if rest else gateway.inbound(request)
    except ValueError as error:
        return refusal(400, str(error))
    page = answer(inbound)
    return gateway.response(page) if page is not None and not rest else ACCEPTED
