"""The quarterly question: to whom, how often, and what becomes of the answer."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import update
from support.databases import Factory, each_database
from support.handset import Handset
from support.office import PHONE, START, Office

from loket.sweep import ask_quarterly, quarter
from store.database import ms
from store.schema import contacts, registrations

__all__ = ["each_database"]


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    yield office
    office.close()


def settled(office: Office, **changes: object) -> str:
    """A registration of a hundred days ago, known to the portal."""
    ref = office.register()
    office.own_phone(ref)
    office.work(minutes=11)
    values = {"accepted_at": ms(office.clock() - timedelta(days=100))} | changes
    with office.service.database.write() as connection:
        connection.execute(update(registrations).values(values))
    return ref


def asked(office: Office) -> int:
    return [row["sentence"] for row in office.rows("messages")].count("evt.quarterly_check")


@pytest.mark.parametrize(("day", "season", "ends"), [
    (date(2026, 12, 31), "2026Q4", date(2027, 1, 1)), (date(2027, 1, 1), "2027Q1", date(2027, 4, 1)),
    (date(2027, 9, 30), "2027Q3", date(2027, 10, 1)),
])  # fmt: skip
def test_quarters(day: date, season: str, ends: date) -> None:
    assert quarter(day) == (season, ends)


def test_everybody_is_asked_once_a_quarter(office: Office) -> None:
    settled(office)
    assert [ask_quarterly(office.service, office.clock()) for _ in range(3)] == [1, 0, 0]
    assert asked(office) == 1
    office.clock.wait(days=50)
    assert ask_quarterly(office.service, office.clock()) == 1
    assert asked(office) == 2


def test_the_last_answer_is_asked_for_no_more_in_the_next_quarter(office: Office) -> None:
    settled(office)
    ask_quarterly(office.service, office.clock())
    office.clock.wait(days=50)
    assert "3 bulan ini" not in Handset(office, PHONE).dial()


@pytest.mark.parametrize(
    "changes", [{"accepted_at": ms(START)}, {"stage": "withdrawn"}, {"stage": "handled_by_family"}]
)
def test_who_is_not_asked(office: Office, changes: dict[str, object]) -> None:
    settled(office, **changes)
    assert ask_quarterly(office.service, office.clock()) == 0


def test_who_wants_no_messages_is_not_asked(office: Office) -> None:
    settled(office)
    with office.service.database.write() as connection:
        connection.execute(update(contacts).values(opted_out_at=ms(office.clock())))
    assert ask_quarterly(office.service, office.clock()) == 0


def test_nothing_has_changed_and_the_portal_hears_it(office: Office) -> None:
    ref = settled(office)
    ask_quarterly(office.service, office.clock())
    phone = Handset(office, PHONE)
    before = office.admin("GET", "ledger")[ref]["amended"]
    assert "3 bulan ini ada yang lahir" in phone.dial()
    assert "tidak ada perubahan" in phone.say("1")
    office.work(seconds=1)
    assert office.admin("GET", "ledger")[ref]["amended"] == before + 1
    row = office.row("inquiries")
    assert (row["kind"], row["period"], row["answer"]) == ("quarterly", "2026Q4", "same")
    assert "SITI" in phone.dial()


def test_something_has_changed_leads_to_the_change_of_data(office: Office) -> None:
    settled(office)
    ask_quarterly(office.service, office.clock())
    phone = Handset(office, PHONE)
    phone.dial()
    assert phone.say("2").startswith("Ubah data:")
    assert office.row("inquiries")["answer"] == "changed"
