"""Africa's Talking USSD: a form with all that was typed so far, answered by CON or END.

The vendor signs nothing and names no address for its calls, so the path carries a secret.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.messages import Channel, Inbound, Page, SessionEvent
from bot.wire import ACCEPTED, Request, Response, bears_token, form, unfit
from ussd.gateway import BODY

TURN = ("sessionId", "phoneNumber", "networkCode", "serviceCode", "text")
END = ("sessionId", "phoneNumber", "serviceCode", "status")

SHAPES: Mapping[str, re.Pattern[str]] = {
    "sessionId": re.compile(r"[A-Za-z0-9_.:-]{1,100}"),
    "phoneNumber": re.compile(r"\+[1-9][0-9]{9,14}"),  # A raw "+" arrives as a space: refused, not repaired.
    "networkCode": re.compile(r"[0-9]{0,8}"),
    "serviceCode": re.compile(r"[*#0-9]{1,40}"),
    "text": re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{0,2048}"),
    "status": re.compile("Incomplete|Success|Failed"),
}


class AfricasTalkingUssd:
    """One account. `tokens`: two while one replaces the other. `clock`: aware UTC."""

    name = "africastalking"

    def __init__(self, tokens: Sequence[str], clock: Callable[[], datetime]) -> None:
        self._tokens = tuple(token for token in tokens if token)
        self._clock = clock

    def authentic(self, request: Request) -> bool:
        return bears_token(request, self._tokens) and request.path.split("/")[4:] in ([], ["events"])

    def unfit(self, request: Request) -> Response | None:
        return unfit(request, BODY)

    def inbound(self, request: Request) -> Inbound:
        """The first callback of a dialogue has no text; every later one repeats all that was typed."""
        if request.path.endswith("/events"):
            return self.ended(request)
        fields = _checked(request, TURN)
        event = SessionEvent.RESUME if fields["text"] else SessionEvent.NEW
        return self._inbound(fields, event, fields["text"])

    def ended(self, request: Request) -> Inbound:
        """The report of an ended session. It may never come, so nothing depends on it."""
        return self._inbound(_checked(request, END), SessionEvent.CLOSE, None)

    def response(self, page: Page | None, inbound: Inbound) -> Response:
        if page is None or inbound.event is SessionEvent.CLOSE:
            return ACCEPTED
        body = f"{'END' if page.ends else 'CON'} {page.body}"
        return Response(200, "text/plain; charset=utf-8", body.encode())

    def probed(self, active: bool) -> Response:
        return ACCEPTED  # Nobody asks.

    def _inbound(self, fields: Mapping[str, str], event: SessionEvent, text: str | None) -> Inbound:
        session, phone = fields["sessionId"], fields["phoneNumber"]
        return Inbound(
            # There is no id of a turn: the whole transcript is what tells a repeat from a second "1".
            id=f"{session}|{phone}|{event}|{text}",
            channel=Channel.USSD,
            gateway=self.name,
            sender=phone,
            text=text or "",
            event=event,
            received_at=self._clock(),
            dialogue=session,
            transcript=text,
            network=fields.get("networkCode", ""),
        )


def _checked(request: Request, needed: Sequence[str]) -> Mapping[str, str]:
    fields = form(request, *needed)
    for name in needed:
        if not SHAPES[name].fullmatch(fields[name]):
            raise ValueError(f"not the form of field {name!r}")
    return fields
