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


LIST = """login,name,role,district,villages,languages,capacity,badge,phone
budi,Budi,agent,351015,35.10.15.2006 35.10.15.2004,id jv,60,4821,0812-0000-0801
endang,Endang,coordinator,351015,,id,,,
"""


def test_a_list_brings_people_in_and_gives_phones_to_those_who_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, path = f"sqlite:///{tmp_path / 'loket.db'}", tmp_path / "people.csv"
    monkeypatch.setenv("LOKET_DATABASE_URL", url)
    monkeypatch.setenv("LOKET_KEYS_FILE", str(tmp_path / "keys.json"))
    generate_keys(tmp_path / "keys.json")
    migrate(Database(url))

    def bring(text: str) -> str:
        path.write_text(text, "utf-8")
        return CliRunner().invoke(main, ["agents", "import", str(path)]).output

    assert "line 3: a value" in bring(LIST.replace("coordinator", "boss"))
    assert "lacks the column role" in bring(LIST.replace("role", "rank"))
    assert "2 are new, 0 were known; 1 work by message" in bring(LIST)
    assert "0 are new, 2 were known; 2 work by message" in bring(LIST.replace("id,,,", "id,,,081200000802"))
    said = bring(LIST.replace("endang,", "sari,").replace("id,,,", "id,,,081200000801"))
    assert "line 3: its login or phone" in said
    assert "0801" not in said
