"""What a ticket is and what may follow what: one thing that a person must do for a person.

Every move is a function from a ticket to the next ticket, or `NotAllowed`. Who may make the move is not asked here
(`handoff.desk.rights`), nor is anything kept: numbers, days and ids are given in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum


class Topic(StrEnum):
    FACE_VERIFICATION = "face_verification"
    OBJECTION = "objection"
    DATA_UPDATE = "data_update"
    PAYMENT = "payment"
    REPORT = "report"
    QUESTION = "question"
    CALLBACK = "callback"


class Status(StrEnum):
    OPEN = "open"
    ASSIGNED = "assigned"
    SCHEDULED = "scheduled"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    VERIFIED_FACE = "verified_face"
    VERIFIED_DOCUMENT = "verified_document"  # The face could not be matched; KTP-el or KK served.
    NOT_MET = "not_met"
    MOVED = "moved"
    DECEASED = "deceased"
    REFUSED = "refused"
    DATA_DIFFERS = "data_differs"
    NOT_RESIDENT = "not_resident"
    NEEDS_DUKCAPIL = "needs_dukcapil"
    SUSPECTED_FRAUD = "suspected_fraud"
    ANSWERED = "answered"


class Slot(StrEnum):
    """A part of the day: 8-11, 11-14, 14-17, or any of them."""

    MORNING = "morning"
    MIDDAY = "midday"
    AFTERNOON = "afternoon"
    ANY = "any"


class Place(StrEnum):
    """Where a visit is. A closed set: the place goes into an official SMS, where free text would be a way to cheat."""

    HOME = "home"
    HALL = "hall"


class Need(StrEnum):
    """What makes a visit harder for the citizen, as the registration asks it."""

    WALKING = "walking"
    SEEING = "seeing"
    HEARING = "hearing"


class Move(StrEnum):
    TAKE = "take"
    ASSIGN = "assign"
    SCHEDULE = "schedule"
    SET_OFF = "set_off"  # The agent is on the way to a planned visit.
    NOT_MET = "not_met"
    RESOLVE = "resolve"
    GIVE_BACK = "give_back"
    CANCEL = "cancel"


class Reason(StrEnum):
    """Why a move is not allowed; the desk has a sentence for each."""

    STATUS = "status"  # This move does not follow from the ticket's status.
    DAY = "day"  # The visit's day lies before today or too far ahead.
    OUTCOME = "outcome"  # This outcome does not belong to the ticket's topic.
    SCHEDULE_FIRST = "schedule_first"  # A verification is the end of a visit that the citizen was told of.
    AGENT_NUMBER = "agent_number"  # Not four digits.
    SAME_AGENT = "same_agent"  # The ticket is already with this agent.
    FULL = "full"  # The agent has no room.
    ABSENT = "absent"  # The agent is away.
    TOO_EARLY = "too_early"  # The visit's day has not come.
    NOT_TODAY = "not_today"  # The visit is on another day.
    CONCERNED = "concerned"  # A report would come to somebody whom it may be about.


class HandoffError(Exception):
    """The root of what goes wrong in handoff."""


class NotAllowed(HandoffError):
    """The move cannot be made now; the same move may be allowed after another one."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Visit:
    """When, where, and the number by which the citizen knows the agent: four digits, random for each visit."""

    day: date
    slot: Slot
    place: Place
    agent_number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ticket:
    id: str  # Random, at least 64 bits: it stands in addresses.
    ref: str  # Twelve digits, for reading out.
    topic: Topic
    village: str  # As `VillageCode` writes it; empty where the citizen could not say it.
    district: str  # Six digits; the first four are the regency.
    due: date
    language: str
    status: Status = Status.OPEN
    outcome: Outcome | None = None
    proven: bool = False  # The citizen spoke the visit number face to face.
    agent_id: str | None = None
    needs: tuple[Need, ...] = ()
    visit: Visit | None = None
    attempts: int = 0  # Visits at which nobody was met.
    accused: frozenset[str] = frozenset()  # Staff whom a report is about: for them the ticket does not exist.
    version: int = 1

    @property
    def live(self) -> bool:
        """Whether somebody still has to do something."""
        return self.status in LIVE

    @property
    def flagged(self) -> bool:
        """Whether a verification ended without the visit number, so that a second person must look at it."""
        return self.status is Status.RESOLVED and self.topic is Topic.FACE_VERIFICATION and not self.proven


LIVE = frozenset({Status.OPEN, Status.ASSIGNED, Status.SCHEDULED})

# Move: from which statuses, and to which.
MOVES: Mapping[Move, tuple[frozenset[Status], Status]] = {
    Move.TAKE: (frozenset({Status.OPEN}), Status.ASSIGNED),
    Move.ASSIGN: (LIVE, Status.ASSIGNED),
    Move.SCHEDULE: (frozenset({Status.ASSIGNED, Status.SCHEDULED}), Status.SCHEDULED),
    Move.SET_OFF: (frozenset({Status.SCHEDULED}), Status.SCHEDULED),
    Move.NOT_MET: (frozenset({Status.SCHEDULED}), Status.ASSIGNED),
    Move.RESOLVE: (frozenset({Status.ASSIGNED, Status.SCHEDULED}), Status.RESOLVED),
    Move.GIVE_BACK: (frozenset({Status.ASSIGNED, Status.SCHEDULED}), Status.OPEN),
    Move.CANCEL: (LIVE, Status.CANCELLED),
}

VERIFIED = frozenset({Outcome.VERIFIED_FACE, Outcome.VERIFIED_DOCUMENT})

# Outcomes that end a ticket, in the order of the form. Not being met never ends one: it is a move of its own.
_COMMON = (
    Outcome.DATA_DIFFERS,
    Outcome.MOVED,
    Outcome.DECEASED,
    Outcome.REFUSED,
    Outcome.NOT_RESIDENT,
    Outcome.NEEDS_DUKCAPIL,
    Outcome.SUSPECTED_FRAUD,
)
OUTCOMES: Mapping[Topic, tuple[Outcome, ...]] = {
    topic: (Outcome.VERIFIED_FACE, Outcome.VERIFIED_DOCUMENT, *_COMMON)
    if topic is Topic.FACE_VERIFICATION
    else (Outcome.ANSWERED, *_COMMON)
    for topic in Topic
}

HORIZON_DAYS = 14  # Today and the thirteen days after it: further ahead nobody keeps an appointment made by SMS.


ENDS = {Slot.MORNING: 11, Slot.MIDDAY: 14, Slot.AFTERNOON: 17}  # Hours of the day: no visit is promised for the past.


def over(day: date, slot: Slot, now: datetime) -> bool:
    """Whether this part of the day has passed. `now`: the time where the visit is to be."""
    return day == now.date() and ENDS.get(slot, 24) <= now.hour


def possible(ticket: Ticket, move: Move) -> bool:
    """Whether the table lets this move follow from the ticket's status."""
    return ticket.status in MOVES[move][0]


def _next(ticket: Ticket, move: Move) -> Ticket:
    if not possible(ticket, move):
        raise NotAllowed(Reason.STATUS)
    return replace(ticket, status=MOVES[move][1], version=ticket.version + 1)


def take(ticket: Ticket, agent_id: str) -> Ticket:
    """An agent takes an open ticket."""
    return replace(_next(ticket, Move.TAKE), agent_id=agent_id)


def assign(ticket: Ticket, agent_id: str) -> Ticket:
    """Give the ticket to an agent, or to another one. A planned visit falls away: its number belongs to one agent."""
    moved = _next(ticket, Move.ASSIGN)
    if ticket.agent_id == agent_id:
        raise NotAllowed(Reason.SAME_AGENT)
    return replace(moved, agent_id=agent_id, visit=None)


def schedule(ticket: Ticket, visit: Visit, today: date) -> Ticket:
    """Plan a visit, or plan it anew, between today and HORIZON_DAYS - 1 days ahead."""
    moved = _next(ticket, Move.SCHEDULE)
    if not today <= visit.day < today + timedelta(days=HORIZON_DAYS):
        raise NotAllowed(Reason.DAY)
    number = visit.agent_number
    if not (len(number) == 4 and number.isascii() and number.isdecimal()):
        raise NotAllowed(Reason.AGENT_NUMBER)
    return replace(moved, visit=visit)


def set_off(ticket: Ticket, today: date) -> Ticket:
    """The agent goes there now; the visit stays as it was told."""
    moved = _next(ticket, Move.SET_OFF)
    if ticket.visit is None or ticket.visit.day != today:
        raise NotAllowed(Reason.NOT_TODAY)
    return moved


def not_met(ticket: Ticket, today: date) -> Ticket:
    """Nobody was there: the ticket stays with its agent, and the citizen gets another offer. Not before the day."""
    moved = _next(ticket, Move.NOT_MET)
    if ticket.visit and ticket.visit.day > today:
        raise NotAllowed(Reason.TOO_EARLY)
    return replace(moved, visit=None, attempts=ticket.attempts + 1)


def resolve(ticket: Ticket, outcome: Outcome, proven: bool) -> Ticket:
    """End the ticket. `proven`: the citizen's visit number was right. Without it the outcome is kept, but flagged."""
    moved = _next(ticket, Move.RESOLVE)
    if outcome not in OUTCOMES[ticket.topic]:
        raise NotAllowed(Reason.OUTCOME)
    if outcome in VERIFIED and ticket.visit is None:
        raise NotAllowed(Reason.SCHEDULE_FIRST)
    return replace(moved, outcome=outcome, proven=proven)


def give_back(ticket: Ticket) -> Ticket:
    """The agent cannot do it: the ticket is open again."""
    return replace(_next(ticket, Move.GIVE_BACK), agent_id=None, visit=None)


def cancel(ticket: Ticket) -> Ticket:
    """Nothing is left to do, for instance because the citizen withdrew."""
    return replace(_next(ticket, Move.CANCEL), visit=None)
