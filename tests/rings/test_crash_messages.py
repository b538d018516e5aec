"""The crash ring over SMS: killed while a message is taken or its answer sent, again and again; nobody is forgotten."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread

import pytest
from support.books import Books
from support.callers import NOBODY, NUMBER, RETRY_S, Person, Wire, person
from support.neighbours import Neighbours
from support.server import TOKEN, Installation, pause, until

from loket.service import now

pytestmark = [pytest.mark.ring, pytest.mark.xdist_group("servers")]

PATH = f"/sms/africastalking/{TOKEN}"
KILLS, WRITERS = 20, 4


def letter(who: Person, number: int, text: str) -> dict[str, str]:
    """A message as the vendor brings it; brought again, it is the same."""
    return {"date": f"{now():%Y-%m-%dT%H:%M:%SZ}", "from": who.phone, "id": f"ATXid_{who.phone[1:]}_{number}",
            "text": text, "to": "99123"}  # fmt: skip


def letters(who: Person) -> list[dict[str, str]]:
    return [letter(who, 1, f"DAFTAR#{who.nik}#{who.name}#KEMBIRITAN"), letter(who, 2, "YA")]


def numbers(near: Neighbours, phone: str) -> set[str]:
    """The numbers that this phone was told of."""
    return {number.replace("-", "") for to, body in near.vendor.sent if to == phone for number in NUMBER.findall(body)}


# Where the process dies, and how often it passes that point before: while it takes the YA, or sends what answers it.
POINTS = {"loaded": 1, "applied": 1, "committed": 1, "claimed": 1, "handled": 1, "settled": 1}


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_each_step_of_a_message(place: Installation, point: str) -> None:
    who = person(1)
    first, agreed = letters(who)
    server = place.start(CRASH_AT=point, CRASH_AFTER=str(POINTS[point])).ready()
    worker = server.children()
    with Wire(place.port) as wire:
        wire.insist(PATH, first)
        until(lambda: place.near.vendor.sent or not set(worker) <= set(server.family()), "nobody was answered")
        answer = wire.post_form(PATH, agreed)
        until(lambda: not set(worker) <= set(server.family()), f"it never died at {point}")
        server.kill()
        assert answer in (NOBODY, (200, b""))
        place.start()
        wire.insist(PATH, agreed)
        wire.insist(PATH, agreed)  # The vendor's own repeat.
    place.close()
    place.drain()
    books = Books(place, written=True)
    (ref,) = books.refs
    books.check_all([ref], crashes=2)  # The second one is the close, which waits for nothing either.
    assert numbers(place.near, who.phone) == {ref}


@dataclass
class Writers:
    """People in threads, each behind a vendor that brings a message until it is thanked for, and some once more."""

    port: int
    done: list[Person] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    retries: int = 0
    repeats: int = 0
    _stop: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)

    def start(self) -> None:
        for writer in range(WRITERS):
            self._threads.append(Thread(target=self._live, args=(writer,), name=f"writer-{writer}"))
            self._threads[-1].start()

    def finish(self) -> None:
        """Everybody ends what they have begun."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _live(self, writer: int) -> None:
        dice = random.Random(writer)  # noqa: S311  A test's own dice.
        number = writer
        with Wire(self.port) as wire:
            while not self._stop.is_set():
                who = person(number)
                for fields in letters(who):
                    self._brought(wire, fields)
                    if dice.random() < 0.2:
                        self.repeats += 1
                        self._brought(wire, fields)
                self.done.append(who)
                number += WRITERS
                pause(0.05)  # More of them would only make the end longer.

    def _brought(self, wire: Wire, fields: dict[str, str]) -> None:
        while (status := wire.post_form(PATH, fields)[0]) != 200:
            if status not in (0, 503):
                self.refused.append(status)
            self.retries += 1
            pause(RETRY_S)


def test_twenty_kills_while_people_write(place: Installation, record_property: Callable[[str, object], None]) -> None:
    dice = random.Random(20261121)  # noqa: S311  A test's own dice.
    writers = Writers(place.port)
    writers.start()
    try:
        for _ in range(KILLS):
            server = place.start().ready()
            pause(dice.uniform(0.1, 0.5))
            server.kill()
        place.start().ready()
    finally:
        writers.finish()
    place.close()
    place.drain()
    books = Books(place, written=True)
    twice = books.check_all(books.refs, KILLS)
    assert writers.refused == []
    assert len(writers.done) > KILLS
    told = Counter(ref for who in writers.done for ref in numbers(place.near, who.phone))
    assert told == Counter(books.refs)  # Everybody knows a number that is theirs alone.
    assert all(numbers(place.near, who.phone) for who in writers.done)
    figures = {"kills": KILLS, "people": len(writers.done), "retries": writers.retries, "repeats": writers.repeats,
               "messages sent": len(place.near.vendor.sent), "sent twice": twice}  # fmt: skip
    for name, value in figures.items():
        record_property(name, value)
    print(f"{place.url.get_backend_name()}: " + ", ".join(f"{n}: {v}" for n, v in figures.items()))  # noqa: T201  Its report.
