"""What somebody is asked when they dial next, each to be answered with one digit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

LATER, CALL = "later", "call"


class Subject(StrEnum):
    """What a question is about."""

    DEATH = "death"  # A witness: is it true?
    ALIVE = "alive"  # The phone of the person who is said to have died.
    PHONE = "phone"  # The old phone: was it you who changed the number?
    QUARTERLY = "quarterly"


@dataclass(frozen=True, slots=True)
class Question:
    """A sentence with its options, and what is said to each answer; "0" puts it off."""

    sentence: str
    options: Mapping[str, str]
    thanks: Mapping[str, str]


YES, NO, UNKNOWN, LIVES, DIED, MINE, NOT_ME, SAME, CHANGED = (
    "yes", "no", "unknown", "lives", "died", "mine", "not_me", "same", "changed",
)  # fmt: skip
QUESTIONS: Mapping[Subject, Question] = {
    Subject.DEATH: Question(
        "ask.death",
        {"1": YES, "2": NO, "3": UNKNOWN},
        {YES: "ask.death_confirmed", NO: "ask.checked", UNKNOWN: "ask.thanks"},
    ),
    Subject.ALIVE: Question(
        "ask.alive",
        {"1": LIVES, "2": DIED, "3": CALL},
        {LIVES: "ask.checked", DIED: "ask.death_confirmed"},
    ),
    Subject.PHONE: Question(
        "ask.phone",
        {"1": MINE, "2": NOT_ME},
        {MINE: "ask.thanks", NOT_ME: "ask.phone_restored"},
    ),
    Subject.QUARTERLY: Question("ask.quarterly", {"1": SAME, "2": CHANGED}, {SAME: "ask.same"}),
}


@dataclass(frozen=True, slots=True)
class Inquiry:
    """An open question. `who`: whom a witness is asked about, as the report names them."""

    id: str
    subject: Subject
    ref: str
    who: str = field(default="", repr=False)


def inquiry(fact: Any) -> Inquiry | None:
    """The look-up `asked` as a value."""
    return msgspec.convert(fact, Inquiry) if fact else None


def to_fact(value: Inquiry) -> Any:
    """Plain JSON, for the journal."""
    return msgspec.to_builtins(value)
