"""What a citizen makes of a visit by phone, on both databases: another time, a complaint, whose number it is."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import update
from support.databases import Factory, each_database
from support.office import PHONE, VILLAGE, Office

from bot.agent_check import Shown, Standing
from bot.effects import ChangeVisit, HeardOfVisit
from bot.identity import Reference
from bot.visits import Heard, Visit
from handoff.desk.ports import Actor
from handoff.desk.ports import Conflict as Overtaken
from handoff.routing import Role
from handoff.tickets import Outcome, Place, Slot
from store.agent_check import MISSES, AgentCheck
from store.citizen_visits import CitizenVisits
from store.schema import agents
from store.sessions import Conflict
from store.tickets import Desk

__all__ = ["each_database"]

OTHER = "+6281200000002"
DAY, LATER = date(2026, 11, 24), date(2026, 11, 26)
BUDI = Actor("budi", "Budi", Role.AGENT, "351015", frozenset({VILLAGE}))


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    office.hire("Budi", badge="2401")
    office.hire("Endang", "coordinator")
    yield office
    office.close()


def desk(office: Office) -> Desk:
    s = office.service
    return Desk(s.database, s.sealer, s.messages, s.areas, office.clock, lambda: None)


def visits(office: Office) -> CitizenVisits:
    s = office.service
    return CitizenVisits(s.database, s.sealer, s.messages, s.areas)


def planned(office: Office, day: date = DAY) -> Reference:
    """A registration whose visit is set."""
    ref = office.register()
    office.work(minutes=1)
    desk(office).schedule(BUDI, ticket(office, ref), day, Slot.MIDDAY, Place.HALL, 2)
    office.work(minutes=1)
    return Reference(ref)


def ticket(office: Office, ref: str, topic: str = "face_verification") -> str:
    return str(office.row("tickets", case_ref=ref, topic=topic)["id"])


def seen(office: Office, ref: Reference, phone: str = PHONE) -> Visit | None:
    return visits(office).of(office.dial(phone).contact, str(ref))


def number(office: Office, ref: Reference) -> str:
    return str(office.row("visits", ticket_id=ticket(office, str(ref)), outcome="")["agent_number"])


def test_the_phone_that_registered_sees_its_visit_and_no_other_does(office: Office) -> None:
    ref = office.register()
    office.work(minutes=1)
    assert seen(office, Reference(ref)) == Visit(2, date(2026, 12, 4), "Budi")
    desk(office).schedule(BUDI, ticket(office, ref), DAY, Slot.MIDDAY, Place.HALL, 2)
    assert seen(office, Reference(ref)) == Visit(
        3, date(2026, 12, 4), "Budi", DAY, "midday", "hall", office.service.areas.village(VILLAGE).name  # type: ignore[union-attr]
    )  # fmt: skip
    assert seen(office, Reference(ref), OTHER) is None


def test_another_time_reaches_the_ticket_the_agent_and_the_citizen(office: Office) -> None:
    ref = planned(office)
    first = number(office, ref)
    office.apply(office.dial(), ChangeVisit(ref, 3, LATER, "afternoon"))
    office.work()
    card = desk(office).today(BUDI, DAY)[0]
    assert (card.day, card.slot, card.place, card.version) == (LATER, Slot.AFTERNOON, Place.HALL, 4)
    detail = desk(office).ticket(BUDI, card.id)
    assert detail.agent_number == number(office, ref)
    assert [(event.by, event.move) for event in detail.history][:2] == [("Warga", "schedule"), ("Budi", "schedule")]
    scheduled, codes = office.gateway.bodies[-2:]
    assert "Kam 26 Nov jam 14-17" in scheduled
    assert detail.agent_number in scheduled
    assert detail.agent_number in codes
    known = office.service.registry.cases(office.dial().contact).cases[0]
    assert known.visit_number in codes
    assert (known.day, known.agent_number) == (LATER, detail.agent_number)
    ended = [row for row in office.rows("visits") if row["outcome"]]
    assert [(row["agent_number"], row["outcome"]) for row in ended] == [(first, "replaced")]


def test_the_new_number_proves_the_visit(office: Office) -> None:
    ref = planned(office)
    office.apply(office.dial(), ChangeVisit(ref, 3, LATER, "morning"))
    office.clock.wait(days=6)
    said = office.service.registry.cases(office.dial().contact).cases[0].visit_number
    desk(office).outcome(BUDI, ticket(office, str(ref)), Outcome.VERIFIED_FACE, said, "", 4)
    assert office.row("tickets", topic="face_verification")["proven"] == 1


def test_who_was_slower_than_the_agent_changes_nothing(office: Office) -> None:
    ref = planned(office)
    desk(office).schedule(BUDI, ticket(office, str(ref)), LATER, Slot.MORNING, Place.HOME, 3)
    with pytest.raises(Conflict):
        office.apply(office.dial(), ChangeVisit(ref, 3, DAY, "any"))
    (kept,) = [row for row in office.rows("visits") if not row["outcome"]]
    assert (kept["day"], kept["slot"], kept["place"]) == (LATER.isoformat(), "morning", "home")


def test_who_was_slower_than_the_citizen_hears_of_it(office: Office) -> None:
    ref = planned(office)
    office.apply(office.dial(), ChangeVisit(ref, 3, LATER, "any"))
    with pytest.raises(Overtaken) as overtaken:
        desk(office).schedule(BUDI, ticket(office, str(ref)), DAY, Slot.MORNING, Place.HOME, 3)
    assert overtaken.value.by == "Warga"


def test_another_phone_cannot_change_it(office: Office) -> None:
    ref = planned(office)
    with pytest.raises(Conflict):
        office.apply(office.dial(OTHER), ChangeVisit(ref, 3, LATER, "any"))


def test_a_complaint_goes_past_the_agent_to_the_coordinator(office: Office) -> None:
    ref = planned(office)
    complaint = Reference.of(b"complaint")
    office.apply(office.dial(), HeardOfVisit(ref, Heard.NO_SHOW, complaint, date(2026, 11, 26)))
    office.work()
    row = office.row("tickets", ref=str(complaint))
    assert (row["topic"], row["about"], row["agent_id"]) == ("question", "no_show", "endang")
    about = desk(office).ticket(Actor("endang", "Endang", Role.COORDINATOR, "351015"), row["id"])
    assert about.remarks[0] == "no_show"
    assert about.card.name == "Siti A."
    known = seen(office, ref)
    assert known is not None
    assert (known.complaint, known.heard, known.day) == (str(complaint), True, DAY)


def test_what_was_said_of_one_visit_is_not_said_of_the_next(office: Office) -> None:
    ref = planned(office)
    office.apply(office.dial(), HeardOfVisit(ref, Heard.MET))
    assert seen(office, ref).heard  # type: ignore[union-attr]
    office.clock.wait(days=1)
    desk(office).schedule(BUDI, ticket(office, str(ref)), LATER, Slot.MORNING, Place.HOME, 3)
    assert not seen(office, ref).heard  # type: ignore[union-attr]


def test_a_visit_that_is_said_to_be_over_can_be_doubted(office: Office) -> None:
    ref = planned(office)
    office.clock.wait(days=4)
    desk(office).outcome(BUDI, ticket(office, str(ref)), Outcome.VERIFIED_FACE, "", "", 3)
    known = seen(office, ref)
    assert known is not None
    assert (known.ended, known.heard, known.day) == (True, False, None)


def test_nobody_is_asked_about_a_visit_to_somebody_who_has_died(office: Office) -> None:
    ref = planned(office)
    office.clock.wait(days=4)
    desk(office).outcome(BUDI, ticket(office, str(ref)), Outcome.DECEASED, "", "", 3)
    assert seen(office, ref) is None


def test_a_real_agent_is_one_who_is_expected_today_by_this_very_phone(office: Office) -> None:
    ref = planned(office)
    check, shown = AgentCheck(office.service.database, office.sealer, office.service.areas), number(office, ref)
    mine, other = office.dial().contact, office.dial(OTHER).contact
    village = office.service.areas.village(VILLAGE)
    assert village is not None
    here = Shown(Standing.HERE, "Budi", village.name)
    for typed in (shown, "2401"):
        assert check.check(mine, typed, office.clock()) == Shown(Standing.ELSEWHERE), "the day has not come"
        assert check.check(mine, typed, office.clock() + timedelta(days=4)) == here
    assert check.check(other, "2401", office.clock() + timedelta(days=4)) == Shown(Standing.ELSEWHERE)
    assert check.check(other, shown, office.clock() + timedelta(days=4)).standing is Standing.UNKNOWN  # type: ignore[union-attr]


def test_a_card_that_was_taken_back_is_nobodys_at_once(office: Office) -> None:
    ref = planned(office)
    check, day = AgentCheck(office.service.database, office.sealer, office.service.areas), timedelta(days=4)
    with office.service.database.write() as connection:
        connection.execute(update(agents).where(agents.c.id == "budi").values(active=0))
    for typed in ("2401", number(office, ref)):
        assert check.check(office.dial().contact, typed, office.clock() + day) == Shown(Standing.UNKNOWN)


def test_guessing_ends_for_a_day(office: Office) -> None:
    check, contact = AgentCheck(office.service.database, office.sealer, office.service.areas), office.dial().contact
    for _ in range(MISSES):
        assert check.check(contact, "0000", office.clock()) == Shown(Standing.UNKNOWN)
    assert check.check(contact, "2401", office.clock()) == "locked"
    assert check.check(office.dial(OTHER).contact, "2401", office.clock()) == Shown(Standing.ELSEWHERE)
    assert check.check(contact, "2401", office.clock() + timedelta(hours=25)) == Shown(Standing.ELSEWHERE)
