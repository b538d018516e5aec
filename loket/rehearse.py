"""Walks through every flow as people would, with every answer that a look-up may give, and tells each step of it."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bot.engine import Turn, advance
from bot.messages import Channel, Inbound, Page, Reply, SessionEvent
from bot.run import Engine, Fit
from bot.session import Kind, Session
from bot.texts import BASE
from bot.windows import Phase, Window
from loket.rehearsals import Examples

MOST = 5000  # Questions and ends; flows that show more have no end.
OFTEN = 12  # So many ways to come to a question are walked on from, each with other answers before it.
SELDOM = 2  # The same on channels that only differ in how they show it.
SEED = b"rehearsal"
ANSWERS = ("yes", "no", "update")  # Keywords that answer a question, too.
MENU = "MENU"  # What brings the main menu by message.
Facts = Mapping[tuple[str, str], Any]
Branch = tuple[tuple[str, int], ...]  # By the look-up's name, which of its answers was given.


@dataclass(frozen=True, slots=True)
class Place:
    """What is on the screen, but for the values in it. `asked`: the question's key; empty where the talk ends."""

    flow: str
    asked: str
    sentence: str
    missed: bool
    keys: tuple[str, ...]

    @property
    def ends(self) -> bool:
        return not self.asked

    def __str__(self) -> str:
        return f"{self.flow}/{self.asked or 'end'}"


@dataclass(frozen=True, slots=True)
class Scene:
    """A walk begins here: in which language, within which windows, and what is typed first."""

    name: str
    engine: Engine
    language: str = BASE
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """A turn that can be taken again: in another language, on another channel, with longer values."""

    engine: Engine
    session: Session = field(repr=False)
    text: str = field(repr=False)
    facts: Facts = field(repr=False)
    channel: Channel
    now: datetime

    def again(self, engine: Engine, language: str, fit: Fit) -> Turn:
        """The same turn by an engine with other words in it."""
        session = msgspec.structs.replace(self.session, language=language)
        within = replace(engine, world=self.engine.world)
        return advance(within, session, _inbound(self.text, self.channel, self.now), fit, self.now, SEED, self.facts)


@dataclass(frozen=True, slots=True)
class Step:
    """From one screen to the next. `offered`: the input stood on the screen as a numbered line."""

    scene: str
    before: Place | None
    typed: str = field(repr=False)
    offered: bool
    after: Place
    label: str = field(repr=False)  # Of the line that was chosen.
    reply: Reply = field(repr=False)
    effects: tuple[str, ...]
    lookups: tuple[str, ...]
    taken: Taken = field(repr=False)


@dataclass(slots=True)
class _Stop:
    """Where a way through the talk stands."""

    session: Session
    place: Place
    reply: Reply
    told: Facts = field(default_factory=dict)  # What look-ups have said so far.
    chosen: frozenset[tuple[str, str]] = frozenset()  # The numbered lines that were chosen in this talk.
    branch: Branch = ()  # How the look-ups of the last turn were answered.


@dataclass(slots=True)
class _Seen:
    """What is known of a place: the pasts it was walked on from, and what can be typed there with effect."""

    told: set[object] = field(default_factory=set)
    chosen: set[object] = field(default_factory=set)
    useful: dict[str, None] = field(default_factory=dict)  # What led on from here.
    led: set[tuple[str, Place]] = field(default_factory=set)  # What was typed, and where to.
    answers: dict[tuple[str, Branch, str], set[int]] = field(default_factory=dict)  # Those that led on.
    walked: bool = False

    def learn(self, text: str, after: Place, branch: Branch) -> None:
        """Keep which answers were the first to lead to a place."""
        if (text, after) not in self.led:
            self.led.add((text, after))
            for n, (name, number) in enumerate(branch):
                self.answers.setdefault((text, branch[:n], name), set()).add(number)


@dataclass(slots=True)
class _Branches:
    """The answers that the look-ups of one turn may give, the usual ones first.

    A look-up that comes again behind another answer of the one before it is answered by those that made a difference
    the first time; by all, where these lead anywhere new. Three look-ups in a turn are thousands of turns otherwise.
    """

    left: list[tuple[Facts, Branch]]
    useful: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    aside: dict[Branch, list[tuple[Facts, Branch]]] = field(default_factory=dict)
    led: set[object] = field(default_factory=set)

    def grow(self, facts: Facts, branch: Branch, key: tuple[str, str], answers: Mapping[int, Any]) -> None:
        """Answer a look-up. `answers`: by their number, of which 0 is the usual one."""
        ways = [({**facts, key: answer}, (*branch, (key[0], n))) for n, answer in reversed([*answers.items()])]
        if (useful := self.useful.get(key)) is not None:
            useful = {*useful, *list(answers)[-1:]}  # The last one: that it could not be had.
            self.aside[branch] = [way for way in ways if way[1][-1][1] not in useful]
            ways = [way for way in ways if way[1][-1][1] in useful]
        self.useful.setdefault(key, set())
        self.left += ways

    def reached(self, what: object, facts: Facts, branch: Branch) -> None:
        """Learn from where the answers led."""
        if what in self.led:
            return
        self.led.add(what)
        for n, (key, (_, number)) in enumerate(zip(list(facts)[len(facts) - len(branch) :], branch, strict=True)):
            self.useful[key].add(number)
            self.left += self.aside.pop(branch[:n], [])


class Walk:
    """One channel's way through everything, breadth first. What goes wrong on the way is in `faults`."""

    def __init__(self, examples: Examples, channel: Channel, now: datetime, often: int = OFTEN) -> None:
        self.faults: dict[str, None] = {}
        self._often = often
        self._examples, self._channel, self._now = examples, channel, now
        self._seen: dict[Place, _Seen] = {}

    def steps(self, scenes: Iterable[Scene]) -> Iterator[Step]:
        """Every step that is worth taking. A place is walked on from as often as what went before it differs."""
        for scene in scenes:
            ways: deque[_Stop] = deque()
            stop = None
            for step, stop in self._opening(scene):
                yield step
                if self._worth(scene, stop):
                    ways.append(stop)
            if stop and not stop.place.ends:  # Here something that was typed before may matter: all is tried again.
                self._seen[stop.place].walked = False
                ways.appendleft(stop)
            while ways:
                for step, stop in self._onward(scene, ways.popleft()):
                    yield step
                    if self._worth(scene, stop):
                        ways.append(stop)
                if len(self._seen) > MOST:
                    self.faults[f"{scene.name}: there is no end to it"] = None
                    return

    def _opening(self, scene: Scene) -> Iterator[tuple[Step, _Stop]]:
        """To where the scene's inputs lead, by the usual answer of each look-up; the other answers branch off."""
        stop = None
        for text in ("", *scene.inputs):
            found = self._taken(scene, stop, text)
            if not found:
                return
            yield from reversed(found)
            stop = found[0][1]

    def _onward(self, scene: Scene, stop: _Stop) -> Iterator[tuple[Step, _Stop]]:
        """From one place: by each of its lines, and by all that might be typed; later only by what was of use."""
        seen = self._seen[stop.place]
        if seen.walked:
            for text in seen.useful:
                for step, after in self._taken(scene, stop, text, seen):
                    seen.learn(text, after.place, after.branch)
                    yield step, after
            return
        seen.walked = True
        offered = [choice.key for choice in stop.reply.choices]
        led: dict[Place, str] = {}
        words = scene.engine.keywords.words if self._channel is not Channel.USSD else {}
        typed = (*self._examples.typed, *(words[verb] for verb in ANSWERS if verb in words))
        for text in (*offered, *(text for text in typed if text not in offered)):
            for step, after in self._taken(scene, stop, text):
                if led.setdefault(after.place, text) == text and not after.place.missed:
                    seen.useful[text] = None
                seen.learn(text, after.place, after.branch)
                yield step, after

    def _worth(self, scene: Scene, stop: _Stop) -> bool:
        """Whether to walk on from here: nobody was here before, or nobody with this past."""
        seen = self._seen.setdefault(stop.place, _Seen())
        if stop.place.ends or len(seen.told) >= self._often <= len(seen.chosen):
            return False
        given = tuple((e.key, e.value) for e in stop.session.talk.journal if e.kind is Kind.GIVEN)
        told = (id(scene.engine), given, tuple((key, str(value)) for key, value in stop.told.items()))
        fresh = False
        for known, past in ((seen.told, told), (seen.chosen, stop.chosen)):
            if past not in known and len(known) < self._often:
                known.add(past)
                fresh = True
        return fresh

    def _taken(
        self, scene: Scene, stop: _Stop | None, text: str, seen: _Seen | None = None
    ) -> list[tuple[Step, _Stop]]:
        """What comes of one input: a step for each answer that the look-ups on the way may give, the usual one first.

        What was answered on the way here is answered so again. `seen`: answers that led nowhere new are left out.
        """
        session = stop.session if stop else Session(language=scene.language)
        branches = _Branches([(stop.told if stop else {}, ())])
        found = []
        while branches.left:
            facts, branch = branches.left.pop()
            taken = Taken(scene.engine, session, text, facts, self._channel, self._now)
            said: list[Reply] = []

            def fit(reply: Reply) -> list[Page]:
                said.append(reply)  # noqa: B023  It is called before the next round.
                return [Page("", ends=reply.ends)]

            try:
                turn = taken.again(scene.engine, session.language, fit)
            except Exception as error:  # The rim of the turn: a person would get an apology.
                where, typed = stop.place if stop else scene.name, f" at {text!r}" if text else ""
                self.faults[f"{where}{typed}: {type(error).__name__}: {error}"] = None
                continue
            if turn.needs is None:
                step, after = _step(scene, stop, text, turn, said[-1], taken)
                after.branch = branch
                branches.reached((after.place, step.effects), facts, branch)
                found.append((step, after))
                continue
            key = (turn.needs.name, turn.needs.argument)
            answers = self._examples.answers(*key, self._now.date())
            if answers is None:
                self.faults[f"{stop.place if stop else scene.name}: no example answers the look-up {key[0]}"] = None
            useful = seen.answers.get((text, branch, key[0])) if seen else None
            numbered = {n: answer for n, answer in enumerate(answers or ()) if useful is None or n in useful}
            branches.grow(facts, branch, key, numbered)
        return found


def _step(scene: Scene, stop: _Stop | None, text: str, turn: Turn, reply: Reply, taken: Taken) -> tuple[Step, _Stop]:
    flow, key, what = turn.events[-1]
    talk = turn.session.talk
    keys = tuple(choice.key for choice in reply.choices)
    place = Place(flow, "", key, False, keys) if reply.ends else Place(flow, key, talk.shown, what == "missed", keys)
    label = next((choice.label for choice in stop.reply.choices if choice.key == text), "") if stop else ""
    effects = tuple(dict.fromkeys(type(effect).__name__ for effect in turn.effects))
    lookups = tuple(dict.fromkeys(name for name, _ in taken.facts.keys() - (stop.told.keys() if stop else set())))
    step = Step(
        scene.name, stop.place if stop else None, text, bool(label), place, label, reply, effects, lookups, taken
    )
    chosen: frozenset[tuple[str, str]] = frozenset()
    if stop and stop.place.flow == flow:
        still = {entry.key for entry in talk.journal if entry.kind is Kind.ANSWER}
        chosen = frozenset((key, digit) for key, digit in stop.chosen if key in still)
        if label and stop.place.asked in still:
            chosen |= {(stop.place.asked, text)}
    return step, _Stop(turn.session, place, reply, taken.facts, chosen)


def messages(engine: Engine, examples: Examples, now: datetime) -> Iterator[Scene]:
    """What begins only by a message: each keyword, and whole messages."""
    here = _within(engine, Phase.OPEN, now)
    for name, inputs in examples.messages.items():
        yield Scene(name, here, inputs=inputs)
    for verb, word in engine.keywords.words.items():
        yield Scene(f"{verb} by message", here, inputs=(word,))


def scenes(engine: Engine, examples: Examples, now: datetime) -> Iterator[Scene]:
    """Somebody who never dialled before; somebody who did; each way to where it goes on; and
    registration before its time, after it, and elsewhere."""
    here = _within(engine, Phase.OPEN, now)
    yield Scene("a newcomer", here, language="")
    yield Scene("a known phone", here)
    for name, inputs in examples.ways.items():
        yield Scene(name, here, inputs=inputs)
    only = _within(engine, Phase.OPEN, now, engine.world.home)
    for name, world in (("before the window", _within(engine, Phase.BEFORE, now)),
                        ("after the window", _within(engine, Phase.AFTER, now)),
                        ("one window", only)):  # fmt: skip
        for way, inputs in examples.ways.items():
            yield Scene(f"{way}, {name}", world, inputs=inputs)


def _within(engine: Engine, phase: Phase, now: datetime, only: str = "") -> Engine:
    """The engine with all its windows open, not open yet, or closed."""
    day = timedelta(days=1)
    opens, closes = {
        Phase.OPEN: (now.date() - 30 * day, now.date() + 30 * day),
        Phase.BEFORE: (now.date() + 30 * day, now.date() + 60 * day),
        Phase.AFTER: (now.date() - 60 * day, now.date() - 30 * day),
    }[phase]
    regencies = [only] if only else engine.world.windows
    windows = {regency: Window(regency, opens, closes) for regency in regencies}
    return replace(engine, world=replace(engine.world, windows=windows))


def _inbound(text: str, channel: Channel, now: datetime) -> Inbound:
    """A message; nothing typed: the line dropped, and the person calls again, or writes for the menu."""
    if channel is not Channel.USSD:
        text = text or MENU
    return Inbound("", channel, "", "", text, SessionEvent.RESUME if text else SessionEvent.NEW, now)
