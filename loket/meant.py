"""Asks what own words mean: the engine of this process, loaded when somebody first writes in their own words."""

from collections.abc import Callable
from threading import Lock
from zipfile import BadZipFile

import msgspec

from bot.areas import Gazetteer
from bot.meaning import Meaning, Outcome
from loket import log
from loket.config import Config, Environment

Understand = Callable[[str, str], Meaning | None]  # A text and the language of its talk; None: it could not be had.


class Lazily:
    """The engine that the environment names. Where nothing was learnt yet, keywords and numbers have to do, and the log
    says so once."""

    def __init__(self, config: Config, environment: Environment, gazetteer: Gazetteer) -> None:
        self._config, self._environment, self._gazetteer = config, environment, gazetteer
        self._lock = Lock()
        self._engine: Understand | None = None
        self._looked = False

    def __call__(self, text: str, language: str) -> Meaning | None:
        with self._lock:
            if not self._looked:
                self._looked, self._engine = True, self._load()
        return self._engine(text, language) if self._engine else None

    def _load(self) -> Understand | None:
        from loket.understanding import engine

        try:
            asked = engine(self._config, self._environment, self._gazetteer)
            return masking(asked) if self._config.retention.unclear else asked
        except (OSError, ValueError, KeyError, BadZipFile) as error:  # There is no model, or it is not whole.
            log.get("loket").warning("nlu.not_learnt", error=type(error).__name__)
            return None


def masking(engine: Understand) -> Understand:
    """The same engine; what may be kept of a message that is not clear comes with its meaning."""
    from nlu.corpus import load
    from nlu.masking import Masker

    masker = Masker.of(load())

    def understand(text: str, language: str) -> Meaning | None:
        meaning = engine(text, language)
        if meaning is None or meaning.outcome is Outcome.ACT:
            return meaning
        return msgspec.structs.replace(meaning, masked=masker(text, meaning.entities))

    return understand


def nothing(text: str, language: str) -> None:
    """No engine: what is not a number or a keyword is not understood."""
