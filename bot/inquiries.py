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
    VISITED = "visited"  # Is it true that the agent has met them?
    MISSED = "missed"  # Nobody was met: when would suit?
    SURVEY = "survey"
    WITHDRAWAL = "withdrawal"  # The phone of a registration that is about to end: is it meant?


@dataclass(frozen=True, slots=True)
class Question:
    """A sentence with its options, and what is said to each answer; "0" puts it off."""

    sentence: str
    options: Mapping[str, str]
    thanks: Mapping[str, str]


RIGHT, PROBLEM = "right", "problem"
TIMES = {"1": "morning", "2": "midday", "3": "afternoon"}
YES, NO, UNKNOWN, LIVES, DIED, MINE, NOT_ME, SAME, CHANGED, KEEP = (
    "yes", "no", "unknown", "lives", "died", "mine", "not_me", "same", "changed", "keep",
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
    Subject.VISITED: Question(
        "ask.visited", {"1": RIGHT, "2": PROBLEM}, {RIGHT: "ask.thanks", PROBLEM: "ask.visit_problem"}
    ),
    Subject.MISSED: Question("ask.missed", TIMES, dict.fromkeys(TIMES.values(), "ask.wish_noted")),
    Subject.SURVEY: Question(
        "ask.survey",
        {"1": "easy", "2": "so_so", "3": "hard"},
        dict.fromkeys(("easy", "so_so", "hard"), "ask.thanks"),
    ),
    Subject.WITHDRAWAL: Question("ask.withdraw", {"1": KEEP}, {KEEP: "withdraw.kept"}),
}
# Asked by a message that names the digits, so that a bare digit is an answer to it.
BY_MESSAGE = frozenset(
    QUESTIONS[subject].sentence
    for subject in (Subject.QUARTERLY, Subject.VISITED, Subject.MISSED, Subject.SURVEY, Subject.WITHDRAWAL)
)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """An open question. `who`: whom a witness is asked about, as the report names them."""

    id: str
    subject: Subject
    ref: str
    who: str = field(default="", repr=False)
    at: int = 0  # When it was asked, in seconds since 1970.


def inquiry(fact: Any) -> Inquiry | None:
    """The look-up `asked` as a value."""
    return msgspec.convert(fact, Inquiry) if fact else None


def to_fact(value: Inquiry) -> Any:
    """Plain JSON, for the journal."""
    return msgspec.to_builtins(value)
