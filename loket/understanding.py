"""Which engine understands own words here, and what it has learnt."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from backend_client import Unavailable
from backend_client.http import Breaker
from bot.areas import Gazetteer
from bot.windows import local_day
from loket.config import ROOT, Config, ConfigError, Environment
from nlu import Understand
from nlu.classifier import Classifier, digest, learnt_from
from nlu.corpus import load
from nlu.embedded import Embedded
from nlu.entities import Extractor
from nlu.settings import Settings, settings

MODEL = ROOT / "var" / "nlu.npz"

Told = Callable[[str], None]


def settings_of(config: Config) -> Settings:
    try:
        return settings(config.pipeline)
    except ValueError as wrong:
        raise ConfigError(f"config.yml: {wrong}") from None


def fresh(config: Config, path: Path = MODEL) -> bool:
    """Whether there is a model that was learnt from the data, the settings and the code as they are now."""
    return learnt_from(path) == digest(settings_of(config))


def train(config: Config, told: Told, path: Path = MODEL) -> Classifier:
    """Learn anew and keep it; who reads the old model meanwhile is not disturbed."""
    from nlu.learn import learn

    chosen = settings_of(config)
    model = learn(load(), chosen, told)
    model.save(path, digest(chosen))
    return model


def embedded(config: Config, gazetteer: Gazetteer, path: Path = MODEL) -> Embedded:
    """The engine of this process. FileNotFoundError where nothing has been learnt yet."""
    return Embedded(
        Classifier.load(path),
        Extractor.of(load(), gazetteer, config.home).extract,
        settings_of(config),
        lambda: local_day(datetime.now(UTC), config.home),
    )


def engine(config: Config, environment: Environment, gazetteer: Gazetteer) -> Understand:
    """The embedded engine; behind a real Rasa, where LOKET_RASA_URL names one. Made once: it holds a breaker."""
    own = embedded(config, gazetteer)
    if not environment.rasa_url:
        return own
    from nlu.rasa_client import Rasa, in_time, poster, spared

    ask = spared(in_time(poster(environment.rasa_url)), Breaker(monotonic), Unavailable)
    return Rasa(ask, own, own.settings, own.classifier.intents.classes)
