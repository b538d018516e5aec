"""A made-up Banyuwangi in one command: its agents, a few days of tickets, and phones in the browser."""

import fcntl
import random
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from sqlalchemy.engine import make_url

from loket import serve
from loket.config import ROOT, ConfigError, Environment, Line, Period, WhatsAppLine, read_config
from loket.demo_accounts import LINE, META_NUMBER, TWILIO_ACCOUNT, WORD
from loket.failures import NotReady
from store.database import Database
from store.migrate import migrate, missing
from store.seal import generate_keys

if TYPE_CHECKING:  # What only seeding needs would make every later start slower.
    from loket.demo_days import Clock
    from loket.service import Service

HOST = "127.0.0.1"
PASSWORD = WORD  # Demo mode serves loopback only.
SEED = 3510
PHONES = {"agen": "+6281200000901", "koordinator": "+6281200000902"}  # From which they work by SMS.
HELPER = "2468"  # Counts from any phone.
OWN_FILES = ("config.yml", "keys.json", "loket.db", "loket.db-wal", "loket.db-shm", "loket.new", "clock")


def run(port: int, folder: Path, fresh: bool) -> None:
    """Prepare the folder if it is new, then serve until Ctrl-C. NotReady where something is served on the port."""
    serve.claim(HOST, port)  # Before anything is forgotten or promised.
    folder.mkdir(parents=True, exist_ok=True)
    with hold(folder):
        _run(port, folder, fresh)


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Keep other demos out of the folder: a fresh one would take the keys from under a running one's data."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotReady(f"Another demo runs in {folder}. Stop it, or choose another folder: --dir") from None
        yield


def _run(port: int, folder: Path, fresh: bool) -> None:
    if fresh:
        for name in OWN_FILES:  # Only these: the folder may be anybody's.
            (folder / name).unlink(missing_ok=True)
    config, values = folder / "config.yml", variables(folder, port)
    environment = Environment(
        config=config,
        database_url=values["DATABASE_URL"],
        keys_file=folder / "keys.json",
        demo=True,
        africastalking_tokens=(PASSWORD,),
    )
    prepare(environment)
    click.echo(_welcome(port))
    sys.stdout.flush()
    serve.serve(HOST, port, 1, sqlite=True, environment=values)


def variables(folder: Path, port: int = 8000) -> dict[str, str]:
    """What the server's environment holds for it, without LOKET_. Vendors sign by words that are no secret."""
    return {
        "CONFIG": str(folder / "config.yml"),
        "DATABASE_URL": f"sqlite:///{folder.resolve() / 'loket.db'}",
        "KEYS_FILE": str(folder / "keys.json"),
        "AFRICASTALKING_TOKENS": PASSWORD,
        "PUBLIC_URL": f"http://{HOST}:{port}",
        "TWILIO_ACCOUNT": TWILIO_ACCOUNT,
        "TWILIO_AUTH_TOKEN": PASSWORD,
        "TWILIO_SMS_SENDER": LINE,
        "TWILIO_WHATSAPP_SENDER": LINE,
        "CLOUDAPI_NUMBER": META_NUMBER,
        "CLOUDAPI_ACCESS_TOKEN": PASSWORD,
        "CLOUDAPI_VERIFY_TOKEN": PASSWORD,
        "CLOUDAPI_APP_SECRETS": PASSWORD,
        "CLOCK_FILE": str(folder / "clock"),
        "DEMO": "1",
        "EMBEDDED": "1",
    }


def write_config(path: Path) -> None:
    """The shipped configuration, open for registration today and for messages at any hour, whenever somebody looks."""
    shipped, today = read_config(ROOT / "config.yml"), datetime.now(UTC).date()
    windows = _kept_windows(path)
    if windows is None or "3510" not in windows or windows["3510"].closes <= today:
        windows = {
            "3510": Period(today - timedelta(days=20), today + timedelta(days=40)),
            "6471": Period(today + timedelta(days=10), today + timedelta(days=60)),
        }
    # People can answer by every channel; what is sent to them is shown on the simulator's phones.
    brings = Line(two_way=True, sends=False)
    sms = {"console": Line(two_way=True), "africastalking": brings, "twilio": brings}
    only = WhatsAppLine(sends=False)
    whatsapp = {"console": WhatsAppLine(), "cloudapi": only, "twilio": only}
    open_now = msgspec.structs.replace(shipped, windows=windows, sms=sms, whatsapp=whatsapp, sending_hours=(0, 24))
    path.write_bytes(msgspec.yaml.encode(open_now))


def _kept_windows(path: Path) -> dict[str, Period] | None:
    """The periods of an earlier start: who registered in them stays registered. None where there is no such file."""
    try:
        return read_config(path).windows
    except ConfigError:
        return None


def prepare(environment: Environment) -> None:
    """Make the configuration, the keys and the database where there are none yet; bring older ones up to date."""
    write_config(environment.config)
    if not environment.keys_file.exists():
        generate_keys(environment.keys_file)
    database = Database(environment.database_url)
    if not Path(database.url.database or "").exists():
        _make(environment)
    if missing(database):
        migrate(database)
    database.close()


def _make(environment: Environment) -> None:
    """Seed in memory and then write the file: quick, and whoever stops it halfway has no half a demo."""
    from loket.demo_days import Clock
    from loket.service import compose

    clock = Clock(datetime.now(UTC))
    service = compose(read_config(environment.config), replace(environment, database_url="sqlite://"), clock)
    migrate(service.database)
    seed(service, clock)
    path = Path(make_url(environment.database_url).database or "")
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with closing(sqlite3.connect(unfinished)) as file:
        service.database.driver().backup(file)
    service.database.close()
    unfinished.replace(path)


def seed(service: "Service", clock: "Clock") -> None:
    """The same people every time, and as many days of work as a visitor needs to see a desk in use."""
    from handoff.desk.passwords import hash_password
    from loket.demo_days import Days
    from loket.demo_people import citizens, staff
    from store.agents import Agents
    from store.commands import StaffPhones
    from store.helpers import Helpers

    dice = random.Random(SEED)  # noqa: S311  The same demo for everybody.
    days = Days(service, clock, dice)
    Agents(service.database).add(staff(service.areas, dice, hash_password(PASSWORD)))
    for login, phone in PHONES.items():
        StaffPhones(service.database, service.sealer).set(login, phone, clock.now)
    Helpers(service.database, service.sealer).add("Lilik", service.config.home, "", "", clock.now, HELPER)
    for citizen in citizens(service.areas, dice, clock.now):
        days.call(citizen)
    days.work()


def _welcome(port: int) -> str:
    address = f"http://{HOST}:{port}"
    return f"""
Loket is running. Everything in it is made up, and nothing leaves this machine. Ctrl-C stops it.

  Phones     {address}/simulator
  Desk       {address}/desk/          agen, koordinator or dinas, each with the word: demo
  Metrics    {address}/metrics

Five things to try
  1  Dial on the first phone, register with the NIK 3510990508670009 and the village Kemiren, and read the number.
  2  Open the desk as agen: the ticket is there. Set a visit, and watch the SMS bring the numbers for both sides.
  3  Drop the line in the middle of a registration and jump to tomorrow, above the phones: an SMS comes. Answer it
     with 1, or write on WhatsApp: it goes on where it stopped.
  4  Is the agent a real one? Dial *123*456*3*3*2401# on any phone. On the visit's day the answer names the agent.
  5  End the visit at the desk with the visit number: the decision comes by SMS, then the money. Menu 4 shows it.

Numbers and keywords are not needed by message: write "sy mw dftr bansos" or "kapan cair bu" on the first phone.
An agent works by SMS too: from {PHONES["agen"]} write TUGAS, then TERIMA, JADWAL, SELESAI, NIHIL or ALIH with a number.
A helper registers people without a phone: dial *123*456*77# and type {HELPER}.
The same phone in a terminal: .venv/bin/loket sim --url {address}
"""
