"""The same thing at the same moment: one registration, one page, whoever else is in the way."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy.engine import URL
from support.books import Books
from support.callers import BEFORE_CONFIRM, CONFIRM, NUMBER, Handset, Person, Wire, person
from support.databases import postgresql_url, sqlite_url
from support.neighbours import neighbours
from support.server import PATH, Installation

pytestmark = [pytest.mark.ring, pytest.mark.xdist_group("servers")]

AT_ONCE = 8
ROUNDS = 25
SERVERS: dict[str, tuple[Callable[[], URL], int]] = {"sqlite": (sqlite_url, 1), "postgresql": (postgresql_url, 2)}
Fields = dict[str, str]


@pytest.fixture(params=SERVERS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    url, processes = SERVERS[request.param]
    with neighbours() as near:
        installation = Installation(tmp_path, url(), near, processes)
        installation.hire()
        installation.start().ready()
        yield installation
        installation.close()


class Lines:
    """Kept connections that all send at one moment."""

    def __init__(self, port: int, stack: ExitStack, count: int = AT_ONCE) -> None:
        self._wires = [stack.enter_context(Wire(port)) for _ in range(count)]
        self._pool = stack.enter_context(ThreadPoolExecutor(count))
        self._barrier = Barrier(count, timeout=20)

    def send(self, callbacks: Sequence[Fields]) -> list[tuple[int, bytes]]:
        """One callback on each line, at once."""
        return list(self._pool.map(self._one, self._wires, callbacks))

    def _one(self, wire: Wire, fields: Fields) -> tuple[int, bytes]:
        self._barrier.wait()
        return wire.post_form(PATH, fields)


def at_confirm(wire: Wire, who: Person) -> Handset:
    phone = Handset(wire, PATH, who.phone)
    page = phone.dial(*who.inputs[1:BEFORE_CONFIRM])
    assert page.startswith("CON")
    assert not NUMBER.findall(page)
    return phone


def number_on(page: bytes) -> str:
    (number,) = NUMBER.findall(page.decode())
    return str(number.replace("-", ""))


def test_one_confirmation_delivered_eight_times_at_once(place: Installation) -> None:
    refs = []
    with ExitStack() as stack:
        wire, lines = stack.enter_context(Wire(place.port)), Lines(place.port, stack)
        for n in range(ROUNDS):
            phone = at_confirm(wire, person(n))
            answers = lines.send([phone.next(CONFIRM)] * AT_ONCE)
            assert len(set(answers)) == 1, answers
            assert answers[0][0] == 200
            refs.append(number_on(answers[0][1]))
    settle(place, refs, disputes=0)


def test_eight_phones_register_one_person_at_once(place: Installation) -> None:
    """One of them has the registration, the others have disputes, and none can tell from the page."""
    refs = []
    with ExitStack() as stack:
        wire, lines = stack.enter_context(Wire(place.port)), Lines(place.port, stack)
        for n in range(ROUNDS // 5):
            phones = [at_confirm(wire, person(n * AT_ONCE + each, nik_of=n)) for each in range(AT_ONCE)]
            answers = lines.send([phone.next(CONFIRM) for phone in phones])
            assert {status for status, _ in answers} == {200}
            numbers = [number_on(page) for _, page in answers]
            shapes = {NUMBER.sub("#", page.decode()) for _, page in answers}
            assert len(shapes) == 1
            assert len(set(numbers)) == AT_ONCE
            refs += numbers
    settle(place, refs, disputes=ROUNDS // 5 * (AT_ONCE - 1))


def test_old_callbacks_come_back_late_and_out_of_order(place: Installation) -> None:
    with ExitStack() as stack:
        wire, lines = stack.enter_context(Wire(place.port)), Lines(place.port, stack)
        phones = [Handset(wire, PATH, person(n).phone) for n in range(3)]
        for n, phone in enumerate(phones):
            phone.dial(*person(n).inputs[1:])
        before = Counter({table: len(place.rows(table)) for table in ("inbox", "events", "registrations", "tickets")})
        old = [each for phone in phones for each in phone.seen] * 4
        random.Random(3).shuffle(old)  # noqa: S311  A test's own dice.
        old = old[: len(old) // AT_ONCE * AT_ONCE]
        for first in range(0, len(old), AT_ONCE):
            some = old[first : first + AT_ONCE]
            assert lines.send([fields for fields, _ in some]) == [(200, page) for _, page in some]
        after = Counter({table: len(place.rows(table)) for table in before})
        assert after == before
        # The talks themselves are where they were: what is typed next goes on from there.
        assert phones[0].dial().startswith("CON")


def settle(place: Installation, refs: list[str], disputes: int) -> None:
    place.close()
    place.drain()
    books = Books(place)
    books.check_all(refs, crashes=place.processes)  # Each process may have been sending when it was killed.
    assert len(books.of("disputes")) == disputes
