"""From a message that is not understood to a suggestion, on both databases: masked, sealed, capped, forgotten."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from support.canaries import Canary, Scanner
from support.databases import Factory, each_database
from support.office import PHONE, Office
from support.opened import opened
from support.understanding import understand

from bot.effects import NotUnderstood
from bot.messages import Channel, Inbound, SessionEvent
from loket import areas
from loket.cli import main
from loket.config import ROOT, Environment, read_config
from loket.meant import Lazily, masking
from loket.privacy import periods
from nlu.embedded import Embedded
from sms.segments import answers
from store.retention import Retention
from store.seal import generate_keys, load_keys
from store.unclear import keep, kept

__all__ = ["each_database", "understand"]

NAME, OTHER = "ZUQIFLORA", "wexthanir"
PEOPLE = Scanner([Canary("name", NAME), Canary("other", OTHER), Canary("phone", PHONE[3:])])
STRANGE = (
    f"pak {NAME} listrik di rumah mati lagi 0{PHONE[3:]}",
    f"bu {OTHER} listrik di rumah mati lagi",
    "listrik di rumah mati lagi lho",
)


@pytest.fixture
def office(each_database: Factory, understand: Embedded, tmp_path: Path) -> Iterator[Office]:
    generate_keys(tmp_path / "keys.json")
    unsure = msgspec.structs.replace(understand.settings, act=2.0, offer=2.0)  # Whatever is written leads to nothing.
    engine = masking(Embedded(understand.classifier, understand.extract, unsure))
    office = Office(each_database(), sealer=load_keys(tmp_path / "keys.json"), understand=engine)
    yield office
    office.close()


def write(office: Office, *texts: str) -> None:
    for count, text in enumerate(texts):
        phone = f"+62812000{count:05}"
        inbound = Inbound(f"w{count}", Channel.SMS, "recording", phone, text, SessionEvent.RESUME, office.clock())
        office.service.desk.accept(inbound, answers())


def suggest(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    monkeypatch.setenv("LOKET_DATABASE_URL", office.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("LOKET_KEYS_FILE", str(tmp_path / "keys.json"))
    result = CliRunner().invoke(main, ("nlu", "suggest", *words))
    assert result.exit_code == 0, result.output
    return result.stdout


def test_what_is_not_understood_is_suggested_without_whose_it_was(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(office, *STRANGE)
    rows = office.rows("unclear")
    assert {tuple(row) for row in rows} == {("id", "day", "sealed")}
    assert {row["day"] for row in rows} == {f"{office.clock():%Y-%m-%d}"}
    assert b"listrik" not in b"".join(bytes(row["sealed"]) for row in rows)
    found = opened(office.service.database, office.sealer)["unclear"]
    assert found.count(b"listrik di rumah") == 3
    assert PEOPLE.leaks({"unclear": found}) == []
    shown = suggest(office, tmp_path, monkeypatch)
    assert "1. 3 messages" in shown
    assert "listrik di rumah" in shown
    assert PEOPLE.leaks({"shown": shown.encode()}) == []
    (group,) = json.loads(suggest(office, tmp_path, monkeypatch, "--json"))["groups"]
    assert group["messages"] == 3


def test_what_is_understood_by_now_is_left_out(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(office, "kapan uang bansos cair bu", "kapan uang bansos cair")
    assert len(office.rows("unclear")) == 2
    assert "Nothing waits" in suggest(office, tmp_path, monkeypatch)


def test_where_nothing_is_kept_it_says_where_it_would_come_from(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = suggest(office, tmp_path, monkeypatch)
    assert "by SMS or WhatsApp" in shown
    assert "--from" in shown


def test_no_more_are_kept_than_may_be(office: Office) -> None:
    effect = NotUnderstood("kata apa", "id", "help", 0.231, date(2026, 11, 20))
    with office.service.database.write() as connection:
        for _ in range(5):
            keep(connection, office.sealer, effect, most=3)
    rows = list(kept(office.service.database, office.sealer))
    assert [(row.text, row.language, row.intent, row.chance) for row in rows] == [("kata apa", "id", "help", 0.23)] * 3


@pytest.mark.parametrize(("days", "later", "gone"), [(30, 30, 0), (30, 31, 3), (1, 1, 0), (1, 2, 3), (0, 0, 3)])
def test_they_are_forgotten_in_their_time(office: Office, days: int, later: int, gone: int) -> None:
    write(office, *STRANGE)
    config = read_config(ROOT / "config.yml")
    config = msgspec.structs.replace(config, retention=msgspec.structs.replace(config.retention, unclear=days))
    retention = Retention(office.service.database, office.sealer, periods(config))
    now = office.clock() + timedelta(days=later)
    assert retention.due(now)["unclear"] == gone
    assert retention.forget(now)["unclear"] == gone
    assert len(office.rows("unclear")) == 3 - gone


@pytest.mark.parametrize(("days", "masked"), [(30, True), (0, False)])
def test_what_is_not_to_be_kept_is_not_even_masked(understand: Embedded, days: int, masked: bool) -> None:
    config: Any = read_config(ROOT / "config.yml")
    config = msgspec.structs.replace(config, retention=msgspec.structs.replace(config.retention, unclear=days))
    meaning = Lazily(config, Environment(), areas.load(ROOT / "data" / "areas"))("listrik di rumah mati lagi", "id")
    assert meaning is not None
    assert bool(meaning.masked) is masked
    assert "listrik" not in repr(meaning)
