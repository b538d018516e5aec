"""Citizens who call a real server, each behind a gateway that repeats a callback until it is answered."""

import http.client
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from threading import Condition, Event, Thread
from time import perf_counter
from types import TracebackType
from urllib.parse import urlencode

FORM = "application/x-www-form-urlencoded"
NOBODY = (0, b"")  # The line broke, or nobody listens.
NUMBER = re.compile(r"\d{4}-\d{4}-\d{4}")
RETRY_S = 0.03


class Wire:
    """One kept connection, opened again after it broke."""

    def __init__(self, port: int, timeout: float = 10.0) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}
    ) -> tuple[int, bytes]:
        """Status and body; NOBODY where there was no answer."""
        status, answer, _ = self.exchange(method, path, body, headers)
        return status, answer

    def exchange(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}
    ) -> tuple[int, bytes, Sequence[tuple[str, str]]]:
        """The same with the answer's headers."""
        try:
            self._connection.request(method, path, body, dict(headers))
            response = self._connection.getresponse()
            return response.status, response.read(), response.getheaders()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return *NOBODY, ()

    def post_form(self, path: str, fields: Mapping[str, str]) -> tuple[int, bytes]:
        return self.send("POST", path, urlencode(fields).encode(), {"Content-Type": FORM})

    def insist(self, path: str, fields: Mapping[str, str], patience: float = 20.0) -> bytes:
        """The same callback again until it is answered, as a gateway does; the page."""
        deadline = perf_counter() + patience
        while perf_counter() < deadline:
            status, page = self.post_form(path, fields)
            if status == 200:
                return page
            Event().wait(RETRY_S)
        raise TimeoutError("the callback was never answered")

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def callback(dialogue: str, phone: str, typed: Sequence[str]) -> dict[str, str]:
    """A turn in Africa's Talking's form."""
    return {
        "sessionId": dialogue,
        "phoneNumber": phone,
        "networkCode": "51010",
        "serviceCode": "*384*1#",
        "text": "*".join(typed),
    }


_DIALOGUES = count(1)


@dataclass
class Handset:
    """A phone on a line that holds. Every page it has seen is kept with the callback that brought it."""

    wire: Wire
    path: str
    phone: str
    seen: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    dialogue: str = ""

    def dial(self, *typed: str) -> str:
        """A new dialogue; the last page of what is typed in it."""
        self.dialogue = f"ATUid_{next(_DIALOGUES):032x}"
        self.typed = []
        return self.say("", *typed)

    def say(self, *typed: str) -> str:
        """Type these one after the other; the last page, with its CON or END."""
        for text in typed:
            self.typed += [text] if text else []
            fields = self.next()
            status, page = self.wire.post_form(self.path, fields)
            assert status == 200, status
            self.seen.append((fields, page))
        return self.screen

    def next(self, *typed: str) -> dict[str, str]:
        """The callback of the turn in hand."""
        return callback(self.dialogue, self.phone, [*self.typed, *typed])

    @property
    def screen(self) -> str:
        return self.seen[-1][1].decode()


@dataclass(frozen=True)
class Person:
    """Somebody new who registers: the turns until the receipt and behind it."""

    phone: str
    nik: str
    name: str = "SITI"

    @property
    def inputs(self) -> tuple[str, ...]:
        """Dial, language, greeting, menu, consent, NIK, name, village, pick; then confirm and "enough"."""
        return ("", "1", "1", "1", "1", self.nik, self.name, "kem", "1", CONFIRM, "2")


CONFIRM = "1"
BEFORE_CONFIRM = 9  # Turns.


def person(number: int, nik_of: int | None = None) -> Person:
    """The n-th of as many people as are wanted. `nik_of`: with the NIK of that one."""
    of = number if nik_of is None else nik_of
    day, serial = of // 8000, of % 8000 + 1000  # The sandbox's personas have serials below a hundred.
    return Person(f"+62812{number:08d}", f"351099{day % 28 + 1:02d}{day // 28 % 12 + 1:02d}80{serial:04d}")


@dataclass
class Crowd:
    """Clients in threads: person after person, some with a NIK that another one has, some callbacks repeated later."""

    port: int
    path: str
    clients: int
    seed: int
    receipts: dict[str, Person] = field(default_factory=dict)  # By the number on the screen.
    apologies: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)  # Pages that a repeated callback got instead of the first one.
    refused: list[int] = field(default_factory=list)
    turns: int = 0
    retries: int = 0
    repeats: int = 0
    _answered: Condition = field(default_factory=Condition)
    _last: float = 0.0  # When the try began that was answered last.
    _stop: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)

    def start(self) -> None:
        for client in range(self.clients):
            self._threads.append(Thread(target=self._live, args=(client,), name=f"caller-{client}"))
            self._threads[-1].start()

    def answered_since(self, began: float, patience: float) -> float:
        """Wait for an answer to a try that began later; when it came."""
        with self._answered:
            if not self._answered.wait_for(lambda: self._last > began, patience):
                raise TimeoutError("nobody was answered")
        return perf_counter()

    def finish(self) -> None:
        """Everybody ends the talk that they are in."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _live(self, client: int) -> None:
        dice = random.Random(self.seed * 100 + client)  # noqa: S311  A test's own dice.
        with Wire(self.port) as wire:
            for who in self._people(client, dice):
                self._register(wire, who, dice)
                if self._stop.is_set():
                    return

    def _people(self, client: int, dice: random.Random) -> Iterator[Person]:
        for number in range(client, 10**8, self.clients):
            known = number >= self.clients and dice.random() < 0.15
            yield person(number, nik_of=dice.randrange(number) if known else None)

    def _register(self, wire: Wire, who: Person, dice: random.Random) -> None:
        dialogue, typed = f"ATUid_{who.phone[1:]}", list[str]()
        earlier: list[tuple[dict[str, str], bytes]] = []
        for text in who.inputs:
            typed += [text] if text else []
            fields = callback(dialogue, who.phone, typed)
            page = self._until_answered(wire, fields)
            earlier.append((fields, page))
            if page.startswith(b"END") and text != "2":
                self.apologies.append(page.decode())
                return
            if dice.random() < 0.05:
                self._repeat(wire, *dice.choice(earlier))
        for number in NUMBER.findall(page.decode()):
            self.receipts[number.replace("-", "")] = who

    def _repeat(self, wire: Wire, fields: dict[str, str], page: bytes) -> None:
        self.repeats += 1
        again = self._until_answered(wire, fields)
        if again != page:
            self.changed.append(f"{page!r} -> {again!r}")

    def _until_answered(self, wire: Wire, fields: dict[str, str]) -> bytes:
        while True:
            began = perf_counter()
            status, page = wire.post_form(self.path, fields)
            if status == 200:
                self.turns += 1
                with self._answered:
                    self._last = max(self._last, began)
                    self._answered.notify_all()
                return page
            if status:
                self.refused.append(status)
            self.retries += 1
            Event().wait(RETRY_S)
