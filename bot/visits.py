"""A visit as its citizen may hear of it, and the days on which another could be."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import msgspec

AHEAD = 12  # Days after today that are offered: the agents' own calendar ends with the thirteenth.
SUNDAY = 6


class Heard(StrEnum):
    """What a citizen says of a visit. The agent's coordinator hears of all but the first."""

    MET = "met"
    NO_SHOW = "no_show"  # Nobody came, or nobody set a time.
    NOT_MET = "not_met"  # The agent has written down a meeting that was none.


@dataclass(frozen=True, slots=True)
class Visit:
    """The verification of a case, for the phone that the case was registered from."""

    version: int  # Of the ticket: whoever changes the visit has seen this one.
    due: date  # By when an agent should have come.
    agent: str = field(default="", repr=False)
    day: date | None = None  # None: nothing is planned.
    slot: str = ""
    place: str = ""
    village: str = ""  # Whose hall it is.
    ended: bool = False  # An agent has written down that it took place.
    heard: bool = False  # The citizen has said whether it did.
    complaint: str = ""  # The number of a complaint about it that is being looked into.


def visit(fact: Any) -> Visit | None:
    """The look-up `visit` as a value; None where this phone has no visit in that case."""
    return msgspec.convert(fact, Visit) if fact else None


def days(today: date) -> Sequence[date]:
    """The days that are offered for a visit: from tomorrow on, without Sundays."""
    ahead = (today + timedelta(days=n) for n in range(1, AHEAD + 1))
    return tuple(day for day in ahead if day.weekday() != SUNDAY)
