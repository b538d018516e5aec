"""Canary people at every gateway of messages and calls, and an agent by message, with data in all the wrong places."""

import re
from urllib.parse import quote

from support.callers import NUMBER, Wire
from support.canary_people import (
    CENTRE,
    DEAD,
    EARLY,
    KK,
    NAMES,
    NIKS,
    NUMBERLESS,
    OBJECTION,
    PROFILE,
    REFUSED,
    RESOLD,
    RINGING,
    SIGNED,
    STAFF,
    UNSENDABLE,
)  # fmt: skip
from support.captured import TWILIO_ACCOUNT
from support.doors import (
    WORD,
    Doors,
    Knock,
    by_meta,
    by_twilio,
    form,
    infobip_page,
    jasmin_message,
    meta_events,
    meta_message,
    ringing,
    twilio_message,
    written,
)  # fmt: skip
from support.server import Installation, until
from support.smsc import tlv

VISIT = re.compile(r"nomor kunjungan ([0-9]{3})")


def correspond(place: Installation, wire: Wire) -> None:
    """Everybody once, the wrong answers of vendors among them."""
    doors = place.doors
    assert doors is not None
    by_the_centre(doors)
    for knock in (*by_twilios(), *by_an_aggregator(), *calls(), *attachments(), *to_whom_nobody_sends()):
        assert (answer := knock.at(wire))[0] == 200, (knock.path, answer)
    too_early(wire)
    for knock in malformed():
        assert knock.at(wire)[0] < 500, knock.path
    ref = refused(place, doors, wire)
    object_to(place, wire, ref)


def said(doors: Doors, channel: str, phone: str, words: str) -> str:
    """Wait until a message with these words has reached the phone; that message."""
    until(lambda: any(words in body for body in doors.sent(channel, phone)), f"{words} never came by {channel}")
    return next(body for body in doors.sent(channel, phone) if words in body)


def refused(place: Installation, doors: Doors, wire: Wire) -> str:
    """By Meta: somebody registers in one message, an agent without data ends it by SMS, the portal says no."""
    phone = f"+62{REFUSED}"
    for text in ("1", f"DAFTAR#{NIKS[3]}#{KK}#{NAMES[3]}#KEMBIRITAN", "YA"):
        assert meta_message(phone, written(text), PROFILE).at(wire)[0] == 200
    (ref,) = NUMBER.findall(said(doors, "whatsapp", phone, "Nomor Anda"))[:1]
    number = ref.replace("-", "")
    until(lambda: any(row["agent_id"] for row in place.rows("tickets") if row["case_ref"] == number), "no agent")
    (ticket,) = (row["ref"] for row in place.rows("tickets") if row["case_ref"] == number)
    for text in ("TUGAS", "TUGAS 1", f"TUGAS {ticket}", f"SELESAI {NIKS[0]} 735", f"ALIH {NAMES[3]}",
                 f"JADWAL {ticket} besok pagi"):  # fmt: skip
        assert twilio_message("sms", f"+62{STAFF}", text).at(wire)[0] == 200
    (visit,) = VISIT.findall(said(doors, "whatsapp", phone, "nomor kunjungan"))
    assert twilio_message("sms", f"+62{STAFF}", f"SELESAI {ticket} {visit}").at(wire)[0] == 200
    until(lambda: stage(place, number) == "not_eligible", "the portal never decided")
    return number


def stage(place: Installation, ref: str) -> str:
    (found,) = (row["stage"] for row in place.rows("registrations") if row["ref"] == ref)
    return str(found)


def object_to(place: Installation, wire: Wire, ref: str) -> None:
    """By buttons and by the other vendor of WhatsApp, in own words."""
    phone = f"+62{REFUSED}"
    pressed = {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "1", "title": "x"}}}
    assert meta_message(phone, written("SANGGAH"), PROFILE).at(wire)[0] == 200
    assert meta_message(phone, pressed, PROFILE).at(wire)[0] == 200
    for text in (NIKS[3][-4:], "2", f"{OBJECTION} {NAMES[3]} {NIKS[3]}", "1"):
        assert twilio_message("whatsapp", phone, text, ProfileName=PROFILE, WaId=phone[1:]).at(wire)[0] == 200
    until(lambda: place.rows("objections"), "nobody objected")
    assert {row["registration_id"] for row in place.rows("objections")} == {
        row["id"] for row in place.rows("registrations") if row["ref"] == ref
    }


def by_twilios() -> list[Knock]:
    """SMS: a registration in words, a helper's own, people's data where a keyword belongs; receipts that quote."""
    phone = f"+62{SIGNED}"
    texts = (f"DAFTAR#{NIKS[5]}#{NAMES[4]}#KEMBIRITAN", "YA", f"CEK {NIKS[5]}", f"BUKAN SAYA {NIKS[5]}", "DATA SAYA",
             f"WAFAT {DEAD[0]} {DEAD[1]}", f"saya {NAMES[4]} {KK}", "TELPON")  # fmt: skip
    place = {"FromCity": NAMES[4], "FromZip": NIKS[5][:8]}
    receipt = {"MessageSid": f"SM{1:032x}", "AccountSid": TWILIO_ACCOUNT, "From": "+6281299900000", "To": phone,
               "MessageStatus": "undelivered", "ErrorCode": "30003", "ErrorMessage": f"{phone} is away"}  # fmt: skip
    return [
        *(twilio_message("sms", phone, text, **place) for text in texts),
        by_twilio("/sms/twilio/receipts", receipt),
    ]


def by_an_aggregator() -> list[Knock]:
    phone = f"+62{RESOLD}"
    texts = (f"DAFTAR#{NIKS[7]}#{NAMES[5]}#KEMBIRITAN#{KK}", "YA", f"LAPOR {NAMES[5]} {phone}", f"PERBAIKI {NIKS[7]}")
    receipt = form("/sms/jasmin", {"id": "jasmin-0", "message_status": "UNDELIV", "to": phone})
    return [
        *(jasmin_message(phone, text) for text in texts),
        Knock(f"{receipt.path}/receipts", receipt.body, receipt.headers),
    ]


def calls() -> list[Knock]:
    phone = f"+62{RINGING}"
    return [ringing("africastalking", phone), ringing("twilio", phone, CallerName=NAMES[0])]


def attachments() -> list[Knock]:
    """What cannot be read, with people's data in its names; and somebody who shows no number."""
    phone = f"+62{REFUSED}"
    return [
        meta_message(phone, {"type": "image", "image": {"id": "77001", "caption": f"KTP {NIKS[3]}"}}, PROFILE),
        meta_message(phone, {"type": "document", "document": {"id": "77002", "filename": f"{NAMES[3]}.pdf"}}, PROFILE),
        meta_message(phone, {"type": "contacts", "contacts": [{"name": {"formatted_name": NAMES[3]}}]}, PROFILE),
        meta_message(phone, {"type": "audio", "audio": {"id": "77003", "voice": True}}, PROFILE),
        *(meta_message(NUMBERLESS, written(text), PROFILE) for text in (f"DAFTAR#{NIKS[8]}#{NAMES[1]}#KEMBIRITAN",
                                                                       f"0{RINGING}", "YA", "DATA SAYA")),
        by_meta(meta_events(statuses=[{"id": "wamid.none", "status": "failed", "recipient_id": phone[1:],
                                       "errors": [{"code": 131026, "title": f"{phone} {NAMES[3]}"}]}])),
    ]  # fmt: skip


def to_whom_nobody_sends() -> list[Knock]:
    """The vendors' refusals quote the number."""
    phone = f"+62{UNSENDABLE}"
    return [
        twilio_message("sms", phone, "MENU"), jasmin_message(phone, "MENU"), meta_message(phone, written("MENU")),
        twilio_message("whatsapp", phone, "MENU"),
    ]  # fmt: skip


def too_early(wire: Wire) -> None:
    """At an aggregator of USSD that names the phone once, by somebody whose regency is not open yet."""
    begun = infobip_page("s-early", "start", msisdn=f"62{EARLY}", text="")
    assert begun.at(wire)[0] == 200
    for text in ("1", "1", "1", "1", NIKS[4], NAMES[5], "sepinggan raya", "1", "1"):
        status, page = infobip_page("s-early", "response", text=text).at(wire)
        assert status == 200
    assert b"Kami kirim SMS" in page, page


def by_the_centre(doors: Doors) -> None:
    """An operator's SMSC: a registration, half of a message, a receipt that quotes the message."""
    digits = f"62{CENTRE}"
    doors.smsc.bound()
    for text in (f"DAFTAR#{NIKS[6]}#{NAMES[4]}#KEMBIRITAN", "YA"):
        assert doors.smsc.deliver(digits, text.encode()) == 0
    said(doors, "smpp", f"+{digits}", "terdaftar, nomor")
    half = b"\x05\x00\x03\x2a\x02\x01" + f"LAPOR {NAMES[4]} {NIKS[6]}".encode()
    assert doors.smsc.deliver(digits, half, esm_class=0x40) == 0
    assert doors.smsc.deliver(digits, f"id:m1 stat:DELIVRD text:{NAMES[4]} {NIKS[6]}".encode(), esm_class=0x04) == 0
    doors.smsc.deliver(f"{digits}{NIKS[6]}", NIKS[6].encode(), tlvs=tlv(0x0424, NAMES[4].encode()))


def malformed() -> list[Knock]:
    """Signed or not, none of this is a message; all of it is about somebody."""
    about = {"type": "text", "text": {"body": [NIKS[3], NAMES[3]]}, "from": {"phone": REFUSED}}
    letter = twilio_message("sms", f"+62{SIGNED}", NIKS[5])
    forged = letter.headers | {"X-Twilio-Signature": NIKS[5]}
    return [
        by_meta(meta_events(messages=[about], contacts=[{"wa_id": [NIKS[3]]}])),
        by_meta({"object": NIKS[3], "entry": NAMES[3]}),
        by_meta(f'{{"nik": "{NIKS[3]}"'.encode()),
        Knock(
            "/whatsapp/cloudapi", NIKS[3].encode(), {"Content-Type": "application/json", "X-Hub-Signature-256": NIKS[3]}
        ),
        Knock(f"/whatsapp/cloudapi?hub.mode=subscribe&hub.verify_token={NIKS[3]}&hub.challenge=1", method="GET"),
        Knock(letter.path, letter.body, forged),
        Knock(f"/sms/twilio?nik={NIKS[5]}", letter.body, letter.headers),
        Knock(f"/sms/jasmin/{NIKS[5]}", letter.body, letter.headers),
        Knock(f"/sms/jasmin/{WORD}?name={quote(NAMES[5])}", b"from=62" + RESOLD.encode(), letter.headers),
        by_twilio("/voice/twilio", {"AccountSid": TWILIO_ACCOUNT, "From": NIKS[5], "CallSid": NAMES[5]}),
        form(
            "/voice/africastalking", {"sessionId": NIKS[5], "callerNumber": NAMES[5], "isActive": KK, "direction": "x"}
        ),
        infobip_page(f"s-{NIKS[4]}", "start", msisdn=NIKS[4], text=NAMES[5]),
        infobip_page(f"s-{NIKS[4]}", NAMES[5], msisdn=f"62{EARLY}", text=NIKS[4]),
    ]
