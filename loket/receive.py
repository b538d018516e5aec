"""One turn from a gateway's message to a stored page: nothing of it happens, or all of it."""

import os
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from bot.dialogue import identity
from bot.effects import Effect, KeepDraft, LineDropped, MoveTicket, SpeakLanguage
from bot.engine import Turn, steps
from bot.messages import Channel, Inbound, Page
from bot.run import Engine, Fit
from bot.session import Session
from loket.lookups import Lookups
from store.database import Database, ms
from store.effects import Cause, Effects
from store.messages import Messages
from store.sessions import Conflict, Event, Loaded, Saving, Sessions

ATTEMPTS = 4
# Microseconds that a row of an event holds: a vendor may bring a message days after it was written.
LONGEST = 2**31 - 1
GUESSES = frozenset({"case", "agent", "proof", "assistant"})
NOTHING = ("", "", "closed")


class Busy(Exception):
    """Somebody else was faster each time; the person may simply try again."""


class Desk:
    """Takes messages in. `clock`: aware UTC. `wake`: called when a committed turn has left work behind."""

    def __init__(
        self,
        engine: Engine,
        database: Database,
        sessions: Sessions,
        effects: Effects,
        messages: Messages,
        lookups: Lookups,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
        seed: Callable[[int], bytes] = os.urandom,
        crash: Callable[[str], None] = lambda point: None,
    ) -> None:
        self._engine = engine
        self._db = database
        self._sessions = sessions
        self._effects = effects
        self._messages = messages
        self._lookups = lookups
        self._clock = clock
        self._wake = wake
        self._seed = seed
        self._crash = crash

    def accept(self, inbound: Inbound, fit: Fit) -> Turn:
        """Take a message whose answer is a message too: it is kept with the turn and leaves by the outbox."""
        return self.answer(inbound, fit)[1]

    def answer(self, inbound: Inbound, fit: Fit) -> tuple[Page | None, Turn]:
        """The page that answers a message, kept before it is shown. The same message again: the same page."""
        self._sessions.refresh()
        guesses: dict[tuple[str, str], Any] = {}
        for attempt in range(ATTEMPTS):
            try:
                loaded = self._sessions.load(inbound.sender, inbound.also)
                self._crash("loaded")
                key = self._key(inbound, loaded)
                return self._attempt(loaded, inbound, fit, key, guesses)
            except Conflict:
                page = self._sessions.replay(key)
                if page is not None:
                    return page, Turn(Session(), page)
            except self._db.failed:
                # The inbox tells whether the lost connection took the turn with it, so trying again is safe.
                if attempt or not self._db.lost():
                    raise
        raise Busy

    def _key(self, inbound: Inbound, loaded: Loaded) -> bytes:
        dialogue = f"{inbound.gateway}|{inbound.dialogue}|{inbound.sender}"
        return self._sessions.key(dialogue, identity(inbound, loaded.version))

    def _attempt(
        self, loaded: Loaded, inbound: Inbound, fit: Fit, key: bytes, guesses: dict[tuple[str, str], Any]
    ) -> tuple[Page | None, Turn]:
        turn = self._advance(loaded, inbound, fit, guesses)
        if turn.session is loaded.session:
            return turn.page, turn
        self._commit(loaded, inbound, key, turn)
        self._crash("committed")
        if turn.effects or inbound.channel is not Channel.USSD:
            self._wake()
        return turn.page, turn

    def _advance(self, loaded: Loaded, inbound: Inbound, fit: Fit, guesses: dict[tuple[str, str], Any]) -> Turn:
        """`guesses`: look-ups that are counted against a person; a second attempt at the turn is no second guess."""
        now = inbound.received_at
        look = partial(self._lookups.look, loaded.contact, inbound.sender)
        talk = steps(self._engine, loaded.session, inbound, fit, now, self._seed(32))
        fact: Any = None
        while True:
            try:
                lookup = talk.send(fact)
            except StopIteration as stopped:
                turn: Turn = stopped.value
                return turn
            if lookup.name not in GUESSES:
                fact = look(lookup, now)
            elif (guess := (lookup.name, lookup.argument)) in guesses:
                fact = guesses[guess]
            else:
                fact = guesses[guess] = look(lookup, now)

    def _commit(self, loaded: Loaded, inbound: Inbound, key: bytes, turn: Turn) -> None:
        now = inbound.received_at
        flow, asked, what = turn.events[-1] if turn.events else NOTHING
        language = turn.session.language
        took = min(int((self._clock() - now).total_seconds() * 1_000_000), LONGEST)
        event = Event(ms(now), inbound.channel, inbound.gateway, language, flow, asked, what, max(0, took))
        saving = Saving(loaded, inbound.sender, key, turn.session, turn.page, event, inbound.also)
        by_message = inbound.channel is not Channel.USSD
        if loaded.version and not turn.effects and not by_message:
            self._sessions.save(saving)
            return
        cause = Cause(loaded.contact, inbound.sender, inbound.channel, language or self._engine.language, now)
        durable = by_message or any(_promised(effect) for effect in turn.effects)
        by_staff = any(isinstance(effect, MoveTicket) for effect in turn.effects)
        try:
            with self._db.turn(durable=durable, core=by_staff) as writer:
                self._sessions.save_in(writer, saving)
                if by_message:
                    self._sessions.hear(writer, saving)
                if by_message and turn.page:
                    self._messages.reply(writer, loaded.contact, inbound, turn.page, asked, key)
                for effect in turn.effects:
                    self._effects.apply(writer, effect, cause)
                self._crash("applied")
        except self._db.taken as error:
            # The same message, or two people with the same NIK in the same moment: look again.
            raise Conflict from error


def _promised(effect: Effect) -> bool:
    """Whether a person will rely on this effect: then the commit waits for the disk. A language is an answer."""
    return not isinstance(effect, SpeakLanguage | KeepDraft | LineDropped)
