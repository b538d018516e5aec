"""Aggregators by description: what three of them bring, report and are sent, and what no description may say."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support.captured import captured
from support.vendor import Vendor, serving

from bot.messages import Channel, Inbound, SessionEvent
from bot.wire import Request
from sms.aggregator import Account, Aggregator, problems
from sms.form import described, styles
from sms.gateway import Brought, Delivery, Outbound, Receipt, SendFailed, Sent, serve
from sms.numbers import international

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
PHONE = "+6281299900001"
TOKEN = "token-of-the-webhooks-of-tests"
STYLES = {"jasmin": "jasmin", "infobip": "infobip", "telkomsel": "plain"}
MESSAGE = Outbound("m-1", PHONE, "Loket 5123: nomor & data Anda sudah tercatat+1.", Channel.SMS)


def account(**known: Any) -> Account:
    return Account(**{"tokens": (TOKEN, "older"), "user": "loket", "secret": "s:3,c%", "sender": "LOKET",
                      "public_url": "https://loket.example"} | known)  # fmt: skip


def line(name: str, url: str = "", **form: Any) -> Aggregator:
    if url:
        form["sends"] = {"url": url + "/send"} | form.get("sends", {})
    return Aggregator(name, described(STYLES[name], form), account(), lambda: NOW, timeout=(3.05, 0.5))


def brought(name: str, request: str) -> Brought:
    return line(name).read(captured(STYLES[name], request))


def answered(name: str, request: Request) -> tuple[int, bytes]:
    answer = serve(line(name), lambda inbound: True, lambda receipt: None, request)
    return answer.status, answer.body


@pytest.mark.parametrize(
    ("name", "request_", "id", "text"),
    [
        ("jasmin", "inbound", "3bb4e5a0-0000-4000-8000-000000000001", "STATUS 4721-9035-1188"),
        ("jasmin", "inbound-ucs2", "3bb4e5a0-0000-4000-8000-000000000002", "mau daftar 👵"),
        ("infobip", "inbound", "817790313235066447", "DAFTAR é 👵"),
        ("telkomsel", "inbound", "20261120120000123", "STATUS 4721-9035-1188"),
        ("telkomsel", "inbound-local", "20261120120000124", "1"),
    ],
)
def test_a_person_writes(name: str, request_: str, id: str, text: str) -> None:
    (inbound,) = brought(name, request_).inbound
    assert inbound == Inbound(id, Channel.SMS, name, PHONE, text, SessionEvent.RESUME, NOW)


@pytest.mark.parametrize(
    ("name", "request_", "thanks"),
    [
        ("jasmin", "inbound", b"ACK/Jasmin"),
        ("jasmin", "inbound-shortcode", b"ACK/Jasmin"),
        ("jasmin", "receipt", b"ACK/Jasmin"),
        ("infobip", "inbound", b""),
        ("infobip", "inbound-none", b""),
        ("telkomsel", "inbound", b"0"),
    ],
)
def test_each_hears_exactly_what_it_wants(name: str, request_: str, thanks: bytes) -> None:
    assert answered(name, captured(STYLES[name], request_)) == (200, thanks)


def test_an_advertisement_is_nobodys_message() -> None:
    assert list(brought("jasmin", "inbound-shortcode").inbound) == []


def test_one_of_a_batch_that_makes_no_sense_loses_no_other() -> None:
    batch = brought("infobip", "inbound-batch")
    assert ([inbound.text for inbound in batch.inbound], batch.unread) == (["1", "3"], 2)


def test_receipts() -> None:
    id = "3bb4e5a0-0000-4000-8000-00000000000a"
    assert list(brought("jasmin", "receipt").receipts) == [Receipt(id, Delivery.DELIVERED)]
    assert list(brought("jasmin", "receipt-level1").receipts) == [Receipt(id, Delivery.SENDING)]
    assert list(brought("infobip", "receipts").receipts) == [
        Receipt("m-1", Delivery.DELIVERED),
        Receipt("m-2", Delivery.TEMPORARY_FAILURE),
        Receipt("m-3", Delivery.SENDING, "unknown_state"),
    ]


def test_without_a_name_the_same_bytes_within_half_a_minute_are_a_repeat() -> None:
    form = described("plain", {"receives": {"fields": {"id": None}}})
    at = [NOW]
    nameless = Aggregator("telkomsel", form, account(), lambda: at[0])
    first, other = captured("plain", "inbound"), captured("plain", "inbound-local")
    ids = [nameless.read(request).inbound[0].id for request in (first, first, other)]
    assert ids[0] == ids[1] != ids[2]
    at[0] += timedelta(seconds=30)
    assert nameless.read(first).inbound[0].id != ids[0]
    assert PHONE[1:] not in ids[0]


@pytest.mark.parametrize(
    ("name", "request_", "change", "code"),
    [
        ("jasmin", "inbound", {"path": "/sms/jasmin"}, 404),
        ("jasmin", "inbound", {"path": f"/sms/jasmin/{TOKEN}x"}, 404),
        ("jasmin", "inbound", {"path": f"/sms/jasmin/{TOKEN}/x"}, 404),
        ("jasmin", "inbound", {"path": "/sms/jasmin/older"}, 200),
        ("telkomsel", "inbound", {"path": f"/sms/telkomsel/{TOKEN}/receipts"}, 404),
        ("jasmin", "inbound", {"method": "GET"}, 405),
        ("telkomsel", "inbound", {"method": "POST"}, 405),
        ("jasmin", "inbound", {"headers": {"content-type": "application/json"}}, 415),
        ("infobip", "inbound", {"headers": {"content-type": "text/plain"}}, 415),
        ("infobip", "inbound", {"body": b"a" * 70_000}, 413),
        ("telkomsel", "inbound", {"query": "a=" + "a" * 70_000}, 413),
        ("jasmin", "inbound", {"body": b""}, 400),
        ("jasmin", "inbound", {"body": b"id=1&from=6281299900001"}, 400),
        ("jasmin", "inbound", {"body": b"id=1&from=6281299900001&content=a&content=b"}, 400),
        ("jasmin", "inbound", {"body": b"id=&from=6281299900001&content=a"}, 400),
        ("jasmin", "inbound", {"body": b"id=1&from=6281299900001&content=%FF"}, 400),
        ("jasmin", "inbound", {"body": b"id=1&from=6281299900001&content=x&coding=8&binary=zz"}, 400),
        ("jasmin", "inbound", {"body": b"id=1&from=628129990a001&content=x"}, 400),
        ("jasmin", "inbound", {"body": b"id=1&from=6281299900001&content=x&validity=%FF"}, 200),
        ("jasmin", "receipt", {"body": b"id=1"}, 400),
        ("infobip", "inbound", {"body": b"[1]"}, 400),
        ("infobip", "inbound", {"body": b'{"results":{}}'}, 400),
        ("infobip", "inbound", {"body": b'{"results":[1,null,[]]}'}, 200),
        ("infobip", "inbound", {"body": b'{"results":[{"text":"\\ud800"}]}'}, 400),
        ("infobip", "inbound", {"body": b"[" * 50_000}, 400),
        ("telkomsel", "inbound", {"query": "trx_id=1&msisdn=6281299900001"}, 400),
        ("telkomsel", "inbound", {"query": "trx_id"}, 400),
        ("telkomsel", "inbound", {"query": "\u00e9=1"}, 400),
    ],
)
def test_what_is_not_the_form_is_refused_without_a_quotation(
    name: str, request_: str, change: dict[str, Any], code: int
) -> None:
    status, body = answered(name, replace(captured(STYLES[name], request_), **change))
    assert status == code
    assert b"1299900001" not in body


@given(st.binary(max_size=200), st.sampled_from(["jasmin", "infobip"]), st.sampled_from(["", "/receipts"]))
@settings(max_examples=300, deadline=None)
def test_whatever_comes_it_is_taken_or_refused(body: bytes, name: str, behind: str) -> None:
    good = captured(name, "inbound")
    assert answered(name, replace(good, path=f"/sms/{name}/{TOKEN}{behind}", body=body))[0] in (200, 400)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+6281299900001", PHONE), ("6281299900001", PHONE), ("006281299900001", PHONE), ("081299900001", PHONE),
        ("81299900001", PHONE), (" 6281299900001", PHONE), ("+81312345678", "+81312345678"),
        ("", None), ("0", None), ("62812", None), ("628129990000112345", None), ("0812-9990", None),
        ("\u0661" * 10, None),
    ],
)  # fmt: skip
def test_numbers_in_every_spelling(written: str, number: str | None) -> None:
    if number is not None:
        assert international(written, "from") == number
        return
    with pytest.raises(ValueError, match="not a phone number in field 'from'"):
        international(written, "from")


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with serving(lambda got: (200, 'Success "07033084-5cfd-4812-90a4-e4d24ffb6e3d"')) as vendor:
        yield vendor


def test_jasmin_is_sent_a_query(vendor: Vendor) -> None:
    gateway = line("jasmin", vendor.url)
    assert gateway.send(MESSAGE) == Sent("07033084-5cfd-4812-90a4-e4d24ffb6e3d")
    gateway.send(MESSAGE)
    got = vendor.got[0]
    assert (got.method, urlsplit(got.path).path) == ("GET", "/send")
    assert dict(parse_qsl(urlsplit(got.path).query, strict_parsing=True)) == {
        "username": "loket", "password": "s:3,c%", "to": PHONE[1:], "from": "LOKET", "content": MESSAGE.body,
        "coding": "0", "dlr": "yes", "dlr-level": "3", "dlr-method": "POST",
        "dlr-url": f"https://loket.example/sms/jasmin/{TOKEN}/receipts",
    }  # fmt: skip
    assert len(vendor.connections) == 1


def test_infobip_is_sent_json(vendor: Vendor) -> None:
    taken = {"messages": [{"messageId": "m-9", "status": {"groupId": 1, "groupName": "PENDING"}}]}
    vendor.answers = lambda got: (200, json.dumps(taken))
    assert line("infobip", vendor.url).send(MESSAGE) == Sent("m-9")
    got = vendor.got[0]
    assert got.headers["authorization"] == "App s:3,c%"
    (message,) = json.loads(got.body)["messages"]
    assert (message["from"], message["destinations"]) == ("LOKET", [{"to": PHONE[1:], "messageId": "m-1"}])
    assert message["content"] == {"text": MESSAGE.body}


def test_a_form_a_number_and_a_password_can_be_written_otherwise(vendor: Vendor) -> None:
    sends = {"method": "POST", "writes": "form", "number": "local", "basic": True,
             "fields": {"cp_name": None, "pwd": None}, "headers": {"X-Key": "{secret}"}}  # fmt: skip
    vendor.answers = lambda got: (200, "1|081299900001:ab12-99")
    gateway = line("telkomsel", vendor.url, sends=sends)
    assert gateway.send(MESSAGE) == Sent("ab12-99")
    got = vendor.got[0]
    assert dict(parse_qsl(got.body)) == {"msisdn": "081299900001", "sms": MESSAGE.body}
    assert got.headers["x-key"] == "s:3,c%"
    assert got.headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("name", "status", "answer", "ours", "again"),
    [
        ("jasmin", 403, 'Error "Authentication failure for username:loket"', "unauthorised", False),
        ("jasmin", 412, 'Error "No route found"', "unroutable", False),
        ("jasmin", 403, 'Error "User throughput exceeded"', "busy", True),
        ("jasmin", 200, "<html>", "bad_answer", True),
        ("jasmin", 400, "Error", "refused", False),
        ("jasmin", 401, "", "unauthorised", False),
        ("jasmin", 429, "", "busy", True),
        ("jasmin", 500, "", "vendor_error", True),
        ("jasmin", 302, "", "refused", False),
        ("infobip", 200, '{"messages":[{"status":{"name":"REJECTED_NOT_ENOUGH_CREDITS"}}]}', "no_credit", True),
        ("infobip", 200, '{"messages":[{"status":{"groupId":5,"name":"REJECTED_SENDER"}}]}', "sender_rejected", False),
        ("infobip", 200, '{"messages":[{"status":{"groupId":5,"name":"X"}}]}', "refused", False),
        ("infobip", 200, '{"messages":[]}', "bad_answer", True),
        ("infobip", 200, "[]", "bad_answer", True),
        ("telkomsel", 200, "1706", "invalid_number", False),
        ("telkomsel", 200, "1025|", "no_credit", True),
        ("telkomsel", 200, "0", "bad_answer", True),
    ],
)  # fmt: skip
def test_every_answer_is_judged_by_the_description(
    vendor: Vendor, name: str, status: int, answer: str, ours: str, again: bool
) -> None:
    vendor.answers = lambda got: (status, answer)
    with pytest.raises(SendFailed) as caught:
        line(name, vendor.url).send(MESSAGE)
    assert (caught.value.code, caught.value.again) == (ours, again)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_a_vendor_that_does_not_answer_in_time_or_is_not_there(vendor: Vendor) -> None:
    vendor.held = Event()
    for url, code in ((vendor.url, "timeout"), ("http://127.0.0.1:1", "connection")):
        with pytest.raises(SendFailed) as caught:
            line("jasmin", url).send(MESSAGE)
        assert (caught.value.code, caught.value.away, caught.value.__context__) == (code, True, None)


def test_one_that_only_brings_messages_sends_none() -> None:
    only = Aggregator("telkomsel", described("plain", {"sends": None}), account(), lambda: NOW)
    with pytest.raises(SendFailed, match="refused"):
        only.send(MESSAGE)


def test_every_style_is_described_well() -> None:
    assert set(styles()) == set(STYLES.values())
    for style in styles():
        assert described(style, {}).sends


@pytest.mark.parametrize(
    ("style", "changes", "why"),
    [
        ("nobody", {}, "style: there is no data/gateways/sms/nobody.yml"),
        ("", {}, "neither sends nor receives"),
        ("plain", {"sends": None, "receives": None}, "neither sends nor receives"),
        ("plain", {"sents": {}}, "unknown field `sents`"),
        ("plain", {"sends": {"url": "vendor"}}, "sends.url"),
        ("plain", {"sends": {"url": "https://vendor/?a=b"}}, "sends.url"),
        ("plain", {"sends": {"method": "POST"}}, "a POST does not carry query"),
        ("plain", {"sends": {"fields": {"sms": "{words}"}}}, "there is no {words}"),
        ("plain", {"sends": {"fields": {"sms": None}}}, "{text} is missing"),
        ("plain", {"sends": {"headers": {"a b": "c"}}}, "no header"),
        ("plain", {"sends": {"id_matches": "("}}, "no regular expression"),
        ("plain", {"sends": {"id_matches": "[0-9]+"}}, "first group"),
        ("plain", {"sends": {"faults": [{"when": {"status": [400]}, "code": "whatever"}]}}, "no code whatever"),
        ("plain", {"sends": {"faults": [{"when": {}, "code": "busy"}]}}, "says nothing of when"),
        ("plain", {"receives": {"method": ["POST"]}}, "query is for"),
        ("plain", {"receives": {"method": []}}, "name at least one"),
        ("plain", {"receives": {"items": "results"}}, "only JSON"),
        ("jasmin", {"receives": {"method": ["GET", "POST"]}}, "a GET has no body"),
        ("jasmin", {"receives": {"fields": {"hex": None}}}, "name both or none"),
        ("jasmin", {"receipts": {"states": {"X": "arrived"}}}, "Invalid enum value 'arrived'"),
    ],
)
def test_what_no_description_may_say(style: str, changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=r"form: |style: ") as caught:
        described(style, changes)
    assert why in str(caught.value)


def test_what_the_environment_lacks() -> None:
    nothing = account(tokens=(), user="", secret="", sender="", public_url="")
    assert problems(described("jasmin", {}), nothing, True) == ["user", "secret", "sender", "token", "public_url"]
    assert problems(described("jasmin", {}), nothing, False) == ["token"]
    assert problems(described("plain", {"sends": {"basic": True, "fields": {"cp_name": None, "pwd": None}}}), nothing,
                    True) == ["user", "secret", "token"]  # fmt: skip
    assert problems(described("infobip", {}), account(), True) == []
