"""A ticket as the member of staff who has it hears of it by message, and what came of a move on it."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

# What came of a move: made, or not for a reason of handoff's, or for one of these.
DONE = "done"
GONE = "gone"  # It is not theirs any more, or it has changed since they were told of it.
OVER = "over"  # That part of the day has passed.
WRONG = "wrong:"  # The visit number; behind it how many tries are left.
TOO_MANY = "too_many"  # Opened today.


class When(StrEnum):
    """Why a task stands where it does in the list."""

    LATE = "late"
    TODAY = "today"
    UNPLANNED = "unplanned"
    LATER = "later"
    OPEN = "open"  # Nobody has it yet.


@dataclass(frozen=True, slots=True)
class Task:
    """A ticket. `version`: whoever moves it has been told of this one."""

    id: str
    ref: str
    version: int
    village: str
    due: date
    when: When
    verification: bool  # It ends with the citizen's visit number.
    name: str = field(default="", repr=False)  # The first name.
    day: date | None = None
    slot: str = ""
    place: str = "home"  # Where the visit is, or would be.
    agent_number: str = field(default="", repr=False)  # The visit's.

    @property
    def mine(self) -> bool:
        return self.when is not When.OPEN


@dataclass(frozen=True, slots=True)
class Found:
    """What a number came to: one task, several, or one that a colleague in the same `village` has."""

    task: Task | None = None
    several: bool = False
    village: str = ""
    open: int = 0  # Tickets there that nobody has.


@dataclass(frozen=True, slots=True)
class Opened:
    """What is needed to go there."""

    phone: str = field(default="", repr=False)
    landmark: str = field(default="", repr=False)
    agent_number: str = field(default="", repr=False)


def found(fact: Any) -> Found:
    """The look-up `task` as a value."""
    return msgspec.convert(fact or {}, Found)


def tasks(fact: Any) -> tuple[Task, ...]:
    """The look-up `tasks` as values."""
    return msgspec.convert(fact or (), tuple[Task, ...])


def opened(fact: Any) -> Opened:
    """The look-up `opened` as a value."""
    return msgspec.convert(fact or {}, Opened)
