"""What a talk leaves in the rows, on both databases, where two of them say the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from support.databases import Factory, each_database
from support.office import NIK, PHONE, VILLAGE, Office

from bot.effects import CompleteRegistration, Consent, FilledBy, OpenTicket, SubmitRegistration
from bot.identity import Nik, PersonName, Reference

__all__ = ["each_database"]

OTHER_PHONE = "+6281200000002"


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    yield office
    office.close()


def submit(office: Office, phone: str, seed: bytes) -> None:
    consent = Consent("reg.consent", "id", "Setuju?", "self", int(office.clock().timestamp()))
    intent = SubmitRegistration(
        Reference.of(seed), Nik(NIK + "3333"), PersonName("SITI"), None, VILLAGE, "3510", FilledBy.SELF, consent, (),
        date(2026, 12, 4),
    )  # fmt: skip
    office.apply(office.dial(phone), intent)


@pytest.mark.parametrize(("second", "warnings"), [(OTHER_PHONE, 1), (PHONE, 0)])
def test_only_another_phone_is_warned_of(office: Office, second: str, warnings: int) -> None:
    """A draft can be older than the registration it repeats; nobody else has done anything then."""
    submit(office, PHONE, b"first")
    submit(office, second, b"second")
    assert len(office.rows("disputes")) == 1
    told = [row["sentence"] for row in office.rows("messages")]
    assert told.count("evt.registered") == 2
    assert told.count("evt.registered_by_other") == warnings


def test_a_ticket_about_a_case_goes_where_the_case_is_whoever_asks(office: Office) -> None:
    submit(office, PHONE, b"first")
    asked = OpenTicket(Reference.of(b"asked"), "data_update", "", "3510", date(2026, 12, 4))
    number = str(Reference.of(b"first"))
    office.apply(office.dial(OTHER_PHONE), replace(asked, case=number), replace(asked, ref=Reference.of(b"nobody's")))
    of_case = office.row("tickets", ref=str(asked.ref))
    assert (of_case["case_ref"], of_case["village"]) == (number, VILLAGE)
    of_nobody = office.row("tickets", ref=str(Reference.of(b"nobody's")))
    assert (of_nobody["case_ref"], of_nobody["village"], of_nobody["district"]) == ("", "", "3510")


def test_a_wish_for_a_time_is_the_visits_and_no_other_tickets(office: Office) -> None:
    submit(office, PHONE, b"first")
    ref = Reference.of(b"first")
    asked = OpenTicket(Reference.of(b"asked"), "payment", "", "3510", date(2026, 12, 4), "any", case=str(ref))
    office.apply(office.dial(), asked, CompleteRegistration(ref, "slot", "morning"))
    assert {row["topic"]: row["slot"] for row in office.rows("tickets")} == {
        "face_verification": "morning",
        "payment": "any",
    }
