"""The second engine: a real Rasa beside this process, asked with every number masked, and never waited for long."""

import re
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from json import loads
from threading import Thread
from time import monotonic
from typing import Any, Final, Protocol

import msgspec
import requests
from urllib3.exceptions import HTTPError

from bot.digits import plain
from bot.meaning import Meaning
from bot.spoken import WORDS
from nlu.embedded import CHOICES, outcome
from nlu.settings import Settings

PARSE: Final = "/model/parse"
DEADLINE: Final = 0.3  # Seconds. Behind it is the other engine, so nobody has to wait for this one.
LARGEST: Final = 65_536  # Bytes of an answer; a usual one has 1,500.
READ_OUT: Final = 4  # So many number words in a row are a number that is read out, digit by digit.

Ask = Callable[[str, Mapping[str, str]], Mapping[str, Any]]  # Path and body -> the JSON object. Raises NoAnswer.

_NUMBER: Final = re.compile(r"[^\W_]*\d[^\W_]*")
_ALIKE: Final = re.compile(r"[\dOolI]+")  # What stands for a digit in a number: "35l0O9".
_WORD: Final = re.compile(r"[^\W\d_]+")


class NoAnswer(Exception):
    """It could not be had, in time or at all. Says neither what was asked nor where."""


class Breaker(Protocol):
    """What spares a server that is away. `enter` raises while it does; who has passed tells how it went."""

    def enter(self) -> None: ...
    def tell(self, *, alive: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class Rasa:
    """`embedded`: the engine of this process. It finds what is named and the language, for it sees the numbers; and
    what it means counts where Rasa has no answer. `intents`: those that a talk knows; others are not heard."""

    ask: Ask
    embedded: Callable[[str, str], Meaning]
    settings: Settings
    intents: Collection[str]

    def __call__(self, text: str, language: str = "") -> Meaning:
        """Never fails. `language`: what the talk is in so far."""
        meaning = self.embedded(text, language)
        try:
            top = self._top(self.ask(PARSE, {"text": masked(text)}))
        except NoAnswer:
            return meaning
        (intent, chance), good_for = top[0], outcome(top, self.settings)
        return msgspec.structs.replace(meaning, intent=intent, confidence=chance, top=top, outcome=good_for)

    def _top(self, answer: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
        """The likeliest three of an answer that may hold anything. Raises NoAnswer where it does not hold three."""
        ranking = answer.get("intent_ranking")
        found: dict[str, float] = {}
        for guess in ranking if isinstance(ranking, list) else ():
            match guess:
                case {"confidence": bool()}:
                    pass
                case {"name": str(name), "confidence": float(chance) | int(chance)}:
                    if name in self.intents and 0 <= chance <= 1:  # Of a NaN neither is true.
                        found.setdefault(name, float(chance))
                case _:
                    pass
        if len(found) < CHOICES:
            raise NoAnswer("strange")
        return tuple(sorted(found.items(), key=lambda guess: -guess[1])[:CHOICES])


def masked(text: str) -> str:
    """The text with a 0 for every digit, and "nol" for every word of a number that is read out."""
    text = _NUMBER.sub(_zeros, plain(text))
    row: list[re.Match[str]] = []
    said: list[re.Match[str]] = []
    for word in (*_WORD.finditer(text), None):
        if word and word[0].lower() in WORDS:
            row.append(word)
            continue
        said += row if len(row) >= READ_OUT else []
        row = []
    for word in reversed(said):
        text = f"{text[: word.start()]}nol{text[word.end() :]}"
    return text


def _zeros(number: re.Match[str]) -> str:
    if _ALIKE.fullmatch(number[0]):
        return "0" * len(number[0])
    return re.sub(r"\d", "0", number[0])


def poster(url: str, seconds: float = DEADLINE) -> Ask:
    """Asks the server at this address, and keeps its connections open."""
    session = requests.Session()
    session.trust_env = False  # No proxy and no .netrc of this machine comes between.
    session.headers["Accept-Encoding"] = "identity"  # What is small on the wire is small here.
    base = url.rstrip("/")

    def post(path: str, body: Mapping[str, str]) -> Mapping[str, Any]:
        answer = None
        try:
            with session.post(base + path, json=body, timeout=seconds, stream=True, allow_redirects=False) as response:
                answer = loads(_body(response, monotonic() + seconds))
        except (OSError, HTTPError, ValueError, RecursionError):
            pass  # Raised again below, for what the libraries raise holds the address.
        if not isinstance(answer, dict):
            raise NoAnswer("answer")
        return answer

    return post


def _body(response: requests.Response, until: float) -> bytes:
    """The whole answer; nothing where it is none, is too long or drips in too slowly."""
    body = b""
    if response.status_code != requests.codes.ok:
        return body
    while piece := response.raw.read1(8192, decode_content=False):
        body += piece
        if len(body) > LARGEST or monotonic() > until:
            return b""
    return body


def in_time(ask: Ask, seconds: float = DEADLINE) -> Ask:
    """As `ask`, but for no longer, whatever holds it up: looking up a name knows no limit of its own."""

    def asked(path: str, body: Mapping[str, str]) -> Mapping[str, Any]:
        answer: Future[Mapping[str, Any]] = Future()

        def run() -> None:
            try:
                answer.set_result(ask(path, body))
            except NoAnswer as error:
                answer.set_exception(error)

        try:
            Thread(target=run, daemon=True).start()
            return answer.result(seconds)
        except (TimeoutError, RuntimeError):  # Late; or the machine has no more threads to give.
            raise NoAnswer("late") from None

    return asked


def spared(ask: Ask, breaker: Breaker, shut: type[Exception]) -> Ask:
    """As `ask`, but not while the breaker is open, which it says by raising `shut`."""

    def asked(path: str, body: Mapping[str, str]) -> Mapping[str, Any]:
        try:
            breaker.enter()
        except shut:
            raise NoAnswer("spared") from None
        alive = False
        try:
            answer = ask(path, body)
            alive = True
        finally:
            breaker.tell(alive=alive)
        return answer

    return asked
