"""Key rotation while citizens, jobs and staff go on: nothing is lost, and the old keys are gone."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Condition, Event

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update
from support.databases import Factory, each_database, sqlite_url
from support.office import PHONE, START, Office

from bot.messages import Channel, Inbound, SessionEvent
from loket.cli import main
from loket.config import Environment
from loket.rotate import NOTICED_S, rotate
from loket.work import build
from store.database import Database
from store.outbox import LEASE, Done, Job, Result, enqueue
from store.schema import SEALED
from store.seal import LOOK_S, KeyFile, Sealer, Tampered, generate_keys, load_keys
from ussd.page import fit

__all__ = ["each_database"]

CITIZENS = 4
PATIENCE = 20.0


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    generate_keys(tmp_path / "keys.json")
    return tmp_path / "keys.json"


@pytest.fixture
def office(each_database: Factory, keys: Path) -> Iterator[Office]:
    office = Office(each_database(), sealer=load_keys(keys))
    yield office
    office.close()


@pytest.fixture(autouse=True)
def attentive(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process looks at the key file every half a second at most, and a rotation waits for longer; here, each time."""
    monkeypatch.setattr("store.seal.LOOK_S", -1.0)


def test_a_rotation_waits_until_every_process_has_looked() -> None:
    assert LOOK_S + LEASE.total_seconds() / 2 < NOTICED_S


class Traffic:
    """Citizens in threads, turn after turn, until told to stop."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._turns = [0] * CITIZENS
        self._said = Condition()
        self._stop = Event()

    def start(self, pool: ThreadPoolExecutor) -> Sequence[Future[None]]:
        return [pool.submit(self._talk, citizen) for citizen in range(CITIZENS)]

    def everybody_again(self, _seconds: float) -> None:
        """Wait until each has begun and ended a turn: what a rotation waits for by the clock."""
        with self._said:
            before = list(self._turns)
            assert self._said.wait_for(
                lambda: all(now > then + 1 for now, then in zip(self._turns, before, strict=True)), PATIENCE
            )

    def stop(self) -> None:
        self._stop.set()

    def _talk(self, citizen: int) -> None:
        turn = 0
        while not self._stop.is_set():
            turn += 1
            self._office.service.desk.answer(inbound(f"+62812000001{citizen:02d}", turn), fit(160))
            with self._said:
                self._turns[citizen] = turn
                self._said.notify_all()


def inbound(phone: str, turn: int) -> Inbound:
    text, event = ("", SessionEvent.NEW) if turn == 1 else ("1", SessionEvent.RESUME)
    return Inbound(f"{phone}{turn}", Channel.USSD, "africastalking", phone, text, event, START, "1")


def sealed(database: Database) -> Iterator[tuple[str, str, bytes]]:
    """Every sealed value with its place and the name of its row."""
    with database.read() as connection:
        for table, column, named in SEALED:
            for name, value in connection.execute(select(table.c[named], table.c[column])):
                if value is not None:
                    row = name if isinstance(name, str) else bytes(name).hex()
                    yield f"{table.name}.{column}", row, bytes(value)


def numbers(keys: Path) -> list[str]:
    return list(json.loads(keys.read_text())["data"])


def everything_opens(database: Database, sealer: Sealer) -> set[str]:
    """The places that hold something; Tampered where anything does not open with the newest key."""
    places = set()
    for place, row, value in sealed(database):
        assert sealer.is_current(value), place
        sealer.open(place, row, value)
        places.add(place)
    return places


def test_nothing_is_lost_under_traffic(office: Office, keys: Path) -> None:
    ref = office.register()
    office.own_phone(ref)
    office.hire("Budi")
    office.work(minutes=10)
    traffic, places = Traffic(office), list[str]()
    before = Sealer(*KeyFile(keys).read())
    with ThreadPoolExecutor(CITIZENS) as pool:
        talks = traffic.start(pool)
        try:
            traffic.everybody_again(0.0)
            done = rotate(
                environment_of(office, keys), lambda place, count: places.append(place), traffic.everybody_again
            )
            traffic.everybody_again(0.0)
        finally:
            traffic.stop()
        for talk in talks:
            talk.result(PATIENCE)
    assert numbers(keys) == ["2"]
    assert done >= CITIZENS
    found = everything_opens(office.service.database, load_keys(keys))
    assert found >= {"identities.sealed", "sessions.sealed", "inbox.sealed", "registrations.sealed", "messages.sealed"}
    assert set(places) == {f"{table.name}.{column}" for table, column, _ in SEALED}
    place, row, value = next(sealed(office.service.database))
    with pytest.raises(Tampered):
        before.open(place, row, value)
    assert office.service.sessions.load(PHONE).version > 0  # The indexes are what they were: a phone is known.


def test_a_worker_takes_up_the_new_key_before_its_next_job(office: Office, keys: Path) -> None:
    """A job that has nothing to open first would seal with a key that is about to go, and nobody could open it."""
    written = list[bytes]()

    def note(job: Job) -> Result:
        written.append(office.service.sealer.seal("messages.sealed", job.key, b"words"))
        return Done()

    with office.service.database.write() as connection:
        enqueue(connection, "note:1", "x.note", "x", office.clock())
    rotate(environment_of(office, keys), lambda place, count: None, lambda seconds: None)
    assert build(office.service, {"x.note": note}).run_due() == 1
    assert load_keys(keys).open("messages.sealed", "note:1", written[0]) == b"words"


def test_what_a_late_process_sealed_with_the_old_key_is_found_by_a_second_pass(office: Office, keys: Path) -> None:
    """It wrote behind the pass: dropping the old key then would lose the value."""
    office.register()
    late, database, told = Sealer(*KeyFile(keys).read()), office.service.database, list[str]()
    table, column, named = SEALED[0]
    place, row, value = next(sealed(database))
    assert place == f"{table.name}.{column}"
    words = late.open(place, row, value)

    def behind(now: str, _count: int) -> None:
        told.append(now)
        if len(told) == len(SEALED):
            again = {column: late.seal(place, row, words)}
            with database.write() as connection:
                connection.execute(update(table).where(table.c[named] == row).values(again))

    rotate(environment_of(office, keys), behind, lambda seconds: None)
    assert len(told) == 3 * len(SEALED)  # The last pass found nothing.
    everything_opens(database, load_keys(keys))


def test_again_and_again(office: Office, keys: Path) -> None:
    for round in range(3):
        office.register(f"100{round}")
        rotate(environment_of(office, keys), lambda place, count: None, lambda seconds: None)
        assert numbers(keys) == [str(round + 2)]
        everything_opens(office.service.database, load_keys(keys))


def test_the_command_says_what_it_did(tmp_path: Path, keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOKET_DATABASE_URL", sqlite_url().render_as_string())
    monkeypatch.setenv("LOKET_KEYS_FILE", str(keys))
    monkeypatch.setattr("loket.rotate.NOTICED_S", 0.0)
    result = CliRunner().invoke(main, ["keys", "rotate"])
    assert result.exit_code == 0
    assert "0 values are sealed with the new key, and the old keys are gone." in result.stdout
    assert numbers(keys) == ["2"]


def environment_of(office: Office, keys: Path) -> Environment:
    return Environment(database_url=office.database.url.render_as_string(hide_password=False), keys_file=keys)
