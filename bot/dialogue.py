"""What of a message is new: gateways repeat themselves, and some send all that was typed with every turn."""

from dataclasses import dataclass, field

from bot.messages import Inbound, Page, SessionEvent
from bot.session import Dialogue


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same message again: the same page."""

    page: Page = field(repr=False)


@dataclass(frozen=True, slots=True)
class Dial:
    """A dialogue begins with nothing typed."""


@dataclass(frozen=True, slots=True)
class Typed:
    """One new input."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Lost:
    """A transcript that is not known here: state was lost, the dialogue restarted, or it was dialled with a tail."""

    inputs: tuple[str, ...] = field(repr=False)
    restart: bool  # The gateway contradicts what was stored.


@dataclass(frozen=True, slots=True)
class Closed:
    """A line was closed; nobody reads an answer. `known`: it is the one that was spoken on last."""

    known: bool


News = Repeat | Dial | Typed | Lost | Closed


def news(known: Dialogue | None, inbound: Inbound) -> News:
    """Compare a message with what is known of its dialogue."""
    if known and (known.gateway, known.id) != (inbound.gateway, inbound.dialogue):
        known = None
    if inbound.event is SessionEvent.CLOSE:
        return Closed(known is not None)
    if inbound.transcript is None:
        return Dial() if inbound.event is SessionEvent.NEW and not inbound.text else Typed(inbound.text)
    return _of_transcript(known, inbound.transcript)


def _of_transcript(known: Dialogue | None, transcript: str) -> News:
    before = known.transcript if known else None
    if known and transcript == before:
        return Repeat(known.page)
    if known and before is not None:
        if before == "":
            return Typed(transcript)
        if transcript.startswith(before + "*"):
            # The rest is one input, whatever it holds: a person may type a `*`.
            return Typed(transcript[len(before) + 1 :])
    if transcript == "":
        return Dial()
    return Lost(tuple(transcript.split("*")), restart=known is not None)
