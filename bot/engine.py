"""One turn of a talk: from a message to the next page, or to a look-up that is needed first."""

from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Any, assert_never

import msgspec

from bot.calling import dropped, fold
from bot.conversation import Lookup
from bot.dialogue import Closed, Dial, Lost, Repeat, Typed, news, spoken
from bot.effects import Effect
from bot.messages import Attachment, Channel, Inbound, Page, SessionEvent, Text
from bot.run import Engine, Fit, Playing, Run
from bot.session import Session
from bot.unclear import settle
from bot.writing import message

Facts = Mapping[tuple[str, str], Any]  # (name, argument) -> what was found; None: could not be had in time.


HOUR, DAY = 3600, 86400


class Turn(msgspec.Struct, frozen=True):
    """What came of a message. With `needs`, nothing else counts: look it up and take the turn again."""

    session: Session
    page: Page | None
    effects: tuple[Effect, ...] = ()
    needs: Lookup | None = None
    events: tuple[tuple[str, str, str], ...] = ()  # (flow, key, what happened), without personal data.


def advance(
    engine: Engine, session: Session, inbound: Inbound, fit: Fit, now: datetime, seed: bytes, facts: Facts | None = None
) -> Turn:
    """Take one message to the next page; a message that was answered already leaves the session as it is.

    `now` is aware UTC; `seed` is fresh random bytes for the numbers that are given out. Where a look-up is needed that
    `facts` does not have, the turn says so and nothing else: look it up and take the turn again.
    """
    turn = steps(engine, session, inbound, fit, now, seed)
    known = facts or {}
    try:
        needed = next(turn)
        while (needed.name, needed.argument) in known:
            needed = turn.send(known[needed.name, needed.argument])
    except StopIteration as stopped:
        taken: Turn = stopped.value
        return taken
    turn.close()
    return Turn(session, None, needs=needed)


def steps(
    engine: Engine, session: Session, inbound: Inbound, fit: Fit, now: datetime, seed: bytes
) -> Generator[Lookup, Any, Turn]:
    """The same turn, which stops at each look-up for its answer; None: it could not be had in time."""
    if int(now.timestamp()) < session.blocked:
        listens = inbound.channel is Channel.USSD and inbound.event is not SessionEvent.CLOSE
        return Turn(session, _said(engine, session, fit, Text("err.blocked")) if listens else None)
    if inbound.channel is not Channel.USSD:
        return (yield from _written(engine, session, inbound, fit, now, seed))
    heard = news(session.dialogue, inbound)
    if isinstance(heard, Repeat):
        return Turn(session, heard.page)
    run = Run(engine, session, inbound.channel, fit, now, seed)
    page = yield from _answer(run, heard)
    settle(run, session.talk)
    after = run.session
    at = int(now.timestamp())
    if page:
        binding = run.on_screen is not None and run.on_screen.own_turn
        after = msgspec.structs.replace(after, closed=page.ends, dialogue=spoken(inbound, page, binding), at=at)
    elif inbound.one_input and heard == Closed(known=True):
        after = msgspec.structs.replace(after, dialogue=None)  # Its id may come again, for another dialogue.
    return Turn(after, page, tuple(run.effects), events=tuple(run.events))


def _written(
    engine: Engine, session: Session, inbound: Inbound, fit: Fit, now: datetime, seed: bytes
) -> Generator[Lookup, Any, Turn]:
    """A turn by message: what is known of a call that goes on at the same time stays as it is."""
    hour, most = int(now.timestamp()) // HOUR, engine.world.messages_per_hour
    heard = session.heard + 1 if session.hour == hour else 1
    if heard > most + 1:
        return Turn(session, None)
    session = msgspec.structs.replace(session, hour=hour, heard=heard)
    if heard > most:
        wait = Text("err.rate_limited.no_reply", {"n": 60 - now.minute})
        return Turn(session, _said(engine, session, fit, wait), events=(("", "", "limited"),))
    run = Run(engine, session, inbound.channel, fit, now, seed)
    if inbound.attachment is Attachment.CALL:
        day = int(now.timestamp()) // DAY
        rings = session.rings + 1 if session.day == day else 1
        if rings > engine.world.rings_per_day:
            return Turn(session, None)
        run.session = msgspec.structs.replace(session, day=day, rings=rings)
    page = yield from message(run, inbound.text, inbound.attachment)
    after = msgspec.structs.replace(run.session, closed=not run.session.talk.flow, at=int(now.timestamp()))
    return Turn(after, page, tuple(run.effects), events=tuple(run.events))


def _said(engine: Engine, session: Session, fit: Fit, text: Text) -> Page:
    """A sentence that ends the line, outside any talk."""
    return fit(engine.catalogue.reply(session.language or engine.language, text, ends=True))[0]


def _answer(run: "Run", heard: Dial | Typed | Lost | Closed) -> Playing[Page | None]:
    match heard:
        case Closed(known):
            if known:
                dropped(run)
            return None
        case Dial():
            return (yield from run.dial())
        case Typed(text):
            talking = run.session.unread or not run.session.closed
            return (yield from run.typed(text) if talking else run.dial())
        case Lost(inputs, restart):
            return (yield from fold(run, inputs, restart))
        case _ as never:
            assert_never(never)
