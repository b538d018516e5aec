"""Sessions and the inbox on both databases: who comes second changes nothing, and a repeat gets the stored page."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select
from support.databases import Factory, each_database

from bot.messages import Page
from bot.session import Session, Talk
from store.database import Database
from store.schema import contacts, events, identities, inbox, sessions
from store.seal import Sealer, Tampered
from store.sessions import Conflict, Event, Loaded, Saving, Sessions

__all__ = ["each_database"]

PHONE = "+6281234500001"
SEALER = Sealer({1: bytes(range(32))}, bytes(range(32, 64)))
EVENT = Event(1_795_150_000_000, "ussd", "africastalking", "id", "menu", "choice", "asked", 900)
FIRST, SECOND, THIRD = Page("one"), Page("two"), Page("three", ends=True)


class Desk:
    """Sessions on a database, and what is in its tables."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.sessions = Sessions(database, SEALER)

    def saving(self, message: str, page: Page | None, language: str = "id", loaded: Loaded | None = None) -> Saving:
        loaded = loaded or self.sessions.load(PHONE)
        session = replace(loaded.session, language=language, talk=Talk("menu"))
        return Saving(loaded, PHONE, self.key(message), session, page, EVENT)

    def key(self, message: str) -> bytes:
        return self.sessions.key(f"africastalking|1|{PHONE}", message)

    def begin(self, saving: Saving) -> None:
        try:
            with self.database.turn(durable=True) as writer:
                self.sessions.save_in(writer, saving)
        except self.database.taken as error:
            raise Conflict from error

    def counts(self) -> tuple[int, ...]:
        """Contacts, identities, sessions, inbox, events."""
        with self.database.read() as connection:
            tables = (contacts, identities, sessions, inbox, events)
            return tuple(connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables)

    def versions(self) -> Sequence[Any]:
        with self.database.read() as connection:
            return connection.scalars(select(sessions.c.version)).all()


@pytest.fixture
def desk(each_database: Factory) -> Desk:
    desk = Desk(each_database())
    desk.begin(desk.saving("dial", FIRST))
    return desk


def test_a_new_contact_begins_once(each_database: Factory) -> None:
    desk = Desk(each_database())
    loaded = desk.sessions.load(PHONE)
    assert (loaded.version, loaded.session) == (0, Session())
    desk.begin(desk.saving("dial", FIRST, loaded=loaded))
    known = desk.sessions.load(PHONE)
    assert (known.contact, known.version, known.session.language) == (loaded.contact, 1, "id")
    assert desk.counts() == (1, 1, 1, 1, 1)


def test_two_first_turns_of_one_phone_are_one_contact(each_database: Factory) -> None:
    desk = Desk(each_database())
    one, two = desk.saving("dial", FIRST), desk.saving("dial again", SECOND)
    desk.begin(one)
    with pytest.raises(Conflict):
        desk.begin(two)
    assert desk.counts() == (1, 1, 1, 1, 1)


def test_each_turn_raises_the_version(desk: Desk) -> None:
    for turn in range(3):
        desk.sessions.save(desk.saving(f"turn {turn}", SECOND, language=f"l{turn}"))
        loaded = desk.sessions.load(PHONE)
        assert (loaded.version, loaded.session.language) == (turn + 2, f"l{turn}")
    assert desk.counts() == (1, 1, 1, 4, 4)


@pytest.mark.parametrize("way", ["save", "begin"])
def test_a_session_that_has_moved_on_is_not_overwritten(desk: Desk, way: str) -> None:
    late = desk.saving("late", SECOND, language="jv")
    desk.sessions.save(desk.saving("quick", THIRD, language="en"))
    before = desk.counts()
    with pytest.raises(Conflict):
        getattr(desk.sessions if way == "save" else desk, way)(late)
    assert desk.counts() == before
    assert desk.sessions.load(PHONE).session.language == "en"
    assert desk.sessions.replay(desk.key("late")) is None


@pytest.mark.parametrize("way", ["save", "begin"])
def test_a_message_that_was_answered_is_not_answered_again(desk: Desk, way: str) -> None:
    desk.sessions.save(desk.saving("one", SECOND, language="en"))
    before = desk.counts()
    with pytest.raises(Conflict):
        getattr(desk.sessions if way == "save" else desk, way)(desk.saving("one", THIRD, language="jv"))
    assert (desk.counts(), desk.versions()) == (before, [2])
    assert desk.sessions.load(PHONE).session.language == "en"
    assert desk.sessions.replay(desk.key("one")) == SECOND


def test_after_a_conflict_the_same_connection_goes_on(desk: Desk) -> None:
    for turn in range(3):
        late = desk.saving(f"late {turn}", SECOND)
        desk.sessions.save(desk.saving(f"quick {turn}", THIRD))
        with pytest.raises(Conflict):
            desk.begin(late)
        with pytest.raises(Conflict):
            desk.sessions.save(late)
    assert desk.versions() == [4]


def test_a_failure_in_the_middle_leaves_nothing(desk: Desk) -> None:
    saving, before = desk.saving("one", SECOND), desk.counts()

    def fail() -> None:
        with desk.database.turn(durable=True) as writer:
            desk.sessions.save_in(writer, saving)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (desk.counts(), desk.versions()) == (before, [1])
    desk.sessions.save(saving)
    assert desk.versions() == [2]


def test_a_turn_that_says_nothing_has_its_place_too(desk: Desk) -> None:
    desk.sessions.save(desk.saving("close", None))
    assert desk.sessions.replay(desk.key("close")) == Page("")


def test_of_many_at_once_one_is_kept(desk: Desk, each_database: Factory) -> None:
    """Eight processes that all loaded the same version."""
    desks = [Desk(each_database()) for _ in range(8)]
    barrier = Barrier(len(desks), timeout=20)

    def race(number: int) -> bool:
        saving = desks[number].saving(f"message {number}", Page(str(number)))
        barrier.wait()
        try:
            desks[number].sessions.save(saving)
        except Conflict:
            return False
        finally:
            desks[number].database.drop_driver()
        return True

    with ThreadPoolExecutor(len(desks)) as pool:
        won = list(pool.map(race, range(len(desks))))
    assert won.count(True) == 1
    assert (desk.versions(), desk.counts()) == ([2], (1, 1, 1, 2, 2))
    assert desk.sessions.replay(desk.key(f"message {won.index(True)}")) == Page(str(won.index(True)))


def test_the_key_of_a_message_tells_neither_phone_nor_words(desk: Desk) -> None:
    key, other = desk.key("1*3510991708900001"), desk.key("1*3510991708900002")
    assert (len(key), key == desk.key("1*3510991708900001")) == (32, True)
    assert key[:8] == other[:8]  # One dialogue, one page of the index.
    assert key[8:] != other[8:]
    stranger = Sessions(desk.database, Sealer({1: bytes(range(32))}, bytes(32)))
    assert stranger.key(f"africastalking|1|{PHONE}", "1*3510991708900001") != key


def test_what_is_kept_opens_only_in_its_place(desk: Desk) -> None:
    with desk.database.read() as connection:
        contact, session = connection.execute(select(sessions.c.contact_id, sessions.c.sealed)).one()
        page = connection.scalar(select(inbox.c.sealed))
    assert SEALER.open("sessions.sealed", contact, bytes(session))
    for place, row, value in (
        ("sessions.sealed", "another", session),
        ("inbox.sealed", contact, session),
        ("sessions.sealed", contact, page),
    ):
        with pytest.raises(Tampered):
            SEALER.open(place, row, bytes(value))


def test_a_saving_shows_no_phone(desk: Desk) -> None:
    assert "34500001" not in repr(replace(desk.saving("one", FIRST)))
