"""What a talk leaves in the rows, on both databases, where two of them say the same."""

from collections.abc import Iterator
from datetime import date

import pytest
from support.databases import Factory, each_database
from support.office import NIK, PHONE, VILLAGE, Office

from bot.effects import Consent, FilledBy, SubmitRegistration
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
