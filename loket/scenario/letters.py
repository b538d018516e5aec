"""What somebody writes, presses or attaches, in the form and with the signature of the vendor that brings it."""

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from urllib.parse import urlencode
from uuid import uuid4

from loket.demo_accounts import LINE
from loket.scenario import ScenarioError
from loket.scenario.lines import FORM, Keys, Sent

# What is done, as the simulator's phones say it: {"kind": "text", "text": …}, {"kind": "button_reply", "id": …}, and
# image, audio or location.
Done = Mapping[str, str]
SHORT_CODE = "99123"
MEDIA = MappingProxyType({"image": "image/jpeg", "audio": "audio/ogg"})
ATTACHED = (*MEDIA, "location")


def message(by: str, phone: str, done: Done, keys: Keys) -> Sent:
    """One message in the form of this channel's gateway. ScenarioError where nobody wrote that down."""
    written = MESSAGES.get(by)
    if written is None:
        raise ScenarioError(f"by: no form of {by} is known, only {', '.join(MESSAGES)}")
    if by.startswith("sms/") and done["kind"] != "text":
        raise ScenarioError(f"by {by} nothing can be pressed or attached")
    return written(phone, done, keys)


def _africastalking(phone: str, done: Done, keys: Keys) -> Sent:
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    fields = {
        "date": at,
        "from": phone,
        "id": str(uuid4()),
        "linkId": "",
        "text": done["text"],
        "to": SHORT_CODE,
        "networkCode": "51010",
    }
    return Sent(f"/sms/africastalking/{keys.token}", FORM, urlencode(fields).encode())


def _twilio_sms(phone: str, done: Done, keys: Keys) -> Sent:
    fields = _twilio(phone, LINE, keys) | {"Body": done["text"], "NumMedia": "0", "NumSegments": "1"}
    return _signed("/sms/twilio", fields, keys)


def _twilio_whatsapp(phone: str, done: Done, keys: Keys) -> Sent:
    """Whoever shows no number is called by WhatsApp's own name in Twilio's form too."""
    fields = _twilio(f"whatsapp:{phone}", f"whatsapp:{LINE}", keys)
    fields |= {"Body": done.get("text", ""), "NumMedia": "0", "ProfileName": "Siti", "MessageType": "text"}
    match done["kind"]:
        case "button_reply":
            fields |= {"MessageType": "button", "ButtonText": done["id"], "ButtonPayload": done["id"]}
        case "location":
            fields |= {"MessageType": "location", "Latitude": "-8.219200", "Longitude": "114.369100"}
        case "image" | "audio" as kind:
            media = f"https://api.twilio.com/2010-04-01/Accounts/{keys.twilio_account}/Messages/{fields['MessageSid']}"
            fields |= {"MessageType": kind, "NumMedia": "1", "MediaContentType0": MEDIA[kind],
                       "MediaUrl0": f"{media}/Media/ME{uuid4().hex}"}  # fmt: skip
        case _:
            pass
    return _signed("/whatsapp/twilio", fields, keys)


def _twilio(sender: str, to: str, keys: Keys) -> dict[str, str]:
    return {"MessageSid": f"SM{uuid4().hex}", "AccountSid": keys.twilio_account, "From": sender, "To": to,
            "ApiVersion": "2010-04-01"}  # fmt: skip


def _signed(path: str, fields: Mapping[str, str], keys: Keys) -> Sent:
    """Twilio signs the address at which it finds us, and all fields."""
    from twilio.request_validator import RequestValidator

    proof = RequestValidator(keys.twilio_token).compute_signature(keys.public_url.rstrip("/") + path, fields)
    return Sent(path, {**FORM, "X-Twilio-Signature": proof}, urlencode(fields).encode())


def _cloudapi(phone: str, done: Done, keys: Keys) -> Sent:
    from loket.simulator.metas import Metas

    who = {"from": phone} if phone.startswith("+") else {"user": phone}
    event = Metas(keys.meta_number, keys.meta_secret).event({**done, **who}, datetime.now(UTC))
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": event.signature}
    return Sent(event.path, headers, event.body.encode())


MESSAGES: Mapping[str, Callable[[str, Done, Keys], Sent]] = {
    "sms/africastalking": _africastalking,
    "sms/twilio": _twilio_sms,
    "whatsapp/twilio": _twilio_whatsapp,
    "whatsapp/cloudapi": _cloudapi,
}


def nameless(dice: random.Random) -> str:
    """What WhatsApp calls somebody who shows no number."""
    return f"ID.{dice.randrange(10**15, 10**16)}"
