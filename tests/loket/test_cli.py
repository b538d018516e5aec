"""The command line: every command explains itself, and what is missing is said in a sentence instead of a traceback."""

import socket
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from support.databases import sqlite_url

from loket.cli import main
from loket.config import ROOT
from loket.demo import hold
from store.database import Database
from store.migrate import missing
from store.seal import generate_keys


def commands(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with nothing in it; no variable of the one who runs the tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOKET_DATABASE_URL", f"sqlite:///{tmp_path / 'var' / 'loket.db'}")
    monkeypatch.setenv("LOKET_KEYS_FILE", str(tmp_path / "var" / "keys.json"))
    return tmp_path


def loket(*words: str) -> Result:
    return CliRunner().invoke(main, words, prog_name="loket")


def refusal(*words: str) -> str:
    result = loket(*words)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    last = result.stderr.splitlines()[-1]
    assert last.startswith("Error: ")
    return last.removeprefix("Error: ")


@pytest.mark.parametrize("command", [(), *commands()], ids=" ".join)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_every_command_explains_itself(command: tuple[str, ...], flag: str) -> None:
    result = loket(*command, flag)
    assert result.exit_code == 0
    about = result.stdout.split("Options:")[0].split("\n\n", 1)[1].strip()
    assert about.endswith((".", ":"))


def test_the_version() -> None:
    assert loket("--version").stdout.startswith("loket, version ")


@pytest.mark.parametrize(
    "words",
    [
        ("swim",),
        ("serve", "--prot", "1"),
        ("serve", "--port", "many"),
        ("keys", "eat"),
        ("demo", "--port", "0"),
        ("serve", "--port", "65536"),
        ("serve", "--processes", "0"),
        ("bench", "--seconds", "0"),
    ],
)
def test_what_is_no_command_is_refused(words: tuple[str, ...]) -> None:
    result = loket(*words)
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", ["serve", "worker"])
class TestNothingRunsUntilAllIsThere:
    def test_no_keys(self, command: str) -> None:
        assert "make one with: loket keys generate" in refusal(command)

    def test_keys_that_others_can_read(self, command: str, home: Path) -> None:
        (home / "var").mkdir()
        generate_keys(home / "var" / "keys.json")
        (home / "var" / "keys.json").chmod(0o644)
        assert "set it to mode 0400" in refusal(command)

    def test_no_tables(self, command: str, home: Path) -> None:
        (home / "var").mkdir()
        generate_keys(home / "var" / "keys.json")
        assert refusal(command) == "The database lacks migrations. Run: loket migrate"

    def test_no_database(self, command: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (home / "var").mkdir()
        generate_keys(home / "var" / "keys.json")
        monkeypatch.setenv("LOKET_DATABASE_URL", "postgresql://loket:pass-of-the-database@127.0.0.1:1/loket")
        assert refusal(command) == "The database does not answer. Look at LOKET_DATABASE_URL."

    def test_an_unknown_variable(self, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LOKET_PROT", "8000")
        assert refusal(command) == "unknown environment variables: LOKET_PROT"

    def test_a_misspelt_configuration(self, command: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (home / "mine.yml").write_text("langauges: [id]\n")
        monkeypatch.setenv("LOKET_CONFIG", str(home / "mine.yml"))
        assert refusal(command).startswith(f"{home / 'mine.yml'}: ")

    def test_no_account_at_the_vendor(self, command: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Told before it serves, not at the first job."""
        (home / "var").mkdir()
        generate_keys(home / "var" / "keys.json")
        text = (ROOT / "config.yml").read_text().replace("portal: sandbox", "portal: http")
        (home / "mine.yml").write_text(text)
        monkeypatch.setenv("LOKET_CONFIG", str(home / "mine.yml"))
        assert loket("migrate").exit_code == 0
        assert refusal(command) == "portal: http needs LOKET_PORTAL_URL and LOKET_PORTAL_TOKEN"


def test_a_port_is_not_shared(home: Path) -> None:
    """The address belongs to the first; the second says so before it forgets or promises anything."""
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as first:
        port = first.getsockname()[1]
        said = refusal("demo", "--port", str(port), "--dir", str(home / "demo"))
        assert said == f"Cannot serve on 127.0.0.1:{port}: something else is served there. Choose another: --port"
    assert not (home / "demo").exists()


def test_a_demo_keeps_its_folder_to_itself(home: Path) -> None:
    """Fresh keys under a running demo would make all of its data unreadable."""
    folder = home / "demo"
    folder.mkdir()
    (folder / "keys.json").write_text("of the first")
    with hold(folder):
        assert refusal("demo", "--port", str(_free_port()), "--dir", str(folder), "--fresh").startswith(
            "Another demo runs in"
        )
    assert (folder / "keys.json").read_text() == "of the first"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_migrate_makes_the_tables_and_may_run_again(home: Path) -> None:
    for _ in range(2):
        result = loket("migrate")
        assert result.exit_code == 0
        assert result.stdout.startswith("The database is up to date: sqlite:///")
    database = Database(f"sqlite:///{home / 'var' / 'loket.db'}")
    assert not missing(database)
    database.close()


def test_migrate_shows_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOKET_DATABASE_URL", "postgresql://loket:pass-of-the-database@127.0.0.1:1/loket")
    assert "pass-of-the-database" not in refusal("migrate")


def test_keys_are_made_once(home: Path) -> None:
    result = loket("keys", "generate")
    assert (result.exit_code, "mode 0600" in result.stdout) == (0, True)
    before = (home / "var" / "keys.json").read_bytes()
    assert "keys.json" in refusal("keys", "generate")
    assert (home / "var" / "keys.json").read_bytes() == before


def test_keys_that_are_not_there_cannot_be_rotated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOKET_DATABASE_URL", sqlite_url().render_as_string())
    assert "make one with: loket keys generate" in refusal("keys", "rotate")


def test_a_number_is_blocked_without_standing_in_the_list_of_commands(home: Path) -> None:
    (home / "var").mkdir()
    generate_keys(home / "var" / "keys.json")
    assert loket("migrate").exit_code == 0
    runner = CliRunner()
    assert "nobody has dialled" in runner.invoke(main, ["block"], input="081200000001\n").output
    assert "no Indonesian mobile" in runner.invoke(main, ["block"], input="12\n").output


def test_a_helpers_phone_is_asked_for_and_in_no_list_of_processes(home: Path) -> None:
    (home / "var").mkdir()
    generate_keys(home / "var" / "keys.json")
    assert loket("migrate").exit_code == 0
    words = ["helpers", "add", "Rini", "--regency", "3510", "--phone"]
    assert CliRunner().invoke(main, [*words, "+6281200000001"]).exit_code == 2
    assert "the phone: an Indonesian mobile number" in CliRunner().invoke(main, words, input="0812\n").stderr
    assert CliRunner().invoke(main, words, input="081200000001\n").exit_code == 0
