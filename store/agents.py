"""The people who work: written as a coordinator lists them, counted by what they have in hand."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, case, func, insert, select, true

from handoff.desk.ports import Actor, AgentLoad
from handoff.routing import Role, regency
from handoff.tickets import LIVE, Status
from store.database import Database, ms
from store.schema import agent_villages, agents, tickets

CANNOT_SIGN_IN = "!"  # No password has this hash.
LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent, a coordinator or somebody of Dinas Sosial. `villages`: codes as `VillageCode` writes them."""

    id: str
    login: str
    name: str
    role: Role
    district: str  # Six digits; of Dinas Sosial the first four count.
    villages: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("id",)
    capacity: int = 50
    password_hash: str = field(default=CANNOT_SIGN_IN, repr=False)
    badge: str = ""  # The four digits on the card; drawn where none are given.


class Agents:
    """Adds people."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def any(self) -> bool:
        """Whether there is anybody yet."""
        with self._db.read() as connection:
            return connection.scalar(select(agents.c.id).limit(1)) is not None

    def logins(self) -> frozenset[str]:
        """Who is there already."""
        with self._db.read() as connection:
            return frozenset(connection.scalars(select(agents.c.login)))

    def add(self, people: Iterable[Agent]) -> None:
        """All of them or none; IntegrityError where a login is taken."""
        everyone = list(people)
        places = [{"agent_id": one.id, "village": village} for one in everyone for village in one.villages]
        with self._db.write() as connection:
            if everyone:
                known = {
                    (row.regency, row.badge) for row in connection.execute(select(agents.c.regency, agents.c.badge))
                }
                connection.execute(insert(agents), _with_badges([_values(one) for one in everyone], known))
            if places:
                connection.execute(insert(agent_villages), places)


def _values(agent: Agent) -> dict[str, object]:
    return {
        "id": agent.id,
        "login": agent.login,
        "name": agent.name,
        "role": agent.role,
        "regency": regency(agent.district),
        "district": agent.district,
        "languages": " ".join(agent.languages),
        "capacity": agent.capacity,
        "password_hash": agent.password_hash,
        "badge": agent.badge,
    }


def _with_badges(people: list[dict[str, object]], known: set[tuple[str, str]]) -> list[dict[str, object]]:
    """A number for everybody who has none: random, and each once in its regency."""
    taken: set[object] = {*known, *((one["regency"], one["badge"]) for one in people)}
    for one in people:
        while not one["badge"]:
            drawn = f"{secrets.randbelow(10_000):04}"
            if (one["regency"], drawn) not in taken:
                taken.add((one["regency"], drawn))
                one["badge"] = drawn
    return people


def overseen(actor: Actor) -> ColumnElement[bool]:
    """Whose work the actor may see; everybody sees the own."""
    match actor.role:
        case Role.AGENT:
            return agents.c.id == actor.id
        case Role.COORDINATOR:
            return (agents.c.id == actor.id) | (agents.c.district == actor.district)
        case Role.DINAS:
            return (agents.c.id == actor.id) | (agents.c.regency == regency(actor.district))


def loads(
    connection: Connection, actor: Actor, now: datetime, area: Callable[[str], str], only: str | None = None
) -> Sequence[AgentLoad]:
    """How much everyone whom the actor may see has in hand. `area`: the name of a code; `only`: this one person."""
    seen = overseen(actor) & (agents.c.active == 1) & (agents.c.id == only if only else true())
    people = connection.execute(select(agents).where(seen).order_by(agents.c.name, agents.c.id)).all()
    live = tickets.c.status.in_([status.value for status in LIVE])
    done = (tickets.c.status == Status.RESOLVED) & (tickets.c.changed_at > ms(now - LATELY))
    counted = (
        select(tickets.c.agent_id, func.sum(case((live, 1), else_=0)), func.sum(case((done, 1), else_=0)))
        .join(agents, agents.c.id == tickets.c.agent_id)
        .where(seen, live | done)
        .group_by(tickets.c.agent_id)
    )
    counts: Mapping[str, tuple[int, int]] = {
        id: (int(open), int(done)) for id, open, done in connection.execute(counted)
    }
    places: dict[str, list[str]] = {}
    of_them = select(agent_villages).join(agents, agents.c.id == agent_villages.c.agent_id).where(seen)
    for village, agent in connection.execute(of_them.order_by(agent_villages.c.village)):
        places.setdefault(agent, []).append(area(village))
    return [
        AgentLoad(
            agent_id=row.id,
            name=row.name,
            role=Role(row.role),
            district=row.district,
            district_name=area(row.district),
            villages=tuple(places.get(row.id, ())),
            open=counts.get(row.id, (0, 0))[0],
            done=counts.get(row.id, (0, 0))[1],
            capacity=row.capacity,
            absent=bool(row.absent),
        )
        for row in people
    ]
