"""The operator's commands for people's rights, on a real database."""

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.databases import Factory, each_database
from support.office import NIK, PHONE, Office

from bot.effects import CompleteRegistration
from bot.identity import Reference
from loket.cli import main
from store.seal import generate_keys, load_keys

__all__ = ["each_database"]

NAME = "ZUQIFLORA WEXTHANIR"
Run = Callable[..., Result]


@pytest.fixture
def office(each_database: Factory, tmp_path: Path) -> Iterator[Office]:
    generate_keys(tmp_path / "keys.json")
    office = Office(each_database(), sealer=load_keys(tmp_path / "keys.json"))
    office.talk("1", "1")
    yield office
    office.close()


@pytest.fixture
def run(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    url = office.database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("LOKET_DATABASE_URL", url)
    monkeypatch.setenv("LOKET_KEYS_FILE", str(tmp_path / "keys.json"))
    return lambda *words, **more: CliRunner().invoke(main, ["privacy", *words], **more)


def test_an_export_holds_everything_of_one_contact_and_nothing_of_another(office: Office, run: Run) -> None:
    ref = office.register("3333", name=NAME)
    office.register("4444", "+6281200000009", name="QUJUMBRATA")
    office.apply(office.dial(), CompleteRegistration(Reference(ref), "location", "-8.219200,114.369100"))
    office.talk("8", "4", "3", "1", "3333")
    done = run("export", "--ref", f"{ref[:4]}-{ref[4:8]}-{ref[8:]}")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["registrations"][0]["sealed"] == [f"{NIK}3333", NAME, ""]
    assert found["registrations"][0]["sealed_details"]["location"] == "-8.219200,114.369100"
    assert found["identities"][0]["sealed"] == PHONE
    assert found["registrations"][0]["nik_idx"] == "(a keyed hash)"
    assert {"consents", "messages", "inbox", "sessions", "tickets", "subject_requests", "ticket_events"} <= found.keys()
    assert found["registrations"][0]["accepted_at"].startswith("2026-11-20T05:00")
    assert "QUJUMBRATA" not in done.stdout
    assert f"{NIK}4444" not in done.stdout
    assert [row["verb"] for row in office.rows("audit")] == ["export"]
    assert office.rows("audit")[0]["actor"].startswith("cli:")


def test_an_export_to_a_file_is_for_its_owner_only(office: Office, run: Run, tmp_path: Path) -> None:
    ref, out = office.register("3333", name=NAME), tmp_path / "all.json"
    assert run("export", "--ref", ref, "--out", str(out)).exit_code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert NAME in out.read_text("utf-8")
    assert run("export", "--ref", ref, "--out", str(out)).exit_code == 1  # Nothing is overwritten.


@pytest.mark.parametrize("ref", ["1234", "472190351189", "abc", "472190351188"])
def test_a_number_that_is_none_is_refused_in_a_sentence(run: Run, ref: str) -> None:
    done = run("export", "--ref", ref)
    assert done.exit_code == 1
    assert "number" in done.output
    assert "Traceback" not in done.output


def test_an_erasure_asks_first(office: Office, run: Run) -> None:
    ref = office.register("3333", name=NAME)
    assert run("erase", "--ref", ref, input="n\n").exit_code == 1
    assert office.row("registrations", ref=ref)["erased_at"] is None
    assert office.rows("subject_requests") == []
    assert run("erase", "--ref", ref, "--yes").exit_code == 0
    assert office.row("registrations", ref=ref)["erased_at"] is not None
    assert office.row("subject_requests")["state"] == "done"
    assert {(row["verb"], row["actor"][:4]) for row in office.rows("audit")} == {("erase", "cli:"), ("erase", "loke")}
    assert office.rows("identities") == []


def test_what_is_on_its_way_is_left_to_the_worker(office: Office, run: Run) -> None:
    ref = office.register("3333", name=NAME)
    office.admin("POST", "fault", {"on": True})
    office.work(minutes=11)
    done = run("erase", "--ref", ref, "--yes")
    assert "on its way" in done.output
    assert office.row("registrations", ref=ref)["erased_at"] is None
    assert "privacy.erase" in {row["kind"] for row in office.rows("outbox")}


def test_what_waits_is_listed_and_what_is_late_is_marked(office: Office, run: Run) -> None:
    ref = office.register("3333", name=NAME)
    office.talk("8", "4", "3", "1", "3333")
    (row,) = json.loads(run("requests", "--json").stdout)
    assert (row["kind"], row["state"], row["case"]) == ("correct", "open", f"{ref[:4]}-{ref[4:8]}-{ref[8:]}")
    listed = run("requests")
    assert row["ref"] in listed.output
    assert ("LATE" in listed.output) is row["late"]
    assert NAME not in listed.output


def test_a_dry_run_changes_nothing(office: Office, run: Run) -> None:
    before = office.rows("inbox")
    counted = json.loads(run("retention", "--dry-run", "--json").stdout)
    assert counted["dry_run"] is True
    assert office.rows("inbox") == before
    done = json.loads(run("retention", "--json").stdout)
    assert done["forgotten"] == counted["forgotten"]
    assert "Done." in run("retention").output
