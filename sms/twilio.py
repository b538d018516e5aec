"""SMS by Twilio, and what its WhatsApp has in common with it: signed requests, receipts, one API for sending."""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.messages import Channel, Inbound, SessionEvent
from bot.wire import FORM, Request, Response, unfit
from sms.gateway import Brought, Delivery, Outbound, Receipt, Sent
from sms.twilio_rest import FAULTS, TIMEOUT, Rest
from sms.twilio_wire import JSON, PERSON, Signatures

MOST = 64 * 1024  # Bytes: thirty fields with 1,600 characters of text and what WhatsApp says beside it.
TWIML = Response(200, "text/xml; charset=utf-8", b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>')
WRAPPED = re.compile(r"[A-Za-z0-9+/]{80,}={0,2}")

STATES = {
    "accepted": Delivery.SENDING,
    "scheduled": Delivery.SENDING,
    "queued": Delivery.SENDING,
    "sending": Delivery.SENDING,
    "sent": Delivery.SENDING,
    "partially_delivered": Delivery.SENDING,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.DELIVERED,
    "undelivered": Delivery.TEMPORARY_FAILURE,
    "failed": Delivery.TEMPORARY_FAILURE,
    "canceled": Delivery.TECHNICAL_FAILURE,
}
FAILURES = frozenset({"undelivered", "failed"})

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Account:
    """A Twilio account. `public_url`: where its requests find us. `key_id` and `key`: of a shared key for webhooks."""

    sid: str
    auth_token: str = field(repr=False)
    public_url: str
    key_id: str = ""
    key: str = field(default="", repr=False)
    url: str = ""  # Another server than the vendor's.


def signatures(account: Account) -> Signatures:
    """What proves a webhook of this account, of whatever channel."""
    secret = account.key if account.key_id else account.auth_token
    return Signatures(account.sid, account.public_url, secret, account.key_id)


class TwilioGateway:
    """One account on one channel: /<channel>/twilio and /<channel>/twilio/receipts.

    `hears`: the person's message in the fields of a request; None where nobody wrote who could be answered. `says`: the
    fields of a message in which the channels differ. `sender`: a number, a registered name, or a messaging service.
    """

    name = "twilio"
    most = MOST

    def __init__(
        self,
        channel: Channel,
        account: Account,
        sender: str,
        hears: Callable[[Fields], Inbound | None],
        says: Callable[[Outbound], Fields],
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        self.channels = frozenset({channel})
        self._path = f"/{channel}/{self.name}"
        self._receipts = f"{self._path}/receipts"
        self._signatures = signatures(account)
        by_service = sender.startswith("MG") and len(sender) == 34
        self._fixed = {
            "messaging_service_sid" if by_service else "from_": sender,
            "status_callback": account.public_url.rstrip("/") + self._receipts,
        }
        self._hears, self._says = hears, says
        self._rest = Rest(account.sid, account.auth_token, account.url, timeout)

    def addressed(self, request: Request) -> bool:
        """The vendor signs, so the path holds no secret."""
        return request.path in (self._path, self._receipts)

    def unfit(self, request: Request) -> Response | None:
        return unfit(request, self.most, (FORM, JSON))

    def read(self, request: Request) -> Brought:
        fields = self._signatures.fields(request)
        if request.path == self._receipts:
            return Brought(receipts=(receipt(fields),))
        if "Body" not in fields:
            raise ValueError("no field 'Body'")
        heard = self._hears(fields)
        return Brought((heard,) if heard else (), answer=TWIML)

    def send(self, message: Outbound) -> Sent:
        """A message whose answer was lost may have been taken; it is sent again: twice is better than never."""
        return self._rest.send({**self._fixed, **self._says(message)})


def receipt(fields: Fields) -> Receipt:
    """A state or an error that nobody has documented yet is no reason to refuse the report."""
    status = (fields.get("MessageStatus") or fields.get("SmsStatus") or "").lower()
    if not status:
        raise ValueError("no field 'MessageStatus'")
    sid, delivery = fields["MessageSid"], STATES.get(status)
    if delivery is None:
        return Receipt(sid, Delivery.SENDING, "unknown_state")
    error = fields.get("ErrorCode", "")
    if status not in FAILURES or not error.isdecimal():
        return Receipt(sid, delivery)
    fault = FAULTS.get(int(error[:9]))
    return Receipt(sid, fault.delivery, fault.code) if fault else Receipt(sid, delivery, "unknown_reason")


def gateway(
    account: Account, sender: str, clock: Callable[[], datetime], **settings: tuple[float, float]
) -> TwilioGateway:
    """SMS. `sender`: one that is registered in Indonesia; people can answer it only where it is a number."""
    return TwilioGateway(Channel.SMS, account, sender, lambda fields: _heard(fields, clock()), _said, **settings)


def person(fields: Fields) -> str:
    """Who wrote: a number, or WhatsApp's own name for somebody; empty for a short code or the name of a business."""
    found = PERSON.fullmatch(fields["From"])
    return found[1] if found else ""


def _heard(fields: Fields, now: datetime) -> Inbound | None:
    sender = person(fields)
    if not sender.startswith("+"):
        return None  # An advertisement.
    return Inbound(
        id=fields["MessageSid"],
        channel=Channel.SMS,
        gateway=TwilioGateway.name,
        sender=sender,
        text=unwrapped(fields["Body"]),
        event=SessionEvent.RESUME,
        received_at=now,
    )


def _said(message: Outbound) -> Fields:
    return {"to": message.to, "body": message.body}


def unwrapped(body: str) -> str:
    """Twilio sometimes hands over a message of several parts in base64, and says so nowhere."""
    if len(body) % 4 or not WRAPPED.fullmatch(body):
        return body
    try:
        text = base64.b64decode(body, validate=True).decode()
    except ValueError:
        return body
    return text if text.replace("\n", " ").replace("\r", " ").isprintable() else body
