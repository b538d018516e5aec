"""WhatsApp by Twilio: who wrote what, by hand or by button; and answers with buttons where templates for them exist."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime

from bot.messages import Attachment, Channel, Inbound, SessionEvent
from sms.gateway import Outbound
from sms.twilio import Account, Fields, TwilioGateway, person
from sms.twilio_wire import PERSON
from whatsapp.buttons import Kind, named, shown
from whatsapp.place import located

PREFIX = "whatsapp:"
BODY = 1600  # Characters of a message without buttons.
KINDS = {"image": Attachment.PHOTO, "audio": Attachment.VOICE}


def gateway(
    account: Account,
    sender: str,
    clock: Callable[[], datetime],
    contents: Mapping[int, str] | None = None,
    **settings: tuple[float, float],
) -> TwilioGateway:
    """`contents`: for so many choices, the ContentSid of a quick reply (up to 3) or a list (up to 10) that is filled.

    Its variables: 1 the words; in a list, 2 what opens it; then each choice: title, id and, in a list, description.
    """
    given = dict(contents or {})
    by_name = sender if sender.startswith(("MG", PREFIX)) else PREFIX + sender
    return TwilioGateway(
        Channel.WHATSAPP,
        account,
        by_name,
        lambda fields: heard(fields, clock()),
        lambda message: says(message, given),
        **settings,
    )


def heard(fields: Fields, now: datetime) -> Inbound | None:
    """What a person wrote, pressed, or sent instead of words. None where there is nobody who could be answered."""
    sender = person(fields)
    if not sender:
        return None
    other = PERSON.fullmatch(fields.get("ExternalUserId", ""))
    also = other[1] if other and not other[1].startswith("+") else ""
    attachment, text = _attached(fields)
    return Inbound(
        id=fields["MessageSid"],
        channel=Channel.WHATSAPP,
        gateway=TwilioGateway.name,
        sender=sender,
        text=text,
        event=SessionEvent.RESUME,
        received_at=now,
        attachment=attachment,
        also="" if also == sender else also,
    )


def _attached(fields: Fields) -> tuple[Attachment, str]:
    """What came instead of words, and what is said with it. What is pressed has our own key in its id."""
    pressed = ("ButtonPayload", "ListId", "ButtonText", "ListTitle")
    text = next((fields[name] for name in pressed if fields.get(name)), fields["Body"])
    if fields.get("NumMedia", "0") not in ("", "0"):
        kind = KINDS.get(fields.get("MediaContentType0", "").partition("/")[0].lower(), Attachment.OTHER)
        # Of the recording's address only its own name: the rest names the account.
        recording = f"{fields['MessageSid']}/{fields.get('MediaUrl0', '').rpartition('/')[2]}"
        return kind, recording if kind is Attachment.VOICE else text
    if fields.get("Latitude") and fields.get("Longitude"):
        place = located(fields["Latitude"], fields["Longitude"])
        return (Attachment.LOCATION, place) if place else (Attachment.OTHER, text)
    return (Attachment.NONE, text) if text.strip() else (Attachment.OTHER, "")


def says(message: Outbound, contents: Mapping[int, str]) -> Fields:
    """A message in the API's fields: an approved template, buttons or a list, or words with numbers in them."""
    to = {"to": PREFIX + message.to}
    if message.template:
        return {**to, "content_sid": message.template, "content_variables": _variables(*message.values)}
    kind, body, choices = shown(message.body, message.choices)
    content = contents.get(len(choices), "") if kind is not Kind.NUMBERS and len(choices) else ""
    # A list can be shown for as few as one choice, but its template has other places than one of buttons.
    if not content or (kind is Kind.LIST) is not (len(choices) > 3):
        return {**to, "body": message.body[:BODY]}
    if kind is Kind.BUTTONS:
        pressed = [value for choice in choices for value in (choice.label, named(choice, message.asked_at))]
        return {**to, "content_sid": content, "content_variables": _variables(body, *pressed)}
    at = message.asked_at
    rows = [value for choice in choices for value in (choice.label, named(choice, at), choice.detail)]
    return {**to, "content_sid": content, "content_variables": _variables(body, message.list_label, *rows)}


def _variables(*values: str) -> str:
    """By number. WhatsApp takes an empty one for a missing one."""
    return json.dumps({str(number): value or "-" for number, value in enumerate(values, 1)}, ensure_ascii=False)
