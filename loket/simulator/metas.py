"""What people do on WhatsApp, in the form and with the signature of Meta's Cloud API: the page itself has no secret."""

import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

PATH = "/whatsapp/cloudapi"
PHONE = re.compile(r"\+([1-9][0-9]{9,14})")
USER = re.compile(r"[A-Z]{2}\.[0-9]{6,32}")
LONGEST = 4096  # Characters that a person can write in one message.
BUSINESS, OURS = "102290129340398", "6281299900000"
PLACE = {"latitude": -8.2192, "longitude": 114.3691, "name": "Balai Desa Kemiren"}


@dataclass(frozen=True, slots=True)
class Signed:
    """One request as Meta sends it."""

    path: str
    body: str = field(repr=False)
    signature: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Metas:
    """Meta's side of one number. `number`: Meta's id of it."""

    number: str
    secret: str = field(repr=False)

    def event(self, done: Mapping[str, Any], now: datetime) -> Signed:
        """What somebody did, such as {"from": "+62…", "kind": "text", "text": "halo"}. ValueError: what it lacks."""
        message = {**_sender(done), "id": f"wamid.{secrets.token_urlsafe(18)}", "timestamp": str(int(now.timestamp()))}
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": OURS, "phone_number_id": self.number},
            "contacts": [_contact(done)],
            "messages": [{**message, **_content(done)}],
        }
        entry = {"id": BUSINESS, "changes": [{"value": value, "field": "messages"}]}
        body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}, separators=(",", ":"))
        proof = hmac.new(self.secret.encode(), body.encode(), sha256).hexdigest()
        return Signed(PATH, body, f"sha256={proof}")


def _sender(done: Mapping[str, Any]) -> Mapping[str, str]:
    phone, user = _people(done)
    return ({"from": phone} if phone else {}) | ({"from_user_id": user} if user else {})


def _contact(done: Mapping[str, Any]) -> Mapping[str, Any]:
    phone, user = _people(done)
    shown = {"name": "Siti"} if phone else {"name": "Siti", "username": "siti"}
    return {"profile": shown} | ({"wa_id": phone} if phone else {}) | ({"user_id": user} if user else {})


def _people(done: Mapping[str, Any]) -> tuple[str, str]:
    """The number without its plus, and Meta's own name of a person; whoever shows only a user name has no number."""
    phone, user = PHONE.fullmatch(_text(done, "from")), _text(done, "user")
    if user and not USER.fullmatch(user):
        raise ValueError("user: two capitals, a point and digits")
    if not phone and not user:
        raise ValueError("from: + and 10 to 15 digits; or user")
    return phone[1] if phone else "", user


def _content(done: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was written, pressed or attached. A photo's, a voice's bytes stay with Meta: an event only names them."""
    media = str(secrets.randbelow(9 * 10**15) + 10**15)
    match kind := _text(done, "kind"):
        case "text":
            return {"type": kind, "text": {"body": _needed(done, "text")}}
        case "button_reply" | "list_reply":
            pressed = {"id": _needed(done, "id"), "title": _needed(done, "text")}
            return {"type": "interactive", "interactive": {"type": kind, kind: pressed}}
        case "image":
            sum_ = secrets.token_hex(32)
            return {"type": kind, kind: {"id": media, "mime_type": "image/jpeg", "sha256": sum_}}
        case "audio":
            return {"type": kind, kind: {"id": media, "mime_type": "audio/ogg; codecs=opus", "voice": True}}
        case "location":
            return {"type": kind, kind: PLACE}
        case _:
            raise ValueError("kind: text, button_reply, list_reply, image, audio or location")


def _needed(done: Mapping[str, Any], name: str) -> str:
    text = _text(done, name)
    if not 0 < len(text) <= LONGEST:
        raise ValueError(f"{name}: 1 to {LONGEST} characters")
    return text


def _text(done: Mapping[str, Any], name: str) -> str:
    text = done.get(name, "")
    if not isinstance(text, str):
        raise ValueError(f"{name}: a text")
    return text
