"""All gateways of messages, screens and calls at once: what an operator sets up, what their vendors send and take."""

import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from typing import Any
from urllib.parse import urlencode

from support.callers import FORM, Wire
from support.captured import META_NUMBER, META_SECRET, PUBLIC, TWILIO_ACCOUNT, TWILIO_TOKEN, twilio_signature
from support.smsc import PASSWORD, SYSTEM_ID, Smsc
from support.vendor import Answer, Got, Vendor, serving

from bot.messages import Channel
from loket.config import Line, UssdLine, WhatsAppLine
from loket.service import now
from sms.bind import Bind

WORD = "word-of-every-open-door"  # In the paths of the vendors that do not sign.
VERIFY, ACCESS, SECRET = "verify-word-of-the-doors", "access-word-of-the-doors", "secret-of-the-aggregator"
LINE = "+6281299900000"  # Our own number.
_COUNT = count(1)


@dataclass(frozen=True)
class Knock:
    """One request of a vendor's."""

    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"

    def at(self, wire: Wire) -> tuple[int, bytes]:
        return wire.send(self.method, self.path, self.body or None, self.headers)


def by_twilio(path: str, fields: Mapping[str, str]) -> Knock:
    """A form that Twilio has signed for this path."""
    proof = twilio_signature(PUBLIC + path, fields)
    return Knock(path, urlencode(fields).encode(), {"Content-Type": FORM, "X-Twilio-Signature": proof})


def by_meta(document: object) -> Knock:
    """Events that Meta has signed; bytes are signed as they are."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    proof = hmac.new(META_SECRET.encode(), body, sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={proof}"}
    return Knock("/whatsapp/cloudapi", body, headers)


def form(path: str, fields: Mapping[str, str]) -> Knock:
    """A form that nobody signs: the path holds the word."""
    return Knock(f"{path}/{WORD}", urlencode(fields).encode(), {"Content-Type": FORM})


def twilio_message(channel: str, phone: str, text: str, **more: str) -> Knock:
    """What somebody wrote, by Twilio on `channel`."""
    prefix = "whatsapp:" if channel == "whatsapp" else ""
    fields = {
        "MessageSid": f"SM{next(_COUNT):032x}",
        "From": prefix + phone,
        "To": prefix + LINE,
        "AccountSid": TWILIO_ACCOUNT,
        "Body": text,
    }
    return by_twilio(f"/{channel}/twilio", fields | more)


def meta_message(sender: str, said: Mapping[str, Any], name: str = "", **more: Any) -> Knock:
    """One message to our number: `said` has its type and what that type holds. `sender`: a phone, or Meta's own id."""
    phone = {"from": sender.removeprefix("+")} if sender.startswith("+") else {"from_user_id": sender}
    who = {"wa_id": sender.removeprefix("+")} if sender.startswith("+") else {"user_id": sender}
    message = {**phone, "id": f"wamid.{next(_COUNT):08}", "timestamp": f"{now().timestamp():.0f}", **said, **more}
    return by_meta(meta_events(messages=[message], contacts=[{"profile": {"name": name}, **who}]))


def meta_events(**value: Any) -> dict[str, Any]:
    """A request of Meta's around what has changed."""
    known = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": META_NUMBER}}
    change = {"field": "messages", "value": known | value}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}


def written(text: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": text}}


def ringing(vendor: str, phone: str, **more: str) -> Knock:
    """Somebody rings once."""
    if vendor == "twilio":
        fields = {"CallSid": f"CA{next(_COUNT):032x}", "AccountSid": TWILIO_ACCOUNT, "CallStatus": "ringing",
                  "Direction": "inbound", "From": phone, "To": LINE, "Caller": phone}  # fmt: skip
        return by_twilio("/voice/twilio", fields | more)
    fields = {"isActive": "1", "sessionId": f"ATVId_{next(_COUNT):032x}", "direction": "Inbound",
              "callerNumber": phone, "destinationNumber": LINE}  # fmt: skip
    return form("/voice/africastalking", fields | more)


def jasmin_message(phone: str, text: str) -> Knock:
    fields = {"id": f"jasmin-{next(_COUNT)}", "from": phone.removeprefix("+"), "to": "99123", "content": text}
    return form("/sms/jasmin", fields)


def infobip_page(session: str, verb: str, **said: str) -> Knock:
    """A USSD dialogue whose vendor names the phone in its first request alone."""
    path = f"/ussd/infobip/{WORD}/session/{session}/{verb}"
    return Knock(path, json.dumps({"shortCode": "123", **said}).encode(), {"Content-Type": "application/json"})


@dataclass
class Doors:
    """The vendors, alive on loopback while servers die."""

    vendor: Vendor
    smsc: Smsc

    def changes(self) -> dict[str, Any]:
        """What config.yml says of them, beside the usual vendor of SMS."""
        bind = Bind(first_wait=0.05, longest_wait=0.2, confirm_seconds=0.05)
        aggregator = {"sends": {"url": f"{self.vendor.url}/send"}}
        return {
            "sms": {
                "africastalking": Line(two_way=True),
                "twilio": Line(two_way=True),
                "smpp": Line(two_way=True, bind=bind),
                "jasmin": Line(two_way=True, style="jasmin", form=aggregator, sender="99123"),
            },
            "whatsapp": {"cloudapi": WhatsAppLine(), "twilio": WhatsAppLine()},
            "voice": ["africastalking", "twilio"],
            "ussd": {
                "africastalking": UssdLine(page=160),
                "infobip": UssdLine(style="infobip", form={"repeat_seconds": 0}),
            },
        }

    def environment(self) -> dict[str, str]:
        """Their accounts, without LOKET_."""
        return {
            "PUBLIC_URL": PUBLIC,
            "TWILIO_ACCOUNT": TWILIO_ACCOUNT,
            "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
            "TWILIO_SMS_SENDER": LINE,
            "TWILIO_WHATSAPP_SENDER": LINE,
            "TWILIO_URL": self.vendor.url,
            "CLOUDAPI_NUMBER": META_NUMBER,
            "CLOUDAPI_ACCESS_TOKEN": ACCESS,
            "CLOUDAPI_APP_SECRETS": META_SECRET,
            "CLOUDAPI_VERIFY_TOKEN": VERIFY,
            "CLOUDAPI_URL": self.vendor.url,
            "SMPP_ADDRESS": f"127.0.0.1:{self.smsc.port}",
            "SMPP_SYSTEM_ID": SYSTEM_ID,
            "SMPP_PASSWORD": PASSWORD,
            "SMS_TOKENS": f"jasmin={WORD}",
            "SMS_ACCOUNTS": f"jasmin=loket:{SECRET}",
            "USSD_TOKENS": f"infobip={WORD}",
        }

    def sent(self, channel: Channel | str, phone: str) -> list[str]:
        """What has reached this phone by Meta ("whatsapp"), Twilio, Jasmin or the SMSC, as it was sent to them."""
        digits = phone.removeprefix("+")
        if channel == "smpp":
            return [each.octets.decode("latin-1") for each in self.smsc.submits if each.to == digits]
        place = {"whatsapp": f"/{META_NUMBER}/messages", "jasmin": "/send?", "twilio": "/2010-04-01/"}[channel]
        return [f"{got.path}\n{got.body}" for got in self.vendor.got if got.path.startswith(place)
                and digits in f"{got.path}{got.body}"]  # fmt: skip


@contextmanager
def doors(refused: str = "") -> Iterator[Doors]:
    """All of them. `refused`: a phone to which no vendor sends, and whose number stands in what they say then."""

    def answers(got: Got) -> Answer:
        id, quoted = next(_COUNT), bool(refused) and refused.removeprefix("+") in f"{got.path}{got.body}"
        if got.path.startswith("/2010-04-01/"):
            why = {"code": 21211, "message": f"Invalid 'To' Phone Number: {refused}", "status": 400}
            return (400, json.dumps(why)) if quoted else (201, json.dumps({"sid": f"SM{id:032x}", "error_code": None}))
        if got.path.startswith("/send"):
            return (403, f"Error {refused}") if quoted else (200, f'Success "jasmin-{id}"')
        error = {"error": {"code": 131026, "message": f"{refused} is not a WhatsApp user"}}
        return (400, json.dumps(error)) if quoted else (200, json.dumps({"messages": [{"id": f"wamid.out{id}"}]}))

    smsc = Smsc().open()
    try:
        with serving(answers) as vendor:
            yield Doors(vendor, smsc)
    finally:
        smsc.close()
