"""Meta's Cloud API: whom we believe, what a batch holds, and what goes out over a real socket."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support.captured import META_NUMBER, META_SECRET, captured, from_meta
from support.vendor import Vendor, serving

from bot.messages import Attachment, Channel, Choice, Inbound
from bot.wire import Request
from sms.gateway import Brought, Delivery, Outbound, Receipt, SendFailed, Sent, serve
from whatsapp.cloudapi import MOST, Account, CloudApi

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
WRITTEN = NOW - timedelta(hours=1)
PHONE, ID = "+6281299900001", "ID.4566000000000001"


def line(**settings: Any) -> CloudApi:
    given = {"number": META_NUMBER, "access_token": "access", "app_secrets": (META_SECRET,),
             "verify_token": "verify-token-of-tests"} | settings  # fmt: skip
    return CloudApi(Account(**given), lambda: NOW, timeout=(3.05, 0.5))


def status(request: Request) -> int:
    kept: list[Any] = []

    def accept(inbound: Inbound) -> bool:
        kept.append(inbound)
        return True

    answer = serve(line(), accept, kept.append, request)
    assert answer.status == 200 or not kept
    return answer.status


def brought(name: str) -> Brought:
    return line().read(captured("cloudapi", name))


def test_meta_makes_sure_that_we_listen_here() -> None:
    good = captured("cloudapi", "verification")
    answer = serve(line(), lambda inbound: True, lambda receipt: None, good)
    assert (answer.status, answer.body) == (200, b"1158201444")
    for query in (
        "",
        good.query.replace("of-tests", "of-others"),
        good.query.replace("verify-token-of-tests", ""),
        good.query.replace("subscribe", "unsubscribe"),
        good.query + "&hub.verify_token=x",
        good.query.replace("1158201444", "%3Cscript%3E"),
        good.query.replace("1158201444", "%FF"),
        "&" * 40,
    ):
        assert status(replace(good, query=query)) in (400, 403)
    assert serve(line(verify_token=""), lambda inbound: True, lambda receipt: None,
                 replace(good, query="hub.mode=subscribe&hub.verify_token=&hub.challenge=1")).status == 403  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"path": "/whatsapp/cloudapi/token"}, 404),
        ({"method": "PUT"}, 405),
        ({"headers": {"content-type": "application/x-www-form-urlencoded"}}, 415),
        ({"body": b"a" * (MOST + 1)}, 413),
        ({"body": b"{}"}, 403),
        ({"headers": {"content-type": "application/json"}}, 403),
        ({"headers": {"content-type": "application/json", "x-hub-signature-256": "sha256=\u00e9"}}, 403),
        ({"headers": {"content-type": "application/json", "x-hub-signature-256": "sha1=" + "0" * 64}}, 403),
    ],
)
def test_what_is_no_event_of_metas(change: dict[str, Any], code: int) -> None:
    assert status(captured("cloudapi", "text")) == 200
    assert status(replace(captured("cloudapi", "text"), **change)) == code


def test_the_published_check_value() -> None:
    proof = "sha256=f39034b29165ec6a5104d9aef27266484ab26c8caa7bca8bcb2dd02e8be61b17"
    named = {"content-type": "application/json", "x-hub-signature-256": proof}
    request = Request("POST", "/whatsapp/cloudapi", "", named, b"hello world")
    with pytest.raises(ValueError, match="JSON"):  # It is believed, and then no event.
        line(app_secrets=("another", "sesame")).read(request)
    for wrong in (proof[:-1], proof + "0", proof.upper(), proof.removeprefix("sha256=")):
        assert status(replace(request, headers={**named, "x-hub-signature-256": wrong})) == 403


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_whatever_is_changed_in_signed_bytes_they_are_refused(data: st.DataObject) -> None:
    good = captured("cloudapi", "text")
    at = data.draw(st.integers(0, len(good.body) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != good.body[at]))
    assert status(replace(good, body=good.body[:at] + bytes([byte]) + good.body[at + 1 :])) == 403


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", 400), (b"[]", 400), (b"null", 400), (b"{}", 400), (b'{"object":"page"}', 400), (b"\xff", 400),
        (b"[" * 100_000, 400), (b'{"object":"whatsapp_business_account","x":"\\ud800"}', 400),
        (b'{"object":"whatsapp_business_account"}', 200),
        (b'{"object":"whatsapp_business_account","entry":{"changes":1}}', 200),
        (b'{"object":"whatsapp_business_account","entry":[null,{"changes":[{"field":"messages","value":[]}]}]}', 200),
    ],
)  # fmt: skip
def test_signed_nonsense_is_no_fault_of_ours(body: bytes, code: int) -> None:
    assert status(from_meta(body)) == code


@pytest.mark.parametrize(
    ("name", "sender", "also", "text", "attachment"),
    [
        ("text", PHONE, ID, "mau daftar 👵 é", Attachment.NONE),
        ("button", PHONE, ID, "1", Attachment.NONE),
        ("list", PHONE, ID, "2", Attachment.NONE),
        ("template-button", PHONE, ID, "2", Attachment.NONE),
        ("no-number", "ID.4566000000000002", "", "status", Attachment.NONE),
        ("id-as-from", "ID.4566000000000002", "", "status", Attachment.NONE),
        ("image", PHONE, ID, "ini KTP saya", Attachment.PHOTO),
        ("voice", PHONE, ID, "1003383421387257", Attachment.VOICE),
        ("location", PHONE, ID, "-8.219200,114.369100", Attachment.LOCATION),
        ("unknown", PHONE, ID, "", Attachment.OTHER),
        ("unsupported", PHONE, ID, "", Attachment.OTHER),
    ],
)
def test_a_person_writes(name: str, sender: str, also: str, text: str, attachment: Attachment) -> None:
    (inbound,) = brought(name).inbound
    assert (inbound.channel, inbound.gateway, inbound.received_at) == (Channel.WHATSAPP, "cloudapi", WRITTEN)
    assert (inbound.sender, inbound.also, inbound.text, inbound.attachment) == (sender, also, text, attachment)
    assert inbound.id.startswith("wamid.")


@pytest.mark.parametrize("name", ["group", "reaction"])
def test_what_nobody_wants_answered(name: str) -> None:
    assert brought(name) == Brought([], [])


def test_a_batch_holds_several_and_one_that_makes_no_sense_loses_no_other() -> None:
    batch = brought("batch")
    assert [inbound.text for inbound in batch.inbound] == ["1", "2", "1"]
    assert batch.inbound[0].id == batch.inbound[2].id  # Meta repeats itself even within one request.
    assert batch.inbound[1].received_at == WRITTEN + timedelta(seconds=1.123)
    assert list(batch.receipts) == [
        Receipt("wamid.OURS1==", Delivery.DELIVERED),
        Receipt("wamid.OURS2==", Delivery.PERMANENT_FAILURE, "window_closed"),
    ]
    assert batch.unread == 2


def test_receipts_of_every_kind() -> None:
    assert list(brought("statuses").receipts) == [
        Receipt("wamid.OURS1==", Delivery.SENDING),
        Receipt("wamid.OURS1==", Delivery.DELIVERED),
        Receipt("wamid.OURS3==", Delivery.PERMANENT_FAILURE, "not_on_whatsapp"),
        Receipt("wamid.OURS4==", Delivery.TEMPORARY_FAILURE, "unknown_reason"),
        Receipt("wamid.OURS5==", Delivery.SENDING, "unknown_state"),
    ]


def message(**fields: Any) -> Inbound | None:
    document = json.loads(captured("cloudapi", "text").body)
    document["entry"][0]["changes"][0]["value"]["messages"][0] |= fields
    found = line().read(from_meta(json.dumps(document).encode()))
    return next(iter(found.inbound), None)


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        ("1795150800", WRITTEN), (1795150800, WRITTEN), ("1795150800000", WRITTEN),
        ("1795999999", NOW), ("soon", NOW), (None, NOW), (-5, NOW), ("9" * 40, NOW), (1.5, NOW), (True, NOW),
    ],
)  # fmt: skip
def test_a_message_of_the_future_or_of_no_time_came_now(given: Any, moment: datetime) -> None:
    inbound = message(timestamp=given)
    assert inbound
    assert inbound.received_at == moment


@pytest.mark.parametrize(
    ("fields", "sender", "also"),
    [
        ({"from_user_id": "nonsense"}, PHONE, ID),  # It is told beside the number once more.
        ({"from": "ID.4566000000000001", "from_user_id": None}, PHONE, ID),
        ({"from": None}, PHONE, ID),
        ({"from": None, "from_user_id": "ID.9"}, "ID.9", ""),
        ({"from": "6281299900009"}, "+6281299900009", ID),
        ({"from": "12", "from_user_id": None}, None, ""),
        ({"id": ""}, None, ""),
    ],
)
def test_who_wrote(fields: dict[str, Any], sender: str | None, also: str) -> None:
    inbound = message(**fields)
    assert (inbound and (inbound.sender, inbound.also)) == (sender and (sender, also))


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    taken = {"messaging_product": "whatsapp", "contacts": [], "messages": [{"id": "wamid.9"}]}
    with serving(lambda got: (200, json.dumps(taken))) as vendor:
        yield vendor


TWO = (Choice("1", "Ya"), Choice("2", "Tidak"))
FOUR = (Choice("1", "Daftar", "Untuk diri sendiri"), Choice("2", "Status"), Choice("8", "Bantuan"), Choice("0", "Bali"))


def lines(choices: tuple[Choice, ...]) -> str:
    return "\n".join(["Pilih:", *(f"{choice.key} {choice.label}" for choice in choices)])


@pytest.mark.parametrize(
    ("outbound", "sent"),
    [
        (
            Outbound("m", PHONE, "Halo", Channel.WHATSAPP),
            {"to": PHONE[1:], "type": "text", "text": {"body": "Halo", "preview_url": False}},
        ),
        (
            Outbound("m", ID, "Halo", Channel.WHATSAPP),
            {"recipient": ID, "type": "text", "text": {"body": "Halo", "preview_url": False}},
        ),
        (
            Outbound("m", PHONE, lines(TWO), Channel.WHATSAPP, TWO),
            {"to": PHONE[1:], "type": "interactive", "interactive": {
                "type": "button", "body": {"text": "Pilih:"}, "action": {"buttons": [
                    {"type": "reply", "reply": {"id": "1", "title": "Ya"}},
                    {"type": "reply", "reply": {"id": "2", "title": "Tidak"}}]}}},
        ),
        (
            Outbound("m", PHONE, lines(FOUR), Channel.WHATSAPP, FOUR, list_label="Buka menu"),
            {"to": PHONE[1:], "type": "interactive", "interactive": {
                "type": "list", "body": {"text": "Pilih:"}, "action": {"button": "Buka menu", "sections": [{"rows": [
                    {"id": "1", "title": "Daftar", "description": "Untuk diri sendiri"},
                    {"id": "2", "title": "Status"}, {"id": "8", "title": "Bantuan"}, {"id": "0", "title": "Bali"},
                ]}]}}},
        ),
        (
            Outbound("m", PHONE, "x", Channel.WHATSAPP, language="en", template="visit", values=("4721", "")),
            {"to": PHONE[1:], "type": "template", "template": {
                "name": "visit", "language": {"code": "en"}, "components": [{"type": "body", "parameters": [
                    {"type": "text", "text": "4721"}, {"type": "text", "text": "-"}]}]}},
        ),
    ],
)  # fmt: skip
def test_a_message_goes_out_in_the_vendors_form(vendor: Vendor, outbound: Outbound, sent: dict[str, Any]) -> None:
    gateway = line(url=vendor.url + "/v25.0")
    assert gateway.send(outbound) == Sent("wamid.9")
    gateway.send(outbound)
    got = vendor.got[0]
    assert (got.path, got.headers["authorization"]) == (f"/v25.0/{META_NUMBER}/messages", "Bearer access")
    assert json.loads(got.body) == {"messaging_product": "whatsapp", "recipient_type": "individual"} | sent
    assert len(vendor.connections) == 1


def error(code: Any) -> dict[str, Any]:
    return {"error": {"message": f"(#{code}) about {PHONE}", "code": code}}


@pytest.mark.parametrize(
    ("code", "answer", "ours", "again"),
    [
        (400, error(131047), "window_closed", False),
        (400, error(131026), "not_on_whatsapp", False),
        (400, error(132001), "template_rejected", False),
        (400, error(131049), "limited", False),
        (429, error(130429), "busy", True),
        (400, error(131056), "busy", True),
        (400, error(4), "busy", True),
        (500, error(131000), "vendor_error", True),
        (401, error(190), "unauthorised", False),
        (403, error(200), "unauthorised", False),
        (400, error(100), "refused", False),
        (400, error(424242), "refused", False),
        (500, error("x"), "vendor_error", True),
        (503, None, "busy", True),
        (302, None, "refused", False),
        (200, {}, "bad_answer", True),
        (200, {"messages": []}, "bad_answer", True),
        (200, [], "bad_answer", True),
    ],
)
def test_every_answer_of_the_api(vendor: Vendor, code: int, answer: Any, ours: str, again: bool) -> None:
    vendor.answers = lambda got: (code, "<html>" if answer is None else json.dumps(answer))
    with pytest.raises(SendFailed) as caught:
        line(url=vendor.url).send(Outbound("m", PHONE, "Halo", Channel.WHATSAPP))
    assert (caught.value.code, caught.value.again) == (ours, again)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_a_vendor_that_does_not_answer_in_time_or_is_not_there(vendor: Vendor) -> None:
    vendor.held = Event()
    for url, code in ((vendor.url, "timeout"), ("http://127.0.0.1:1", "connection")):
        with pytest.raises(SendFailed) as caught:
            line(url=url).send(Outbound("m", PHONE, "Halo", Channel.WHATSAPP))
        assert (caught.value.code, caught.value.away, caught.value.__context__) == (code, True, None)
