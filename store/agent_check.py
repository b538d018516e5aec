"""Whose number an agent shows, as far as the phone that asks may hear it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select

from bot.agent_check import LOCKED, Shown, Standing
from bot.areas import Gazetteer
from bot.windows import local_day
from store.database import Database, ms
from store.schema import agents, contacts, tickets, tries, visits
from store.seal import Sealer

SCOPE = "agent"
MISSES, WITHIN = 5, timedelta(hours=24)


class AgentCheck:
    """The number on an agent's card is public; that of one visit is known only to the phones it was sent to."""

    def __init__(self, database: Database, sealer: Sealer, areas: Gazetteer) -> None:
        self._db = database
        self._sealer = sealer
        self._areas = areas

    def check(self, contact: str, number: str, now: datetime) -> Shown | str:
        """What the number is to this phone; after too many that are nobody's "locked" until tomorrow."""
        idx = self._sealer.index("tries", contact)
        mine = tries.c.scope == SCOPE, tries.c.idx == idx, tries.c.at > ms(now - WITHIN)
        with self._db.write() as connection:
            # Whoever tries takes turns: guesses of the same moment would not see each other's misses.
            connection.execute(select(contacts.c.id).where(contacts.c.id == contact).with_for_update(key_share=True))
            if (connection.scalar(select(func.count()).where(*mine)) or 0) >= MISSES:
                return LOCKED
            shown = self._shown(connection, contact, number, now)
            if shown.standing is Standing.UNKNOWN:
                connection.execute(insert(tries).values(scope=SCOPE, idx=idx, at=ms(now)))
        return shown

    def _shown(self, connection: Connection, contact: str, number: str, now: datetime) -> Shown:
        known = [row for row in _expected(connection, contact) if number in (row.agent_number, row.badge)]
        for row in known:
            if date.fromisoformat(row.day) == local_day(now, row.district):
                return Shown(Standing.HERE, row.name, self._area(row.village or row.district))
        if known or _on_a_card(connection, contact, number):
            return Shown(Standing.ELSEWHERE)
        return Shown(Standing.UNKNOWN)

    def _area(self, code: str) -> str:
        village, district = self._areas.village(code), self._areas.district_of(code)
        return village.name if village else district.name if district else self._areas.regency_name(code[:4])


def _expected(connection: Connection, contact: str) -> Sequence[Any]:
    """The visits that are planned for registrations of this phone."""
    found = (
        select(
            visits.c.day, visits.c.agent_number, tickets.c.village, tickets.c.district, agents.c.name, agents.c.badge
        )
        .join(tickets, tickets.c.id == visits.c.ticket_id)
        .join(agents, (agents.c.id == visits.c.agent_id) & (agents.c.id == tickets.c.agent_id))
        .where(tickets.c.contact_id == contact, tickets.c.status == "scheduled")
        .where(visits.c.outcome == "", agents.c.active == 1)
    )
    return connection.execute(found).all()


def _on_a_card(connection: Connection, contact: str, number: str) -> bool:
    """Whether this is the card of somebody who works where this phone's people live; of a strange phone, anywhere."""
    cards = select(agents.c.regency).where(agents.c.badge == number, agents.c.active == 1)
    regencies = set(connection.scalars(cards))
    at_home = set(connection.scalars(select(tickets.c.regency).where(tickets.c.contact_id == contact).distinct()))
    return bool(regencies & at_home if at_home else regencies)
