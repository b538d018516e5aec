"""Twilio voice: signed forms, answered by TwiML."""

import re
from collections.abc import Mapping

from bot.wire import ACCEPTED, Request, Response
from sms.gateway import Forged
from sms.twilio_wire import Signatures
from voice.gateway import Ring

REJECT = b'<?xml version="1.0" encoding="UTF-8"?><Response><Reject reason="busy"/></Response>'
SHAPES: Mapping[str, re.Pattern[str]] = {
    "CallSid": re.compile(r"CA[0-9a-f]{32}"),
    "CallStatus": re.compile("queued|initiated|ringing|in-progress|completed|busy|failed|no-answer|canceled"),
    "Direction": re.compile("inbound|outbound-api|outbound-dial"),
    "To": re.compile(r"\+[1-9][0-9]{7,14}"),
}
CALLER = re.compile(r"\+[1-9][0-9]{7,14}")


class TwilioVoice:
    """One account; a call's webhook is believed where its signature holds."""

    name = "twilio"

    def __init__(self, signatures: Signatures) -> None:
        self._signatures = signatures

    def authentic(self, request: Request) -> bool:
        return request.path == f"/voice/{self.name}"

    def ring(self, request: Request) -> Ring:
        """The shapes are narrow, so that the signature cannot stand for another caller: it signs names and values as
        one run of letters. Raises Forged at anything else."""
        fields = self._signatures.signed(request)
        if fields.get("AccountSid") != self._signatures.account:
            raise Forged
        for name, shape in SHAPES.items():
            if not shape.fullmatch(fields.get(name, "")):
                raise Forged
        caller = fields.get("From", "")
        waits = fields["CallStatus"] == "ringing" and fields["Direction"] == "inbound"
        return Ring(fields["CallSid"], caller if CALLER.fullmatch(caller) else "", waits)

    def response(self, ring: Ring) -> Response:
        return Response(200, "text/xml; charset=utf-8", REJECT) if ring.waits else ACCEPTED
