"""What was learnt from the corpus, once for all tests: `make test` has made it; without it, it is learnt here."""

import pytest

from loket import areas, understanding
from loket.config import ROOT, read_config
from nlu.embedded import Embedded


@pytest.fixture(scope="session")
def understand() -> Embedded:
    config = read_config(ROOT / "config.yml")
    if not understanding.fresh(config):
        understanding.train(config, lambda what: None)
    return understanding.embedded(config, areas.load(ROOT / "data" / "areas"))
