"""Walks through every flow, screen by screen, and says what would be wrong on a person's phone."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from bot import inquiries
from bot.agent_check import Shown, Standing
from bot.engine import advance
from bot.filed import SENTENCES
from bot.identity import Reference
from bot.inquiries import Inquiry
from bot.messages import Channel, Inbound, Page, Reply, SessionEvent
from bot.new_phone import RIGHT
from bot.payments import SENTENCES as PAID
from bot.payments import Payment
from bot.run import Engine
from bot.screen import BACK
from bot.session import Session
from bot.stages import Case, Cases, Stage, to_fact
from bot.visits import Visit
from bot.windows import Phase, Window
from ussd.page import fit

Look = Callable[[str, str], Any]

MOST = 2000  # Screens in one walk; a flow that shows more has no end.
DEEP = 40
REFS = tuple(str(Reference.of(f"rehearsal {n}".encode())) for n in range(8))
# What people type where more than digits is asked for: the longest that a question takes, and what none does.
TYPED = (
    "3510995708900001", "3510995708900000", "3510991708200004", "3510991708100003", "3510993208900001",
    "3510991201150005", "1111111111111111", "12", "SITI AMINAH WULANDARI", "sumberkencono", "sepinggan raya", "karang",
    "xyzxyzxyzxyzxyzxyzxyz", "081234567890", "17081930", REFS[0], "0001",
)  # fmt: skip
REGISTERED = ("1", "1", TYPED[0], "SITI AMINAH WULANDARI", "sumberkencono", "1", "1")
FILED = dict(zip(REFS[5:], SENTENCES, strict=False))  # Numbers of something else than a registration.
LOCKED = "0002"  # Whoever types these digits has typed too many wrong ones.
HERE = Shown(Standing.HERE, "BUDI SANTOSO HARTONO", "Gunung Samarinda")
# Where no line leads back: the first screens and the menu have nothing behind them; the others are decisions.
WITHOUT_WAY_BACK = frozenset({"language", "greeting", "service", "more", "cancel", "changed"})


@dataclass(frozen=True, slots=True)
class Scene:
    """A walk begins here: what the look-ups answer, and the windows."""

    name: str
    engine: Engine
    look: Look
    inputs: tuple[str, ...] = ()  # Typed first; nothing: the line drops, and the person calls again.
    deep: int = DEEP
    newcomer: bool = False


@dataclass(slots=True)
class _Screen:
    """What one turn showed, before and after it was fitted."""

    reply: Reply | None = None
    pages: list[Page] = field(default_factory=list)


def complaints(engine: Engine, languages: list[str], limit: int, now: datetime) -> list[str]:
    """Every screen that does not fit, and every question without a way back, once for each language."""
    found = {
        complaint: None
        for language in languages
        for scene in scenes(engine, now)
        for complaint in _walk(scene, language, limit, now)
    }
    return list(found)


def scenes(engine: Engine, now: datetime) -> Iterator[Scene]:
    """A phone that nobody knows; windows that are closed or elsewhere; phones with every stage of a case."""
    nothing: Look = _looks(Cases())
    here = _within(engine, Phase.OPEN, now)
    yield Scene("a newcomer", here, nothing, deep=2, newcomer=True)
    yield Scene("a known phone", here, nothing)
    yield Scene("the summary", here, nothing, REGISTERED[:-1])
    yield Scene("the details", here, nothing, (*REGISTERED, "1"))
    yield Scene("a very old person", here, nothing, ("1", "1", TYPED[2], *REGISTERED[3:-1]), deep=4)
    yield Scene("three wrong answers", here, nothing, ("x", "x", "x"), deep=2)
    yield Scene("cut off", here, nothing, (*REGISTERED[:3], ""), deep=2)
    yield Scene("cut off on one's own phone", here, _looks(Cases(True)), (*REGISTERED[:3], ""), deep=2)
    yield Scene("cut off after the receipt", here, nothing, (*REGISTERED, "1", ""), deep=3)
    for phase in (Phase.BEFORE, Phase.AFTER):
        yield Scene(f"{phase.value} the window", _within(engine, phase, now), nothing, REGISTERED[:-1], deep=2)
    elsewhere = (*REGISTERED[:4], "sepinggan raya", "1")
    yield Scene("a village elsewhere", _within(engine, Phase.OPEN, now, engine.world.home), nothing, elsewhere, deep=2)
    cases = tuple(_case(ref, Stage.SCHEDULED) for ref in REFS)
    yield Scene("several people", engine, _looks(Cases(False, cases[:3])), ("2",), deep=4)
    yield Scene("eight people", engine, _looks(Cases(True, cases)), ("1", "1"), deep=1)
    for ref, state in FILED.items():
        yield Scene(state, engine, nothing, ("2", ref), deep=1)
    many: Look = lambda name, argument: 9 if name == "reports" else nothing(name, argument)  # noqa: E731
    yield Scene("enough reports", engine, many, ("7", "1"), deep=1)
    yield Scene("rights", engine, _looks(Cases(False, cases[:1])), ("8",), deep=6)
    yield Scene("rights on one's own phone", engine, _looks(Cases(True, cases[:3])), ("8",), deep=6)
    for subject in inquiries.Subject:
        asked = Inquiry("asked", subject, REFS[0], "SITI AMINAH WULANDARI")
        yield Scene(f"asked about {subject.value}", here, _looks(Cases(), asked=asked), deep=3)
    own = Cases(True, (_case(REFS[0], Stage.RECEIVED),))
    yield Scene("a change of data", here, _looks(own), ("5",), deep=12)
    assisted = ("77", "0001", "1", TYPED[0], "SITI AMINAH WULANDARI", "sumberkencono", "1")
    yield Scene("assisted mode", here, _looks(Cases()), ("77",), deep=4)
    yield Scene("assisted, the person's phone", here, _looks(Cases()), assisted, deep=4)
    yield Scene("a change from another phone", here, _looks(Cases()), ("5",), deep=6)
    for stage in Stage:
        known = Cases(True, (_case(REFS[0], stage),))
        yield Scene(f"status {stage.value}", engine, _looks(known), ("2",), deep=4)
    if "payment" in engine.flows:
        eligible = Cases(True, (_case(REFS[0], Stage.ELIGIBLE),))
        for n, paid in enumerate(_payments(now)):
            yield Scene(f"payment {n}", engine, _looks(eligible, paid=paid), ("4",), deep=4)
        yield Scene("a stranger's payment", engine, nothing, ("4",), deep=4)
        yield Scene("someone else's payment", engine, _looks(Cases(False, cases[:3])), ("4",), deep=3)
    if "visit" in engine.flows:
        yield Scene("a stranger's visit", engine, _looks(known), ("3",), deep=3)
        for n, seen in enumerate(_visits(now)):
            for stage in (Stage.SCHEDULED, Stage.ASSIGNED):
                look = _looks(Cases(True, (_case(REFS[0], stage),)), seen)
                yield Scene(f"visit {n} {stage.value}", engine, look, ("3",), deep=6)


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


def _case(ref: str, stage: Stage) -> Case:
    visit = ("BUDI SANTOSO HARTONO", "4821", "735", date(2026, 11, 24), "midday", "hall", "Gunung Samarinda")
    last = date(2026, 12, 24)
    return Case(ref, "SITI AMINAH WULANDARI", stage, last, *visit, reason="income_above", programme="PKH", until=last)


_KEPT = {"name": TYPED[8], "nik4": "0001", "kk4": "0007", "village": "Gunung Samarinda", "hp4": "7890", "opened": 120}


def _looks(  # noqa: C901  One arm for each look-up.
    known: Cases,
    seen: Visit | None = None,
    paid: tuple[Payment, ...] | None = (),
    asked: Inquiry | None = None,
) -> Look:
    """What the world outside answers. `seen`: the visit of each of these cases; it has changed once it is looked at."""

    def look(name: str, argument: str) -> Any:  # noqa: C901
        match name:
            case "cases":
                return to_fact(known)
            case "registered":
                return REFS[0] if argument == TYPED[1] else ""  # One NIK is this phone's own already.
            case "case":
                return _found(known, argument)
            case "visit":
                return msgspec.to_builtins(seen) if seen else ""
            case "visit_now":
                return msgspec.to_builtins(replace(seen, version=seen.version + 1)) if seen else ""
            case "payments":
                return None if paid is None else msgspec.to_builtins(paid)
            case "assistant":
                return LOCKED if argument.startswith(LOCKED) else "somebody"
            case "helper":
                return {"agent": False, "today": 0 if argument == "somebody" else 10**6}
            case "asked":
                return inquiries.to_fact(asked) if asked else ""
            case "proof":
                return RIGHT if f":{LOCKED}:" in argument else ""
            case "reports":
                return 0
            case "filed":
                return FILED.get(argument, "")
            case "opted_out":
                return known.own_phone
            case "sent":
                return {"at": 1795150800, "about": "result"} if argument == REFS[0] else ""
            case "kept":
                return _KEPT
            case "agent":
                return {"0001": msgspec.to_builtins(HERE), LOCKED: "locked"}.get(argument, {"standing": "elsewhere"})
            case _:
                raise LookupError(f"no look-up is named {name}")

    return look


def _found(known: Cases, argument: str) -> Any:
    ref, _, nik4 = argument.partition(":")
    if nik4 == LOCKED[-4:]:
        return "locked"
    return next((to_fact(case) for case in known.cases if case.ref == ref), "")


def _payments(now: datetime) -> Iterator[tuple[Payment, ...] | None]:
    """Every state of a payment, with all that the portal can tell of it and with as little as it may; several; none."""
    day = now.date()
    for status in PAID:
        whole = Payment(
            "SEMBAKO", status, "2026-4", 1_200_000, "Kantor Pos Gunung Samarinda", day, day, "asset_land", day
        )
        yield (whole,)
        yield (Payment("SEMBAKO", status),)
    yield tuple(Payment(f"SEMBAK{n}", "available", "2026-4", 1_200_000, until=day) for n in range(5))
    yield ()
    yield None


def _visits(now: datetime) -> Iterator[Visit]:
    """A visit as it can stand: to come, past, waited for, said to be over, complained of."""
    today, day = now.date(), timedelta(days=1)
    planned = Visit(1, today, "BUDI SANTOSO HARTONO", today + 5 * day, "midday", "hall", "Gunung Samarinda")
    yield planned
    yield replace(planned, day=today - day)
    yield replace(planned, day=None)
    yield replace(planned, day=None, due=today - day)
    yield replace(planned, ended=True)
    yield replace(planned, complaint=REFS[1])


def _walk(scene: Scene, language: str, limit: int, now: datetime) -> Iterator[str]:
    """Breadth first, each screen once; what was typed on the way there makes no other screen of it."""
    start, screen = Session(language="" if scene.newcomer else language), _Screen()
    for text in ("", *scene.inputs):
        start, screen = _turn(scene, start, text, limit, now)
    seen: set[object] = set()
    ways = deque([(start, screen, 0)])
    while ways:
        session, screen, depth = ways.popleft()
        reply, talk = screen.reply, session.talk
        if reply is None:
            continue
        keys = tuple(choice.key for choice in reply.choices)
        place = reply.body if reply.ends else (talk.flow, talk.asked, talk.shown, session.misses > 0, keys)
        if place in seen:
            continue
        seen.add(place)
        if len(seen) > MOST:
            yield f"{language} {scene.name}: there is no end to it"
            return
        yield from (f"{language} {talk.flow}/{talk.asked}: {fault}" for fault in _faults(session, screen))
        if depth < scene.deep and not reply.ends:
            for text in (*(choice.key for choice in reply.choices), *TYPED, LOCKED):
                ways.append((*_turn(scene, session, text, limit, now), depth + 1))


def _faults(session: Session, screen: _Screen) -> Iterator[str]:
    if len(screen.pages) > 1:
        yield f"{len(screen.pages)} screens for one sentence ({session.talk.shown})"
    reply = screen.reply
    if reply is None or reply.ends or session.talk.asked in WITHOUT_WAY_BACK:
        return
    if not any(choice.key == BACK for choice in reply.choices):
        yield f"no way back ({session.talk.shown})"


def _turn(scene: Scene, session: Session, text: str, limit: int, now: datetime) -> tuple[Session, _Screen]:
    screen, fitted = _Screen(), fit(limit)

    def remember(reply: Reply) -> list[Page]:
        screen.reply, screen.pages = reply, fitted(reply)
        return screen.pages

    event = SessionEvent.RESUME if text else SessionEvent.NEW
    inbound = Inbound("", Channel.USSD, "", "", text, event, now)
    facts: dict[tuple[str, str], Any] = {}
    while True:
        turn = advance(scene.engine, session, inbound, remember, now, b"rehearsal", facts)
        if turn.needs is None:
            return turn.session, screen
        facts[turn.needs.name, turn.needs.argument] = scene.look(turn.needs.name, turn.needs.argument)
