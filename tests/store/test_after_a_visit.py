"""What the messages of a visit ask, on both databases: was it so, when would suit, was it easy; what comes of it."""

from collections.abc import Iterator
from datetime import date

import pytest
from support.databases import Factory, each_database
from support.handset import Handset
from support.office import PHONE, VILLAGE, Office

from bot.messages import Channel, Inbound, SessionEvent
from handoff.desk.ports import Actor, Filters, NotFound
from handoff.routing import Role
from handoff.tickets import Outcome, Place, Slot
from loket.sweep import sweep
from sms.segments import answers
from store.tickets import Desk

__all__ = ["each_database"]

BUDI = Actor("budi", "Budi", Role.AGENT, "351015", frozenset({VILLAGE}))
ENDANG = Actor("endang", "Endang", Role.COORDINATOR, "351015")
RINI = Actor("rini", "Rini", Role.DINAS, "351000")
DAY = date(2026, 11, 20)


class Visited:
    """A registration whose visit is today."""

    def __init__(self, office: Office) -> None:
        self.office = office
        office.hire("Budi")
        office.hire("Endang", "coordinator")
        office.hire("Rini", "dinas", district="351000")
        self.ref = office.register()
        office.work(minutes=1)
        s = office.service
        self.desk = Desk(s.database, s.sealer, s.messages, s.areas, office.clock, lambda: None)
        self.desk.schedule(BUDI, self.ticket, DAY, Slot.AFTERNOON, Place.HALL, 2)
        self.written = 0
        Handset(office, PHONE).dial()  # They have chosen a language.

    @property
    def ticket(self) -> str:
        return str(self.office.row("tickets", case_ref=self.ref, topic="face_verification")["id"])

    def end(self) -> None:
        (visit,) = [row for row in self.office.rows("visits") if row["outcome"] == ""]
        number = self.office.service.sealer.open("visits.sealed", visit["id"], visit["sealed"]).decode()
        self.desk.outcome(BUDI, self.ticket, Outcome.VERIFIED_FACE, number, "", 3)

    def write(self, text: str) -> str:
        self.written += 1
        inbound = Inbound(f"w{self.written}", Channel.SMS, "recording", PHONE, text, SessionEvent.RESUME,
                          self.office.clock())  # fmt: skip
        page, _ = self.office.service.desk.answer(inbound, answers())
        return page.body if page else ""

    def answered(self) -> dict[str, str]:
        return {row["kind"]: row["answer"] for row in self.office.rows("inquiries")}


@pytest.fixture
def visited(each_database: Factory) -> Iterator[Visited]:
    office = Office(each_database())
    yield Visited(office)
    office.close()


def test_it_was_so(visited: Visited) -> None:
    visited.end()
    assert "Terima kasih. Jawaban Anda tercatat." in visited.write("1")
    assert visited.answered() == {"visited": "right"}
    latest = visited.desk.ticket(BUDI, visited.ticket).history[0]
    assert (latest.by, latest.note) == ("Warga", "met")
    assert "Benar?" not in Handset(visited.office, PHONE).dial()


def test_a_problem_is_a_report_that_the_accused_never_sees(visited: Visited) -> None:
    visited.end()
    assert "agen itu tidak diberi tahu" in visited.write("2")
    visited.office.work(minutes=1)
    report = visited.office.row("tickets", topic="report")
    assert (report["about"], report["agent_id"], report["accused"]) == ("visit_problem", "rini", " budi ")
    assert visited.desk.ticket(RINI, report["id"]).remarks[0] == "visit_problem"
    for actor in (BUDI, ENDANG):
        with pytest.raises(NotFound):
            visited.desk.ticket(actor, report["id"])
    assert report["id"] not in {card.id for card in visited.desk.district(ENDANG, Filters()).cards}
    assert "Warga" not in {event.by for event in visited.desk.ticket(BUDI, visited.ticket).history}


def test_whoever_dials_is_asked_the_same_once(visited: Visited) -> None:
    visited.end()
    phone = Handset(visited.office, PHONE)
    assert "agen mencatat sudah bertemu Anda" in phone.dial()
    assert "tercatat" in phone.say("1")
    assert "agen mencatat" not in phone.dial()


def test_who_was_missed_says_when_would_suit(visited: Visited) -> None:
    visited.desk.not_met(BUDI, visited.ticket, 3)
    assert "Agen memberi tahu hari barunya" in visited.write("3")
    assert visited.office.row("tickets", case_ref=visited.ref)["slot"] == "afternoon"


def test_nobody_asks_when_would_suit_once_there_is_a_new_time(visited: Visited) -> None:
    visited.desk.not_met(BUDI, visited.ticket, 3)
    visited.desk.schedule(BUDI, visited.ticket, DAY, Slot.AFTERNOON, Place.HALL, 4)
    assert visited.answered() == {"missed": "over"}
    assert "Waktu baru" not in Handset(visited.office, PHONE).dial()


def survey(office: Office) -> int:
    sweep(office.service, office.clock())
    return [row["sentence"] for row in office.rows("messages")].count("evt.survey")


def test_a_day_later_everybody_is_asked_once_whether_it_was_easy(visited: Visited) -> None:
    visited.end()
    visited.write("1")
    assert survey(visited.office) == 0
    visited.office.clock.wait(days=1)
    assert [survey(visited.office) for _ in range(3)] == [1, 1, 1]
    assert "tercatat" in visited.write("2")
    assert visited.answered() == {"visited": "right", "survey": "so_so"}


def test_a_digit_answers_what_was_asked_last(visited: Visited) -> None:
    visited.end()
    visited.office.clock.wait(days=1)
    survey(visited.office)
    visited.write("3")
    assert visited.answered() == {"visited": "", "survey": "hard"}
    visited.write("1")
    assert visited.answered() == {"visited": "right", "survey": "hard"}


def test_who_has_told_of_a_problem_is_not_asked_how_easy_it_was(visited: Visited) -> None:
    visited.end()
    visited.write("2")
    visited.office.clock.wait(days=1)
    assert survey(visited.office) == 0
