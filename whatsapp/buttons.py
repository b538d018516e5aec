"""Fits what is to be said to WhatsApp: up to three buttons, up to ten rows of a list, and numbers that always count."""

from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import NamedTuple

import msgspec

from bot.messages import Choice, Page, Reply

BODY = 1024  # Characters of a message with buttons or a list.
BUTTONS, BUTTON = 3, 20  # How many, and the characters of each.
ROWS, ROW, DETAIL = 10, 24, 72


Piece = tuple[str, Choice | None]


class Kind(Enum):
    """How choices are shown."""

    NUMBERS = auto()
    BUTTONS = auto()
    LIST = auto()


class Shown(NamedTuple):
    """A message as WhatsApp takes it: the words above, and below them what can be pressed."""

    kind: Kind
    body: str
    choices: tuple[Choice, ...]


def fit() -> Callable[[Reply], list[Page]]:
    """Fits a reply to messages of at most 1,024 characters, each complete in itself: the numbered lines are in it.

    Whoever sends it shows buttons or a list in their place where the vendor can; elsewhere nothing is missing.
    """
    return _pages


def shown(body: str, choices: Sequence[Choice]) -> Shown:
    """A message's words without the lines that buttons or a list stand for."""
    kind, pressed = _pressed(choices)
    lines = "\n".join(_line(choice) for choice in choices)
    above = body.removesuffix(lines).rstrip()
    if kind is Kind.NUMBERS or not above or not body.endswith(lines):
        return Shown(Kind.NUMBERS, body, ())
    return Shown(kind, above, pressed)


def named(choice: Choice, asked_at: int) -> str:
    """What comes back when it is pressed: the digit, and of which question, for a button can be pressed much later."""
    return f"{choice.key}:{asked_at}" if asked_at else choice.key


def _pressed(choices: Sequence[Choice]) -> tuple[Kind, tuple[Choice, ...]]:
    if not choices or len(choices) > ROWS or len({choice.key for choice in choices}) < len(choices):
        return Kind.NUMBERS, ()
    tidy = tuple(msgspec.structs.replace(choice, label=" ".join(choice.label.split())) for choice in choices)
    if len(tidy) <= BUTTONS and _fits(tidy, BUTTON) and not any(choice.detail for choice in tidy):
        return Kind.BUTTONS, tidy
    rows = tuple(_row(choice) for choice in tidy)
    return (Kind.LIST, rows) if _fits(rows, ROW) else (Kind.NUMBERS, ())


def _row(choice: Choice) -> Choice:
    """A label that is too long for a row is cut at a word, and stands whole below it; left as it is where it cannot."""
    label, detail = choice.label, choice.detail
    if len(label) > ROW and len(label) <= DETAIL:
        cut = label[: ROW - 1].rfind(" ")
        label, detail = label[: cut if cut > 0 else ROW - 2].rstrip() + "..", label
    return Choice(choice.key, label[:ROW] if detail == choice.label else label, detail[:DETAIL])


def _fits(choices: Sequence[Choice], room: int) -> bool:
    """Whether each can be pressed, and told from the others."""
    return all(0 < len(choice.label) <= room for choice in choices) and len({c.label for c in choices}) == len(choices)


def _pages(reply: Reply) -> list[Page]:
    whole = "\n".join([reply.body.strip(), *(_line(choice) for choice in reply.choices)]).strip()
    if len(whole) <= BODY:
        return [Page(whole or "-", reply.choices, reply.ends)]
    return _several(reply)


def _several(reply: Reply) -> list[Page]:
    """Messages of which one is sent, and the next when it is asked for. No choice is lost on the way."""
    more = msgspec.structs.replace(reply.more, label=reply.more.label[:BUTTON])
    room = BODY - len(_line(more)) - 1
    # Last of all comes what the key for "next" means once nothing is left to read.
    choices = sorted(reply.choices, key=lambda choice: choice.key == more.key)
    left = [piece for line in reply.body.split("\n") for piece in _split(line, None, room)]
    left += [piece for choice in choices for piece in _split(_line(choice), choice, room)]
    pages = []
    while _size(left) > BODY:
        count = 1
        while _size(left[: count + 1]) <= room:
            count += 1
        pages.append(_page([*left[:count], (_line(more), more)], ends=False))
        left = left[count:]
    return [*pages, _page(left, reply.ends)]


def _line(choice: Choice) -> str:
    return f"{choice.key} {choice.label}"


def _split(line: str, choice: Choice | None, room: int) -> list[Piece]:
    """A line in pieces that each fit, broken between words where there are any. The first one is the choice."""
    pieces: list[Piece] = []
    text = line.strip()
    while text:
        end = text.rfind(" ", 1, room + 1) if len(text) > room else len(text)
        end = end if end > 0 else room
        pieces.append((text[:end].rstrip(), None if pieces else choice))
        text = text[end:].lstrip()
    return pieces


def _size(pieces: Sequence[Piece]) -> int:
    return sum(len(text) + 1 for text, _ in pieces) - 1


def _page(pieces: Sequence[Piece], ends: bool) -> Page:
    choices = tuple(choice for _, choice in pieces if choice)
    return Page("\n".join(text for text, _ in pieces), choices, ends)
