"""One person's talk as it is kept between turns: the journal of what was answered, looked up and done."""

from enum import StrEnum
from typing import Any

import msgspec

from bot.messages import Page

KEEP_DRAFTS = 8  # As many people as one phone may register; the oldest draft gives way.


class Kind(StrEnum):
    ANSWER = "a"
    FACT = "f"
    DONE = "d"  # An effect that went out: "back" never crosses it.
    GIVEN = "g"  # What a flow was entered with: "back" never reaches it.
    SAVED = "s"  # An effect that may go out again with another value: "back" may cross it.
    OFFERED = "o"  # Written before its question was asked: it is taken when the question comes, and gone then.


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One line of a journal. `at` is in seconds since 1970."""

    kind: Kind
    key: str
    value: Any
    at: int

    def __repr__(self) -> str:
        return f"Entry({self.kind.name} {self.key})"


class Talk(msgspec.Struct, frozen=True, array_like=True):
    """One flow with its journal, and the question that was last shown in it."""

    flow: str = ""
    journal: tuple[Entry, ...] = ()
    asked: str = ""  # The key of the question on the person's screen.
    shown: str = ""  # The sentence it was shown with: the question's own, or a complaint that has options of its own.
    exits: bool = False  # "0" on that screen was labelled as the way to the menu.
    fuller: bool = False  # It was shown in the fuller words of WhatsApp.

    def find(self, kind: Kind, key: str) -> Entry | None:
        for entry in reversed(self.journal):
            if entry.key == key and entry.kind is kind:
                return entry
        return None

    def answer(self, key: str) -> str:
        """The answer under this key as it was recorded, or nothing."""
        entry = self.find(Kind.ANSWER, key)
        return str(entry.value) if entry else ""

    def forget(self, *keys: str) -> "Talk":
        """Without the entries under these keys; everything that was answered elsewhere stays."""
        return msgspec.structs.replace(self, journal=tuple(e for e in self.journal if e.key not in keys))

    def back(self) -> "Talk | None":
        """Without the last answer and what followed from it; None where there is none this side of what is done."""
        for i in range(len(self.journal) - 1, -1, -1):
            if self.journal[i].kind is Kind.DONE:
                return None
            if self.journal[i].kind is Kind.ANSWER:
                return msgspec.structs.replace(self, journal=self.journal[:i])
        return None


class Dialogue(msgspec.Struct, frozen=True, array_like=True):
    """The gateway's session as last seen: what had been typed in it, and what was answered."""

    gateway: str
    id: str
    transcript: str | None
    page: Page
    # Where nothing that was typed before is repeated, only these tell a repeat from the same input typed again:
    last: str = ""  # The mark of the last message.
    at: int = 0  # When it came, in milliseconds since 1970.
    binding: bool = False  # The page asks for an agreement.

    def __repr__(self) -> str:
        return f"Dialogue({self.gateway} {self.id})"


class Session(msgspec.Struct, frozen=True, array_like=True):
    """Everything about one contact's conversation. It holds personal data: the store seals it whole."""

    language: str = ""
    talk: Talk = Talk()
    paused: tuple[Talk, ...] = ()  # Talks that were left before their end, oldest first.
    unread: tuple[Page, ...] = ()  # The rest of the last reply, where it took more than one page.
    misses: int = 0  # Answers in a row that could not be used.
    closed: bool = True
    dialogue: Dialogue | None = None
    at: int = 0  # When the last turn was taken, in seconds since 1970.
    hour: int = 0  # In which messages were counted last, in hours since 1970.
    heard: int = 0  # How many there were in it.
    day: int = 0  # In which missed calls were counted last, in days since 1970.
    rings: int = 0  # How many there were in it.
    blocked: int = 0  # Nothing is answered until then, in seconds since 1970.
    lost: int = 0  # Messages in a row that could not be used.
    aside: bool = False  # What is unread only repeats a question that was read before.
    speaks: str = ""  # The language of the last message, where it is another than ours.
    proposed: str = ""  # Languages that this contact was asked about.

    def __repr__(self) -> str:
        return f"Session({self.talk.flow}/{self.talk.asked})"

    def enter(
        self, flow: str, *answers: tuple[str, str], offered: tuple[tuple[str, str], ...] = (), at: int = 0
    ) -> "Session":
        """Begin a flow, with what is known of it already, and with what was written before it was asked."""
        journal = tuple(Entry(Kind.GIVEN, key, value, at) for key, value in answers)
        journal += tuple(Entry(Kind.OFFERED, key, value, at) for key, value in offered)
        return msgspec.structs.replace(self, talk=Talk(flow, journal), misses=0, unread=())

    def park(self) -> "Session":
        """Put the current talk aside, so that it can be taken up again."""
        paused = (*self.paused, self.talk)[-KEEP_DRAFTS:]
        return msgspec.structs.replace(self, paused=paused, talk=Talk())

    def resume(self, draft: int) -> "Session":
        """Take up a paused talk where it stopped."""
        return msgspec.structs.replace(self.drop(draft), talk=self.paused[draft], misses=0, unread=())

    def drop(self, draft: int) -> "Session":
        """Without this paused talk."""
        return msgspec.structs.replace(self, paused=self.paused[:draft] + self.paused[draft + 1 :])


def dumps(session: Session) -> bytes:
    return _encode(session)


def loads(data: bytes) -> Session:
    return _decode(data)


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Session).decode
