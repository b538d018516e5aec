"""A linear classifier over bags of features: a table of weights to add up, which needs nothing but NumPy to be used."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.text import Bags

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Linear:
    """`rows`: for each bag, feature -> row of its weights; `idf` and `weights` have a row for each."""

    classes: tuple[str, ...]
    rows: tuple[Mapping[str, int], ...]
    idf: Floats
    weights: NDArray[np.float16]
    bias: Floats
    shares: tuple[float, ...]  # How much each bag counts.

    def scores(self, bags: Bags) -> Floats:
        """One for each class; above 0 speaks for it."""
        total = self.bias.copy()
        for rows, bag, share in zip(self.rows, bags, self.shares, strict=True):
            known = [(row, count) for feature, count in bag.items() if (row := rows.get(feature)) is not None]
            if not known:
                continue
            places, counts = (np.array(each) for each in zip(*known, strict=True))
            values = (1 + np.log(counts)) * self.idf[places]
            values *= share / np.linalg.norm(values)
            total += values.astype(np.float32) @ self.weights[places].astype(np.float32)
        return total

    def arrays(self, name: str) -> dict[str, Any]:
        """As it is written to a file, under this name."""
        return {
            f"{name}.classes": np.array(self.classes),
            f"{name}.features": np.frombuffer("\0".join("\n".join(rows) for rows in self.rows).encode(), np.uint8),
            f"{name}.idf": self.idf,
            f"{name}.weights": self.weights,
            f"{name}.bias": self.bias,
            f"{name}.shares": np.array(self.shares),
        }

    @classmethod
    def of(cls, arrays: Mapping[str, Any], name: str) -> "Linear":
        """What `arrays` wrote."""
        blocks = arrays[f"{name}.features"].tobytes().decode().split("\0")
        rows, first = [], 0
        for block in blocks:
            features = block.split("\n") if block else []
            rows.append(dict(zip(features, range(first, first + len(features)), strict=True)))
            first += len(features)
        return cls(
            tuple(map(str, arrays[f"{name}.classes"])),
            tuple(rows),
            arrays[f"{name}.idf"],
            arrays[f"{name}.weights"],
            arrays[f"{name}.bias"],
            tuple(map(float, arrays[f"{name}.shares"])),
        )


def softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max())
    result: Floats = powers / powers.sum()
    return result
