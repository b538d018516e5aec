"""How far a registration has come, in one table: the portal's word, ours, and the sentences that say it."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec


class Stage(StrEnum):
    RECEIVED = "received"  # Waits for an agent.
    ASSIGNED = "assigned"
    SCHEDULED = "scheduled"
    MISSED = "missed_visit"
    VERIFIED = "verified"  # The agent has met the person; the portal is told.
    FACE_FAILED = "face_failed"
    NEED_DATA = "need_data"
    MISMATCH = "mismatch"
    CHECKING = "checking"  # People look at it; nothing is said of why.
    PROCESSING = "processing"
    ELIGIBLE = "eligible"
    WAITLIST = "waitlist"
    NOT_ELIGIBLE = "not_eligible"
    OBJECTED = "objected"
    DUPLICATE = "duplicate"
    INVALID = "invalid"
    FINAL = "final"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    WITH_FAMILY = "handled_by_family"


# The portal's states (backend contract, section 4.3) and what they are to us.
OF_PORTAL = {
    "draft": Stage.RECEIVED,
    "received": Stage.RECEIVED,
    "duplicate": Stage.DUPLICATE,
    "invalid": Stage.INVALID,
    "assigned": Stage.ASSIGNED,
    "visit_planned": Stage.SCHEDULED,
    "verified": Stage.VERIFIED,
    "submitted_to_portal": Stage.PROCESSING,
    "under_review": Stage.PROCESSING,
    "needs_data": Stage.NEED_DATA,
    "eligible": Stage.ELIGIBLE,
    "waitlist": Stage.WAITLIST,
    "not_eligible": Stage.NOT_ELIGIBLE,
    "objection_open": Stage.NOT_ELIGIBLE,
    "objection_review": Stage.OBJECTED,
    "final": Stage.FINAL,
    "unreachable": Stage.EXPIRED,
    "expired": Stage.EXPIRED,
    "withdrawn": Stage.WITHDRAWN,
    "deceased": Stage.WITH_FAMILY,
}

# Where a registration can be while a visit is still to come.
IN_HAND = frozenset({Stage.RECEIVED, Stage.ASSIGNED, Stage.SCHEDULED, Stage.MISSED, Stage.FACE_FAILED})
DECIDED = frozenset({Stage.ELIGIBLE, Stage.WAITLIST, Stage.NOT_ELIGIBLE, Stage.FINAL})
CLOSED = DECIDED | {Stage.DUPLICATE, Stage.INVALID, Stage.WITHDRAWN, Stage.EXPIRED, Stage.WITH_FAMILY}

# Two stages share a label where a menu line has no room for the difference.
LABELS = {stage: f"status.label.{stage.value}" for stage in Stage} | {
    Stage.MISSED: "status.label.missed",
    Stage.FACE_FAILED: "status.label.paused",
    Stage.NEED_DATA: "status.label.paused",
    Stage.MISMATCH: "status.label.paused",
    Stage.WITH_FAMILY: "status.label.paused",
    Stage.CHECKING: "status.label.duplicate",
}
SENTENCES = {stage: f"status.{stage.value}" for stage in Stage} | {Stage.CHECKING: "status.duplicate"}


@dataclass(frozen=True, slots=True)
class Case:
    """One registration as its contact may hear of it. `name` is masked where the phone is shared."""

    ref: str
    name: str = field(repr=False)
    stage: Stage
    visit_by: date
    agent: str = field(default="", repr=False)
    agent_number: str = field(default="", repr=False)
    visit_number: str = field(default="", repr=False)
    day: date | None = None
    slot: str = ""
    place: str = ""
    village: str = ""
    reason: str = ""
    programme: str = ""
    until: date | None = None  # The last day to object.
    regency: str = ""
    objection: str = ""  # The number of the one that is open, or that was asked for by its own number.
    standing: str = ""  # Where that stands.
    answer_by: date | None = None
    leaves: int = 0  # Its withdrawal was asked for, and can be undone until then, in seconds since 1970.


@dataclass(frozen=True, slots=True)
class Cases:
    """What a contact has with us."""

    own_phone: bool = False
    cases: tuple[Case, ...] = ()


def cases(fact: Any) -> Cases:
    """The look-up `cases` as a value; without an answer, nothing is known."""
    return msgspec.convert(fact, Cases) if fact is not None else Cases()


def case(fact: Any) -> Case | None:
    return msgspec.convert(fact, Case) if fact else None


def to_fact(value: Cases | Case) -> Any:
    """Plain JSON, for the journal."""
    return msgspec.to_builtins(value)
