"""What vendors do out of order: receipts before their row, phones that were off, and messages that always fail."""

import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.captured import captured, from_meta
from support.counter import Counter
from support.databases import Factory, each_database
from support.office import Office
from support.vendor import Vendor, serving

from bot.messages import Inbound
from bot.run import Fit
from bot.wire import Request
from loket import messages
from loket.cli import main
from loket.config import Line, WhatsAppLine
from loket.receipts import Receipts
from loket.receive import Desk
from sms.gateway import Delivery, Outbound, Receipt, Sent
from store.receipts import EarlyReceipts
from store.seal import generate_keys, load_keys

__all__ = ["each_database"]


@pytest.fixture
def office(each_database: Factory, tmp_path: Path) -> Iterator[Office]:
    generate_keys(tmp_path / "keys.json")
    office = Office(each_database(), sealer=load_keys(tmp_path / "keys.json"))
    yield office
    office.close()


def receipts(office: Office) -> Receipts:
    return Receipts(office.service.messages, EarlyReceipts(office.service.database))


def delivery(office: Office) -> str:
    return str(office.row("messages", sentence="evt.registered")["delivery"])


def send(office: Office) -> None:
    office.register()
    office.work(minutes=1)


NOT_THERE = Receipt("m1", Delivery.TEMPORARY_FAILURE, "unreachable")


def test_a_phone_that_was_off_gets_the_message_once_more_later(office: Office) -> None:
    send(office)
    receipts(office).keep("recording", NOT_THERE, office.clock())
    office.work(minutes=5)
    assert len(office.gateway.sent) == 1
    office.work(minutes=26)
    assert office.gateway.bodies[0] == office.gateway.bodies[1]
    receipts(office).keep("recording", NOT_THERE, office.clock())  # Of the first one, again.
    receipts(office).keep("recording", Receipt("m2", Delivery.TEMPORARY_FAILURE, "undelivered"), office.clock())
    office.work(hours=3)
    assert len(office.gateway.sent) == 2
    assert delivery(office) == "temporary_failure"
    receipts(office).keep("recording", Receipt("m2", Delivery.DELIVERED), office.clock())
    assert delivery(office) == "delivered"


def test_what_will_never_arrive_is_not_sent_again(office: Office) -> None:
    send(office)
    receipts(office).keep("recording", Receipt("m1", Delivery.PERMANENT_FAILURE, "unknown_number"), office.clock())
    office.work(hours=3)
    assert len(office.gateway.sent) == 1


def test_a_receipt_that_overtakes_its_row_counts_when_the_row_is_written(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vendor reports while its answer to us is still on the way."""
    real = type(office.gateway).send

    def slow(self: object, message: Outbound) -> Sent:
        sent = real(office.gateway, message)
        receipts(office).keep("recording", Receipt(sent.provider_id, Delivery.DELIVERED), office.clock())
        return sent

    monkeypatch.setattr(type(office.gateway), "send", slow)
    send(office)
    assert delivery(office) == "delivered"
    assert office.rows("early_receipts") == []


def test_a_receipt_of_what_nobody_has_sent_is_forgotten(office: Office) -> None:
    from store.housekeeping import Housekeeping

    receipts(office).keep("recording", Receipt("nobody's", Delivery.DELIVERED), office.clock())
    assert len(office.rows("early_receipts")) == 1
    office.clock.wait(hours=2)
    Housekeeping(office.service.database, office.service.messages).forget(office.clock())
    assert office.rows("early_receipts") == []


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with serving(lambda got: (200, json.dumps({"messages": [{"id": f"wamid.{uuid.uuid4().hex}"}]}))) as vendor:
        yield vendor


@pytest.fixture
def counter(office: Office, vendor: Vendor) -> Counter:
    return Counter(office, vendor, sms={"console": Line()}, whatsapp={"cloudapi": WhatsAppLine()})


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Whatever comes by WhatsApp cannot be taken, as by a mistake of ours."""

    def fails(self: Desk, inbound: Inbound, fit: Fit) -> object:
        raise RuntimeError("poison")

    monkeypatch.setattr(Desk, "accept", fails)
    return monkeypatch


def test_a_message_that_always_fails_is_thanked_for_at_last_and_kept(
    office: Office, counter: Counter, poisoned: pytest.MonkeyPatch
) -> None:
    request = captured("cloudapi", "text")
    assert [counter.take(request)[0][:3] for _ in range(6)] == ["503", "503", "503", "503", "200", "200"]
    (kept,) = office.rows("untaken")
    assert kept["tries"] == 6
    assert b"6281" not in bytes(kept["sealed"])
    poisoned.undo()
    assert messages.replay_in(office.service) == (1, 0)
    assert office.rows("untaken") == []
    assert len(office.rows("messages")) == 1, "its answer is on its way"
    assert messages.replay_in(office.service) == (0, 0)


def test_what_can_be_taken_the_second_time_is_not_kept(
    office: Office, counter: Counter, poisoned: pytest.MonkeyPatch
) -> None:
    request = captured("cloudapi", "text")
    assert counter.take(request)[0].startswith("503")
    poisoned.undo()
    assert counter.take(request)[0] == "200 OK"
    assert office.rows("untaken") == []


def test_an_operator_sees_how_many_wait_and_nothing_of_them(
    office: Office, counter: Counter, poisoned: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    counter.take(captured("cloudapi", "text"))
    poisoned.setenv("LOKET_DATABASE_URL", office.database.url.render_as_string(hide_password=False))
    poisoned.setenv("LOKET_KEYS_FILE", str(tmp_path / "keys.json"))
    said = CliRunner().invoke(main, ["messages", "untaken"]).output
    assert "cloudapi" in said
    assert "failed 1 times" in said
    assert "62" not in said.partition("cloudapi")[2]
    assert "1 failed again" in CliRunner().invoke(main, ["messages", "replay"]).output


def tapped(office: Office, button: str) -> Request:
    """That button, pressed now."""
    body = captured("cloudapi", "button").body.decode()
    now = int(office.clock().timestamp())
    for old, new in (('"id":"1","title"', f'"id":"{button}","title"'), ("wamid.TEST0002==", f"wamid.{now}==")):
        assert old in body
        body = body.replace(old, new)
    return from_meta(re.sub(r'"timestamp":"[0-9]+"', f'"timestamp":"{now}"', body).encode())


def shown(counter: Counter) -> dict[str, str]:
    """What can be pressed in the last message, by the id that comes back: its words."""
    counter.work()
    action = counter.sent()[-1][1]["interactive"]["action"]
    if "sections" in action:
        return {row["id"]: row["title"] for row in action["sections"][0]["rows"]}
    return {button["reply"]["id"]: button["reply"]["title"] for button in action["buttons"]}


def said(counter: Counter) -> str:
    counter.work()
    return str(counter.sent()[-1][1])


def test_an_old_button_never_answers_the_question_of_now(office: Office, counter: Counter) -> None:
    """Its question is over, and what is asked now is shown again: nobody agrees by a button of yesterday."""
    counter.take(captured("cloudapi", "text"))
    menu = shown(counter)
    register = next(id for id in menu if id.startswith("1:"))
    office.clock.wait(minutes=2)
    counter.take(tapped(office, register))
    consent = shown(counter)
    assert "sudah selesai" not in said(counter)
    assert menu.keys().isdisjoint(consent)
    for _ in range(2):
        office.clock.wait(minutes=2)
        assert counter.take(tapped(office, register))[0] == "200 OK"
        assert "Pertanyaan dari tombol itu sudah selesai" in said(counter)
    assert list(shown(counter).values()) == list(consent.values()), "it is asked again"
    assert office.rows("consents") == []
    office.clock.wait(minutes=2)
    counter.take(tapped(office, next(iter(shown(counter)))))
    assert "sudah selesai" not in said(counter)
