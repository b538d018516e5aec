"""Accounts and sessions in real databases: what signing in reads and writes."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from support.databases import Factory, each_database
from support.office import SEALER, START

from handoff.desk.passwords import matches
from handoff.desk.ports import StaffSession
from handoff.routing import Role
from store.agents import Agent, Agents
from store.database import Database
from store.schema import agents, staff_sessions, tries
from store.staff import Staff

__all__ = ["each_database"]

VILLAGES = ("35.10.15.2004", "35.10.15.2006")
BUDI = Agent("1", "budi", "Budi Santoso", Role.AGENT, "351015", VILLAGES, ("id", "jv"), 60, "hash")
ENDANG = Agent("2", "endang", "Endang Lestari", Role.COORDINATOR, "351015")


@pytest.fixture
def database(each_database: Factory) -> Database:
    opened = each_database()
    Agents(opened).add([BUDI, ENDANG])
    return opened


@pytest.fixture
def staff(database: Database) -> Staff:
    return Staff(database, SEALER)


def test_people_are_added_all_or_none(database: Database) -> None:
    assert Agents(database).any()
    with pytest.raises(IntegrityError):
        Agents(database).add([Agent("3", "sari", "Sari", Role.AGENT, "351015"), BUDI])
    assert Staff(database, SEALER).by_login("sari") is None


def test_nobody_is_there_at_first(each_database: Factory) -> None:
    assert not Agents(each_database()).any()


def test_an_account_is_found_by_login_and_id(staff: Staff) -> None:
    member = staff.by_login("budi")
    assert member == staff.by_id("1")
    assert member is not None
    assert (member.role, member.district, member.villages) == (Role.AGENT, "351015", frozenset(VILLAGES))
    assert (member.active, member.session_epoch, member.password_hash) == (True, 0, "hash")
    assert "hash" not in repr(BUDI)
    assert staff.by_login("buda") is None
    assert staff.by_id("9") is None


def test_whoever_has_no_password_cannot_sign_in_with_any(staff: Staff) -> None:
    member = staff.by_login("endang")
    assert member is not None
    assert not any(matches(member.password_hash, word) for word in ("", "!", "demo"))


def test_dismissal_shows_at_once(staff: Staff, database: Database) -> None:
    with database.write() as connection:
        connection.execute(update(agents).where(agents.c.id == "1").values(active=0, epoch=1))
    member = staff.by_id("1")
    assert member is not None
    assert (member.active, member.session_epoch) == (False, 1)


def test_five_failures_in_a_quarter_of_an_hour_are_too_many(staff: Staff, database: Database) -> None:
    for n in range(5):
        assert not staff.too_many("budi", START)
        staff.note_failure("budi", START + timedelta(minutes=n))
    assert staff.too_many("budi", START + timedelta(minutes=5))
    assert not staff.too_many("endang", START + timedelta(minutes=5))
    assert not staff.too_many("budi", START + timedelta(minutes=15))
    staff.note_failure("budi", START + timedelta(minutes=30))
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(tries)) == 1  # What counts no more is not kept.
    staff.clear_failures("budi")
    assert not staff.too_many("budi", START + timedelta(minutes=30))


def test_an_unknown_login_is_counted_and_not_kept(staff: Staff, database: Database) -> None:
    for _ in range(5):
        staff.note_failure("my own password", START)
    assert staff.too_many("my own password", START)
    with database.read() as connection:
        assert all(b"password" not in idx for idx in connection.scalars(select(tries.c.idx)))


def session(name: str, minutes: int = 0, staff_id: str = "1") -> StaffSession:
    at = START + timedelta(minutes=minutes)
    return StaffSession(name, staff_id, 0, at, at)


def test_a_member_has_two_sessions_and_the_oldest_ends(staff: Staff) -> None:
    staff.start_session(session("other", 0, "2"))
    for n, name in enumerate(("first", "second", "third")):
        staff.start_session(session(name, n))
    assert staff.session("first") is None
    assert staff.session("second") == session("second", 1)
    assert staff.session("third") == session("third", 2)
    assert staff.session("other") is not None
    staff.end_session("third")
    assert staff.session("third") is None


def test_presence_is_written_once_a_minute(staff: Staff, database: Database) -> None:
    staff.start_session(session("one"))
    seen = []
    for seconds in (30, 60, 90, 130):
        staff.touch_session("one", START + timedelta(seconds=seconds))
        with database.read() as connection:
            seen.append(connection.scalar(select(staff_sessions.c.seen_at)))
    assert [(at - seen[0]) // 1000 for at in seen] == [0, 60, 60, 130]
    staff.touch_session("gone", START)
