"""Who gets a ticket: an agent of the village with room, else the district's coordinator, else Dinas Sosial."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from handoff.tickets import Ticket, Topic


class Role(StrEnum):
    AGENT = "agent"
    COORDINATOR = "coordinator"
    DINAS = "dinas"


class Why(StrEnum):
    """How the choice was made, for the ticket's history."""

    VILLAGE = "village"
    COORDINATOR = "coordinator"
    DINAS = "dinas"
    NOBODY = "nobody"  # Everyone is full or away: the ticket stays open and is tried again.


@dataclass(frozen=True, slots=True)
class Candidate:
    """One who may get tickets. `districts` of Dinas Sosial may name one district of its regency, or the regency."""

    agent_id: str
    villages: frozenset[str]
    districts: frozenset[str]
    languages: frozenset[str]
    capacity: int
    open: int  # Tickets in hand.
    absent: bool = False
    role: Role = Role.AGENT

    @property
    def room(self) -> int:
        """How many more tickets fit; nothing fits for one who is away."""
        return 0 if self.absent else max(0, self.capacity - self.open)


@dataclass(frozen=True, slots=True)
class Assignment:
    agent_id: str | None
    why: Why


def choose(ticket: Ticket, candidates: Iterable[Candidate]) -> Assignment:
    """Choose for one ticket. Of a report, neither the accused nor anyone of their line gets it."""
    everyone = tuple(candidates)
    theirs = frozenset(district for c in everyone if c.agent_id in ticket.accused for district in c.districts)
    free = [c for c in everyone if c.room > 0 and not barred(ticket, c.agent_id, c.role, c.districts, theirs)]
    steps: tuple[tuple[Why, Callable[[Candidate], bool]], ...] = (
        (Why.VILLAGE, lambda c: c.role is Role.AGENT and ticket.village in c.villages),
        (Why.COORDINATOR, lambda c: c.role is Role.COORDINATOR and ticket.district in c.districts),
        (Why.DINAS, lambda c: c.role is Role.DINAS and regency(ticket.district) in {regency(d) for d in c.districts}),
    )
    for why, fits in steps:
        if best := _best(ticket, [c for c in free if fits(c)]):
            return Assignment(best.agent_id, why)
    return Assignment(None, Why.NOBODY)


def regency(code: str) -> str:
    """The regency (four digits) of a regency, district or village code."""
    return code[:4]


def _best(ticket: Ticket, fitting: Sequence[Candidate]) -> Candidate | None:
    speaking = [c for c in fitting if ticket.language in c.languages]
    return min(speaking or fitting, key=lambda c: (c.open / c.capacity, _lot(ticket, c)), default=None)


def _lot(ticket: Ticket, candidate: Candidate) -> bytes:
    """The same draw for the same ticket and agent on every machine, and another draw for the next ticket."""
    return blake2b(f"{ticket.id}\0{candidate.agent_id}".encode(), digest_size=8).digest()


def barred(ticket: Ticket, id: str, role: Role, districts: Collection[str], theirs: Collection[str]) -> bool:
    """Whether somebody is accused, or could be a friend: a report goes outside the line of whom it is about.

    `districts`: where that person works; `theirs`: where the accused work.
    """
    if id in ticket.accused:
        return True
    if ticket.topic is not Topic.REPORT:
        return False
    match role:
        case Role.AGENT:  # Reports are about agents of the village, whether the citizen knew a name or not.
            return True
        case Role.COORDINATOR:
            return not frozenset(districts).isdisjoint(theirs)
        case Role.DINAS:
            return False
