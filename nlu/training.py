"""Learns the classifiers from the corpus. The only room that needs scikit-learn; what it learns needs NumPy alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from nlu.linear import Linear
from nlu.text import Bags

SEED = 20261120


def fit(
    seen: Sequence[Bags],
    labels: Sequence[str],
    shares: tuple[float, ...],
    fewest: tuple[int, ...],
    strength: float,
    balanced: bool = False,
) -> Linear:
    """One line against all others for each label. `shares`: how much each bag counts; `fewest`: in how many texts a
    feature of it must stand; `strength`: how much a mistake costs against simple weights (the C of a support vector
    machine)."""
    rows, idf = vocabulary(seen, shares, fewest)
    table = table_of(seen, rows, idf, shares)
    machine = LinearSVC(C=strength, class_weight="balanced" if balanced else None, random_state=SEED)
    machine.fit(table, np.array(labels))
    weights, bias = machine.coef_.T, machine.intercept_
    return Linear(
        tuple(map(str, machine.classes_)),
        tuple(rows),
        idf,
        np.ascontiguousarray(weights, np.float16),
        bias.astype(np.float32),
        shares,
    )


def vocabulary(
    seen: Sequence[Bags], shares: tuple[float, ...], fewest: tuple[int, ...]
) -> tuple[list[Mapping[str, int]], Any]:
    """Of each bag, feature -> its column; and of each column how much it tells."""
    rows: list[Mapping[str, int]] = []
    idf: list[float] = []
    for bag, (share, least) in enumerate(zip(shares, fewest, strict=True)):
        texts = Counter(feature for bags in seen for feature in bags[bag] if share)
        features = sorted(feature for feature, count in texts.items() if count >= least)
        rows.append({feature: len(idf) + place for place, feature in enumerate(features)})
        idf += [float(np.log((1 + len(seen)) / (1 + texts[feature]))) + 1 for feature in features]
    return rows, np.array(idf, np.float32)


def table_of(seen: Sequence[Bags], rows: Sequence[Mapping[str, int]], idf: Any, shares: tuple[float, ...]) -> Any:
    """A row for each text; each bag's part of it has the length of the bag's share."""
    lines: list[int] = []
    places: list[int] = []
    values: list[float] = []
    for line, bags in enumerate(seen):
        for known, bag, share in zip(rows, bags, shares, strict=True):
            found = [(known[feature], count) for feature, count in bag.items() if feature in known]
            if not found:
                continue
            where = [place for place, _ in found]
            weighed = (1 + np.log([count for _, count in found])) * idf[where]
            lines += [line] * len(found)
            places += where
            values += list(weighed * (share / np.linalg.norm(weighed)))
    return csr_matrix((values, (lines, places)), shape=(len(seen), len(idf)), dtype=np.float64)
