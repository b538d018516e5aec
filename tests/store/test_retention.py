"""What has served its time is forgotten, on both databases; what has not is left as it is."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from support.canaries import Canary, Scanner
from support.databases import Factory, each_database
from support.office import NIK, PHONE, Office
from support.opened import opened

from bot.stages import Stage
from loket.sweep import sweep
from store.cases import set_stage
from store.chores import turn
from store.retention import Periods, Retention

__all__ = ["each_database"]

NAME, DRAFT = "ZUQIFLORA WEXTHANIR", "3510991911630582"
NAMES, DRAFTS = Scanner([Canary("name", NAME)]), Scanner([Canary("draft", DRAFT)])
PAGES = Scanner([Canary("page", "Layanan pendaftaran")])


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    office.talk("1", "1")
    office.register("3333", name=NAME)
    office.talk("1", "1", DRAFT)
    office.work(minutes=11)
    yield office
    office.close()


def retention(office: Office, **periods: int) -> Retention:
    return Retention(office.service.database, office.sealer, Periods(**periods))


def found(office: Office, scanner: Scanner) -> list[str]:
    return scanner.leaks(opened(office.service.database, office.sealer))


def test_nothing_is_forgotten_before_its_time(office: Office) -> None:
    before = opened(office.service.database, office.sealer)
    assert sum(retention(office).forget(office.clock()).values()) == 0
    assert opened(office.service.database, office.sealer) == before


def test_pages_go_first_and_their_keys_stay(office: Office) -> None:
    assert any(leak.startswith("inbox") for leak in found(office, PAGES))
    keys = [bytes(row["key"]) for row in office.rows("inbox")]
    now = office.clock() + timedelta(days=8)
    counted = retention(office).due(now)
    done = retention(office).forget(now)
    assert counted == done
    assert done["pages"] == len(keys)
    assert sum(done.values()) == done["pages"]
    assert found(office, PAGES) == []
    assert sorted(bytes(row["key"]) for row in office.rows("inbox")) == sorted(keys)
    assert sum(retention(office).forget(now).values()) == 0, "twice is once"


def test_drafts_jobs_messages_and_events_go_in_their_time(office: Office) -> None:
    assert any(leak.startswith("sessions") for leak in found(office, DRAFTS))
    retention(office).forget(office.clock() + timedelta(days=61))
    assert not any(leak.startswith("sessions") for leak in found(office, DRAFTS))
    assert {row["kind"] for row in office.rows("outbox") if row["state"] == "done"} == {"portal.submit"}
    assert office.rows("messages")
    assert office.rows("events")
    assert "Loket Perlinsos" in office.talk()
    done = retention(office).forget(office.clock() + timedelta(days=401))
    assert min(done[name] for name in ("inbox", "events", "messages")) > 0
    assert office.rows("messages") == office.rows("events") == office.rows("inbox") == []
    assert any(leak.startswith("registrations") for leak in found(office, NAMES)), "its way has not ended"


def test_a_registration_goes_two_years_after_its_end(office: Office) -> None:
    (row,) = office.rows("registrations")
    with office.service.database.write() as connection:
        set_stage(connection, row["ref"], Stage.NOT_ELIGIBLE, office.clock(), reason="other")
    later = office.clock() + timedelta(days=729)
    assert retention(office).due(later)["registrations"] == 0
    later += timedelta(days=4)
    assert retention(office).due(later)["registrations"] == 1
    assert retention(office).forget(later)["registrations"] == 1
    (after,) = office.rows("registrations")
    assert (after["stage"], after["reason"]) == (Stage.NOT_ELIGIBLE, "other")
    assert found(office, Scanner([Canary("NIK", f"{NIK}3333"), Canary("phone", PHONE[1:]), Canary("name", NAME)])) == []


def test_the_sweep_forgets_once_a_day_and_warns_of_what_waits(office: Office) -> None:
    now, day = office.clock(), timedelta(days=1)
    turns = [turn(office.service.database, "x", day, at) for at in (now, now, now + day / 2, now + day)]
    assert turns == [True, False, False, True]
    office.talk("00", "8", "4", "3", "1", "3333")
    office.clock.wait(days=8)
    sweep(office.service, office.clock())
    sweep(office.service, office.clock())
    assert found(office, PAGES) == []
    assert [row["about"] for row in office.rows("tickets")].count("late_right") == 1
