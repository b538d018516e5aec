"""Where a registration stands, on both databases: an end is an end, whatever comes late."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text
from support.databases import Factory, each_database
from support.office import Office

from bot.effects import CompleteRegistration
from bot.identity import Reference
from bot.messages import Text
from bot.stages import Stage
from store.database import Database
from store.registrations import Registration, Registrations

__all__ = ["each_database"]

TRIES = 20_000

Late = Callable[[Registrations, Registration, Office], None]


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    yield office
    office.close()


def told_that_it_is_decided(kept: Registrations, known: Registration, office: Office) -> None:
    kept.processing(known, Text("evt.decision_private", {"ref": "late"}), office.clock(), timedelta(minutes=1))


def decided_otherwise(kept: Registrations, known: Registration, office: Office) -> None:
    kept.decided(known, Stage.NOT_ELIGIBLE, None, office.clock(), reason="other")


@pytest.mark.parametrize("late", [told_that_it_is_decided, decided_otherwise])
def test_what_comes_late_moves_no_decision(office: Office, late: Late) -> None:
    service = office.service
    ref = office.register()
    kept = Registrations(service.database, service.sealer, service.messages)
    known = kept.of(str(office.row("registrations", ref=ref)["id"]))
    assert known is not None
    kept.decided(known, Stage.ELIGIBLE, None, office.clock(), programme="Sembako")
    before = office.row("registrations", ref=ref), office.rows("messages"), office.rows("outbox")
    late(kept, known, office)
    assert (office.row("registrations", ref=ref), office.rows("messages"), office.rows("outbox")) == before


def test_a_detail_that_comes_while_the_portal_answers_reaches_the_portal(office: Office) -> None:
    """Who adds it waits until the portal's number is kept, and amends: else neither would tell the portal."""
    service = office.service
    ref = office.register()
    kept = Registrations(service.database, service.sealer, service.messages)
    id, cause = str(office.row("registrations", ref=ref)["id"]), office.dial()
    adding = list[Future[None]]()

    with ThreadPoolExecutor(1) as pool:

        def not_stale_yet(_known: Registration) -> bool:
            detail = CompleteRegistration(Reference(ref), "landmark", "dekat masjid")
            adding.append(pool.submit(office.apply, cause, detail))
            until_somebody_waits(service.database)
            return False

        kept.submitted(id, "intent-1", not_stale_yet, office.clock())
        adding[0].result(20.0)
    assert [row["kind"] for row in office.rows("outbox") if row["kind"] == "portal.amend"] == ["portal.amend"]
    known = kept.of(id)
    assert known is not None
    assert known.details.landmark == "dekat masjid"


def until_somebody_waits(database: Database) -> None:
    """For a row that is locked. On SQLite there is nothing to look at: one writer keeps all others out."""
    if database.sqlite:
        return
    waiting = text("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    for _ in range(TRIES):
        with database.read() as connection:
            if connection.scalar(waiting):
                return
    raise AssertionError("nobody waits")
