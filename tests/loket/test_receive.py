"""A turn as a gateway meets it, on both databases: nothing of it happens, or all of it, once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from support.callers import NUMBER, person
from support.databases import Factory, each_database
from support.office import SEALER, START, Clock, Office

from bot.messages import Channel, Inbound, Page, SessionEvent
from loket.receive import ATTEMPTS, Busy, Desk
from store.database import Database
from store.sessions import Conflict, Saving, Sessions
from ussd.page import fit

__all__ = ["each_database"]

SCREEN = fit(160)
WHO = person(1)
TABLES = ("contacts", "sessions", "inbox", "events", "registrations", "disputes", "consents", "tickets",
          "ticket_events", "messages", "outbox")  # fmt: skip


class Cut(Exception):
    """The power goes, as far as a transaction can tell."""


class Phone:
    """Says what a person types to a desk, as Africa's Talking would bring it."""

    def __init__(self, desk: Desk, phone: str = WHO.phone, dialogue: str = "1") -> None:
        self._desk, self._phone, self._dialogue = desk, phone, dialogue
        self.typed: list[str] = []

    def say(self, *typed: str) -> str:
        for text in typed:
            self.typed += [text] if text else []
            page = self.repeat(len(self.typed))
        return page

    def repeat(self, inputs: int) -> str:
        """The callback with the first so many inputs."""
        page, _ = self._desk.answer(self.inbound("*".join(self.typed[:inputs])), SCREEN)
        assert isinstance(page, Page)
        return page.body

    def inbound(self, transcript: str) -> Inbound:
        event = SessionEvent.RESUME if transcript else SessionEvent.NEW
        id = f"{self._dialogue}|{self._phone}|{transcript}"
        return Inbound(id, Channel.USSD, "africastalking", self._phone, transcript, event, START, self._dialogue,
                       transcript)  # fmt: skip


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    yield office
    office.close()


def another(office: Office, database: Database, crash: Callable[[str], None] = lambda point: None,
            sessions: type[Sessions] = Sessions) -> Desk:  # fmt: skip
    """The desk of another process on the same database."""
    service = office.service
    kept = sessions(database, SEALER)
    return Desk(
        service.engine, database, kept, service.effects, service.messages, service.lookups, Clock(), lambda: None,
        crash=crash,
    )  # fmt: skip


def counts(office: Office) -> dict[str, int]:
    return {table: len(office.rows(table)) for table in TABLES}


def test_a_receipt_is_everything_at_once(office: Office) -> None:
    rung = list[bool]()
    office.service.wake.bells.append(lambda: rung.append(bool(office.rows("registrations"))))
    phone = Phone(office.service.desk)
    phone.say(*WHO.inputs[:9])
    before, rung[:] = counts(office), []
    page = phone.say("1")
    (number,) = NUMBER.findall(page)
    after = counts(office)
    new = {table: after[table] - before[table] for table in TABLES if after[table] != before[table]}
    once = dict.fromkeys(("inbox", "events", "registrations", "consents", "tickets", "ticket_events", "messages"), 1)
    assert new == once | {"outbox": 3}
    assert office.row("registrations")["ref"] == number.replace("-", "")
    assert rung == [True]  # The worker hears of it when it is there to be found.


@pytest.mark.parametrize("point", ["loaded", "applied"])
def test_a_turn_that_is_cut_short_leaves_nothing(office: Office, point: str) -> None:
    phone = Phone(office.service.desk)
    phone.say(*WHO.inputs[:9])
    before = counts(office)

    def crash(at: str) -> None:
        if at == point:
            raise Cut

    late = Phone(another(office, office.service.database, crash))
    late.typed = list(phone.typed)
    with pytest.raises(Cut):
        late.say("1")
    assert counts(office) == before
    assert NUMBER.findall(phone.say("1"))  # The gateway's repeat finds everything as it was.


def test_a_turn_that_is_cut_off_after_its_commit_has_happened(office: Office) -> None:
    def crash(at: str) -> None:
        if at == "committed" and office.rows("registrations"):
            raise Cut

    phone = Phone(another(office, office.service.database, crash))
    phone.say(*WHO.inputs[:9])
    with pytest.raises(Cut):
        phone.say("1")
    before = counts(office)
    again = Phone(office.service.desk)
    again.typed = list(phone.typed)
    assert NUMBER.findall(again.repeat(9))[0].replace("-", "") == office.row("registrations")["ref"]
    assert counts(office) == before


def test_every_earlier_callback_gets_the_page_that_it_had(office: Office) -> None:
    phone = Phone(office.service.desk)
    pages = [phone.say(text) for text in WHO.inputs]
    before = counts(office)
    for order in (reversed(range(len(pages))), range(len(pages)), (3, 3, 7, 0, 9, 1)):
        for inputs in order:
            assert phone.repeat(inputs) == pages[inputs]
    assert counts(office) == before


def test_the_same_phone_in_another_dialogue_is_another_message(office: Office) -> None:
    Phone(office.service.desk).say("", "1")
    assert Phone(office.service.desk, dialogue="2").say("") != Phone(office.service.desk).say("")


def test_another_phone_in_the_same_dialogue_sees_nothing_of_the_first(office: Office) -> None:
    first = Phone(office.service.desk)
    first.say(*WHO.inputs[:9])
    stranger = Phone(office.service.desk, phone="+6281299999999")
    stranger.typed = list(first.typed)
    page = stranger.repeat(len(first.typed))
    assert WHO.name not in page
    assert WHO.nik[-4:] not in page


@pytest.mark.parametrize("phones", [1, 8])
def test_many_confirmations_at_once_are_one_registration(office: Office, each_database: Factory, phones: int) -> None:
    """From one phone: one message, and one page. From eight: one registration and seven disputes."""
    callers = []
    for n in range(8):
        caller = Phone(another(office, each_database()), WHO.phone if phones == 1 else person(n).phone)
        if n == 0 or phones > 1:
            caller.say(*person(1).inputs[:9])
        caller.typed = [text for text in person(1).inputs[:9] if text]
        callers.append(caller)
    barrier = Barrier(8, timeout=20)

    def confirm(caller: Phone) -> str:
        barrier.wait()
        try:
            return caller.say("1")
        finally:
            caller._desk._db.drop_driver()  # This thread's own connection.

    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(confirm, callers))
    numbers = {NUMBER.findall(page)[0] for page in pages}
    assert len(numbers) == phones
    assert {NUMBER.sub("#", page) for page in pages} == {NUMBER.sub("#", pages[0])}
    assert (len(office.rows("registrations")), len(office.rows("disputes"))) == (1, phones - 1)


def test_whoever_is_always_too_late_is_told_so(office: Office) -> None:
    tries = list[bytes]()

    class Outrun(Sessions):
        """Somebody else is faster each time, with another message."""

        def save(self, saving: Saving) -> None:
            tries.append(saving.key)
            raise Conflict

    Phone(office.service.desk).say("", "1")
    slow = Phone(another(office, office.service.database, sessions=Outrun), dialogue="2")
    with pytest.raises(Busy):
        slow.say("")
    assert len(tries) == ATTEMPTS
    assert len(set(tries)) == 1


def test_a_line_that_closes_is_noted_without_a_page(office: Office) -> None:
    phone = Phone(office.service.desk)
    phone.say("", "1")
    closed = Inbound("end", Channel.USSD, "africastalking", WHO.phone, "", SessionEvent.CLOSE, START, "1", None)
    page, _ = office.service.desk.answer(closed, SCREEN)
    assert page is None
    assert office.service.desk.answer(closed, SCREEN)[0] in (None, Page(""))


def test_a_second_attempt_at_a_turn_is_no_second_guess(office: Office) -> None:
    ref = office.register("0001", "+6281299990000")

    class SlowTwice(Sessions):
        """Twice somebody else is faster where the wrong digits were typed."""

        left = 2

        def save(self, saving: Saving) -> None:
            if saving.event.key == "no_match" and SlowTwice.left:
                SlowTwice.left -= 1
                raise Conflict
            super().save(saving)

    phone = Phone(another(office, office.database, sessions=SlowTwice))
    phone.say("", "1", "1", "2", ref, "9999")
    assert SlowTwice.left == 0
    assert [row["scope"] for row in office.rows("tries")] == ["ref", "contact"]
