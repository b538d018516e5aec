"""A talk's journal while it is being replayed: what is in it, by key, and what comes to it."""

import hashlib
from typing import Any

from bot.conversation import NUMBER, Ask, Lookup
from bot.identity import Reference
from bot.session import Entry, Kind, Talk


class Journal:
    """A talk's journal while it is being replayed, with an index."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.entries = list(talk.journal)
        self.known = {e.kind + e.key: e for e in talk.journal}

    def add(self, kind: Kind, key: str, value: Any, at: int) -> Entry:
        entry = Entry(kind, key, value, at)
        self.entries.append(entry)
        self.known[kind + key] = entry
        return entry

    def take(self, key: str) -> str | None:
        """What was written for this question before it was asked; once."""
        entry = self.known.pop(Kind.OFFERED + key, None)
        if entry is None:
            return None
        self.entries.remove(entry)
        return str(entry.value)

    def remembered(self, lookup: Lookup, at: int, seed: bytes) -> Any:
        """What was found before, if it is not too old; or a new number, which nobody outside is asked for."""
        entry = self.known.get(f"{Kind.FACT}{lookup.name}:{lookup.argument}")
        if entry is not None and at - entry.at < lookup.fresh:
            return entry.value
        if lookup.name != NUMBER:
            return None
        digest = hashlib.blake2b(lookup.argument.encode(), key=seed).digest()
        return self.remember(lookup, str(Reference.of(digest)), at)

    def remember(self, lookup: Lookup, value: Any, at: int) -> Any:
        if value is not None:  # "Could not be had" is never remembered.
            self.add(Kind.FACT, f"{lookup.name}:{lookup.argument}", value, at)
        return value


def reread(ask: Ask, recorded: str) -> Any:
    """An option's word, or what a parser makes of its own writing."""
    if recorded in ask.options.values() or any(recorded in options.values() for options in ask.complaints.values()):
        return recorded
    return ask.parse(recorded)
