"""The gateways for messages: what goes out over a real socket and how it is judged, what comes in, what is reported."""

import dataclasses
import io
import json
import socket
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from msgspec.structs import replace

from bot.messages import Channel, Inbound, SessionEvent
from bot.wire import Request
from sms.africastalking import AfricasTalkingGateway
from sms.console import ConsoleGateway
from sms.gateway import Brought, Delivery, MessageGateway, Outbound, Receipt, SendFailed, Sent

CAPTURED = Path(__file__).parents[1] / "gateways" / "africastalking"
TOKEN = "t0ken-of-the-webhook"
MESSAGE = Outbound("m-1", "+6281234500001", "Loket 5123: nomor Anda sudah tercatat.", Channel.SMS)


def answer(code: int, text: str = "Success", **more: Any) -> str:
    """A body of the send API for one recipient, in the form of the recorded ones."""
    recipient = {"statusCode": code, "number": MESSAGE.to, "status": text, "cost": "IDR 320.0", "messageId": "ATXid_1"}
    summary = "Sent to 1/1 Total Cost: IDR 320.0 Message parts: 1"
    return json.dumps({"SMSMessageData": {"Message": summary, "Recipients": [recipient | more]}})


@dataclass
class Vendor:
    """A server that answers like Africa's Talking and keeps what it got. `held`: it waits for this and hangs up."""

    url: str = ""
    status: int = 201
    body: str = answer(101)
    content_type: str = "application/json; charset=utf-8"
    held: Event | None = None
    forms: list[dict[str, str]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    state = Vendor()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # Keeps connections, as the vendor does.

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode("ascii")
            assert self.path == "/version1/messaging"
            state.forms.append(dict(parse_qsl(body, strict_parsing=True)))
            state.keys.append(self.headers["apiKey"])
            state.connections.add(self.client_address)
            if state.held:
                assert state.held.wait(10)
                self.close_connection = True
                return
            answer = state.body.encode()
            self.send_response(state.status)
            self.send_header("Content-Type", state.content_type)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            """A test's server tells nobody."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/version1"
    yield state
    if state.held:
        state.held.set()
    server.shutdown()
    thread.join()
    server.server_close()


def gateway(url: str = "http://127.0.0.1:1", **settings: Any) -> AfricasTalkingGateway:
    return AfricasTalkingGateway("loket", "key-1", [TOKEN], base_url=url, **settings)


def failure(vendor: Vendor, message: Outbound = MESSAGE, **settings: Any) -> SendFailed:
    with pytest.raises(SendFailed) as caught:
        gateway(vendor.url, **settings).send(message)
    assert MESSAGE.to[-5:] not in repr(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    return caught.value


def captured(name: str) -> Request:
    """A request as it came over the wire."""
    head, _, body = (CAPTURED / f"{name}.http").read_bytes().partition(b"\n\n")
    first, *lines = head.decode("ascii").splitlines()
    method, path, _version = first.split(" ")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    assert int(headers["content-length"]) == len(body)
    return Request(method, path, "", headers, body)


def report(**fields: str) -> Request:
    body = urlencode({"id": "ATXid_9", "phoneNumber": MESSAGE.to, "networkCode": "51010"} | fields).encode()
    return replace(captured("sms-receipt-success"), body=body)


def test_a_message_goes_out_in_the_vendors_form(vendor: Vendor) -> None:
    assert gateway(vendor.url, sender="LOKET").send(MESSAGE) == Sent("ATXid_1")
    sent = {"username": "loket", "to": MESSAGE.to, "message": MESSAGE.body, "bulkSMSMode": "1", "from": "LOKET"}
    assert vendor.forms == [sent]
    assert vendor.keys == ["key-1"]


def test_messages_share_a_connection(vendor: Vendor) -> None:
    line = gateway(vendor.url)
    for _ in range(5):
        line.send(MESSAGE)
    assert (len(vendor.forms), len(vendor.connections)) == (5, 1)


@pytest.mark.parametrize("code", [100, 101, 102])
@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "text/plain"])
def test_what_the_vendor_has_taken_is_sent(vendor: Vendor, code: int, content_type: str) -> None:
    vendor.body, vendor.content_type = answer(code), content_type
    assert gateway(vendor.url).send(MESSAGE) == Sent("ATXid_1")


@pytest.mark.parametrize(
    ("code", "ours", "again"),
    [
        (401, "risk_hold", False),
        (402, "sender_rejected", False),
        (403, "invalid_number", False),
        (404, "unsupported_number", False),
        (405, "no_credit", True),
        (406, "opted_out", False),
        (407, "unroutable", True),
        (409, "do_not_disturb", False),
        (500, "vendor_error", True),
        (501, "operator_error", True),
        (502, "operator_rejected", False),
        (777, "unknown_verdict", True),
    ],
)
def test_a_201_is_judged_by_its_recipient(vendor: Vendor, code: int, ours: str, again: bool) -> None:
    vendor.body = answer(code, "Whatever", messageId="None")
    failed = failure(vendor)
    assert (failed.code, failed.again) == (ours, again)


@pytest.mark.parametrize(
    ("status", "body", "ours", "again", "away"),
    [
        (201, '{"SMSMessageData":{"Message":"InvalidSenderId","Recipients":[]}}', "sender_rejected", False, False),
        (201, '{"SMSMessageData":{"Message":"Sent to 0/1","Recipients":[]}}', "bad_answer", True, False),
        (201, '{"SMSMessageData":{"Recipients":{"a":1}}}', "bad_answer", True, False),
        (201, answer(101, statusCode=[101]), "unknown_verdict", True, False),
        (201, "[]", "bad_answer", True, False),
        (200, "<html>", "bad_answer", True, False),
        (401, "The supplied authentication is invalid", "unauthorised", False, False),
        (400, "Bad Request", "refused", False, False),
        (302, "", "refused", False, False),
        (429, "", "busy", True, True),
        (503, "", "busy", True, True),
        (500, "", "vendor_error", True, False),
    ],
)
def test_every_other_answer(vendor: Vendor, status: int, body: str, ours: str, again: bool, away: bool) -> None:
    vendor.status, vendor.body = status, body
    failed = failure(vendor)
    assert (failed.code, failed.again, failed.away) == (ours, again, away)


def test_a_vendor_that_does_not_answer_in_time(vendor: Vendor) -> None:
    vendor.held = Event()
    failed = failure(vendor, timeout=(3.05, 0.1))
    assert (failed.code, failed.again, failed.away) == ("timeout", True, True)
    assert len(vendor.forms) == 1  # Only the outbox tries again.


def test_a_vendor_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    failed = failure(Vendor(f"http://127.0.0.1:{port}/version1"))
    assert (failed.code, failed.again, failed.away) == ("connection", True, True)


def test_a_number_that_is_not_international_never_leaves(vendor: Vendor) -> None:
    failed = failure(vendor, dataclasses.replace(MESSAGE, to="081234500001"))
    assert (failed.code, failed.again) == ("invalid_number", False)
    assert not vendor.forms


@pytest.mark.parametrize(
    ("path", "right"),
    [
        (f"/sms/africastalking/{TOKEN}", True),
        (f"/sms/africastalking/{TOKEN}/receipts", True),
        ("/sms/africastalking/the-old-token/receipts", True),
        (f"/sms/africastalking/{TOKEN}x", False),
        (f"/sms/africastalking//{TOKEN}", False),
        ("/sms/africastalking/", False),
        ("/sms/africastalking", False),
        ("/sms/africastalking/\u00e9", False),
    ],
)
def test_the_path_proves_the_vendor(path: str, right: bool) -> None:
    line = AfricasTalkingGateway("loket", "key-1", [TOKEN, "the-old-token", ""])
    assert line.addressed(replace(captured("sms-inbound-uuid"), path=path)) is right


@pytest.mark.parametrize(
    ("name", "id", "text", "received_at"),
    [
        ("uuid", "0c7a9d2e-5b0f-4f53-9a43-6a1d3c1f7b10", "STATUS 5123", datetime(2026, 2, 2, 3, 4, 45, tzinfo=UTC)),
        ("integer-id", "71823", "Daftar, Sió & *2#", datetime(2026, 2, 2, 3, 4, 45, tzinfo=UTC)),
        ("fraction", "71824", "", datetime(2026, 2, 2, 3, 4, 45, 445000, tzinfo=UTC)),
    ],
)
def test_a_person_writes(name: str, id: str, text: str, received_at: datetime) -> None:
    (message,) = gateway().inbound(captured(f"sms-inbound-{name}"))
    resumed = SessionEvent.RESUME
    assert message == Inbound(id, Channel.SMS, "africastalking", "+6281234500001", text, resumed, received_at)


def test_who_stops_messages_at_the_operator_has_told_us() -> None:
    assert gateway().read(captured("sms-optout")) == Brought(stopped=("+6281299900001",))
    with pytest.raises(ValueError, match="phoneNumber"):
        gateway().read(replace(captured("sms-optout"), body=b"senderId=LOKET&phoneNumber=0812"))


def test_an_advertisement_is_nobodys_message() -> None:
    assert gateway().inbound(captured("sms-inbound-advertisement")) == ()


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"id=0c7a", b"ID=0c7a", "no field 'id'"),
        (b"&to=2026", b"", "no field 'to'"),
        (b"&to=2026", b"&to=2026&text=again", "occurs twice"),
        (b"id=0c7a9d2e-5b0f-4f53-9a43-6a1d3c1f7b10", b"id=", "empty field 'id'"),
        (b"%2B62", b"0", "not an international number"),
        (b"2026-02-02T", b"yesterday", "not a date"),
        (b"2026-02-02T03%3A04%3A45Z", b"0001-01-01T00%3A00%3A00%2B23%3A59", "not a date"),
        (b"STATUS", b"%FF", "not a well-formed form"),
        (b"STATUS", b"\xff", "not a well-formed form"),
        (b"&linkId=", b"&linkId", "not a well-formed form"),
        (b"&linkId=", b"&a=1" * 100, "not a well-formed form"),
    ],
)
def test_what_is_not_the_form_is_refused_without_a_quotation(old: bytes, new: bytes, why: str) -> None:
    good = captured("sms-inbound-uuid")
    assert old in good.body
    with pytest.raises(ValueError, match=why) as caught:
        gateway().inbound(replace(good, body=good.body.replace(old, new)))
    assert type(caught.value) is ValueError
    assert "81234500001" not in str(caught.value)


def test_only_a_form_is_a_form() -> None:
    good = captured("sms-inbound-uuid")
    with pytest.raises(ValueError, match="not a form"):
        gateway().inbound(replace(good, headers={"content-type": "application/json"}))


@pytest.mark.parametrize(
    ("name", "receipt"),
    [
        ("success", Receipt("ATXid_0001", Delivery.DELIVERED)),
        ("submitted", Receipt("ATXid_0001", Delivery.SENDING)),
        ("blacklist", Receipt("ATXid_0002", Delivery.PERMANENT_FAILURE, "opted_out")),
        ("failed", Receipt("ATXid_0003", Delivery.TEMPORARY_FAILURE, "undelivered")),
    ],
)
def test_a_delivery_report(name: str, receipt: Receipt) -> None:
    assert gateway().receipts(captured(f"sms-receipt-{name}")) == (receipt,)


@pytest.mark.parametrize(
    ("status", "reason", "delivery", "ours"),
    [
        ("Sent", "", "sending", ""),
        ("BUFFERED", "", "sending", ""),
        ("success", "", "delivered", ""),
        ("Expired", "", "temporary_failure", ""),
        ("AbsentSubscriber", "", "temporary_failure", ""),
        ("Rejected", "", "permanent_failure", ""),
        ("Rejected", "SomethingNew", "permanent_failure", "unknown_reason"),
        ("Failed", "", "temporary_failure", ""),
        ("failed", "UserInBlacklist", "permanent_failure", "opted_out"),
        ("Failed", "UserDoesNotExist", "permanent_failure", "unknown_number"),
        ("Failed", "NotNetworkSubscriber", "permanent_failure", "unknown_number"),
        ("Failed", "InsufficientCredit", "technical_failure", "no_credit"),
        ("Failed", "UserIsInactive", "temporary_failure", "inactive"),
        ("Success", "DeliveryFailure", "delivered", ""),
        ("Teleported", "", "sending", "unknown_state"),
    ],
)
def test_every_state_of_a_report(status: str, reason: str, delivery: str, ours: str) -> None:
    fields = {"status": status} | ({"failureReason": reason} if reason else {})
    assert gateway().receipts(report(**fields)) == (Receipt("ATXid_9", Delivery(delivery), ours),)


def test_a_report_about_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no field 'status'"):
        gateway().receipts(report())
    with pytest.raises(ValueError, match="empty field 'id'"):
        gateway().receipts(report(status="Success", id=""))


def test_the_console_shows_the_words_and_four_digits() -> None:
    lines: list[str] = []
    console: MessageGateway = ConsoleGateway(lines.append)
    assert console.send(MESSAGE) == Sent("console-m-1")
    assert lines == ["sms to …0001: Loket 5123: nomor Anda sudah tercatat."]
    with redirect_stderr(io.StringIO()) as screen:
        ConsoleGateway().send(MESSAGE)
    assert screen.getvalue() == lines[0] + "\n"


def test_nothing_comes_in_by_the_console() -> None:
    console = ConsoleGateway()
    assert not console.addressed(captured("sms-inbound-uuid"))
    with pytest.raises(ValueError, match="console"):
        console.read(captured("sms-inbound-uuid"))


def test_a_message_shows_neither_number_nor_words() -> None:
    shown = "Outbound(id='m-1', channel=<Channel.SMS: 'sms'>, choices=(), language='', asked_at=0, template='')"
    assert repr(MESSAGE) == shown
