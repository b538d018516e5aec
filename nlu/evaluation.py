"""How good the understanding is, measured on ways of writing that nothing was learnt from."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Final

import msgspec
import numpy as np
from sklearn.metrics import f1_score, recall_score

from bot.meaning import Outcome
from nlu.corpus import DATA, Corpus, Example
from nlu.embedded import OUTSIDE, outcome
from nlu.learn import Told, fit_intents, learn
from nlu.settings import Settings
from nlu.text import bags, lexicon

BINS: Final = 10
CONFUSED: Final = 15  # So many pairs of intents are named.

Guess = Sequence[tuple[str, float]]  # Intents with their chances, the likeliest first.
Judge = Callable[[str], Guess]


class Judged(msgspec.Struct, frozen=True):
    """An example with what was guessed of it."""

    style: str
    intent: str
    top: Guess
    outcome: Outcome

    @property
    def right(self) -> bool:
        return self.top[0][0] == self.intent


class Row(msgspec.Struct, frozen=True):
    """Of one style, as shares of 1. `wrong`: of our domain, what was gone on with as something else; `sent_away`: of
    our domain, what brought the menu alone; `caught`: of what is outside, what did."""

    style: str
    examples: int
    accuracy: float
    macro_f1: float
    first_three: float
    weakest: str
    weakest_recall: float
    wrong: float
    sent_away: float
    caught: float


class Report(msgspec.Struct, frozen=True):
    """`calibration`: chance that was given, share that was right, how many; `curve`: threshold, share of the outside
    that was caught, share of our domain that was sent away."""

    rows: tuple[Row, ...]
    confused: tuple[tuple[str, str, int], ...]
    calibration: tuple[tuple[float, float, int], ...]
    curve: tuple[tuple[float, float, float], ...]


def left_out(corpus: Corpus, settings: Settings, told: Told) -> list[Judged]:
    """Every example, judged by what was learnt from all styles but its own."""
    usual = lexicon(DATA)
    whole = learn(corpus, settings, told)
    judged: list[Judged] = []
    for style in corpus.styles:
        told(f"without {style}")
        kept = [example for example in corpus.examples if example.style != style]
        seen = [bags(example.text, usual, settings.shortest, settings.longest) for example in kept]
        model = replace(whole, intents=fit_intents(seen, kept))
        judged += judge([each for each in corpus.examples if each.style == style], model.chances, settings)
    return judged


def judge(examples: Sequence[Example], chances: Judge, settings: Settings) -> list[Judged]:
    """What is guessed of each."""
    guesses = ((each, chances(each.text)) for each in examples)
    return [Judged(each.style, each.intent, top, outcome(top, settings)) for each, top in guesses]


def report(judged: Sequence[Judged]) -> Report:
    """A row for each style and one for all of them; and where the mistakes are."""
    styles = sorted({each.style for each in judged})
    rows = [_row(style, [each for each in judged if each.style == style]) for style in styles]
    mistakes = Counter((each.intent, each.top[0][0]) for each in judged if not each.right)
    confused = tuple((*pair, count) for pair, count in mistakes.most_common(CONFUSED))
    return Report((*rows, _row("all", judged)), confused, tuple(_calibration(judged)), tuple(_curve(judged)))


def milliseconds(understand: Callable[[str], object], texts: Sequence[str]) -> tuple[float, float]:
    """Mean and 99th percentile of one message."""
    taken = []
    for text in texts:
        began = perf_counter()
        understand(text)
        taken.append((perf_counter() - began) * 1000)
    return float(np.mean(taken)), float(np.percentile(taken, 99))


def _row(style: str, judged: Sequence[Judged]) -> Row:
    meant = [each.intent for each in judged]
    guessed = [each.top[0][0] for each in judged]
    intents = sorted(set(meant))
    recalls = recall_score(meant, guessed, labels=intents, average=None, zero_division=0)
    ours = [each for each in judged if each.intent != OUTSIDE]
    outside = [each for each in judged if each.intent == OUTSIDE]
    return Row(
        style,
        len(judged),
        _share(each.right for each in judged),
        float(f1_score(meant, guessed, labels=intents, average="macro", zero_division=0)),
        _share(each.intent in dict(each.top[:3]) for each in judged),
        intents[int(np.argmin(recalls))],
        float(np.min(recalls)),
        _share(each.outcome is Outcome.ACT and not each.right for each in ours),
        _share(each.outcome is Outcome.FALLBACK for each in ours),
        _share(each.outcome is Outcome.FALLBACK for each in outside),
    )


def _share(those: Iterator[bool]) -> float:
    counted = list(those)
    return sum(counted) / len(counted) if counted else 0.0


def _calibration(judged: Sequence[Judged]) -> Iterator[tuple[float, float, int]]:
    for low in np.linspace(0, 1, BINS, endpoint=False):
        within = [each for each in judged if low < each.top[0][1] <= low + 1 / BINS]
        if within:
            yield float(np.mean([each.top[0][1] for each in within])), _share(e.right for e in within), len(within)


def _curve(judged: Sequence[Judged]) -> Iterator[tuple[float, float, float]]:
    """At each threshold: a message is let go where outside is the likeliest, or nothing reaches the threshold."""
    for threshold in np.linspace(0, 1, 21):
        away = [each.top[0][0] == OUTSIDE or each.top[0][1] < threshold for each in judged]
        outside = _share(gone for gone, each in zip(away, judged, strict=True) if each.intent == OUTSIDE)
        ours = _share(gone for gone, each in zip(away, judged, strict=True) if each.intent != OUTSIDE)
        yield float(threshold), outside, ours
