"""Messages by the real gateways, from the vendor's request to the vendor's API, on both databases: each once."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from support.captured import captured, from_meta, from_twilio
from support.counter import TOKEN, Counter
from support.databases import Factory, each_database
from support.office import Office
from support.vendor import Got, Vendor, serving

from bot.messages import Text
from bot.wire import Request
from loket.config import Line, WhatsAppLine

__all__ = ["each_database"]

PHONE, ID = "+6281299900001", "ID.4566000000000002"
SCHEDULED = Text(
    "evt.scheduled",
    {"ref": "4721-9035-1188", "agent": "Ratna", "acode": "31", "date": "Senin", "slot": "pagi", "place": "balai desa"},
)
MISSED = Text("evt.visit_missed", {"ref": "4721-9035-1188", "date": "Senin"})
TEMPLATES = {"visit_scheduled": {"id": "HX1", "en": "HX2"}}
VALUES = ["4721-9035-1188", "Senin", "pagi", "balai desa", "Ratna", "31"]


def taken(got: Got) -> tuple[int, str]:
    """Both vendors take everything, and call it something new each time."""
    taken.count += 1  # type: ignore[attr-defined]
    id = f"{taken.count:032x}"  # type: ignore[attr-defined]
    if got.path.endswith("/messages"):
        return 200, json.dumps({"messages": [{"id": f"wamid.{id}"}]})
    return 201, json.dumps({"sid": f"SM{id}", "status": "queued"})


taken.count = 0  # type: ignore[attr-defined]


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with serving(taken) as vendor:
        yield vendor


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    yield office
    office.close()


@pytest.fixture(params=["twilio", "cloudapi"])
def counter(request: pytest.FixtureRequest, office: Office, vendor: Vendor) -> Counter:
    return with_whatsapp(office, vendor, request.param)


def with_whatsapp(office: Office, vendor: Vendor, name: str, **line: Any) -> Counter:
    line = {"templates": TEMPLATES} | line
    return Counter(office, vendor, sms={"twilio": Line()}, whatsapp={name: WhatsAppLine(**line)})


def request_of(counter: Counter, name: str = "") -> Request:
    """Somebody writes, by the vendor that is switched on."""
    if "twilio" in counter.service.config.whatsapp:
        return captured("twilio", f"whatsapp-inbound{name}")
    return captured("cloudapi", name[1:] or "text")


def written(counter: Counter, name: str = "") -> str:
    """Somebody has written and was answered; the contact."""
    assert counter.take(request_of(counter, name))[0] == "200 OK"
    counter.work()
    counter.vendor.got.clear()
    return counter.service.sessions.load(ID if name else PHONE).contact


def refusing(code: int) -> Any:
    """WhatsApp refuses with one of the vendor's codes; SMS is taken."""

    def answer(got: Got) -> tuple[int, str]:
        if got.path.endswith("/messages"):
            return 400, json.dumps({"error": {"code": code}})
        if "To=whatsapp" in got.body:
            return 400, json.dumps({"code": code, "message": "no", "status": 400})
        return taken(got)

    return answer


def window(counter: Counter) -> int:
    return 63016 if "twilio" in counter.service.config.whatsapp else 131047


def template(fields: Any) -> list[str]:
    """The values of the template that was sent."""
    if "ContentVariables" in fields:
        assert fields["ContentSid"] == "HX1"
        return list(json.loads(fields["ContentVariables"]).values())
    assert (fields["template"]["name"], fields["template"]["language"]) == ("HX1", {"code": "id"})
    return [value["text"] for value in fields["template"]["components"][0]["parameters"]]


def test_a_message_is_answered_once_however_often_it_comes(counter: Counter) -> None:
    for _ in range(3):
        assert counter.take(request_of(counter))[0] == "200 OK"
    counter.work()
    [(channel, fields)] = counter.sent()
    assert channel == "whatsapp"
    assert PHONE[1:] in (fields.get("To") or fields["to"])


def test_what_is_pressed_answers_the_question(office: Office, vendor: Vendor) -> None:
    counter = with_whatsapp(office, vendor, "cloudapi")
    written(counter)
    counter.take(captured("cloudapi", "button"))
    counter.work()
    assert len(counter.sent()) == 1
    assert office.rows("events")[-1]["what"] != "missed"


def test_the_menu_is_a_list_that_says_what_each_service_is_for(office: Office, vendor: Vendor) -> None:
    counter = with_whatsapp(office, vendor, "cloudapi")
    assert counter.take(captured("cloudapi", "text"))[0] == "200 OK"
    counter.work()
    [(_, fields)] = counter.sent()
    action = fields["interactive"]["action"]
    assert action["button"] == "Buka menu"
    rows = {row["id"].partition(":")[0]: row for row in action["sections"][0]["rows"]}
    assert rows["1"]["description"] == "Untuk diri sendiri atau keluarga, 6 langkah"
    counter.vendor.got.clear()
    counter.take(captured("cloudapi", "button"))
    counter.work()
    [(_, fields)] = counter.sent()
    assert fields["interactive"]["action"]["button"] == "Pilih jawaban"
    assert not any(row.get("description") for row in fields["interactive"]["action"]["sections"][0]["rows"])


def test_within_a_day_it_is_said_in_free_words(counter: Counter) -> None:
    contact = written(counter)
    counter.tell(contact, SCHEDULED)
    counter.work(hours=23)
    [(channel, fields)] = counter.sent()
    assert channel == "whatsapp"
    assert "Ratna" in (fields.get("Body") or fields["text"]["body"])


def test_after_a_day_the_template_says_it(counter: Counter) -> None:
    contact = written(counter)
    counter.office.clock.wait(hours=24)
    counter.tell(contact, SCHEDULED)
    counter.work()
    [(channel, fields)] = counter.sent()
    assert channel == "whatsapp"
    assert template(fields) == VALUES


@pytest.mark.parametrize(("text", "language"), [(MISSED, "id"), (SCHEDULED, "jv")])
def test_where_no_template_says_it_in_their_language_it_goes_by_sms(
    counter: Counter, text: Text, language: str
) -> None:
    contact = written(counter)
    counter.speaks(contact, language)
    counter.office.clock.wait(hours=24)
    counter.tell(contact, text)
    counter.work()
    counter.work(hours=1)
    [(channel, fields)] = counter.sent()
    assert (channel, fields["To"]) == ("sms", PHONE)
    assert len(fields["Body"]) <= 160
    row = counter.office.row("messages", sentence=text.id)
    assert (row["channel"], row["gateway"], row["delivery"]) == ("sms", "twilio", "sending")


@pytest.mark.parametrize("text", [SCHEDULED, MISSED])
def test_the_vendor_knows_better_whether_the_window_is_open(counter: Counter, text: Text) -> None:
    contact = written(counter)
    counter.vendor.answers = refusing(window(counter))
    counter.tell(contact, text)
    counter.work()
    counter.work(hours=1)
    ways = [channel for channel, _ in counter.sent()]
    assert ways == (["whatsapp", "whatsapp", "sms"] if text is SCHEDULED else ["whatsapp", "sms"])
    assert counter.office.row("messages", sentence=text.id)["delivery"] == "sending"


def test_who_is_not_on_whatsapp_gets_an_sms_at_once(counter: Counter) -> None:
    contact = written(counter)
    counter.vendor.answers = refusing(63024 if "twilio" in counter.service.config.whatsapp else 131026)
    counter.tell(contact, SCHEDULED)
    counter.work()
    assert [channel for channel, _ in counter.sent()] == ["whatsapp", "sms"]


def test_an_sms_that_fails_is_tried_again_and_whatsapp_is_not(counter: Counter) -> None:
    contact = written(counter)
    counter.office.clock.wait(hours=24)
    counter.tell(contact, MISSED)
    counter.vendor.answers = lambda got: (503, "")
    counter.work()
    counter.vendor.answers = taken
    counter.work(hours=1)
    counter.work(hours=1)
    assert [channel for channel, _ in counter.sent()] == ["sms", "sms"]


def failed(counter: Counter, id: str) -> Request:
    """The vendor took the message, and says later that the window was closed."""
    if "twilio" in counter.service.config.whatsapp:
        fields = {
            "MessageSid": id, "AccountSid": "AC" + "0123456789abcdef" * 2, "From": "whatsapp:+6281299900000",
            "To": f"whatsapp:{PHONE}", "MessageStatus": "failed", "ErrorCode": "63016",
        }  # fmt: skip
        return from_twilio("/whatsapp/twilio/receipts", fields)
    document = json.loads(captured("cloudapi", "statuses").body)
    document["entry"][0]["changes"][0]["value"]["statuses"] = [
        {"id": id, "status": "failed", "errors": [{"code": 131047}]}
    ]
    return from_meta(json.dumps(document).encode())


def test_a_failure_that_is_reported_later_sends_it_by_sms_once(counter: Counter) -> None:
    contact = written(counter)
    counter.tell(contact, SCHEDULED)
    counter.work()
    id = str(counter.office.row("messages", sentence="evt.scheduled")["provider_id"])
    for _ in range(3):
        assert counter.take(failed(counter, id))[0] == "200 OK"
        counter.work(hours=1)
    assert [channel for channel, _ in counter.sent()] == ["whatsapp", "sms"]
    assert counter.office.row("messages", sentence="evt.scheduled")["channel"] == "sms"


@pytest.mark.parametrize(("language", "reached"), [("en", True), ("jv", True)])
def test_whoever_shows_no_number_is_reached_by_template_or_not_at_all(
    counter: Counter, language: str, reached: bool
) -> None:
    contact = written(counter, "-no-number")
    counter.speaks(contact, language)
    counter.office.clock.wait(hours=24)
    counter.tell(contact, SCHEDULED, "told:1")
    counter.tell(contact, MISSED, "told:2")
    counter.work()
    [(channel, fields)] = counter.sent()
    assert channel == "whatsapp"
    assert fields.get("To", fields.get("recipient")).removeprefix("whatsapp:") == ID
    errors = {row["error"] for row in counter.office.rows("outbox") if row["state"] == "dead"}
    assert errors == {"window_closed"}
    assert counter.office.row("messages", sentence=MISSED.id)["delivery"] == "permanent_failure"


def test_who_stopped_messages_at_the_vendor_has_told_us(counter: Counter) -> None:
    contact = written(counter)
    counter.vendor.answers = refusing(21610 if "twilio" in counter.service.config.whatsapp else 131050)
    counter.tell(contact, SCHEDULED)
    counter.work()
    assert counter.office.row("contacts", id=contact)["opted_out_at"]
    assert [channel for channel, _ in counter.sent()] == ["whatsapp"]


def test_a_batch_is_answered_but_for_what_makes_no_sense(office: Office, vendor: Vendor) -> None:
    counter = with_whatsapp(office, vendor, "cloudapi")
    assert counter.take(captured("cloudapi", "batch"))[0] == "200 OK"
    assert counter.take(captured("cloudapi", "batch"))[0] == "200 OK"
    counter.work()
    assert len(counter.sent()) == 2


def test_a_big_batch_is_taken_whole(office: Office, vendor: Vendor) -> None:
    counter = with_whatsapp(office, vendor, "cloudapi")
    document = json.loads(captured("cloudapi", "text").body)
    document["padding"] = "x" * 100_000
    assert counter.take(from_meta(json.dumps(document).encode()))[0] == "200 OK"


def test_a_message_that_cannot_be_kept_is_asked_for_again(office: Office, vendor: Vendor) -> None:
    counter = with_whatsapp(office, vendor, "cloudapi")
    tables, sessions = counter.service.database, office.service.sessions
    with tables.write() as connection:
        connection.exec_driver_sql("ALTER TABLE sessions RENAME TO elsewhere")
    assert counter.take(captured("cloudapi", "batch"))[0] == "503 Service Unavailable"
    with tables.write() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO sessions")
    assert counter.take(captured("cloudapi", "batch"))[0] == "200 OK"
    counter.work()
    assert len(counter.sent()) == 2
    assert sessions.load(PHONE).version


def test_what_is_not_the_vendors_is_refused_and_nothing_is_kept(counter: Counter) -> None:
    good = request_of(counter)
    answers = {
        "404 Not Found": replace(good, path=good.path + "/x"),
        "405 Method Not Allowed": replace(good, method="PUT"),
        "415 Unsupported Media Type": replace(good, headers={**good.headers, "content-type": "text/plain"}),
        "403 Forbidden": replace(good, body=good.body + b" "),
    }
    for status, request in answers.items():
        assert counter.take(request)[0] == status
    assert counter.office.rows("contacts") == []


def africas_talking(office: Office, vendor: Vendor) -> Counter:
    vendor.answers = lambda got: (201, json.dumps({"SMSMessageData": {"Recipients": [
        {"statusCode": 101, "messageId": f"ATXid_{len(vendor.got)}"}]}}))  # fmt: skip
    return Counter(office, vendor, sms={"africastalking": Line(two_way=True)})


def to_us(name: str, behind: str = "") -> Request:
    return replace(captured("africastalking", name), path=f"/sms/africastalking/{TOKEN}{behind}")


def test_africas_talking_brings_a_message_and_takes_the_answer(office: Office, vendor: Vendor) -> None:
    counter = africas_talking(office, vendor)
    for _ in range(2):
        assert counter.take(to_us("sms-inbound-integer-id")) == ("200 OK", b"")
    counter.work()
    [(_, fields)] = counter.sent()
    assert (fields["to"], fields["message"][:5]) == ("+6281234500001", "Loket")
    row = office.row("messages")
    report = to_us("sms-receipt-success", "/receipts")
    body = report.body.replace(b"ATXid_0001", str(row["provider_id"]).encode())
    assert counter.take(replace(report, body=body))[0] == "200 OK"
    assert office.row("messages")["delivery"] == "delivered"


def test_africas_talking_has_to_know_the_word_in_the_path(office: Office, vendor: Vendor) -> None:
    counter = africas_talking(office, vendor)
    good = to_us("sms-inbound-uuid")
    for path in ("/sms/africastalking", "/sms/africastalking/", f"{good.path}x", f"{good.path}/other"):
        assert counter.take(replace(good, path=path))[0] == "404 Not Found"
    assert counter.take(replace(good, method="GET"))[0] == "405 Method Not Allowed"
    assert counter.take(replace(good, body=b"a" * 9000))[0] == "413 Content Too Large"
    assert counter.take(replace(good, body=b"a=b"))[0] == "400 Bad Request"
    assert office.rows("contacts") == []


def test_who_stops_messages_at_the_operator_gets_none_that_can_be_left_out(office: Office, vendor: Vendor) -> None:
    counter = africas_talking(office, vendor)
    assert counter.take(to_us("sms-optout")) == ("200 OK", b"")
    assert office.rows("contacts") == []  # Nobody is known by that number.
    office.dial(PHONE)
    for _ in range(2):
        assert counter.take(to_us("sms-optout"))[0] == "200 OK"
    assert office.row("contacts")["opted_out_at"]
    counter.work()
    assert counter.sent() == []


def test_an_aggregator_that_is_only_described_works_both_ways(office: Office, vendor: Vendor) -> None:
    vendor.answers = lambda got: (200, 'Success "3bb4e5a0-0000-4000-8000-00000000000a"')
    form = {"sends": {"url": f"{vendor.url}/send"}}
    line = Line(style="jasmin", sender="99123", form=form, two_way=True)
    counter = Counter(office, vendor, sms={"jasmin": line})
    for _ in range(2):
        assert counter.take(captured("jasmin", "inbound")) == ("200 OK", b"ACK/Jasmin")
    counter.work()
    [got] = vendor.got
    assert "to=6281299900001&from=99123&content=Loket" in got.path
    assert counter.take(captured("jasmin", "receipt")) == ("200 OK", b"ACK/Jasmin")
    assert office.row("messages")["delivery"] == "delivered"
    assert counter.take(captured("jasmin", "receipt-level1")) == ("200 OK", b"ACK/Jasmin")  # It comes late.
    assert office.row("messages")["delivery"] == "delivered"
