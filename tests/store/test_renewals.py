"""A registration that lapsed is taken up again under its number, on both databases: once, and by its own phone."""

from collections.abc import Iterator

import pytest
from sqlalchemy import update
from support.databases import Factory, each_database
from support.office import VILLAGE, Office

from bot.stages import Stage
from store.outbox import enqueue
from store.renewals import ABOUT
from store.schema import registrations, tickets

__all__ = ["each_database"]

LAST4 = "3333"
ELSEWHERE = "+6281200000009"


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    office.talk("1", "1")
    yield office
    office.close()


def lapsed(office: Office, period: str = "") -> str:
    """Nobody was met, and the portal has let it lapse. `period`: the one that it was registered in."""
    ref = office.register(LAST4)
    office.work(minutes=10)
    office.verify(ref, "not_met")
    office.work()
    ended = {"stage": Stage.EXPIRED} | ({"period": period} if period else {})
    with office.service.database.write() as connection:
        connection.execute(update(registrations).where(registrations.c.ref == ref).values(ended))
    return ref


def renew(office: Office) -> str:
    return office.talk("2", LAST4, "1", "1")


def visiting(office: Office, ref: str) -> list[str]:
    mine = [row for row in office.rows("tickets") if row["case_ref"] == ref and row["topic"] == "face_verification"]
    return [str(row["status"]) for row in mine]


def test_it_goes_on_under_its_number_with_a_new_consent_a_new_visit_and_a_new_intent(office: Office) -> None:
    ref = lapsed(office, "3510:2026-08-01")
    first = office.row("registrations", ref=ref)["intent_id"]
    assert f"nomor tetap {ref[:4]}-{ref[4:8]}-{ref[8:]}" in renew(office)
    row = office.row("registrations", ref=ref)
    assert (row["stage"], row["period"], row["visit_by"]) == (Stage.RECEIVED, "3510:2026-11-01", "2026-12-04")
    assert [(row["ref"], row["sentence"]) for row in office.rows("consents")] == [
        (ref, "reg.consent"), (ref, "renew.consent")
    ]  # fmt: skip
    assert visiting(office, ref) == ["resolved", "open"]
    office.work()
    again = office.row("registrations", ref=ref)
    assert again["intent_id"] not in (None, first)
    assert again["stage"] == Stage.RECEIVED
    assert office.admin("GET", "ledger")[ref]["submitted"] == 2
    assert {row["state"] for row in office.rows("outbox") if row["kind"].startswith("portal.")} == {"done"}


def test_after_the_new_visit_the_portal_is_asked_for_its_decision(office: Office) -> None:
    ref = lapsed(office)
    renew(office)
    office.work()
    assert len(visiting(office, ref)) == 2
    newest = office.row("tickets", status="open")
    with office.service.database.write() as connection:
        connection.execute(
            update(tickets).where(tickets.c.id == newest["id"]).values(status="resolved", outcome="verified_face")
        )
        enqueue(connection, f"complete:{newest['id']}", "portal.complete", newest["id"], office.clock())
    office.work()
    assert office.row("registrations", ref=ref)["stage"] == Stage.PROCESSING
    for _ in range(4):
        office.work(seconds=10)
    assert office.row("registrations", ref=ref)["stage"] in {Stage.ELIGIBLE, Stage.NOT_ELIGIBLE, Stage.WAITLIST}


def test_it_is_renewed_once(office: Office) -> None:
    ref = lapsed(office)
    renew(office)
    assert "menunggu agen" in office.talk("2", LAST4)
    office.work()
    assert office.row("registrations", ref=ref)["renewed"] == 1
    assert len(office.rows("consents")) == 2


def test_another_phone_renews_nothing(office: Office) -> None:
    ref = lapsed(office)
    office.talk("1", "1", phone=ELSEWHERE)
    page = office.talk("2", ref, LAST4, "1", phone=ELSEWHERE)
    assert page.startswith("Ini hanya bisa dari HP yang dipakai mendaftar")
    assert office.row("registrations", ref=ref)["stage"] == Stage.EXPIRED


def test_where_somebody_else_has_registered_the_nik_meanwhile_people_look_into_it(office: Office) -> None:
    ref = lapsed(office, "3510:2026-08-01")
    other = office.register(LAST4, ELSEWHERE)
    renew(office)
    assert office.row("registrations", ref=ref)["stage"] == Stage.EXPIRED
    assert office.row("registrations", ref=other)["stage"] == Stage.RECEIVED
    ticket = office.row("tickets", about=ABOUT)
    assert (ticket["case_ref"], ticket["topic"], ticket["village"]) == (ref, "question", "")
    assert ticket["district"] != VILLAGE
