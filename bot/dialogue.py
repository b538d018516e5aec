"""What of a message is new: gateways repeat themselves, and some send all that was typed with every turn."""

from dataclasses import dataclass, field
from hashlib import sha256

from bot.messages import Inbound, OneInput, Page, SessionEvent
from bot.session import Dialogue

BINDING = 5  # Seconds instead of the gateway's window where an agreement is asked for: nobody has read it sooner.


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
    if inbound.one_input:
        return _of_one_input(known, inbound, inbound.one_input)
    if inbound.transcript is None:
        return Dial() if inbound.event is SessionEvent.NEW and not inbound.text else Typed(inbound.text)
    return _of_transcript(known, inbound.transcript)


def spoken(inbound: Inbound, page: Page, binding: bool) -> Dialogue:
    """What is to be known of the dialogue when its next message comes. `binding`: the page asks for an agreement."""
    kept = Dialogue(inbound.gateway, inbound.dialogue, inbound.transcript, page)
    if inbound.one_input is None:
        return kept
    return Dialogue(kept.gateway, kept.id, None, page, _mark(inbound), _ms(inbound), binding)


def identity(inbound: Inbound, version: int) -> str:
    """The message's id, made the turn's own where the gateway's cannot tell "1" from a second "1".

    `version`: of the session before the turn, so that the same message twice at once is still one message.
    """
    if inbound.one_input is None or inbound.one_input.numbered:
        return inbound.id
    return f"{inbound.id}|{version}"


def _of_one_input(known: Dialogue | None, inbound: Inbound, one: OneInput) -> News:
    if known and _ms(inbound) - known.at > one.life * 1000:
        known = None
    if known and _repeated(known, inbound, one):
        return Repeat(known.page)
    if inbound.event is SessionEvent.NEW:
        if known and one.otherwise is not None and not known.page.ends:
            return Typed(one.otherwise)
        return Lost(tuple(inbound.text.split("*")), restart=False) if inbound.text else Dial()
    # Nobody here knows the screen that this input answers: it answers none.
    return Typed(inbound.text) if known else Dial()


def _repeated(known: Dialogue, inbound: Inbound, one: OneInput) -> bool:
    if one.numbered or not one.window or known.last != _mark(inbound):
        return False
    window = max(one.window, BINDING) if known.binding else one.window
    return _ms(inbound) - known.at <= window * 1000


def _mark(inbound: Inbound) -> str:
    return sha256(inbound.id.encode()).hexdigest()[:16]


def _ms(inbound: Inbound) -> int:
    return int(inbound.received_at.timestamp() * 1000)


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
