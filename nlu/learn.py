"""From the corpus to a classifier that is ready to be used: learns, and measures how sure it may be."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final

import numpy as np

from nlu.classifier import Classifier
from nlu.corpus import DATA, MIXED, SENTENCES, Corpus, Example
from nlu.linear import Floats, Linear, softmax
from nlu.settings import Settings
from nlu.text import Bags, bags, lexicon, words
from nlu.training import fit

FOLDS: Final = 3
SHARES: Final = (1.0, 0.0, 1.0, 0.8)  # Parts of words, words, usual words, consonants: found by leaving styles out.
FEWEST: Final = (3, 1, 1, 1)
STRENGTH: Final = 0.5
LANGUAGE_SHARES: Final = (1.0, 0.7, 0.0, 0.0)
WARMTHS: Final = np.linspace(1, 8, 29)

Told = Callable[[str], None]


def learn(corpus: Corpus, settings: Settings, told: Told = lambda what: None) -> Classifier:
    """Deterministic: the same data and settings give the same weights."""
    usual = lexicon(DATA)

    def see(text: str) -> Bags:
        return bags(text, usual, settings.shortest, settings.longest)

    told("reading")
    seen = [see(example.text) for example in corpus.examples]
    told("languages")
    languages = _languages(corpus.examples, see)
    told("how sure it may be")
    warmth = _warmth(seen, corpus.examples)
    told("intents")
    return Classifier(fit_intents(seen, corpus.examples), languages, warmth, settings.shortest, settings.longest, usual)


def fit_intents(seen: Sequence[Bags], examples: Sequence[Example]) -> Linear:
    return fit(seen, [example.intent for example in examples], SHARES, FEWEST, STRENGTH)


def _languages(examples: Sequence[Example], see: Callable[[str], Bags]) -> Linear:
    """What the examples, everyday sentences and words are written in; of mixed examples nothing can be learnt."""
    told = [(example.text, example.language) for example in examples if example.language != MIXED]
    for path in sorted(SENTENCES.glob("*.txt")):
        told += (
            (line, path.stem.partition("_")[0])
            for line in path.read_text(encoding="utf-8").splitlines()
            if line.strip()
        )
    told += words(DATA / "words.csv")
    labels = [language for _, language in told]
    return fit([see(text) for text, _ in told], labels, LANGUAGE_SHARES, (2, 1, 1, 1), STRENGTH, balanced=True)


def _warmth(seen: Sequence[Bags], examples: Sequence[Example]) -> float:
    """How far apart scores are in chances: what makes messages likeliest that were left out of the learning."""
    fold = [int(sha256(example.text.lower().encode()).hexdigest(), 16) % FOLDS for example in examples]
    scores, right = [], []
    for left_out in range(FOLDS):
        kept = [place for place, each in enumerate(fold) if each != left_out]
        model = fit_intents([seen[place] for place in kept], [examples[place] for place in kept])
        for place, each in enumerate(fold):
            if each == left_out:
                scores.append(model.scores(seen[place]))
                right.append(model.classes.index(examples[place].intent))
    return float(min(WARMTHS, key=lambda warmth: _surprise(scores, right, warmth)))


def _surprise(scores: Sequence[Floats], right: Sequence[int], warmth: float) -> float:
    sure = [softmax(each * np.float32(warmth))[place] for each, place in zip(scores, right, strict=True)]
    return -float(np.mean(np.log(np.array(sure) + 1e-9)))
