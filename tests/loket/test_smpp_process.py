"""`loket smpp` as operators run it: started, told a wrong word, stopped and killed."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import URL
from support.databases import sqlite_url
from support.server import until
from support.smsc import PASSWORD, SYSTEM_ID, Smsc, Verdict

from bot.messages import Channel, Inbound, SessionEvent
from loket.bench.servers import free_port
from loket.config import ROOT, Line, read_config, read_environment
from loket.service import compose, now
from loket.work import worker_of
from sms.bind import Bind
from sms.segments import answers
from store.database import Database
from store.schema import metadata
from store.seal import generate_keys


class Installed:
    """A configuration, a database and an SMSC."""

    def __init__(self, folder: Path, url: URL, smsc: Smsc) -> None:
        self.folder, self.url, self.smsc = folder, url, smsc
        shipped = read_config(ROOT / "config.yml")
        bind = Bind(first_wait=0.05, longest_wait=0.2)
        config = msgspec.structs.replace(shipped, sms={"smpp": Line(two_way=True, bind=bind)})
        (folder / "config.yml").write_bytes(msgspec.yaml.encode(config))
        generate_keys(folder / "keys.json")
        self.running: list[subprocess.Popen[bytes]] = []

    def environment(self, password: str = PASSWORD) -> dict[str, str]:
        return {
            "LOKET_CONFIG": str(self.folder / "config.yml"),
            "LOKET_DATABASE_URL": self.url.render_as_string(hide_password=False),
            "LOKET_KEYS_FILE": str(self.folder / "keys.json"),
            "LOKET_SMPP_ADDRESS": f"127.0.0.1:{self.smsc.port}",
            "LOKET_SMPP_SYSTEM_ID": SYSTEM_ID,
            "LOKET_SMPP_PASSWORD": password,
        }

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "loket", *(arguments or ("smpp",))]
        process = subprocess.Popen(  # noqa: S603  Our own interpreter.
            command, env=self.environment(**more), cwd=ROOT, stderr=subprocess.PIPE
        )
        self.running.append(process)
        return process

    def write(self) -> None:
        """A turn in another process; its worker does what it may."""
        environment = read_environment(self.environment())
        service = compose(read_config(environment.config), environment)
        inbound = Inbound("1", Channel.SMS, "smpp", "+6281200000001", "1", SessionEvent.RESUME, now())
        service.desk.accept(inbound, answers())
        assert worker_of(service).run_due() == 0
        service.database.close()

    def age_leases(self) -> None:
        """Half a minute later."""
        database = Database(self.url)
        with database.write() as connection:
            connection.execute(text("UPDATE outbox SET leased_until = 1 WHERE leased_until > 0"))
        database.close()

    def rows(self, table: str) -> list[dict[str, Any]]:
        database = Database(self.url)
        with database.read() as connection:
            found = [dict(row) for row in connection.execute(select(metadata.tables[table])).mappings()]
        database.close()
        return found


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Installed]:
    smsc = Smsc().open()
    place = Installed(tmp_path, sqlite_url(), smsc)
    yield place
    for process in place.running:
        if process.poll() is None:
            process.kill()
        process.communicate()
    smsc.close()


def test_a_wrong_password_is_said_and_ends_it(place: Installed) -> None:
    process = place.start(password="wrong")
    _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    assert b"LOKET_SMPP_PASSWORD" in said.splitlines()[-1]
    assert b"Traceback" not in said
    assert b"wrong" not in said


def test_killed_between_the_message_and_its_row(place: Installed) -> None:
    place.write()
    place.smsc.verdicts.append(Verdict(silent=True))
    first = place.start()
    place.smsc.taken(1)
    first.kill()
    first.wait()
    place.age_leases()
    place.start()
    place.smsc.taken(2)
    until(lambda: [row["state"] for row in place.rows("outbox")] == ["done"], "it was never written down")
    assert place.rows("messages")[0]["delivery"] == "sending"
    assert {submit.octets for submit in place.smsc.submits} == {place.smsc.submits[0].octets}
    assert len(place.smsc.submits) == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_goodbye(place: Installed, number: int) -> None:
    process = place.start()
    place.smsc.bound()
    process.send_signal(number)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 0
    assert place.smsc.unbinds == 1
    assert b"6281" not in said


def test_a_small_installation_holds_it_in_the_web_process(place: Installed) -> None:
    process = place.start("serve", "--with-worker", "--port", str(free_port()))
    place.smsc.bound()
    assert place.smsc.deliver("6281200000001", b"1") == 0
    assert place.smsc.taken(1)[0].to == "6281200000001"
    process.terminate()
