"""The operators warn an area of fraud: counted first, once a day, and not at night."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update
from support.databases import Factory, each_database
from support.office import PHONE, VILLAGE, Office

from loket import notify
from loket.cli import main
from store.schema import contacts, registrations
from store.seal import generate_keys, load_keys

__all__ = ["each_database"]

OTHER, SILENT = "+6281200000002", "+6281200000003"


@pytest.fixture
def office(each_database: Factory, tmp_path: Path) -> Iterator[Office]:
    generate_keys(tmp_path / "keys.json")
    office = Office(each_database(), sealer=load_keys(tmp_path / "keys.json"))
    office.register("3333")
    office.register("3334")  # Two of one phone are told once.
    elsewhere = office.register("4444", OTHER)
    office.register("5555", SILENT)
    with office.database.write() as connection:
        mine = registrations.c.ref == elsewhere
        connection.execute(update(registrations).where(mine).values(village="35.10.14.2001", district="351014"))
        contact = office.row("registrations", ref=office.rows("registrations")[-1]["ref"])["contact_id"]
        connection.execute(update(contacts).where(contacts.c.id == contact).values(opted_out_at=1))
    yield office
    office.close()


def warned(office: Office) -> int:
    return [row["sentence"] for row in office.rows("messages")].count("evt.fraud_warning")


@pytest.mark.parametrize(
    ("area", "people"), [(VILLAGE, 1), ("3510152006", 1), ("351015", 1), ("351014", 1), ("3510", 2)]
)
def test_a_dry_run_counts_and_sends_nothing(office: Office, area: str, people: int) -> None:
    assert f": {people} people would be warned" in notify.warn(office.service, area, dry_run=True, sure=True)
    assert warned(office) == 0


def test_everybody_of_the_area_is_warned_once_a_day(office: Office) -> None:
    for _ in range(2):
        said = notify.warn(office.service, "351015", dry_run=False, sure=True)
        assert "1 people are warned" in said
        assert "1 want no messages" in said
    assert warned(office) == 1
    office.work(minutes=1)
    assert [message.to for message in office.gateway.sent if "awas penipuan" in message.body] == [PHONE]
    office.clock.wait(days=1)
    notify.warn(office.service, "3510", dry_run=False, sure=True)
    assert warned(office) == 3


def test_nobody_is_woken_by_a_warning(office: Office) -> None:
    office.clock.now = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # Ten in the evening.
    notify.warn(office.service, "351015", dry_run=False, sure=True)
    office.work(minutes=1)
    assert not any("penipuan" in body for body in office.gateway.bodies)
    office.work(hours=10)
    assert any("penipuan" in body for body in office.gateway.bodies)


@pytest.fixture
def run(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("LOKET_DATABASE_URL", office.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("LOKET_KEYS_FILE", str(tmp_path / "keys.json"))
    return lambda *words, **more: CliRunner().invoke(main, ["notify", "fraud-warning", *words], **more)


def test_the_command_asks_first_and_is_written_down(office: Office, run: Callable[..., Result]) -> None:
    assert run("--village", VILLAGE, input="n\n").exit_code == 1
    assert warned(office) == 0
    assert run("--village", VILLAGE, "--yes").exit_code == 0
    assert warned(office) == 1
    assert [(row["verb"], row["subject"]) for row in office.rows("audit")] == [("fraud_warning", VILLAGE)]
    assert run("--village", VILLAGE, "--district", "351015").exit_code == 2
    assert "there is no village" in run("--district", "999999", "--yes").output
