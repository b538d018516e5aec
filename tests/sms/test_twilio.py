"""Twilio: whom we believe, what people wrote, what became of ours, and what goes out over a real socket."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from threading import Event
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support.captured import PUBLIC, TWILIO_ACCOUNT, TWILIO_TOKEN, captured, from_twilio, twilio_signature
from support.vendor import Got, Vendor, serving

from bot.messages import Attachment, Channel, Choice, Inbound, SessionEvent
from bot.wire import FORM, Request
from sms import twilio
from sms.gateway import Delivery, Outbound, Receipt, SendFailed, Sent, serve
from sms.twilio import Account, TwilioGateway
from sms.twilio_wire import Signatures, bases
from whatsapp import twilio as by_whatsapp

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
PHONE = "+6281299900001"
CONTENTS = {2: "HX" + "2" * 32, 4: "HX" + "4" * 32}
MINIMAL = {
    "MessageSid": "SM" + "0" * 31 + "7", "AccountSid": TWILIO_ACCOUNT, "From": PHONE, "To": "+6281299900000",
    "Body": "hi",
}  # fmt: skip


def account(**settings: str) -> Account:
    return Account(**{"sid": TWILIO_ACCOUNT, "auth_token": TWILIO_TOKEN, "public_url": PUBLIC} | settings)


def sms(sender: str = "LOKET", **settings: str) -> TwilioGateway:
    return twilio.gateway(account(**settings), sender, lambda: NOW)


def whatsapp(**settings: str) -> TwilioGateway:
    return by_whatsapp.gateway(account(**settings), "+6281299900000", lambda: NOW, CONTENTS)


def status(request: Request, line: TwilioGateway | None = None) -> int:
    """What a request is answered with; nothing of a refused one is kept."""
    kept: list[Any] = []

    def accept(inbound: Inbound) -> bool:
        kept.append(inbound)
        return True

    answer = serve(line or sms(), accept, kept.append, request)
    assert answer.status == 200 or not kept
    return answer.status


def heard(name: str) -> Inbound:
    channel, _, _ = name.partition("-")
    line = sms() if channel == "sms" else whatsapp()
    (inbound,) = line.read(captured("twilio", name)).inbound
    return inbound


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sms-inbound", "STATUS 4721-9035-1188"),
        ("sms-inbound-emoji", "Mbak Sitì 👵 & anak=2 +1\r\n "),
        ("sms-inbound-optout", "STOP"),
        ("sms-inbound-new-field", "1"),
    ],
)
def test_a_person_writes_by_sms(name: str, text: str) -> None:
    inbound = heard(name)
    assert inbound == Inbound(inbound.id, Channel.SMS, "twilio", PHONE, text, SessionEvent.RESUME, NOW)
    assert inbound.id.startswith("SM")


def test_a_message_of_several_parts_is_unwrapped() -> None:
    assert heard("sms-inbound-base64").text.startswith("DAFTAR#3510994101870001#")
    assert twilio.unwrapped("3510994101870001") == "3510994101870001"
    assert twilio.unwrapped("A" * 84) == "A" * 84  # It could be base64, but of nothing that can be read.


def test_an_advertisement_is_nobodys_message() -> None:
    assert sms().read(captured("twilio", "sms-inbound-shortcode")).inbound == ()


@pytest.mark.parametrize(
    ("name", "sender", "also", "text", "attachment"),
    [
        ("", PHONE, "ID.4566000000000001", "mau daftar", Attachment.NONE),
        ("-button", PHONE, "ID.4566000000000001", "1", Attachment.NONE),
        ("-list", PHONE, "ID.4566000000000001", "2", Attachment.NONE),
        ("-no-number", "ID.4566000000000002", "", "status", Attachment.NONE),
        ("-no-prefix", PHONE, "", "1", Attachment.NONE),
        ("-photo", PHONE, "ID.4566000000000001", "ini KTP saya", Attachment.PHOTO),
        ("-voice", PHONE, "ID.4566000000000001", f"SM{17:032x}/ME{2:032x}", Attachment.VOICE),
        ("-location", PHONE, "ID.4566000000000001", "-8.219200,114.369100", Attachment.LOCATION),
        ("-contacts", PHONE, "ID.4566000000000001", "", Attachment.OTHER),
        ("-document", PHONE, "ID.4566000000000001", "kk.pdf", Attachment.OTHER),
    ],
)
def test_a_person_writes_by_whatsapp(name: str, sender: str, also: str, text: str, attachment: Attachment) -> None:
    inbound = heard(f"whatsapp-inbound{name}")
    assert (inbound.channel, inbound.sender, inbound.also) == (Channel.WHATSAPP, sender, also)
    assert (inbound.text, inbound.attachment, inbound.received_at) == (text, attachment, NOW)


def test_it_is_thanked_without_a_word_of_its_own() -> None:
    answer = serve(sms(), lambda inbound: True, lambda receipt: None, captured("twilio", "sms-inbound"))
    assert (answer.status, answer.content_type) == (200, "text/xml; charset=utf-8")
    assert answer.body.endswith(b"<Response></Response>")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"path": "/sms/twilio/"}, 404),
        ({"path": "/sms/twilio/token"}, 404),
        ({"path": "/sms/twilio/receipts/x"}, 404),
        ({"path": "/whatsapp/twilio"}, 404),
        ({"method": "GET"}, 405),
        ({"headers": {"content-type": "text/xml"}}, 415),
        ({"body": b"a=" + b"a" * 65536}, 413),
    ],
)
def test_what_is_no_request_of_twilios(change: dict[str, Any], code: int) -> None:
    assert status(replace(captured("twilio", "sms-inbound"), **change)) == code


def changed(*, body: tuple[bytes, bytes] = (b"", b""), query: str = "", **headers: str | None) -> Request:
    good = captured("twilio", "sms-inbound")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    kept = {name: value for name, value in {**good.headers, **named}.items() if value is not None}
    return replace(good, body=good.body.replace(*body), query=query, headers=kept)


@pytest.mark.parametrize(
    "request_",
    [
        changed(x_twilio_signature=None),
        changed(x_twilio_signature=""),
        changed(x_twilio_signature="\u00e9"),
        changed(x_twilio_signature=captured("twilio", "whatsapp-inbound").headers["x-twilio-signature"]),
        changed(body=(b"1188", b"1189")),
        changed(body=(b"Body=", b"body=")),
        changed(body=(b"&NumSegments=1", b"")),
        changed(body=(b"&NumSegments=1", b"&NumSegments=1&NumSegments=1")),
        changed(body=(b"&NumSegments=1", b"&NumSegments=1&Body=again")),
        changed(body=(b"&NumSegments=1", b"&NumSegments=1&Extra=")),
        changed(body=(b"&ToState=", b"&ToState")),
        changed(body=(b"1188", b"%FF")),
        changed(body=(b"1188", b"\xff")),
        changed(body=(b"1188", b"%ED%A0%80")),
        changed(query="a=1"),
        changed(x_twilio_webhooks_signature_settings="key=k1,algorithm=HMAC_SHA256"),
        changed(x_twilio_webhooks_signature_settings="algorithm=none"),
    ],
)
def test_what_twilio_has_not_signed_is_forged(request_: Request) -> None:
    assert status(changed()) == 200
    assert status(request_) == 403


def test_headers_of_a_proxy_count_for_nothing() -> None:
    forwarded = {
        "host": "evil:99999",
        "x-forwarded-host": "evil",
        "x-forwarded-path": "/x",
        "x-forwarded-proto": "http",
    }
    assert status(changed(**forwarded)) == 200


@pytest.mark.parametrize(
    ("public", "signed", "right"),
    [
        ("https://loket.example", "https://loket.example/sms/twilio", True),
        ("https://loket.example/", "https://loket.example/sms/twilio", True),
        ("https://loket.example", "https://loket.example:443/sms/twilio", True),
        ("https://loket.example:8443", "https://loket.example:8443/sms/twilio", True),
        ("https://loket.example:8443", "https://loket.example/sms/twilio", True),
        ("http://loket.example", "http://loket.example:80/sms/twilio", True),
        ("https://loket.example/in", "https://loket.example/in/sms/twilio", True),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]/sms/twilio", True),
        ("https://loket.example", "https://loket.example:444/sms/twilio", False),
        ("https://loket.example", "http://loket.example/sms/twilio", False),
        ("https://loket.example", "https://loket.example/sms/twilio/", False),
    ],
)
def test_the_address_is_the_public_one(public: str, signed: str, right: bool) -> None:
    headers = {"content-type": FORM, "x-twilio-signature": twilio_signature(signed, MINIMAL)}
    request = Request("POST", "/sms/twilio", "", headers, urlencode(MINIMAL).encode())
    assert (status(request, sms(public_url=public)) == 200) is right


@pytest.mark.parametrize("query", ["a=1&b=", "name=caf%c3%a9", "b=2&a=1", "x=%2B62"])
def test_the_query_is_signed_as_it_came(query: str) -> None:
    request = from_twilio(f"/sms/twilio?{query}", MINIMAL)
    assert status(request) == 200
    assert status(replace(request, query=query + "&c=3")) == 403


def test_a_shared_key_signs_by_sha256_and_nothing_else_does() -> None:
    fields, settings = MINIMAL, "key=webhooks_1,algorithm=HMAC_SHA256"
    by_key = twilio_signature(f"{PUBLIC}/sms/twilio", fields, "shared", sha=True)
    line = sms(key_id="webhooks_1", key="shared")
    name = "x-twilio-webhooks-signature-settings"
    good = from_twilio("/sms/twilio", fields, **{"x-twilio-signature": by_key, name: settings})
    assert status(good, line) == 200
    assert status(good) == 403  # Where the auth token is agreed on.
    assert status(from_twilio("/sms/twilio", fields), line) == 403
    for other in ("key=webhooks_2,algorithm=HMAC_SHA256", "key=webhooks_1", "key=webhooks_1,algorithm=HMAC_SHA1", ""):
        assert status(replace(good, headers={**good.headers, name: other}), line) == 403
    by_sha1 = twilio_signature(f"{PUBLIC}/sms/twilio", fields, "shared")
    assert status(from_twilio("/sms/twilio", fields, **{"x-twilio-signature": by_sha1, name: settings}), line) == 403


def json_request(document: bytes, hashed: bytes | None = None) -> Request:
    query = "bodySHA256=" + sha256(document if hashed is None else hashed).hexdigest()
    signature = twilio_signature(f"{PUBLIC}/sms/twilio?{query}", {})
    return Request(
        "POST", "/sms/twilio", query, {"content-type": "application/json", "x-twilio-signature": signature}, document
    )


def test_json_is_bound_by_its_hash() -> None:
    good = json.dumps(MINIMAL).encode()
    assert status(json_request(good)) == 200
    assert status(json_request(good, b"another")) == 403
    assert status(json_request(b'{"Body": "\\ud800"}')) == 403
    assert status(json_request(b"[1]")) == 403
    assert status(json_request(b"[" * 5000)) == 403
    without = Request("POST", "/sms/twilio", "", {"content-type": "application/json", "x-twilio-signature":
                      twilio_signature(f"{PUBLIC}/sms/twilio", {})}, good)  # fmt: skip
    assert status(without) == 403


@pytest.mark.parametrize(
    ("signed", "instead"),
    [
        ({"Body": "hi"}, {"Body": "hiFrom" + PHONE, "From": None}),
        ({"Body": "hi"}, {"Bo": "dyhi", "Body": None}),
        ({"Body": "hi"}, {"Bodyhi": "", "Body": None}),
        ({"Body": "hi"}, {"BodyhiFrom": PHONE, "Body": None, "From": None}),
        ({"Body": "Daftar"}, {"Body": "", "Daftar": ""}),
        ({"Body": "Daftar"}, {"Body": "", "Daf": "tar"}),
        ({"Body": "saya mau Daftar"}, {"Body": "saya mau ", "Daftar": ""}),
        ({"Body": "DAFTAR 1"}, {"Body": "", "DAFTAR 1": ""}),
        ({"Body": "1", "ButtonPayload": "2"}, {"Body": "1ButtonPayload2", "ButtonPayload": None}),
        ({"Body": "hi", "NumMedia": "1"}, {"NumMedi": "a1", "NumMedia": None}),
        ({"Body": "hi", "NumMedia": "1"}, {"NumMedia1": "", "NumMedia": None}),
        ({"Body": "hi", "NumMedia": "1"}, {"MessageSid": MINIMAL["MessageSid"] + "NumMedia1", "NumMedia": None}),
        ({"Body": "hi"}, {"Fro": "m" + PHONE, "From": None}),
    ],
)
def test_borders_between_fields_cannot_be_moved(signed: dict[str, str], instead: dict[str, str | None]) -> None:
    """Twilio signs names and values as one run of letters."""
    genuine = MINIMAL | signed
    forged = {name: value for name, value in {**genuine, **instead}.items() if value is not None}
    address = f"{PUBLIC}/sms/twilio"
    run = {"".join(n + fields[n] for n in sorted(fields)) for fields in (genuine, forged)}
    assert len(run) == 1, "the signature would tell them apart"
    headers = {"content-type": FORM, "x-twilio-signature": twilio_signature(address, genuine)}
    assert status(Request("POST", "/sms/twilio", "", headers, urlencode(forged).encode())) == 403


@pytest.mark.parametrize(
    "fields",
    [
        {"AccountSid": "AC" + "f" * 32},
        {"AccountSid": TWILIO_ACCOUNT.upper()},
        {"MessageSid": "SM123"},
        {"MessageSid": ""},
        {"MessageSid": "SM" + "0" * 32 + "\n"},
        {"From": ""},
        {"From": "081299900001"},
        {"From": "whatsapp:"},
        {"To": "<script>"},
    ],
)
def test_four_fields_have_to_be_what_they_are(fields: dict[str, str]) -> None:
    assert status(from_twilio("/sms/twilio", MINIMAL)) == 200
    assert status(from_twilio("/sms/twilio", MINIMAL | fields)) == 403
    assert status(from_twilio("/sms/twilio", {k: v for k, v in MINIMAL.items() if k not in fields})) == 403


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_is_changed_in_a_signed_request_it_is_refused(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["sms-inbound", "sms-inbound-emoji", "sms-receipt-delivered"]))
    good = captured("twilio", name)
    at = data.draw(st.integers(0, len(good.body) - 1))
    bytes_ = bytearray(good.body)
    bytes_[at] = data.draw(st.integers(0, 255))
    body = bytes(bytes_)
    try:
        same = sorted(parse_qsl(body.decode(), True)) == sorted(parse_qsl(good.body.decode(), True))
    except ValueError:
        same = False
    assert status(replace(good, body=body)) == (200 if same else 403)


def test_the_documented_signature() -> None:
    """The one of Twilio's own page on security, so that no mistake of ours is on both sides."""
    fields = {
        "CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234", "From": "+14158675309",
        "To": "+18005551212",
    }  # fmt: skip
    request = Request("POST", "/myapp.php", "foo=1&bar=2", {}, b"")
    proofs = Signatures("", "https://mycompany.com", "12345")._proofs(request, fields)
    assert proofs[0] == b"RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert bases("https://mycompany.com") == ("https://mycompany.com", "https://mycompany.com:443")


def test_a_form_without_words_is_refused() -> None:
    fields = {name: value for name, value in MINIMAL.items() if name != "Body"}
    assert status(from_twilio("/sms/twilio", fields)) == 400
    assert status(from_twilio("/sms/twilio/receipts", fields)) == 400


@pytest.mark.parametrize(
    ("name", "delivery", "reason"),
    [
        ("sms-receipt-delivered", Delivery.DELIVERED, ""),
        ("sms-receipt-undelivered", Delivery.TEMPORARY_FAILURE, "unreachable"),
        ("whatsapp-receipt-read", Delivery.DELIVERED, ""),
        ("whatsapp-receipt-window", Delivery.PERMANENT_FAILURE, "window_closed"),
    ],
)
def test_a_receipt(name: str, delivery: Delivery, reason: str) -> None:
    line = sms() if name.startswith("sms") else whatsapp()
    (receipt,) = line.read(captured("twilio", name)).receipts
    assert (receipt.delivery, receipt.reason) == (delivery, reason)


@pytest.mark.parametrize(
    ("state", "error", "delivery", "reason"),
    [
        ("queued", "", "sending", ""),
        ("sent", "", "sending", ""),
        ("DELIVERED", "", "delivered", ""),
        ("failed", "", "temporary_failure", ""),
        ("failed", "21610", "permanent_failure", "opted_out"),
        ("failed", "63024", "permanent_failure", "not_on_whatsapp"),
        ("failed", "63003", "permanent_failure", "not_on_whatsapp"),
        ("undelivered", "30018", "technical_failure", "sender_rejected"),
        ("undelivered", "99999", "temporary_failure", "unknown_reason"),
        ("undelivered", "9" * 400, "temporary_failure", "unknown_reason"),
        ("delivered", "30003", "delivered", ""),
        ("teleported", "", "sending", "unknown_state"),
    ],
)
def test_every_state_of_a_receipt(state: str, error: str, delivery: str, reason: str) -> None:
    fields = {"MessageSid": "SM1", "MessageStatus": state, "ErrorCode": error}
    assert twilio.receipt(fields) == Receipt("SM1", Delivery(delivery), reason)


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with serving(lambda got: (201, json.dumps({"sid": "SM9", "status": "queued", "error_code": None}))) as vendor:
        yield vendor


MESSAGE = Outbound("m-1", PHONE, "Loket 5123: nomor Anda sudah tercatat.", Channel.SMS)
QUESTION = "Pilih:\n1 Ya\n2 Tidak"
TWO = (Choice("1", "Ya"), Choice("2", "Tidak"))


def form(got: Got) -> dict[str, str]:
    return dict(parse_qsl(got.body, keep_blank_values=True, strict_parsing=True))


def test_an_sms_goes_out_in_the_vendors_form(vendor: Vendor) -> None:
    line = sms(url=vendor.url)
    assert line.send(MESSAGE) == Sent("SM9")
    line.send(MESSAGE)
    got = vendor.got[0]
    assert got.path == f"/2010-04-01/Accounts/{TWILIO_ACCOUNT}/Messages.json"
    assert got.headers["authorization"].startswith("Basic ")
    callback = f"{PUBLIC}/sms/twilio/receipts"
    assert form(got) == {"To": PHONE, "From": "LOKET", "Body": MESSAGE.body, "StatusCallback": callback}
    assert len(vendor.connections) == 1


def test_a_messaging_service_sends_in_its_own_name(vendor: Vendor) -> None:
    sms("MG" + "0" * 32, url=vendor.url).send(MESSAGE)
    assert form(vendor.got[0])["MessagingServiceSid"] == "MG" + "0" * 32
    assert "From" not in form(vendor.got[0])


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        (Outbound("m", PHONE, QUESTION, Channel.WHATSAPP), {"To": f"whatsapp:{PHONE}", "Body": QUESTION}),
        (Outbound("m", "ID.4566", "Ya", Channel.WHATSAPP), {"To": "whatsapp:ID.4566", "Body": "Ya"}),
        (
            Outbound("m", PHONE, QUESTION, Channel.WHATSAPP, TWO),
            {"ContentSid": CONTENTS[2], "ContentVariables": ["Pilih:", "Ya", "1", "Tidak", "2"]},
        ),
        (
            Outbound("m", PHONE, QUESTION + "\n0 Kembali", Channel.WHATSAPP, (*TWO, Choice("0", "Kembali"))),
            {"Body": QUESTION + "\n0 Kembali"},  # No template for three.
        ),
        (
            Outbound("m", PHONE, "Menu\n1 A\n2 B\n3 C\n8 D", Channel.WHATSAPP,
                     (Choice("1", "A", "Satu"), Choice("2", "B"), Choice("3", "C"), Choice("8", "D")), "id", "Buka"),
            {"ContentSid": CONTENTS[4],
             "ContentVariables": ["Menu", "Buka", "A", "1", "Satu", "B", "2", "-", "C", "3", "-", "D", "8", "-"]},
        ),
        (
            Outbound("m", PHONE, "x", Channel.WHATSAPP, template="HX1", values=("4721", "Senin")),
            {"ContentSid": "HX1", "ContentVariables": ["4721", "Senin"]},
        ),
    ],
)  # fmt: skip
def test_whatsapp_goes_out_as_buttons_a_list_a_template_or_words(
    vendor: Vendor, message: Outbound, sent: dict[str, Any]
) -> None:
    whatsapp(url=vendor.url).send(message)
    fields: dict[str, Any] = form(vendor.got[0])
    assert fields.pop("From") == "whatsapp:+6281299900000"
    assert fields.pop("StatusCallback") == f"{PUBLIC}/whatsapp/twilio/receipts"
    if "ContentVariables" in fields:
        numbered = json.loads(fields["ContentVariables"])
        assert list(numbered) == [str(n) for n in range(1, len(numbered) + 1)]
        fields["ContentVariables"] = list(numbered.values())
    assert fields == {"To": f"whatsapp:{message.to}"} | sent


@pytest.mark.parametrize(
    ("code", "answer", "ours", "again"),
    [
        (400, {"code": 21610, "message": f"to {PHONE}", "status": 400}, "opted_out", False),
        (400, {"code": 21211, "message": f"to {PHONE}", "status": 400}, "invalid_number", False),
        (400, {"code": 63016, "message": "window", "status": 400}, "window_closed", False),
        (400, {"code": 63024, "message": "who?", "status": 400}, "not_on_whatsapp", False),
        (400, {"code": 77777, "message": "new", "status": 400}, "refused", False),
        (400, {"type": "t", "title": "t", "status": 400, "code": 21610}, "opted_out", False),
        (401, {"code": 20003, "message": "no", "status": 401}, "unauthorised", False),
        (429, {"code": 20429, "message": "slow", "status": 429}, "busy", True),
        (429, {"code": 14107, "message": "slow", "status": 429}, "busy", True),
        (500, {}, "vendor_error", True),
        (503, None, "busy", True),
        (302, None, "bad_answer", True),
        (201, None, "bad_answer", True),
        (201, [], "bad_answer", True),
        (201, {"status": "queued"}, "bad_answer", True),
        (201, {"sid": "SM9", "error_code": 30018}, "sender_rejected", False),
    ],
)  # fmt: skip
def test_every_answer_of_the_api(vendor: Vendor, code: int, answer: Any, ours: str, again: bool) -> None:
    vendor.answers = lambda got: (code, "<html>" if answer is None else json.dumps(answer))
    with pytest.raises(SendFailed) as caught:
        sms(url=vendor.url).send(MESSAGE)
    assert (caught.value.code, caught.value.again) == (ours, again)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_a_vendor_that_does_not_answer_in_time_or_is_not_there(vendor: Vendor) -> None:
    vendor.held = Event()
    slow = twilio.gateway(account(url=vendor.url), "LOKET", lambda: NOW, timeout=(3.05, 0.1))
    with pytest.raises(SendFailed) as late:
        slow.send(MESSAGE)
    assert (late.value.code, late.value.away, len(vendor.got)) == ("timeout", True, 1)
    with pytest.raises(SendFailed) as gone:
        sms(url="http://127.0.0.1:1").send(MESSAGE)
    assert (gone.value.code, gone.value.away) == ("connection", True)
