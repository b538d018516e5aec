"""A flow by its name in config.yml: what is missing is called by its own name."""

from pathlib import Path

import msgspec
import pytest

import bot.flows
from bot.texts import Catalogue
from loket import areas, texts
from loket.config import ROOT, ConfigError, read_config
from loket.engine import build


def offering(*services: str) -> None:
    config = msgspec.structs.replace(read_config(ROOT / "config.yml"), services=list(services))
    catalogue: Catalogue = texts.load(config.languages)
    build(config, catalogue, areas.load(ROOT / "data" / "areas"))


def test_a_flow_that_is_not_there() -> None:
    with pytest.raises(ConfigError, match=r"there is no bot/flows/teleport\.py"):
        offering("teleport")


def test_a_flow_that_needs_what_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "teleport.py").write_text("import nowhere_at_all\n")
    monkeypatch.setattr(bot.flows, "__path__", [*bot.flows.__path__, str(tmp_path)])
    with pytest.raises(ModuleNotFoundError, match="nowhere_at_all"):
        offering("teleport")
