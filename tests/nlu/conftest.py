"""The engine that was learnt from the corpus, for every test of this folder."""

from support.understanding import understand

__all__ = ["understand"]
