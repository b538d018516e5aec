"""What the desk needs from the rest of the house: tickets as a staff member may see them, and the staff themselves.

Every method that shows or changes a ticket takes the actor and answers `NotFound` for whatever is not the actor's
(`handoff.desk.rights` says what is), in the same way as for what does not exist.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from handoff.routing import Role
from handoff.tickets import HandoffError, Move, Need, Outcome, Place, Slot, Status, Topic


class NotFound(HandoffError):
    """It does not exist, or it is not yours: nobody can tell which."""


class Conflict(HandoffError):
    """The ticket is no longer at the version that the actor saw. `by`: the name of who changed it; `at`: aware UTC."""

    def __init__(self, by: str, at: datetime) -> None:
        super().__init__("changed meanwhile")
        self.by = by
        self.at = at


class WrongNumber(HandoffError):
    """The visit number is wrong; `left` more tries. At 0 the outcome can only be given without it, and is flagged."""

    def __init__(self, left: int) -> None:
        super().__init__(f"{left} tries left")
        self.left = left


class TooMany(HandoffError):
    """The actor opened too many records; again later."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks."""

    id: str
    name: str
    role: Role
    district: str  # Six digits; of Dinas Sosial the first four count.
    villages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StaffMember:
    """An account. `session_epoch` grows whenever all earlier sessions must end (new password, dismissal)."""

    id: str  # Also the agent_id of tickets.
    login: str
    name: str
    role: Role
    district: str
    password_hash: str = field(repr=False)  # From handoff.desk.passwords.hash_password.
    active: bool = True
    session_epoch: int = 0
    villages: frozenset[str] = frozenset()
    badge: str = ""  # The number on the card, by which anybody may ask whether the agent is a real one.

    @property
    def actor(self) -> Actor:
        """The member as the ticket desk knows him."""
        return Actor(self.id, self.name, self.role, self.district, self.villages)


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A signed-in device. `digest`: SHA-256 of the random id that only the cookie holds. Times: aware UTC."""

    digest: str = field(repr=False)
    staff_id: str
    epoch: int  # The member's session_epoch at sign-in.
    started_at: datetime
    seen_at: datetime


class StaffDirectory(Protocol):
    """Accounts, failed sign-ins and sessions; all in the database."""

    def by_id(self, staff_id: str) -> StaffMember | None: ...
    def by_login(self, login: str) -> StaffMember | None: ...
    def note_failure(self, login: str, at: datetime) -> None: ...
    def too_many(self, login: str, at: datetime) -> bool:
        """Whether this login, known or not, failed too often lately."""
        ...

    def clear_failures(self, login: str) -> None: ...
    def start_session(self, session: StaffSession) -> None:
        """Keep a session; a member's oldest ones end where the number allowed in parallel is passed."""
        ...

    def session(self, digest: str) -> StaffSession | None: ...
    def touch_session(self, digest: str, at: datetime) -> None: ...
    def end_session(self, digest: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Card:
    """A ticket in a list: enough to plan a day, no more."""

    id: str
    ref: str  # Twelve digits, unspaced.
    topic: Topic
    status: Status
    name: str = field(repr=False)  # First name and initial; empty where nobody said one.
    nik4: str = field(repr=False)  # The last four; empty where it is not about one person.
    village: str  # Its name.
    landmark: str = field(repr=False)
    language: str
    channel: str
    due: date
    slot_wish: Slot | None = None
    place_wish: Place | None = None
    needs: tuple[Need, ...] = ()
    day: date | None = None
    slot: Slot | None = None
    place: Place | None = None
    attempts: int = 0
    agent_name: str | None = None
    flagged: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True)
class Event:
    """A line of a ticket's history. `note` is what the staff member wrote."""

    at: datetime
    by: str
    move: Move | None  # None: the ticket came into being.
    outcome: Outcome | None = None
    note: str = field(default="", repr=False)
    channel: str = ""  # By which way it came, where that was not this desk.


@dataclass(frozen=True, slots=True)
class Detail:
    """A ticket opened. `moves`: what the actor may do now (`rights.allowed`). A closed ticket shows no phone."""

    card: Card
    moves: frozenset[Move]
    phone: str | None = field(default=None, repr=False)  # E.164
    location: str = field(default="", repr=False)  # "latitude,longitude" of the house; only for the ticket's agent.
    agent_id: str | None = None
    agent_number: str | None = field(default=None, repr=False)  # Only for the agent whose visit it is.
    outcome: Outcome | None = None
    history: tuple[Event, ...] = ()
    remarks: tuple[str, ...] = ()  # What to look at, as words of `handoff.desk.words.REMARKS`.
    said: tuple[str, ...] = field(default=(), repr=False)  # The citizen's own words.
    barred: frozenset[str] = frozenset()  # Of those whose work the actor may see: who may not get the ticket.


@dataclass(frozen=True, slots=True)
class AgentLoad:
    """How much one staff member has in hand. `done` counts what was resolved in the last thirty days."""

    agent_id: str
    name: str
    role: Role
    district: str  # Code
    district_name: str
    villages: tuple[str, ...]  # Names
    open: int
    done: int
    capacity: int
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Village:
    code: str
    name: str
    district_name: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What a coordinator wants to see; an empty string is everything. Pages count from 1."""

    status: Status | None = None
    village: str = ""
    agent_id: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of tickets, earliest due first, live before closed."""

    cards: tuple[Card, ...]
    total: int
    per_page: int


class TicketDesk(Protocol):
    """Tickets for staff. Opening one, and listing a district, is a read of personal data: the implementation audits it.

    Moves raise NotFound, Conflict (not the version seen), NotAllowed, WrongNumber; `ticket` also TooMany.
    """

    def today(self, actor: Actor, day: date) -> Sequence[Card]:
        """The actor's own live tickets, whatever their day; the desk sorts them around `day`."""
        ...

    def available(self, actor: Actor) -> Sequence[Card]:
        """Open tickets that the actor may take, earliest due first."""
        ...

    def ticket(self, actor: Actor, ticket_id: str) -> Detail: ...
    def take(self, actor: Actor, ticket_id: str, version: int) -> None: ...
    def schedule(self, actor: Actor, ticket_id: str, day: date, slot: Slot, place: Place, version: int) -> None: ...
    def outcome(
        self, actor: Actor, ticket_id: str, outcome: Outcome, visit_number: str, note: str, version: int
    ) -> None:
        """End a ticket. `visit_number`: three digits, or empty where the citizen could not say it."""
        ...

    def set_off(self, actor: Actor, ticket_id: str, version: int) -> None: ...
    def not_met(self, actor: Actor, ticket_id: str, version: int) -> None: ...
    def give_back(self, actor: Actor, ticket_id: str, version: int) -> None: ...
    def reassign(self, actor: Actor, ticket_id: str, agent_id: str, version: int) -> None: ...
    def district(self, actor: Actor, filters: Filters) -> Listing:
        """Tickets of the actor's district (of Dinas Sosial: regency); NotFound for an agent."""
        ...

    def villages(self, actor: Actor) -> Sequence[Village]:
        """The villages that a coordinator or Dinas Sosial may filter by."""
        ...

    def agents_of(self, actor: Actor) -> Sequence[AgentLoad]:
        """Everyone whose work the actor may see, the actor too; an agent sees only himself."""
        ...
