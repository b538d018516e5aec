"""What a flow sees: the few things it can do in a talk, and the ways it can end a stretch of it."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any, TypeVar, overload

import msgspec

from bot.areas import Gazetteer
from bot.effects import Consent, Effect
from bot.identity import Reference
from bot.messages import Channel, Text
from bot.session import Kind, Talk
from bot.windows import Window, local_day, zone

T = TypeVar("T")
Options = Mapping[str, str]
NONE: Options = MappingProxyType({})
NO_COMPLAINTS: Mapping[str, Options] = MappingProxyType({})


class Invalid(Exception):
    """An answer that cannot be used. `why`: the whole screen that says so; None: the question again, after a prefix."""

    def __init__(self, why: Text | None = None) -> None:
        super().__init__(why.id if why else "")
        self.why = why


class Ask(msgspec.Struct, frozen=True):
    """A question. An option is what a digit means while its line is on the screen."""

    key: str
    prompt: Text
    parse: Callable[[str], Any]
    options: Options = NONE
    complaints: Mapping[str, Options] = NO_COMPLAINTS  # A complaint's own, by its id.
    beside: Text | None = None  # A second sentence whose option lines are shown too.
    own_turn: bool = (
        False  # Consent and confirmation: the answer counts only if it was typed after the question was seen.
    )


class Lookup(msgspec.Struct, frozen=True):
    """A question to the world outside. It is answered with None where it could not be had in time."""

    name: str
    argument: str = ""
    fresh: int = 3600  # Seconds after which a remembered answer is asked for again.
    language: str = ""  # Spoken in the talk, for what is asked of somebody's own words.

    def __repr__(self) -> str:
        return f"Lookup({self.name})"


class Do(msgspec.Struct, frozen=True):
    """Cause something. Without a `value`: once, whatever comes; with one: again whenever it has changed."""

    key: str
    effect: Effect
    value: str | None = None

    def __repr__(self) -> str:
        return f"Do({self.key})"


@dataclass(frozen=True, slots=True)
class Redo:
    """Ask these again; every other answer stays."""

    keys: tuple[str, ...]
    why: Text | None = None


@dataclass(frozen=True, slots=True)
class Goto:
    """Go on in another flow, or in the paused talk `draft`."""

    flow: str = ""
    answers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    keep: bool = False  # What was answered here can be taken up again, but for the answer that led away.
    draft: int | None = None
    drop: int | None = None  # A paused talk that is not needed any more.


@dataclass(frozen=True, slots=True)
class End:
    """The last screen."""

    text: Text


Step = Ask | Lookup | Do
Finish = Redo | Goto | End
Script = Generator[Step, Any, Finish]  # A flow that forgets to end is a type error.
Part = Generator[Step, Any, T]  # A stretch of a flow that comes to a value.


class Leave(Exception):
    """Ends the flow from within one of its parts."""

    def __init__(self, finish: Finish) -> None:
        super().__init__(type(finish).__name__)
        self.finish = finish


@dataclass(frozen=True, slots=True)
class World:
    """What every talk knows: the places, the periods, and the numbers that people are told."""

    areas: Gazetteer
    windows: Mapping[str, Window]
    services: frozenset[str]
    languages: frozenset[str]
    home: str  # The regency that counts where a person cannot name their village.
    visit_days: int = 14
    callback_days: int = 2
    objection_days: int = 30
    report_days: int = 7
    reports_per_day: int = 3
    people_per_phone: int = 8
    adult_age: int = 17
    months: int = 24  # So long a registration is kept behind its end.
    assisted_a_day: int = 30
    rings_per_day: int = 3  # Missed calls of one number that are answered.
    messages_per_hour: int = 40  # From one sender; what comes after them is not answered.


class Conversation:
    """One run of a flow over its journal. It has no clock: `now` is the turn's."""

    def __init__(
        self, world: World, channel: Channel, language: str, talk: Talk, paused: tuple[Talk, ...], now: datetime
    ):
        self.world = world
        self.channel = channel
        self.language = language
        self.talk = talk
        self.paused = paused
        self.now = now

    @overload
    def ask(self, key: str, prompt: Text, parse: Callable[[str], T]) -> Part[T]: ...
    @overload
    def ask(
        self,
        key: str,
        prompt: Text,
        parse: Callable[[str], T],
        options: Options,
        complaints: Mapping[str, Options] = ...,
        beside: Text | None = ...,
    ) -> Part[T | str]: ...
    def ask(
        self,
        key: str,
        prompt: Text,
        parse: Callable[[str], Any],
        options: Options = NONE,
        complaints: Mapping[str, Options] = NO_COMPLAINTS,
        beside: Text | None = None,
    ) -> Part[Any]:
        """Ask for something that is typed; an option's answer is its word."""
        return (yield Ask(key, prompt, parse, options, complaints, beside))

    def choose(
        self, key: str, prompt: Text, options: Options, *, beside: Text | None = None, own_turn: bool = False
    ) -> Part[str]:
        """Ask for one of the numbered options; the answer is the option's word."""
        answer: str = yield Ask(key, prompt, _nothing_else, options, beside=beside, own_turn=own_turn)
        return answer

    def lookup(self, name: str, argument: str = "", fresh: int = 3600) -> Part[Any]:
        """Ask the world outside. `fresh`: seconds after which it is asked again; 0: at every turn."""
        return (yield Lookup(name, argument, fresh))

    def number(self, key: str) -> Part[Reference]:
        """A new reference number: the same one at every replay."""
        digits: str = yield Lookup(NUMBER, key, fresh=1 << 40)
        return Reference(digits)

    def do(self, key: str, effect: Effect) -> Part[None]:
        yield Do(key, effect)

    def save(self, key: str, effect: Effect, value: str) -> Part[None]:
        """Cause something that another answer may replace later."""
        yield Do(key, effect, value)

    def given(self, key: str) -> str:
        """What this flow was entered with, or has been answered, under this key."""
        entry = self.talk.find(Kind.GIVEN, key)
        return str(entry.value) if entry else self.talk.answer(key)

    def written(self, key: str) -> str:
        """What was written for this question in a message, before it was asked; then what it was answered."""
        entry = self.talk.find(Kind.OFFERED, key)
        return str(entry.value) if entry else self.talk.answer(key)

    def has(self, key: str) -> bool:
        """Whether this has been answered, or written before it is asked."""
        return self.talk.find(Kind.OFFERED, key) is not None or bool(self.talk.answer(key))

    @property
    def roomy(self) -> bool:
        """Whether a page holds a list of ten."""
        return self.channel is Channel.WHATSAPP

    @property
    def begun(self) -> int:
        """When this talk began, in seconds since 1970."""
        return self.talk.journal[0].at if self.talk.journal else int(self.now.timestamp())

    def answered_at(self, key: str) -> datetime:
        """When this question was answered; now, where it has not been."""
        entry = self.talk.find(Kind.ANSWER, key)
        return datetime.fromtimestamp(entry.at, UTC) if entry and entry.at else self.now

    def consented(self, *keys: str) -> Consent:
        """The record of what was agreed to, as it was shown when it was agreed to. Without one, it is asked again."""
        shown = [self.talk.find(Kind.FACT, f"{AGREED}{key}") for key in keys]
        records = [entry for entry in shown if entry is not None]
        if len(records) < len(keys):
            raise Leave(Redo(keys))
        sentences, languages, wordings = zip(*(entry.value for entry in records), strict=True)
        wording = wordings[0] if len(wordings) == 1 else sha256("+".join(wordings).encode()).hexdigest()
        answer = ":".join(self.given(key) for key in keys)
        return Consent("+".join(sentences), languages[-1], wording, answer, records[-1].at)

    @property
    def today(self) -> date:
        """The day where the service is at home; flows that know the regency use its own zone."""
        return self.day(self.world.home)

    def day(self, regency: str) -> date:
        return local_day(self.now, regency)

    def local(self, at: int) -> datetime:
        """An instant in seconds since 1970 on the wall where the service is at home."""
        return datetime.fromtimestamp(at, zone(self.world.home))


AGREED = "agreed:"  # The fact that the engine keeps of an agreement: sentence, language, hash of the wording.
NUMBER = "number"  # The one look-up that the engine answers itself, from the turn's seed.


def only_options(ask: Ask) -> bool:
    """Whether a question is answered by nothing but its numbered lines."""
    return ask.parse is _nothing_else


def _nothing_else(text: str) -> str:
    raise Invalid
