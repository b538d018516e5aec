"""The engine that lives in this process: a classifier for intents and languages, and patterns for what is named."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.meaning import Entity, Meaning, Outcome
from nlu.classifier import Classifier
from nlu.settings import Settings

CHOICES: Final = 3  # As many as can be offered.
OUTSIDE: Final = "out_of_scope"

Extract = Callable[[str, date | None], tuple[Entity, ...]]


@dataclass(frozen=True, slots=True)
class Embedded:
    """`today`: the day that "tomorrow" is counted from."""

    classifier: Classifier
    extract: Extract
    settings: Settings
    today: Callable[[], date | None] = lambda: None

    def __call__(self, text: str, language: str = "") -> Meaning:
        """`language`: what the talk is in so far. Any text has a meaning; the outcome says what it is good for."""
        top = self.classifier.chances(text)[:CHOICES]
        return Meaning(
            self.classifier.language(text, language),
            top[0][0],
            top[0][1],
            tuple(top),
            outcome(top, self.settings),
            self.extract(text, self.today()),
        )


def outcome(top: Sequence[tuple[str, float]], settings: Settings) -> Outcome:
    """What the likeliest three are good for.

    What lies outside is never offered; where it is the likeliest guess, nothing is, unless another is close behind.
    """
    (first, chance), second = top[0], top[1][1]
    clear = chance >= settings.act and chance - second >= settings.ahead
    if first == OUTSIDE:
        return Outcome.FALLBACK if clear or second < settings.offer else Outcome.OFFER
    if clear:
        return Outcome.ACT
    return Outcome.OFFER if chance >= settings.offer else Outcome.FALLBACK
