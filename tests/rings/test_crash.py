"""The crash ring: the real server is killed again and again under traffic, and every number on a screen is true."""

import os
import random
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.books import Books
from support.callers import BEFORE_CONFIRM, CONFIRM, NOBODY, NUMBER, Crowd, Handset, Wire, person
from support.databases import sqlite_url
from support.neighbours import Neighbours
from support.server import PATH, PATIENCE, Installation, pause, until

pytestmark = [pytest.mark.ring, pytest.mark.xdist_group("servers")]

KILLS = 60
EARLY = 10  # Every tenth kill comes before the server has answered anybody.
CLIENTS = 8
RECOVERY_S = 5.0  # Nine times of ten, on a machine that does a dozen other things; alone it takes less than one.


def test_sixty_kills_lose_nothing(place: Installation, record_property: Callable[[str, object], None]) -> None:
    dice = random.Random(20261120)  # noqa: S311  A test's own dice.
    crowd, recoveries = Crowd(place.port, PATH, CLIENTS, seed=7), list[float]()
    crowd.start()
    try:
        for kill in range(KILLS):
            server = place.start()
            if kill % EARLY:
                recoveries.append(crowd.answered_since(server.began, PATIENCE) - server.began)
            pause(dice.uniform(0.0, 0.3))
            server.kill()
        place.start().ready()
    finally:
        crowd.finish()
    place.close()
    place.drain()
    twice = Books(place).check_all(crowd.receipts, KILLS)
    assert (crowd.apologies, crowd.changed, crowd.refused) == ([], [], [])
    assert len(crowd.receipts) > KILLS
    assert sorted(recoveries)[len(recoveries) * 9 // 10] <= RECOVERY_S
    figures = {
        "kills": KILLS,
        "receipts": len(crowd.receipts),
        "turns": crowd.turns,
        "retries": crowd.retries,
        "late repeats": crowd.repeats,
        "messages sent twice": twice,
        "recovery, seconds at most": round(max(recoveries), 2),
        "recovery, seconds on average": round(sum(recoveries) / len(recoveries), 2),
    }
    for name, value in figures.items():
        record_property(name, value)
    print(f"{place.url.get_backend_name()}: " + ", ".join(f"{n}: {v}" for n, v in figures.items()))  # noqa: T201  Its report.


# Where the process dies, and how often it passes that point before: at the receipt, or in the first job behind it.
POINTS = {
    "loaded": BEFORE_CONFIRM,
    "applied": 3,  # The first turn, the language, the draft, the receipt.
    "committed": BEFORE_CONFIRM,
    "claimed": 0,
    "handled": 0,
    "settled": 0,
}


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_each_step(place: Installation, point: str) -> None:
    who = person(1)
    server = place.start(CRASH_AT=point, CRASH_AFTER=str(POINTS[point])).ready()
    worker = server.children()
    with Wire(place.port) as wire:
        phone = Handset(wire, PATH, who.phone)
        phone.dial(*who.inputs[1:BEFORE_CONFIRM])
        first = wire.post_form(PATH, phone.next(CONFIRM))
        until(lambda: not set(worker) <= set(server.family()), f"it never died at {point}")
        server.kill()
        place.start()
        page = wire.insist(PATH, phone.next(CONFIRM))
        assert first in (NOBODY, (200, page))
        assert wire.insist(PATH, phone.next(CONFIRM)) == page
    place.close()
    place.drain()
    Books(place).check_all([number.replace("-", "") for number in NUMBER.findall(page.decode())], crashes=1)


@pytest.fixture
def alone(near: Neighbours, tmp_path: Path) -> Iterator[Installation]:
    """On SQLite: which processes there are does not depend on the database."""
    installation = Installation(tmp_path, sqlite_url(), near)
    yield installation
    installation.close()


def test_a_server_without_its_leader_serves_nobody(alone: Installation) -> None:
    server = alone.start().ready()
    children = server.children()
    assert children
    server.process.kill()
    server.process.wait()
    until(lambda: not server.family(), "an orphan lives on")
    with Wire(alone.port) as wire:
        assert wire.send("GET", "/healthz") == NOBODY


def test_a_server_whose_worker_dies_gets_another(alone: Installation) -> None:
    server = alone.start().ready()
    before = server.children()
    with Wire(alone.port) as wire:
        phone = Handset(wire, PATH, person(1).phone)
        greeting = phone.dial()
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        assert wire.insist(PATH, phone.next()) == greeting.encode()
    assert not set(before) & set(server.children())
