"""An agent and a citizen who change one visit in the same moment, at the level of the turn: one of them is told."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
from support.databases import Factory, each_database
from support.office import PHONE, VILLAGE, Clock, Office

from bot.conversation import Lookup
from bot.messages import Channel, Inbound, SessionEvent
from handoff.desk.ports import Actor
from handoff.routing import Role
from handoff.tickets import Place, Slot
from loket.lookups import Lookups
from loket.receive import Desk
from store.tickets import Desk as TicketDesk
from ussd.page import fit

__all__ = ["each_database"]

BUDI = Actor("budi", "Budi", Role.AGENT, "351015", frozenset({VILLAGE}))


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    yield office
    office.close()


class Meanwhile(Lookups):
    """Somebody else acts once, after the turn has looked at the visit and before it is kept."""

    def __init__(self, lookups: Lookups, act: Callable[[], None]) -> None:
        self._lookups, self._act = lookups, [act]

    def look(self, contact: str, sender: str, lookup: Lookup, now: datetime) -> Any:
        found = self._lookups.look(contact, sender, lookup, now)
        if lookup.name == "visit_now" and self._act:
            self._act.pop()()
        return found


def test_who_was_slower_by_a_moment_is_told_and_nothing_is_kept(office: Office) -> None:
    office.hire("Budi")
    ref = office.register()
    office.own_phone(ref)
    office.work(minutes=1)
    s = office.service
    tickets = TicketDesk(s.database, s.sealer, s.messages, s.areas, office.clock, lambda: None)
    id = str(office.row("tickets", case_ref=ref)["id"])
    tickets.schedule(BUDI, id, date(2026, 11, 24), Slot.MIDDAY, Place.HALL, 2)

    def agent_moves_it() -> None:
        tickets.schedule(BUDI, id, date(2026, 11, 26), Slot.MORNING, Place.HOME, 3)

    lookups = Meanwhile(s.lookups, agent_moves_it)
    desk = Desk(s.engine, s.database, s.sessions, s.effects, s.messages, lookups, Clock(), lambda: None)
    page = ""
    for transcript in ("", "1", "1*1", "1*1*3", "1*1*3*2", "1*1*3*2*1", "1*1*3*2*1*3"):
        event = SessionEvent.RESUME if transcript else SessionEvent.NEW
        inbound = Inbound(f"x{transcript}", Channel.USSD, "africastalking", PHONE, transcript, event, office.clock(),
                          "dialogue", transcript)  # fmt: skip
        shown, _ = desk.answer(inbound, fit(160))
        assert shown is not None
        page = shown.body
    assert page.startswith("Jadwal ini baru saja diubah agen. Pilihan Anda belum disimpan.")
    (kept,) = [row for row in office.rows("visits") if not row["outcome"]]
    assert (kept["day"], kept["slot"], kept["place"]) == ("2026-11-26", "morning", "home")
