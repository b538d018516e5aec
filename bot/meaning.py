"""What a message in somebody's own words seems to mean: a guess, never more than a proposal to whoever wrote it."""

from enum import StrEnum

import msgspec


class Outcome(StrEnum):
    """What a guess is good for: to go on with it, to offer the likeliest as lines, or to bring the menu."""

    ACT = "act"
    OFFER = "offer"
    FALLBACK = "fallback"


class Entity(msgspec.Struct, frozen=True):
    """A thing that was named. `value` is normalised (16 digits, a programme's code); `other` is the second form that
    some have beside it: the ISO date, the 24-hour time, the village's code."""

    entity: str
    value: str
    start: int = 0  # Where it stands in the text: first character, and the one behind the last.
    end: int = 0
    other: str = ""

    def __repr__(self) -> str:
        return f"Entity({self.entity})"


class Meaning(msgspec.Struct, frozen=True):
    """An intent of data/nlu with its chance, and the three likeliest in order; the language it is written in.

    `masked`: what may be kept of the text where it is not clear; nothing where nothing is to be kept."""

    language: str
    intent: str
    confidence: float
    top: tuple[tuple[str, float], ...]
    outcome: Outcome
    entities: tuple[Entity, ...] = ()
    masked: str = ""

    def __repr__(self) -> str:
        return f"Meaning({self.language}, {self.intent}, {self.outcome})"

    def values(self, entity: str) -> tuple[str, ...]:
        """Every value of this kind, in the order of the text."""
        return tuple(found.value for found in self.entities if found.entity == entity)
