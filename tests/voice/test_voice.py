"""Calls that are turned down: who rings is handed over once, and nobody is called back abroad."""

import base64
import hmac
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from bot.wire import Request, Response
from sms.twilio_wire import Signatures
from voice.africastalking import AfricasTalkingVoice
from voice.gateway import BODY, Missed, VoiceGateway, serve
from voice.twilio import TwilioVoice

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
TOKEN = "t0ken-of-the-webhook"
FORM = "application/x-www-form-urlencoded"
CALLER = "+6281234500001"
CALL_SID = "CA" + "0123456789abcdef" * 2
ACCOUNT = "AC" + "f" * 32
KEY = "auth-token-of-the-account"

RINGS = {  # As Africa's Talking tells of a call that rings.
    "isActive": "1", "sessionId": "ATVId_0f3c7a1b9d2e4c6f8a0b1c2d3e4f5a6b", "direction": "Inbound",
    "callerNumber": CALLER, "destinationNumber": "+622150001234", "callSessionState": "Ringing",
    "callStartTime": "2026-11-20+05:00:00", "callerCountryCode": "62",
}  # fmt: skip
OVER = RINGS | {"isActive": "0", "durationInSeconds": "0", "currencyCode": "KES", "amount": "0", "status": "Rejected"}
TWILIO = {
    "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "CallSid": CALL_SID, "CallStatus": "ringing",
    "Called": "+622150001234", "Caller": CALLER, "CallerName": "", "Direction": "inbound", "From": CALLER,
    "FromCountry": "ID", "To": "+622150001234", "ToCountry": "ID",
}  # fmt: skip


class Queue:
    """Takes whoever rang."""

    def __init__(self) -> None:
        self.missed: list[Missed] = []

    def __call__(self, missed: Missed) -> None:
        self.missed.append(missed)


def talking(fields: dict[str, str], path: str = f"/voice/africastalking/{TOKEN}") -> tuple[Response, list[Missed]]:
    request = Request("POST", path, "", {"content-type": FORM}, urlencode(fields).encode())
    return answered(AfricasTalkingVoice([TOKEN]), request)


def answered(gateway: VoiceGateway, request: Request) -> tuple[Response, list[Missed]]:
    queue = Queue()
    return serve(gateway, queue, request, NOW), queue.missed


def sign(fields: dict[str, str], url: str = "https://loket.example/voice/twilio", key: str = KEY) -> str:
    """As Twilio's documentation has it."""
    run = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    return base64.b64encode(hmac.digest(key.encode(), run.encode(), "sha1")).decode()


def twilio(fields: dict[str, str], signature: str | None = None, **headers: str) -> tuple[Response, list[Missed]]:
    signed = sign(fields) if signature is None else signature
    given = {"content-type": FORM, "x-twilio-signature": signed, **headers}
    request = Request("POST", "/voice/twilio", "", given, urlencode(fields).encode())
    return answered(TwilioVoice(Signatures(ACCOUNT, "https://loket.example", KEY)), request)


def test_who_rings_is_turned_down_and_handed_over() -> None:
    answer, missed = talking(RINGS)
    assert answer.body == b'<?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>'
    assert (answer.status, answer.content_type) == (200, "text/xml; charset=utf-8")
    assert missed == [Missed("africastalking", CALLER, RINGS["sessionId"], NOW)]
    answer, missed = twilio(TWILIO)
    assert answer.body == b'<?xml version="1.0" encoding="UTF-8"?><Response><Reject reason="busy"/></Response>'
    assert (answer.status, answer.content_type) == (200, "text/xml; charset=utf-8")
    assert missed == [Missed("twilio", CALLER, CALL_SID, NOW)]


def test_a_call_that_is_over_is_nobody_who_rings() -> None:
    assert talking(OVER) == (Response(200, "text/plain; charset=utf-8", b""), [])
    assert talking(RINGS | {"direction": "Outbound"})[1] == []
    for status in ("completed", "busy", "no-answer", "in-progress"):
        assert twilio(TWILIO | {"CallStatus": status}) == (Response(200, "text/plain; charset=utf-8", b""), [])
    assert twilio(TWILIO | {"Direction": "outbound-api"})[1] == []


@pytest.mark.parametrize(
    "caller",
    ["", "anonymous", "Restricted", "+266696687", "+254722123456", "+882161234567", "+6280912345678", "+628001234567",
     "+62", "sip:a@b", "client:x"],
)  # fmt: skip
def test_nobody_is_called_back_abroad_or_at_a_price(caller: str) -> None:
    """Turned down like everybody else."""
    answer, missed = talking(RINGS | {"callerNumber": caller})
    assert (b"<Reject" in answer.body, missed) == (True, [])
    answer, missed = twilio(TWILIO | {"From": caller})
    assert (b"<Reject" in answer.body, missed) == (True, [])


@pytest.mark.parametrize("caller", ["+6281234500001", "+622150001234", "+62361123456"])
def test_mobiles_and_landlines_are(caller: str) -> None:
    assert talking(RINGS | {"callerNumber": caller})[1][0].caller == caller
    assert twilio(TWILIO | {"From": caller})[1][0].caller == caller


@pytest.mark.parametrize("caller", [CALLER, CALLER.replace("+", " "), CALLER[1:]])
def test_a_plus_may_be_lost_on_the_way(caller: str) -> None:
    assert talking(RINGS | {"callerNumber": caller})[1][0].caller == CALLER


def test_refusals_come_in_order() -> None:
    right = Request("POST", f"/voice/africastalking/{TOKEN}", "", {"content-type": FORM}, urlencode(RINGS).encode())
    for changes, status in (
        ({"path": "/voice/africastalking/another-word-of-16", "method": "GET"}, 404),
        ({"path": right.path + "/events"}, 404),
        ({"method": "GET", "headers": {}}, 405),
        ({"headers": {"content-type": "text/xml"}, "body": b"x" * (BODY + 1)}, 415),
        ({"body": b"x" * (BODY + 1)}, 413),
        ({"body": b"x"}, 400),
    ):
        given = {"method": right.method, "path": right.path, "headers": right.headers, "body": right.body} | changes
        answer, missed = answered(AfricasTalkingVoice([TOKEN]), Request(query="", **given))  # type: ignore[arg-type]
        assert (answer.status, missed) == (status, [])


@pytest.mark.parametrize("field", ["sessionId", "isActive", "direction", "callerNumber"])
def test_a_missing_field_is_named(field: str) -> None:
    answer, missed = talking({name: value for name, value in RINGS.items() if name != field})
    assert (answer.status, answer.body, missed) == (400, f"no field '{field}'".encode(), [])


@pytest.mark.parametrize(
    ("field", "value"),
    [("isActive", "2"), ("isActive", ""), ("direction", "up"), ("sessionId", ""), ("sessionId", "a b")],
)
def test_a_field_of_another_form_is_named_without_a_quotation(field: str, value: str) -> None:
    answer, missed = talking(RINGS | {field: value})
    assert (answer.status, answer.body, missed) == (400, f"not the form of field '{field}'".encode(), [])


@pytest.mark.parametrize("signature", ["", "x", sign(TWILIO, key="another"), sign(TWILIO | {"From": "+6281299999999"}),
                                       sign(TWILIO, "https://evil.example/voice/twilio")])  # fmt: skip
def test_what_twilio_has_not_signed_is_refused(signature: str) -> None:
    answer, missed = twilio(TWILIO, signature)
    assert (answer.status, missed) == (403, [])


@pytest.mark.parametrize(
    "changes",
    [
        {"AccountSid": "AC" + "0" * 32},
        {"CallSid": CALL_SID[:-1]},
        {"CallStatus": "ringing!"},
        {"Direction": "in"},
        {"To": ""},
    ],
)
def test_what_is_signed_has_to_be_a_call_of_ours(changes: dict[str, str]) -> None:
    assert twilio(TWILIO | changes)[0].status == 403


def test_moving_the_borders_of_what_was_signed_gives_no_other_call() -> None:
    """The signature covers names and values as one run: a part of a value may not become a field, nor the reverse."""
    signature = sign(TWILIO)
    joined = dict(TWILIO)
    joined["From"] = CALLER + "FromCountryID"
    del joined["FromCountry"]
    assert sign(joined) == signature
    assert twilio(joined, signature)[1] == []
    shorter = TWILIO | {"From": CALLER[:-4], CALLER[-4:] + "FromCountry": "ID"}
    del shorter["FromCountry"]
    assert twilio(shorter, signature)[0].status == 403


@pytest.mark.parametrize("url", ["https://loket.example", "https://loket.example:443", "https://loket.example/"])
def test_the_address_is_signed_with_its_port_or_without(url: str) -> None:
    gateway = TwilioVoice(Signatures(ACCOUNT, url, KEY))
    for signed in ("https://loket.example/voice/twilio", "https://loket.example:443/voice/twilio"):
        headers = {"content-type": FORM, "x-twilio-signature": sign(TWILIO, signed)}
        request = Request("POST", "/voice/twilio", "", headers, urlencode(TWILIO).encode())
        assert answered(gateway, request)[0].status == 200


def test_a_shared_key_signs_by_sha_256() -> None:
    gateway = TwilioVoice(Signatures(ACCOUNT, "https://loket.example", KEY, key_id="SK1"))
    run = "https://loket.example/voice/twilio" + "".join(f"{name}{TWILIO[name]}" for name in sorted(TWILIO))
    signature = base64.b64encode(hmac.digest(KEY.encode(), run.encode(), "sha256")).decode()
    for settings, status in (
        ("key=SK1,algorithm=HMAC_SHA256", 200),
        ("key=SK2,algorithm=HMAC_SHA256", 403),
        ("key=SK1,algorithm=HMAC_SHA1", 403),
        ("", 403),
    ):
        headers = {"content-type": FORM, "x-twilio-signature": signature}
        headers["x-twilio-webhooks-signature-settings"] = settings
        request = Request("POST", "/voice/twilio", "", headers, urlencode(TWILIO).encode())
        assert answered(gateway, request)[0].status == status


def test_the_request_does_not_choose_how_it_is_signed() -> None:
    settings = {"x-twilio-webhooks-signature-settings": "key=mine,algorithm=HMAC_SHA256"}
    assert twilio(TWILIO, **settings)[0].status == 403


def test_nothing_of_a_person_is_shown() -> None:
    _, (missed,) = talking(RINGS)
    assert "81234500001" not in repr(missed)
    assert KEY not in repr(Signatures(ACCOUNT, "https://loket.example", KEY))
