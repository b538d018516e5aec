"""Who is cut off in a registration is told how to go on: at once, the next day, on the last day, and never twice."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from support.databases import Factory, each_database
from support.office import PHONE, Office

from bot.messages import Channel, Inbound, SessionEvent
from sms.segments import answers
from ussd.page import fit

__all__ = ["each_database"]

HALF = ("1", "1", "1", "1", "3510994101873333")  # Language, greeting, register, consent, NIK.
ON_THE_WAY = ["evt.line_dropped", "evt.draft_reminder", "evt.draft_last"]


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    yield office
    office.close()


def type_in(office: Office, *typed: str, dialogue: str = "1") -> None:
    """All of a call, turn by turn."""
    for count in range(len(typed) + 1):
        text = "*".join(typed[:count])
        call(office, SessionEvent.RESUME if count else SessionEvent.NEW, dialogue, text)


def hang_up(office: Office, dialogue: str = "1") -> None:
    call(office, SessionEvent.CLOSE, dialogue, None)


def call(office: Office, event: SessionEvent, dialogue: str, text: str | None) -> None:
    id = f"{dialogue}:{text}"
    inbound = Inbound(id, Channel.USSD, "vendor", PHONE, text or "", event, office.clock(), dialogue, text)
    office.service.desk.answer(inbound, fit(160))


def told(office: Office) -> list[str]:
    return [row["sentence"] for row in office.rows("messages") if row["sent_at"]]


def test_a_closed_line_is_followed_by_a_message_at_once_and_once(office: Office) -> None:
    type_in(office, *HALF)
    hang_up(office)
    office.worker.run_due()
    assert told(office) == ["evt.line_dropped"]
    type_in(office, dialogue="2")
    hang_up(office, "2")
    office.work(minutes=5)
    assert told(office) == ["evt.line_dropped"]


def test_where_nobody_reports_the_end_silence_does(office: Office) -> None:
    type_in(office, *HALF)
    office.work(seconds=100)
    assert told(office) == []
    office.work(seconds=100)
    assert told(office) == ["evt.line_dropped"]


def test_who_is_still_answering_is_left_alone(office: Office) -> None:
    type_in(office, *HALF)
    office.clock.wait(seconds=170)
    call(office, SessionEvent.RESUME, "1", "*".join((*HALF, "siti")))
    office.work(seconds=100)
    assert told(office) == []


def test_the_reminders_of_the_next_day_and_of_the_last(office: Office) -> None:
    type_in(office, *HALF)
    office.work(minutes=4)
    office.work(hours=24)
    assert told(office) == ON_THE_WAY[:2]
    for _ in range(3):
        office.work(hours=24)
    assert told(office) == ON_THE_WAY[:2]
    office.clock.now = datetime(2026, 12, 31, 5, 0, tzinfo=UTC)  # The shipped period's last day.
    office.worker.run_due()
    assert told(office) == ON_THE_WAY
    office.work(hours=24)
    assert told(office) == ON_THE_WAY


def test_who_has_a_number_is_not_reminded(office: Office) -> None:
    type_in(office, *HALF, "siti", "kembiritan", "1", "1", "2")
    hang_up(office)
    office.work(hours=30)
    assert "evt.registered" in told(office)
    assert not set(ON_THE_WAY) & set(told(office))


def test_the_message_can_be_answered(office: Office) -> None:
    """On a phone that is shared, with the last four digits; the talk goes on where it stopped."""
    type_in(office, *HALF)
    hang_up(office)
    office.worker.run_due()
    for id, text in (("m1", "1"), ("m2", "3333")):
        inbound = Inbound(id, Channel.SMS, "recording", PHONE, text, SessionEvent.RESUME, office.clock())
        office.service.desk.accept(inbound, answers())
    office.worker.run_due()
    assert "(2/6)" in office.gateway.bodies[-1]
