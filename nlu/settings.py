"""What config.yml says of understanding, in Rasa's own keys, so that one file steers both engines."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec


class Settings(msgspec.Struct, frozen=True):
    """`act`: from this chance on a guess is gone on with, if it is ahead of the second by `ahead`; `offer`: from this
    one on it may be among those that are offered."""

    shortest: int = 1  # Characters of the parts of words that are looked at.
    longest: int = 5
    act: float = 0.5
    ahead: float = 0.1
    offer: float = 0.35


def settings(pipeline: Sequence[Mapping[str, Any]]) -> Settings:
    """From Rasa's pipeline: the featurizer of parts of words, and the classifier that falls back.

    ValueError where one of the two is missing, for then the engines would not do the same.
    """
    parts = next((step for step in pipeline if step.get("analyzer") == "char_wb"), None)
    falls_back = next((step for step in pipeline if step.get("name") == "FallbackClassifier"), None)
    if parts is None or falls_back is None:
        raise ValueError("the pipeline needs a CountVectorsFeaturizer with analyzer: char_wb and a FallbackClassifier")
    return Settings(
        int(parts.get("min_ngram", 1)),
        int(parts.get("max_ngram", 5)),
        float(falls_back.get("threshold", 0.5)),
        float(falls_back.get("ambiguity_threshold", 0.1)),
        float(falls_back.get("offer_threshold", 0.35)),
    )
