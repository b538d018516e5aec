"""What a vendor of phone calls has to do: say who rings, and turn the call down, so that it costs nobody anything."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import msgspec

from bot.wire import Request, Response, refusal, unfit
from sms.gateway import Forged

BODY = 8 * 1024  # Bytes of a webhook.
# Who can be called back without a bill that surprises us: at home, and neither toll-free nor premium numbers (80x).
AT_HOME = re.compile(r"\+62(?!80)[2-9][0-9]{7,11}")


class Missed(msgspec.Struct, frozen=True):
    """Somebody rings and is turned down. `call`: the vendor's id of it, the same where the vendor repeats itself."""

    gateway: str
    caller: str  # E.164.
    call: str
    rang_at: datetime  # Aware, UTC.

    def __repr__(self) -> str:
        return f"Missed({self.gateway} {self.rang_at})"


class Ring(msgspec.Struct, frozen=True):
    """What a webhook says. `caller`: nothing where the number is withheld. `waits`: the call can be turned down."""

    call: str
    caller: str
    waits: bool

    def __repr__(self) -> str:
        return f"Ring({self.waits})"


class VoiceGateway(Protocol):
    """One vendor. Its methods are functions of the bytes."""

    name: str

    def authentic(self, request: Request) -> bool:
        """Whether it came to this gateway's path, with the word in it where the vendor does not sign."""
        ...

    def ring(self, request: Request) -> Ring:
        """ValueError: not the vendor's form. Forged: not the vendor's request."""
        ...

    def response(self, ring: Ring) -> Response:
        """The call is turned down; or, where it is over, nothing."""
        ...


Take = Callable[[Missed], None]


def serve(gateway: VoiceGateway, take: Take, request: Request, now: datetime) -> Response:
    """Answer one request to /voice/<gateway>[/<token>]: whoever rings is turned down and handed to `take`.

    Numbers abroad, premium numbers and withheld ones are turned down and not called back. What `take` cannot keep it
    raises: then the vendor hears nothing good, and tries again or lets it ring.
    """
    if not gateway.authentic(request):
        return refusal(404, "not found")
    if refused := unfit(request, BODY):
        return refused
    try:
        ring = gateway.ring(request)
    except Forged:
        return refusal(403, "not signed")
    except ValueError as error:
        return refusal(400, str(error))
    if ring.waits and AT_HOME.fullmatch(ring.caller):
        take(Missed(gateway.name, ring.caller, ring.call, now))
    return gateway.response(ring)
