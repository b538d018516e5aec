"""A message in, an answer out: through the web process, the database and the outbox, by the vendor's own form."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from support.databases import Factory, each_database
from support.office import PHONE, Office

from bot.messages import Attachment, Channel, Inbound, SessionEvent
from bot.windows import zone
from handoff.desk.words import REMARKS
from loket.app import Gateways
from loket.service import awake
from sms.segments import answers
from ussd.page import fit

__all__ = ["each_database"]

TOKEN = "word-of-the-gateway"


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    yield office
    office.close()


def write(office: Office, text: str, id: str = "1", also: str = "") -> None:
    inbound = Inbound(id, Channel.SMS, "recording", PHONE, text, SessionEvent.RESUME, office.clock(), also=also)
    office.service.desk.accept(inbound, answers())


def test_an_answer_leaves_at_once_the_way_the_question_came(office: Office) -> None:
    write(office, "1")
    office.worker.run_due()
    [sent] = office.gateway.sent
    assert (sent.to, sent.channel) == (PHONE, Channel.SMS)
    assert sent.body.startswith("Loket")
    assert office.row("messages")["gateway"] == "recording"


def test_a_message_that_comes_twice_is_answered_once(office: Office) -> None:
    write(office, "1")
    write(office, "1")
    write(office, "1", id="2")
    office.worker.run_due()
    assert len(office.gateway.sent) == 2


def test_another_name_of_the_same_person_leads_to_the_same_talk(office: Office) -> None:
    write(office, "1", also="ID.4566000001")
    by_name, by_number = office.service.sessions.load("ID.4566000001"), office.service.sessions.load(PHONE)
    assert by_name == by_number
    assert by_name.version == 1


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-20 01:00", "2026-11-20 01:00"),  # Eight in the morning in Banyuwangi.
        ("2026-11-20 00:59", "2026-11-20 01:00"),
        ("2026-11-20 12:59", "2026-11-20 12:59"),
        ("2026-11-20 13:00", "2026-11-21 01:00"),  # Eight in the evening.
        ("2026-11-20 20:00", "2026-11-21 01:00"),
    ],
)
def test_nobody_is_disturbed_at_night(now: str, then: str) -> None:
    at, due = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (now, then))
    assert awake((8, 20), zone("3510"), at) == due


def test_what_a_person_has_just_done_is_confirmed_at_night_and_the_rest_waits(office: Office) -> None:
    office.clock.now = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # Ten in the evening.
    office.hire("Ratna")
    office.register()
    office.worker.run_due()
    assert {row["sentence"] for row in office.rows("messages") if row["sent_at"]} == {"evt.registered"}
    office.work(hours=10)
    assert {row["sentence"] for row in office.rows("messages") if row["sent_at"]} == {"evt.registered", "evt.assigned"}


def test_who_floods_the_line_is_told_once_and_then_left_alone(office: Office) -> None:
    most = office.service.engine.world.messages_per_hour
    for count in range(most + 10):
        write(office, "BANTU", id=str(count))
    office.worker.run_due()
    assert len(office.gateway.sent) == most + 1
    assert "menit" in office.gateway.bodies[-1]
    office.clock.wait(hours=1)
    write(office, "BANTU", id="later")
    office.worker.run_due()
    assert len(office.gateway.sent) == most + 2


def test_a_blocked_number_is_answered_nothing_until_the_time_is_over(office: Office) -> None:
    write(office, "BANTU")
    until = int((office.clock() + timedelta(hours=2)).timestamp())
    assert office.service.sessions.block(PHONE, until)
    write(office, "BANTU", id="2")
    call = Inbound("c", Channel.USSD, "vendor", PHONE, "", SessionEvent.NEW, office.clock(), "1", "")
    page, _ = office.service.desk.answer(call, fit(160))
    assert page is not None
    assert (page.ends, "dibatasi" in page.body) == (True, True)
    office.work()
    assert len(office.gateway.sent) == 1
    office.clock.wait(hours=2)
    write(office, "BANTU", id="3")
    office.work()
    assert len(office.gateway.sent) == 2
    assert not office.service.sessions.block("+6281200000999", until)


def test_a_registration_takes_two_messages_each_way(office: Office) -> None:
    write(office, "DAFTAR#3510994101873333#SITI#KEMBIRITAN")
    write(office, "YA", id="2")
    office.worker.run_due()
    ref = office.row("registrations")["ref"]
    shown = f"{ref[:4]}-{ref[4:8]}-{ref[8:]}"
    assert len(office.gateway.sent) == 2
    assert shown in office.gateway.bodies[-1]
    assert office.row("consents")["sentence"] == "sms.daftar_confirm"


def attach(office: Office, what: Attachment, text: str, id: str) -> None:
    """By WhatsApp, from the phone that writes and dials elsewhere."""
    at = office.clock()
    inbound = Inbound(id, Channel.WHATSAPP, "recording", PHONE, text, SessionEvent.RESUME, at, attachment=what)
    office.service.desk.accept(inbound, answers())


def test_a_location_is_kept_once_there_is_a_visit_to_come_and_is_nowhere_readable(office: Office) -> None:
    attach(office, Attachment.LOCATION, "-8.219200,114.369100", "1")
    ref = office.register()
    assert office.row("registrations")["sealed_details"] is None
    attach(office, Attachment.LOCATION, "-8.219200,114.369100", "2")
    attach(office, Attachment.LOCATION, "-8.219200,114.369100", "2")  # The vendor brings it again.
    attach(office, Attachment.LOCATION, "0.000000,0.000000", "3")
    row = office.row("registrations")
    kept = office.sealer.open("registrations.sealed_details", row["id"], row["sealed_details"])
    assert msgspec.json.decode(kept)["location"] == "-8.219200,114.369100"
    office.worker.run_due()
    said = [body for body in office.gateway.bodies if "okasi" in body]
    assert [f"{ref[:4]}-{ref[4:8]}-{ref[8:]}" in body for body in said] == [False, True, False]
    tables = ("outbox", "messages", "inbox", "sessions", "events", "audit", "tickets", "ticket_events")
    assert "114.369" not in repr([office.rows(table) for table in tables])
    with office.service.database.write() as connection:
        connection.exec_driver_sql("UPDATE registrations SET stage = 'verified', sealed_details = NULL")
    attach(office, Attachment.LOCATION, "-8.219200,114.369100", "4")
    assert office.row("registrations")["sealed_details"] is None


@pytest.mark.parametrize("what", [Attachment.VOICE, Attachment.CALL])
def test_whoever_calls_back_reads_what_the_person_has_done(office: Office, what: Attachment) -> None:
    write(office, "1")  # In Indonesian.
    attach(office, what, "1003383421387257" if what is Attachment.VOICE else "", "2")
    ticket = office.row("tickets")
    assert (ticket["topic"], ticket["about"] in REMARKS) == ("callback", True)
    assert "1003383421387257" not in repr([office.rows(table) for table in ("outbox", "tickets", "events", "audit")])


def ring(office: Office, call: str) -> None:
    """The voice vendor's webhook, through the real application."""
    config = msgspec.structs.replace(office.service.config, voice=["africastalking"])
    environment = dataclasses.replace(office.service.environment, africastalking_tokens=(TOKEN,))
    gateways = Gateways(dataclasses.replace(office.service, config=config, environment=environment), nothing)
    fields = {"isActive": "1", "sessionId": call, "direction": "Inbound", "callerNumber": PHONE}
    body = urlencode(fields).encode()
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": f"/voice/africastalking/{TOKEN}", "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "application/x-www-form-urlencoded", "wsgi.input": BytesIO(body),
    }  # fmt: skip
    statuses: list[str] = []
    [answer] = gateways(environ, lambda status, _headers: statuses.append(status))  # type: ignore[arg-type, func-returns-value, misc, return-value]
    assert statuses == ["200 OK"]
    assert b"<Reject/>" in answer


def nothing(environ: Any, start: Any) -> list[bytes]:
    raise AssertionError("no page")


def test_who_rings_once_gets_a_message_and_one_call_back_a_day(office: Office) -> None:
    ring(office, "ATVId_1")
    ring(office, "ATVId_1")  # The vendor repeats itself.
    office.worker.run_due()
    [body] = office.gateway.bodies
    assert "1500-123" in body
    ticket = office.row("tickets")
    assert (ticket["topic"], ticket["about"]) == ("callback", "missed_call")
    for count in range(2, 8):
        ring(office, f"ATVId_{count}")
    office.worker.run_due()
    assert len(office.rows("tickets")) == 1
    assert len(office.gateway.sent) == office.service.engine.world.rings_per_day
    office.clock.wait(hours=24)
    ring(office, "ATVId_9")
    assert len(office.rows("tickets")) == 2
