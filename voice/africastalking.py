"""Africa's Talking voice: a form for each stage of a call, answered by what to do with it.

The vendor signs nothing, so the path carries a secret, as for its USSD and SMS.
"""

import re
from collections.abc import Sequence

from bot.wire import ACCEPTED, Request, Response, bears_token, form
from voice.gateway import Ring

REJECT = b'<?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>'
CALL = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
PHONE = re.compile(r"[+ ]?([1-9][0-9]{7,14})")  # A plus that was not escaped in a form arrives as a space.
NEEDED = ("sessionId", "isActive", "direction", "callerNumber")


class AfricasTalkingVoice:
    """One account. `tokens`: two while one replaces the other."""

    name = "africastalking"

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = tuple(token for token in tokens if token)

    def authentic(self, request: Request) -> bool:
        return bears_token(request, self._tokens) and len(request.path.split("/")) == 4

    def ring(self, request: Request) -> Ring:
        """A call that rings is active; the report of its end is not. A withheld number is whatever is no number."""
        fields = form(request, *NEEDED)
        if not CALL.fullmatch(fields["sessionId"]):
            raise ValueError("not the form of field 'sessionId'")
        if fields["isActive"] not in ("0", "1"):
            raise ValueError("not the form of field 'isActive'")
        if (direction := fields["direction"].lower()) not in ("inbound", "outbound"):
            raise ValueError("not the form of field 'direction'")
        caller = PHONE.fullmatch(fields["callerNumber"])
        waits = fields["isActive"] == "1" and direction == "inbound"
        return Ring(fields["sessionId"], f"+{caller.group(1)}" if caller else "", waits)

    def response(self, ring: Ring) -> Response:
        return Response(200, "text/xml; charset=utf-8", REJECT) if ring.waits else ACCEPTED
