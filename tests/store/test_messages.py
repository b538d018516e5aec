"""Messages on both databases: one event says its sentence once, and what became of it only moves forward."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import pytest
from sqlalchemy import update
from support.databases import Factory, each_database
from support.office import PHONE, Office

from bot.effects import SpeakLanguage
from bot.messages import Channel, Text
from store.messages import MOST, RANK
from store.schema import contacts

__all__ = ["each_database"]

TOLD = Text("evt.decision_private", {"ref": "4721-9035-1188"})


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    yield office
    office.close()


def post(office: Office, key: str = "decision:1", contact: str = "") -> None:
    contact = contact or office.service.sessions.load(PHONE).contact
    with office.service.database.write() as connection:
        office.service.messages.post(connection, contact, TOLD, key, "472190351188", office.clock())


def delivery(office: Office) -> str:
    return str(office.row("messages")["delivery"])


def test_one_key_is_one_message_and_one_job(office: Office) -> None:
    office.dial()
    post(office)
    post(office)
    assert (len(office.rows("messages")), len(office.rows("outbox"))) == (1, 1)
    post(office, "decision:2")
    assert (len(office.rows("messages")), len(office.rows("outbox"))) == (2, 2)


def test_nobody_is_flooded_with_one_sentence_whoever_brings_it_about(office: Office) -> None:
    office.dial()
    for number in range(MOST + 5):
        post(office, f"decision:{number}")
    assert len(office.rows("messages")) == MOST
    office.clock.wait(hours=25)
    post(office, "the next day")
    assert len(office.rows("messages")) == MOST + 1


def test_one_key_written_by_several_at_once_is_one_message(office: Office) -> None:
    office.dial()
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: post(office), range(8)))
    assert (len(office.rows("messages")), len(office.rows("outbox"))) == (1, 1)


def test_a_contact_that_is_not_there_is_told_nothing(office: Office) -> None:
    post(office, contact="nobody")
    assert (office.rows("messages"), office.rows("outbox")) == ([], [])


def test_it_is_written_in_the_contacts_language_and_sealed(office: Office) -> None:
    office.apply(office.dial(), SpeakLanguage("en"))
    post(office)
    row = office.row("messages")
    letter = office.service.messages.letter(row["id"])
    assert letter is not None
    assert (letter.words.to, letter.channel, letter.delivery) == (PHONE, Channel.SMS, "queued")
    assert letter.words.body.startswith("Loket 4721-9035-1188:")
    assert "result" in letter.words.body
    assert PHONE.encode() not in row["sealed"]
    assert PHONE not in repr(letter)
    assert office.service.messages.letter("unknown") is None


def test_a_number_sees_what_was_sent_to_it_and_not_what_still_waits(office: Office) -> None:
    office.dial()
    post(office)
    assert office.service.messages.to_number(PHONE) == []
    office.work()
    (posted,) = office.service.messages.to_number(PHONE)
    assert posted.body == office.gateway.bodies[0]
    assert office.service.messages.to_number("+6281299999999") == []


@pytest.mark.parametrize("reports", list(permutations(["sending", "temporary_failure", "delivered"])))
def test_delivery_only_moves_forward(office: Office, reports: tuple[str, ...]) -> None:
    office.dial()
    post(office)
    office.work()
    reached = RANK["sending"]
    for report in reports:
        assert office.service.messages.delivered("recording", "m1", report) is (RANK[report] > reached)
        reached = max(reached, RANK[report])
        assert RANK[delivery(office)] == reached
    assert delivery(office) == "delivered"


def test_a_receipt_of_another_gateway_or_message_changes_nothing(office: Office) -> None:
    office.dial()
    post(office)
    office.work()
    assert not office.service.messages.delivered("other", "m1", "delivered")
    assert not office.service.messages.delivered("recording", "m2", "delivered")
    assert delivery(office) == "sending"


def test_a_late_attempt_does_not_move_it_back(office: Office) -> None:
    office.dial()
    post(office)
    office.work()
    office.service.messages.delivered("recording", "m1", "delivered")
    id = office.row("messages")["id"]
    office.service.messages.sent(id, "recording", "m9", office.clock())
    with office.service.database.write() as connection:
        office.service.messages.failed(connection, id)
    assert (delivery(office), office.row("messages")["provider_id"]) == ("delivered", "m1")


def test_who_wants_no_messages_gets_only_those_that_are_needed(office: Office) -> None:
    contact = office.dial().contact
    with office.service.database.write() as connection:
        connection.execute(update(contacts).values(opted_out_at=1))
    post(office)
    assert (office.rows("messages"), office.rows("outbox")) == ([], [])
    needed = Text("evt.visit_missed", {"ref": "4721-9035-1188", "date": office.clock().date()})
    with office.service.database.write() as connection:
        office.service.messages.post(connection, contact, needed, "missed:1", "472190351188", office.clock())
        connection.execute(update(contacts).values(opted_out_at=None))
    post(office)
    assert [row["sentence"] for row in office.rows("messages")] == ["evt.visit_missed", "evt.decision_private"]


@pytest.mark.parametrize("name", ["wamid." + "x" * 300, "a\0b", "\ud83d", "m-1"])
def test_whatever_a_vendor_calls_a_message_its_receipt_finds_it(office: Office, name: str) -> None:
    """A name that the table could not hold would leave the row unwritten, and the message would go out again."""
    office.dial()
    post(office)
    (row,) = office.rows("messages")
    messages = office.service.messages
    messages.sent(row["id"], "vendor", name, office.clock())
    assert messages.known("vendor", name)
    assert not messages.known("vendor", f"{name}y")
    assert messages.contact_of("vendor", name) == row["contact_id"]
    assert messages.delivered("vendor", name, "delivered")
    assert delivery(office) == "delivered"
