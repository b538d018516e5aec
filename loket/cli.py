"""The command line: `loket --help` lists what it can do."""

import sys
from pathlib import Path

import click

from loket.config import Environment, read_config, read_environment
from loket.failures import friendly
from loket.nlu_cli import nlu
from loket.scenario.commands import scenario

PORT, SOME = click.IntRange(1, 65535), click.IntRange(min=1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="loket")
def main() -> None:
    """Loket: the counter for phones that cannot open a web page."""


@main.command()
@click.option("--port", type=PORT, default=8000, show_default=True, help="Where to serve.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="Where the demo keeps its database and keys.",
)
@click.option("--fresh", is_flag=True, help="Forget what was tried before.")
@friendly
def demo(port: int, folder: Path, fresh: bool) -> None:
    """Everything in one command: phones in the browser, the desk, and a made-up Banyuwangi."""
    from loket.demo import run

    run(port, folder, fresh)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=PORT, default=8000, show_default=True)
@click.option(
    "--processes", type=SOME, default=1, show_default=True, help="Web processes; PostgreSQL gains from two and more."
)
@click.option("--with-worker", is_flag=True, help="Do the jobs in the web process too.")
@friendly
def serve(host: str, port: int, processes: int, with_worker: bool) -> None:
    """Serve gateways, desk and metrics."""
    from loket import serve as server

    sqlite = _ready()
    server.serve(host, port, processes, sqlite, {"EMBEDDED": "1"} if with_worker else {})


@main.command()
@friendly
def worker() -> None:
    """Do the jobs: submit, send, assign. With LOKET_BROKER_URL by Dramatiq, else straight from the outbox."""
    from loket import work

    _ready()
    work.main()


@main.command()
@click.option("--metrics-port", type=PORT, help="Serve the figures of this process on loopback.")
@friendly
def smpp(metrics_port: int | None) -> None:
    """Hold the bind to an operator's SMSC: messages out and in by SMPP 3.4."""
    from loket import smpp as process

    _ready()
    process.main(metrics_port)


@main.command()
@friendly
def migrate() -> None:
    """Bring the database to the newest form of its tables."""
    from store.database import Database
    from store.migrate import migrate as run

    environment = read_environment()
    database = Database(environment.database_url)
    _make_folder(environment)
    run(database)
    click.echo(f"The database is up to date: {database.url.render_as_string(hide_password=True)}")


@main.group()
def keys() -> None:
    """The keys that personal data is sealed with."""


@keys.command()
@friendly
def generate() -> None:
    """Make the key file, once. Keep a copy where neither the database nor its backups are."""
    from store.seal import generate_keys

    path = read_environment().keys_file
    path.parent.mkdir(parents=True, exist_ok=True)
    generate_keys(path)
    click.echo(f"Keys are in {path} (mode 0600). Without them nothing that is sealed can be read again.")


@keys.command()
@friendly
def rotate() -> None:
    """Seal everything with a new key, then drop the old ones. Nothing has to stop meanwhile."""
    from loket.rotate import rotate as run

    with click.progressbar(length=1, label="Sealing again", file=sys.stderr) as bar:

        def told(place: str, count: int) -> None:
            bar.label = f"Sealing again: {place}"
            bar.length = (bar.length or 1) + count
            bar.update(count)

        done = run(read_environment(), told)
    click.echo(f"{done} values are sealed with the new key, and the old keys are gone. Copy the key file again.")


@main.command()
@click.option("--hours", type=click.IntRange(1, 24 * 90), default=24, show_default=True, help="How long.")
@click.option("--lift", is_flag=True, help="Answer the number again.")
@friendly
def block(hours: int, lift: bool) -> None:
    """Answer a number nothing for a while. It is asked for, so that no list of commands holds it."""
    from loket.blocking import block as run

    number = click.prompt("Number", hide_input=sys.stdin.isatty())
    click.echo(run(read_environment(), number, 0 if lift else hours))


@main.group()
def agents() -> None:
    """The people of the desk."""


@agents.command("import")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@friendly
def import_agents(path: Path) -> None:
    """Bring in the people of a CSV file: login,name,role,district,villages,languages,capacity,badge,phone.

    Role is agent, coordinator or dinas; villages and languages are separated by spaces. Whoever is known gets the phone
    of the list. Keep the file where the keys are: it holds phone numbers.
    """
    from loket.agents import bring

    click.echo(bring(read_environment(), path))


@agents.command("phone")
@click.argument("login")
@click.option("--forget", is_flag=True, help="From now on they work by message from no phone.")
@friendly
def agent_phone(login: str, forget: bool) -> None:
    """From which phone somebody works by SMS or WhatsApp. It is asked for, so that no list of commands holds it."""
    from loket.agents import phone

    number = "" if forget else click.prompt("Number", hide_input=sys.stdin.isatty())
    click.echo(phone(read_environment(), login, number))


@main.group()
def messages() -> None:
    """Messages that came and could not be taken."""


@messages.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@friendly
def untaken(as_json: bool) -> None:
    """How many there are, by which gateway and since when; nothing of what they say."""
    from loket.messages import untaken as run

    run(as_json)


@messages.command()
@friendly
def replay() -> None:
    """Take them again, once what was wrong is mended. What was taken meanwhile is answered once."""
    from loket.messages import replay as run

    run()


@main.group()
def notify() -> None:
    """A word to everybody of an area."""


@notify.command("fraud-warning")
@click.option("--village", help="Its code, such as 35.10.15.2006.")
@click.option("--district", help="Six digits.")
@click.option("--regency", help="Four digits.")
@click.option("--dry-run", is_flag=True, help="Only count.")
@click.option("--yes", "sure", is_flag=True, help="For programs: nothing is asked.")
@friendly
def fraud_warning(village: str | None, district: str | None, regency: str | None, dry_run: bool, sure: bool) -> None:
    """Warn everybody who has registered in ONE area of fraud: once a day, in the hours of sending_hours.

    Who wants no messages gets none, as it can be left out. With --dry-run it is only counted.
    """
    from loket.notify import fraud_warning as run

    areas = [code for code in (village, district, regency) if code]
    if len(areas) != 1:
        raise click.UsageError("Name one area: --village, --district or --regency.")
    run(areas[0], dry_run, sure)


@main.group()
def helpers() -> None:
    """Who may register people for others (assisted mode, *77)."""


@helpers.command("add")
@click.argument("name")
@click.option("--regency", required=True, help="Four digits, such as 3510.")
@click.option("--phone", is_flag=True, help="The number counts from one phone only; it is asked for.")
@click.option("--agent", default="", help="The sign-in name, where it is somebody of the desk.")
@friendly
def add_helper(name: str, regency: str, phone: bool, agent: str) -> None:
    """Give somebody a number of their own. It is shown here once more only in the list."""
    from loket.helpers import add

    number = click.prompt("Phone", hide_input=sys.stdin.isatty()) if phone else ""  # No list of commands holds it.
    click.echo(add(read_environment(), name, regency, number, agent))


@helpers.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@friendly
def list_helpers(as_json: bool) -> None:
    """Everybody who has a number."""
    from loket.helpers import listed

    click.echo(listed(read_environment(), as_json))


@helpers.command("stop")
@click.argument("number")
@friendly
def stop_helper(number: str) -> None:
    """Take a number back; it counts no more from this moment."""
    from loket.helpers import stop

    click.echo(stop(read_environment(), number))


@main.group()
def privacy() -> None:
    """What people may ask about their data, and how long it is kept."""


@privacy.command()
@click.option("--ref", required=True, help="A registration's, ticket's or request's number.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A new file of mode 0600; else to stdout.")
@friendly
def export(ref: str, out: Path | None) -> None:
    """Everything that is kept about a contact, as JSON. It is written down who has asked."""
    from loket.privacy import export as run

    run(ref, out)


@privacy.command()
@click.option("--ref", required=True, help="A registration's, ticket's or request's number.")
@click.option("--yes", "sure", is_flag=True, help="For programs: nothing is asked.")
@friendly
def erase(ref: str, sure: bool) -> None:
    """Erase a registration, and its contact where nothing else is left of it. It cannot be undone."""
    from loket.privacy import erase as run

    run(ref, sure)


@privacy.command()
@click.option("--dry-run", is_flag=True, help="Only count.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@friendly
def retention(dry_run: bool, as_json: bool) -> None:
    """Forget what is older than config.yml says. The worker does so once a day by itself."""
    from loket.privacy import retention as run

    run(dry_run, as_json)


@privacy.command()
@click.option("--late", is_flag=True, help="Only those whose 72 hours are over.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@friendly
def requests(late: bool, as_json: bool) -> None:
    """What people have asked about their data and wait for, the most urgent first."""
    from loket.privacy import requests as run

    run(late, as_json)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@friendly
def check(as_json: bool) -> None:
    """Walk through every flow in every language on every channel: what would be wrong on a person's screen.

    Found are: a page or SMS that is too long with the longest values, a letter outside the GSM alphabet, option numbers
    that differ between languages, missing sentences, questions without a way back, lines that lead nowhere, dead ends,
    more than three menus in a row, links, and services that nobody can get to.
    """
    from loket.check import run

    sys.exit(run(read_config(read_environment().config), as_json=as_json))


@main.command()
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="A running Loket.")
@click.option("--token", default="demo", show_default=True, help="The secret last part of the gateway's path.")
@click.option("--phone", default="+6281234567890", show_default=True)
@friendly
def sim(url: str, token: str, phone: str) -> None:
    """A phone in the terminal."""
    from loket.sim import main as run

    run(url, token, phone)


@main.command()
@click.argument("flows", nargs=-1, metavar="[FLOW]…")
@click.option("--language", default="id", show_default=True, help="Whose words are in the boxes.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("docs/flows"), show_default=True)
@friendly
def draw(flows: tuple[str, ...], language: str, out: Path) -> None:
    """Draw each FLOW, or all of them, as a diagram (SVG): screens, digits, ends, what is looked up and caused.

    It is drawn from the walk that `loket check` takes, so it shows what people get. Print it on A3, lying.
    """
    from loket.draw.run import run
    from loket.service import now

    run(read_config(read_environment().config), flows, language, out, now())


main.add_command(scenario)
main.add_command(nlu)


@main.command()
@click.option("--seconds", type=SOME, default=5, show_default=True, help="How long each run measures.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@friendly
def bench(seconds: int, as_json: bool) -> None:
    """Measure full turns over HTTP against an empty Flask route in the same run."""
    from loket.bench.run import run

    run(seconds, as_json)


def _ready() -> bool:
    """Whether the database is SQLite. Refuses where configuration, keys or database are not as they must be."""
    from loket import outside
    from loket.failures import NotReady
    from store.database import Database
    from store.migrate import missing
    from store.seal import load_keys

    environment = read_environment()
    config = read_config(environment.config)
    outside.check(config, environment)
    load_keys(environment.keys_file)
    _make_folder(environment)
    database = Database(environment.database_url)
    try:
        if missing(database):
            raise NotReady("The database lacks migrations. Run: loket migrate")
    finally:
        database.close()
    for note in outside.made_up(config):
        click.echo(f"note: {note}", err=True)
    return database.sqlite


def _make_folder(environment: Environment) -> None:
    from sqlalchemy.engine import make_url

    url = make_url(environment.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
