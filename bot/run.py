"""A turn while it is being taken: what a message does to the talk, and how a flow is played over its journal."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any, TypeVar, assert_never

import msgspec

from bot.conversation import (
    AGREED,
    Ask,
    Conversation,
    Do,
    End,
    Finish,
    Goto,
    Invalid,
    Leave,
    Lookup,
    Redo,
    Script,
    World,
)
from bot.effects import Effect, KeepDraft, SpeakLanguage
from bot.journal import Journal, reread
from bot.keywords import Keywords
from bot.meaning import Meaning
from bot.messages import Channel, Choice, Page, Reply, Text, Value
from bot.screen import BACK, FULLER, screen, worded
from bot.session import Kind, Session, Talk
from bot.texts import Catalogue
from bot.windows import local_day

Fit = Callable[[Reply], list[Page]]
T = TypeVar("T")
Playing = Generator[Lookup, Any, T]  # A stretch of a turn, which may stop for a look-up.

MISSES = 3  # The third answer in a row that cannot be used brings a person into it.
HOPS = 12  # A talk that jumps more often than this in one turn has lost its way.
HOME, MORE = "00", "9"
LANGUAGE, RESUME, OPENING, STUCK, ASKED, CANCEL = "language", "resume", "menu", "stuck", "asked", "cancel"
MEANT, LOST, SWITCH = "meant", "lost", "switch"  # By message only.
DIALLED = "dialled"  # The menu is entered with it at the beginning of a call, when there may be a question to answer.
DRAFT = "draft"  # The key under which a flow has said that it has begun something to be reminded of.


class LostItsWay(RuntimeError):
    """A flow that jumps in a circle: our mistake, never the person's."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """What was written for a question before it was asked does not answer it."""

    ask: Ask
    why: Text | None


class Unheard(Exception):
    """A transcript reached something that nobody has agreed to yet."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow by name; `keeps`: what was answered in it is kept when the line drops."""

    script: Callable[[Conversation], Script]
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class Engine:
    """The flows and what they know. One for the life of a process."""

    flows: Mapping[str, Flow]
    catalogue: Catalogue
    world: World
    keywords: Keywords
    language: str = "id"  # Spoken until the person has chosen.


@dataclass(slots=True)
class Run:
    """A turn while it is being taken."""

    engine: Engine
    session: Session
    channel: Channel
    fit: Fit
    now: datetime
    seed: bytes
    effects: list[Effect] = field(default_factory=list)
    events: list[tuple[str, str, str]] = field(default_factory=list)
    folding: bool = False
    on_screen: Ask | None = None
    choices: tuple[Choice, ...] = ()  # Its lines.
    reply: Reply | None = None  # Its page, before it was fitted.
    missed: bool = False  # What was written could not be used.
    aside: bool = False  # What is left to read only repeats a question that was read before.
    guess: Meaning | None = None  # What own words seemed to mean, where that was asked.
    chosen: bool = False  # One of the things that an unclear message could mean.
    unheard: list[str] = field(default_factory=list)  # Questions for consent that a transcript answered unseen.

    def dial(self) -> Playing[Page]:
        """The first screen of a dialogue: the language, what was left unfinished, or the menu."""
        self.leave()
        self.only_kept()
        if not self.session.language:
            self.enter(LANGUAGE)
        elif self.session.paused:
            self.enter(RESUME)
        else:
            self.enter(OPENING, (DIALLED, "yes"))
        return (yield from self.go(None))

    def typed(self, text: str) -> Playing[Page]:
        """An answer to the screen before."""
        text = text.strip()
        if text == MORE and self.session.unread:
            page, *rest = self.session.unread
            self.put(unread=tuple(rest))
            return page
        self.put(unread=())
        if self.session.talk.flow not in self.engine.flows:  # It has ended, or its service was switched off meanwhile.
            return (yield from self.dial())
        if text == HOME or (text == BACK and self.session.talk.exits):
            self.home()
            return (yield from self.go(None))
        return (yield from self.go(text))

    def leave(self) -> None:
        """Put the current talk aside if it is one that is kept and something was said in it."""
        self.unlearn()
        talk = self.session.talk
        if self.keeps(talk) and any(e.kind is Kind.ANSWER for e in talk.journal):
            self.session = self.session.park()
        self.put(talk=Talk(), unread=(), misses=0)

    def unlearn(self) -> None:
        """Forget what a transcript answered where the question has to be seen first."""
        if self.unheard:
            self.put(talk=self.session.talk.forget(*self.unheard))
            self.unheard.clear()

    def only_kept(self) -> None:
        self.put(paused=tuple(talk for talk in self.session.paused if self.keeps(talk)))

    def keeps(self, talk: Talk) -> bool:
        """Whether what was answered in it is kept when it is left."""
        flow = self.engine.flows.get(talk.flow)
        return flow is not None and flow.keeps

    def home(self) -> None:
        self.leave()
        self.only_kept()
        self.enter(OPENING)

    def go(self, typed: str | None) -> Playing[Page]:
        """Run the current flow, and those that it leads to, until one waits for an answer or ends."""
        why: Text | None = None
        for _ in range(HOPS):
            stop = yield from self._play(typed)
            typed = None
            match stop:
                case Page():
                    return stop
                case Ask():
                    return self._show(stop, why)
                case Unusable(ask, complaint):
                    return self._show(ask, complaint)
                case Redo(keys, why):
                    self.put(talk=self.session.talk.forget(*keys))
                case Goto():
                    self._follow(stop)
                case End(text):
                    return self._end(text)
                case None:
                    why = None
                case _ as never:
                    assert_never(never)
        raise LostItsWay(self.session.talk.flow)

    def _follow(self, goto: Goto) -> None:
        self.chosen = self.chosen or (self.session.talk.flow == MEANT and goto.draft is None)
        if goto.draft is not None:
            self.session = self.session.resume(goto.draft)
            self.event(self.session.talk.asked, "resumed")
        else:
            if goto.drop is not None:
                self.session = self.session.drop(goto.drop)
            if goto.keep:
                self.put(talk=self.session.talk.back() or self.session.talk)
                self.leave()
            if goto.flow in self.engine.flows:
                self.enter(goto.flow, *goto.answers)
            else:  # Its service is switched off: nobody is left standing, the menu says what there is.
                self.event(goto.flow, "off")
                self.enter(OPENING)

    def _end(self, text: Text) -> Page:
        page, *rest = self.fit(msgspec.structs.replace(self._worded(text), ends=True))
        self.event(text.id, "ended")
        self.put(talk=Talk(), unread=tuple(rest), misses=0)
        return page

    def _play(self, typed: str | None) -> Playing["Ask | Unusable | Finish | Page | None"]:  # noqa: C901  It is the turn's inner loop.
        """Replay the current flow over its journal. Answers: the question it waits at, its end, a page that complains
        about what was typed, or nothing where it has to be played again."""
        talk = self.session.talk
        journal = Journal(talk)
        c = Conversation(self.engine.world, self.channel, self.language, talk, self.session.paused, self.now)
        script = self.engine.flows[talk.flow].script(c)
        value: Any = None
        try:
            while True:
                step = script.send(value)
                match step:
                    case Ask(key):
                        entry = journal.known.get(Kind.ANSWER + key)
                        if entry is None:
                            offered = None if step.own_turn else journal.take(key)
                            answer: str | Unusable | Page | None
                            if offered is not None:
                                answer = _use(step, offered)
                            elif typed is None or talk.asked != key:
                                return step
                            else:
                                self._keep(journal)
                                answer, typed = (yield from self._hear(step, typed)), None
                            if not isinstance(answer, str):
                                return answer
                            entry = journal.add(Kind.ANSWER, key, answer, self.at)
                            self._witness(journal, step)
                            c.talk = self._keep(journal)
                        value = reread(step, str(entry.value))
                    case Lookup():
                        value = journal.remembered(step, self.at, self.seed)
                        if value is None:
                            value = journal.remember(step, (yield step), self.at)
                    case Do():
                        self._do(journal, step, c)
                        value = None
        except StopIteration as stopped:
            finish: Finish = stopped.value
            return finish
        except Leave as left:
            return left.finish
        except Invalid:  # What it was chosen from has changed meanwhile: ask again.
            self.put(talk=self.session.talk.forget(key))
            return None
        finally:
            self._keep(journal)

    def _witness(self, journal: Journal, ask: Ask) -> None:
        """Keep which words were agreed to: the person may change the language, and we the words, before they count."""
        if ask.own_turn:
            id = FULLER.get(ask.prompt.id, ask.prompt.id) if self.session.talk.fuller else ask.prompt.id
            wording = self.engine.catalogue.wording(self.language, id)
            shown = [id, self.language, sha256(wording.encode()).hexdigest()]
            journal.add(Kind.FACT, f"{AGREED}{ask.key}", shown, self.at)

    def _hear(self, ask: Ask, typed: str) -> Playing[str | Page | None]:
        """What was typed as it is recorded; or the page that complains; or nothing, where it led back."""
        talk = self.session.talk
        options = ask.complaints.get(talk.shown, ask.options)
        if typed in options:
            answer = options[typed]
        elif typed == BACK:
            self._back(talk)
            return None
        else:
            try:
                answer = str(ask.parse(typed))
            except Invalid as invalid:
                return (yield from self._complain(ask, invalid.why))
        self.put(misses=0)
        if self.folding and ask.own_turn:
            self.unheard.append(ask.key)
        return answer

    def _back(self, talk: Talk) -> None:
        before = talk.back()
        if before is None:
            self.home()
        else:
            self.put(talk=before, misses=0)

    def _complain(self, ask: Ask, why: Text | None) -> Playing[Page]:
        self.missed = True
        misses = self.session.misses + 1
        if misses >= MISSES and self.session.talk.flow != STUCK:
            self.event(ask.key, "stuck")
            self.unlearn()
            self.session = self.session.park().enter(STUCK)
            return (yield from self.go(None))
        self.put(misses=misses)
        return self._show(ask, why, again=True)

    def _show(self, ask: Ask, why: Text | None, again: bool = False) -> Page:
        """The page of a question, or of the complaint that stands in its place."""
        shown = screen(self.engine.catalogue, self.language, ask, why, again, self._worded)
        page, *rest = self.fit(shown.reply)
        self.on_screen, self.choices, self.reply = ask, shown.reply.choices, shown.reply
        self.event(ask.key, "missed" if again else "asked")
        talk = msgspec.structs.replace(self.session.talk, asked=ask.key, shown=shown.sentence, exits=shown.exits)
        fuller = self._roomy and self.engine.catalogue.has(self.language, FULLER.get(shown.sentence, ""))
        talk = msgspec.structs.replace(talk, fuller=fuller) if fuller != talk.fuller else talk
        self.put(talk=talk, unread=tuple(rest))
        return page

    def _worded(self, text: Text) -> Reply:
        common: Mapping[str, Value] = {"months": self.engine.world.months}
        return worded(self.engine.catalogue, self.language, text, self._roomy, common)

    def _do(self, journal: Journal, do: Do, c: Conversation) -> None:
        kind = Kind.DONE if do.value is None else Kind.SAVED
        entry = journal.known.get(kind + do.key)
        if entry is not None and entry.value == do.value:
            return
        if self.unheard and isinstance(do.effect, KeepDraft):
            return  # Nobody has seen the question for consent yet.
        if isinstance(do.effect, SpeakLanguage):
            self.put(language=do.effect.language)
            c.language = do.effect.language
        elif self.unheard:
            raise Unheard
        self.effects.append(do.effect)
        journal.add(kind, do.key, do.value, self.at)

    def _keep(self, journal: Journal) -> Talk:
        """The journal belongs to the flow that was played, unless "back" or a jump has replaced its talk meanwhile."""
        if self.session.talk is journal.talk:
            journal.talk = msgspec.structs.replace(journal.talk, journal=tuple(journal.entries))
            self.put(talk=journal.talk)
        return self.session.talk

    def enter(self, flow: str, *answers: tuple[str, str], offered: tuple[tuple[str, str], ...] = ()) -> None:
        self.unheard.clear()
        self.session = self.session.enter(flow, *answers, offered=offered, at=self.at)

    def event(self, key: str, what: str) -> None:
        self.events.append((self.session.talk.flow, key, what))

    def put(self, **changes: Any) -> None:
        self.session = msgspec.structs.replace(self.session, **changes)

    @property
    def today(self) -> date:
        return local_day(self.now, self.engine.world.home)

    @property
    def at(self) -> int:
        return int(self.now.timestamp())

    @property
    def _roomy(self) -> bool:
        return self.channel is Channel.WHATSAPP

    @property
    def language(self) -> str:
        return self.session.language or self.engine.language


def _use(ask: Ask, offered: str) -> "str | Unusable":
    """What was written for a question before it was asked, as it is recorded."""
    if offered in ask.options.values():
        return offered
    try:
        return str(ask.parse(offered))
    except Invalid as invalid:
        return Unusable(ask, invalid.why)
