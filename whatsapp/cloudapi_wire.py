"""What Meta's Cloud API tells: the messages and receipts of one request, each read for itself."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bot.messages import Attachment, Channel, Inbound, SessionEvent
from sms.gateway import Brought, Delivery, Receipt
from whatsapp.faults import FAULTS
from whatsapp.place import located

NAME = "cloudapi"
PHONE = re.compile(r"\+?([1-9][0-9]{7,14})")
USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")
MILLISECONDS = 100_000_000_000  # Seconds reach this in the year 5138.

STATES = {
    "sent": Delivery.SENDING,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.DELIVERED,
    "played": Delivery.DELIVERED,
    "failed": Delivery.TEMPORARY_FAILURE,
}
SILENT = frozenset({"reaction", "system"})  # Nobody waits for an answer to these.
ATTACHED = {
    "image": Attachment.PHOTO,
    "sticker": Attachment.OTHER,
    "audio": Attachment.VOICE,
    "voice": Attachment.VOICE,
    "video": Attachment.OTHER,
    "document": Attachment.OTHER,
}

Json = Mapping[str, Any]


def read(document: Any, number: str, clock: Callable[[], datetime]) -> Brought:
    """Everything of a request that was written to our number. ValueError: not the form of a request at all."""
    if not isinstance(document, dict) or document.get("object") != "whatsapp_business_account":
        raise ValueError("not an event of WhatsApp")
    inbound: list[Inbound] = []
    receipts: list[Receipt] = []
    unread = 0
    for value in _values(document, number):
        people = _items(value, "contacts")
        parts: list[Callable[[], Inbound | Receipt | None]] = [
            *(partial(receipt, status) for status in _items(value, "statuses")),
            *(partial(hear, message, people, clock) for message in _items(value, "messages")),
        ]
        for part in parts:
            try:
                found = part()
            except ValueError:  # The others count all the same: Meta would send all of them again for a week.
                unread += 1
                continue
            match found:
                case Inbound():
                    inbound.append(found)
                case Receipt():
                    receipts.append(found)
                case None:
                    pass
    return Brought(inbound, receipts, unread=unread)


def hear(message: Json, people: Sequence[Json], clock: Callable[[], datetime]) -> Inbound | None:
    """One message; None where it is not for us to answer. ValueError: nobody can be answered, or it has no name."""
    kind = _text(message, "type")
    if message.get("group_id") or kind in SILENT:
        return None
    sender, also = _who(message, people)
    attachment, text = _said(message, kind)
    return Inbound(
        id=_needed(message, "id"),
        channel=Channel.WHATSAPP,
        gateway=NAME,
        sender=sender,
        text=text,
        event=SessionEvent.RESUME,
        received_at=_instant(message.get("timestamp"), clock()),
        attachment=attachment,
        also=also,
    )


def receipt(status: Json) -> Receipt | None:
    """What became of one of ours; None where a person has only deleted it. An unknown state is no fault."""
    id, state = _needed(status, "id"), _text(status, "status").lower()
    if state == "deleted":
        return None
    delivery = STATES.get(state)
    if delivery is None:
        return Receipt(id, Delivery.SENDING, "unknown_state")
    errors = _items(status, "errors")
    if state != "failed" or not errors:
        return Receipt(id, delivery)
    code = errors[0].get("code")
    fault = FAULTS.get(code) if isinstance(code, int) else None
    return Receipt(id, fault.delivery, fault.code) if fault else Receipt(id, delivery, "unknown_reason")


def _who(message: Json, people: Sequence[Json]) -> tuple[str, str]:
    """The number, and beside it WhatsApp's own name of the person; that name alone where there is no number."""
    given = _text(message, "from")
    phone = PHONE.fullmatch(given)
    own = next((id for id in (_text(message, "from_user_id"), given) if USER_ID.fullmatch(id)), "")
    for person in people:
        number, user = _text(person, "wa_id"), _text(person, "user_id")
        if (phone and number == phone[1]) or (own and own in (user, number)):
            own = own or (user if USER_ID.fullmatch(user) else "")
            phone = phone or PHONE.fullmatch(number)
    if phone:
        return f"+{phone[1]}", own
    if not own:
        raise ValueError("nobody to answer")
    return own, ""


def _said(message: Json, kind: str) -> tuple[Attachment, str]:
    """What was typed or pressed, or what came instead of it."""
    inside = _inside(message, kind)
    match kind:
        case "text":
            return Attachment.NONE, _text(inside, "body")
        case "button":
            return Attachment.NONE, _text(inside, "payload") or _text(inside, "text")
        case "interactive":
            pressed = _inside(inside, "button_reply") or _inside(inside, "list_reply")
            id = _text(pressed, "id") or _text(pressed, "title")
            return (Attachment.NONE, id) if id else (Attachment.OTHER, "")
        case "location":
            place = located(str(inside.get("latitude")), str(inside.get("longitude")))
            return (Attachment.LOCATION, place) if place else (Attachment.OTHER, "")
        case "audio" | "voice":
            return Attachment.VOICE, _text(inside, "id")
        case _:
            return ATTACHED.get(kind, Attachment.OTHER), _text(inside, "caption")


def _values(document: Json, number: str) -> Iterator[Json]:
    """What changed at our number: an application of Meta's may hear of several."""
    for entry in _items(document, "entry"):
        for change in _items(entry, "changes"):
            value = _inside(change, "value")
            if change.get("field") == "messages" and _text(_inside(value, "metadata"), "phone_number_id") == number:
                yield value


def _instant(given: Any, now: datetime) -> datetime:
    """When it was written, in seconds or milliseconds since 1970; now, where that is no moment of the past."""
    digits = str(given) if isinstance(given, str | int) else ""
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 15:
        return now
    number = int(digits)
    moment = datetime.fromtimestamp(number / 1000 if number >= MILLISECONDS else number, UTC)
    return min(moment, now)


def _items(found: Json, name: str) -> list[Json]:
    items = found.get(name)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _inside(found: Json, name: str) -> Json:
    inside = found.get(name)
    return inside if isinstance(inside, dict) else {}


def _text(found: Json, name: str) -> str:
    text = found.get(name)
    return text if isinstance(text, str) else ""


def _needed(found: Json, name: str) -> str:
    text = _text(found, name)
    if not text:
        raise ValueError(f"no {name}")
    return text
