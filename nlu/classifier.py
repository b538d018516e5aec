"""The embedded engine: from a message to its language and the chances of each intent, in less than a millisecond."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np

from nlu.corpus import DATA, SENTENCES
from nlu.linear import Floats, Linear, softmax
from nlu.settings import Settings
from nlu.text import bags, lexicon, sentences

WHOLE, BEST, LAST = 1.0, 0.3, 0.4  # Shares of a long message, of its clearest sentence and of its last: the question.
LENDS: Final = "id"  # The others borrow from it all the time, and it hardly from them:
BORROWED: Final = 0.2  # so much less it counts what looks like it.
PRIOR: Final = 1.0  # What the language that is spoken already counts, so that one borrowed word changes nothing.


@dataclass(frozen=True, slots=True)
class Classifier:
    """`warmth`: how far apart scores are in chances, measured on messages that were not learnt from."""

    intents: Linear
    languages: Linear
    warmth: float
    shortest: int
    longest: int
    usual: Mapping[str, str]

    def chances(self, text: str) -> list[tuple[str, float]]:
        """Every intent with its chance, the likeliest first."""
        chances = softmax(self.scores(text) * self.warmth)
        order = np.argsort(-chances, kind="stable")
        return [(self.intents.classes[place], float(chances[place])) for place in order]

    def scores(self, text: str) -> Floats:
        """Of each intent; a long message is read sentence by sentence, too: its question comes last."""
        whole = self.intents.scores(self._bags(text))
        parts = sentences(text)
        if len(parts) < 2:
            return whole
        each = np.array([self.intents.scores(self._bags(part)) for part in parts])
        mixed: Floats = WHOLE * whole + BEST * each.max(0) + LAST * each[-1]
        return mixed

    def language(self, text: str, spoken: str = "") -> str:
        """What it is written in; `spoken` is what the talk was in so far."""
        scores = self.languages.scores(self._bags(text))
        scores[self.languages.classes.index(LENDS)] -= BORROWED
        if spoken in self.languages.classes:
            scores[self.languages.classes.index(spoken)] += PRIOR
        return self.languages.classes[int(scores.argmax())]

    def _bags(self, text: str) -> tuple[Any, ...]:
        return bags(text, self.usual, self.shortest, self.longest)

    def save(self, path: Path, digest: str) -> None:
        """`digest` says what it was learnt from."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}.npz")
        np.savez_compressed(
            fresh,
            digest=np.array(digest),
            numbers=np.array([self.warmth, self.shortest, self.longest]),
            **self.intents.arrays("intents"),
            **self.languages.arrays("languages"),
        )
        fresh.replace(path)  # Whoever reads it meanwhile has the old one whole.

    @classmethod
    def load(cls, path: Path) -> "Classifier":
        """FileNotFoundError where nothing has been learnt yet; ValueError or KeyError where it is no such file."""
        with np.load(path, allow_pickle=False) as arrays:
            warmth, shortest, longest = arrays["numbers"]
            return cls(
                Linear.of(arrays, "intents"),
                Linear.of(arrays, "languages"),
                float(warmth),
                int(shortest),
                int(longest),
                lexicon(DATA),
            )


def learnt_from(path: Path) -> str:
    """The digest that a model was saved with; nothing where there is none."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return str(arrays["digest"])
    except (OSError, ValueError, KeyError):
        return ""


def digest(settings: Settings) -> str:
    """Of everything that a model is learnt from, the code included: another digest, another model."""
    known = sha256(repr(settings).encode())
    here = Path(__file__).resolve().parent
    for path in sorted([*DATA.glob("*.*"), *SENTENCES.glob("*.txt"), *here.glob("*.py")]):
        known.update(path.name.encode() + path.read_bytes())
    return known.hexdigest()
