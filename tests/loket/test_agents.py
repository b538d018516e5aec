"""Which phone an agent works from: an operator's word, asked for, so that it stands in no list of processes."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from handoff.routing import Role
from loket.cli import main
from store.agents import Agent, Agents
from store.database import Database
from store.migrate import migrate
from store.seal import generate_keys


def phone(*words: str, number: str = "") -> str:
    return CliRunner().invoke(main, ["agents", "phone", *words], input=f"{number}\n").output


def test_the_phone_of_an_agent_is_asked_for_and_belongs_to_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'loket.db'}"
    monkeypatch.setenv("LOKET_DATABASE_URL", url)
    monkeypatch.setenv("LOKET_KEYS_FILE", str(tmp_path / "keys.json"))
    generate_keys(tmp_path / "keys.json")
    database = Database(url)
    migrate(database)
    Agents(database).add([Agent(name, name, name.title(), Role.AGENT, "351015") for name in ("budi", "sari")])
    database.close()
    assert "Registered" in phone("budi", number="0812-0000-0801")
    assert "somebody else" in phone("sari", number="+6281200000801")
    assert "no Indonesian mobile" in phone("sari", number="12")
    assert "nobody at the desk" in phone("siti", number="081200000802")
    assert "Forgotten" in phone("budi", "--forget")
    assert "Registered" in phone("sari", number="081200000801")
