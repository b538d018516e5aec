"""Fits what is to be said to pages of so many septets, so that no operator ever cuts it: a screen, or one SMS."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot import gsm7
from bot.messages import Choice, Page, Reply

OPTIONS = 6  # On each of several screens, the lines for "next" and "back" among them.
OPTIONS_ALONE = 8  # Where everything fits on one screen.
HOME = frozenset({"0", "00"})  # Back and menu: wanted on every screen.
MORE = 18  # Septets for "9" and the word behind it.
SMALLEST = 60  # Septets.

_PLAIN = re.compile(r"[\n !-Z_a-z]+")  # Letters that take one septet and stand for themselves.
_UNTIDY = re.compile(r"\s\s|\A\s|\s\Z")


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    option: bool = False


def paged(room: int) -> Callable[[Reply], list[Page]]:
    """Fits a reply to pages of `room` septets. Every page but the last ends in the line for the next one.

    ValueError where a page could say next to nothing.
    """
    if room < SMALLEST:
        raise ValueError(f"a page needs {SMALLEST} septets, not {room}")

    def pages(reply: Reply) -> list[Page]:
        if len(reply.choices) <= OPTIONS_ALONE:
            # Nearly every screen is plain and short: one look at the whole of it will do.
            text = "\n".join([reply.body, *(f"{choice.key} {choice.label}" for choice in reply.choices)])
            if len(text) <= room and _PLAIN.fullmatch(text) and not _UNTIDY.search(text):
                return [Page(text, ends=reply.ends)]
        body = [_Line(line.strip()) for line in gsm7.plain(reply.body).split("\n") if line.strip()]
        whole = [*body, *(_option(choice) for choice in reply.choices)]
        return [_page(whole, reply.ends)] if _fits(whole, room, OPTIONS_ALONE) else _several(reply, body, room)

    return pages


def _several(reply: Reply, body: list[_Line], room: int) -> list[Page]:
    more = _Line(gsm7.cut(_option(reply.more).text, MORE), option=True)
    home = [_option(choice) for choice in reply.choices if choice.key in HOME]
    rest = [_option(choice) for choice in reply.choices if choice.key not in {*HOME, reply.more.key}]
    foot = [*home, more]
    if len(foot) > OPTIONS // 2 or _size(foot) > room // 3:
        foot = [more]  # It would leave no room to say anything; then home stands on the last screen alone.
        rest += home
    everywhere = foot[:-1]
    # Last of all comes what the key for "next" means once nothing is left to read.
    rest += [_option(choice) for choice in reply.choices if choice.key == reply.more.key]
    widest = room - _size(foot) - 1
    left = [piece for line in [*body, *rest] for piece in _split(line, widest)]
    pages = []
    while not _fits([*left, *everywhere], room, OPTIONS):
        count = 1
        while count < len(left) and _fits([*left[: count + 1], *foot], room, OPTIONS):
            count += 1
        pages.append(_page([*left[:count], *foot], ends=False))
        left = left[count:]
    return [*pages, _page([*left, *everywhere], reply.ends)]


def _option(choice: Choice) -> _Line:
    return _Line(" ".join(gsm7.plain(f"{choice.key} {choice.label}").split()), option=True)


def _split(line: _Line, room: int) -> list[_Line]:
    """The line in pieces that each fit a screen, broken between words where there are any."""
    pieces: list[_Line] = []
    text = line.text
    while text:
        end = len(gsm7.cut(text, room))
        space = text.rfind(" ", 1, end + 1) if end < len(text) else -1
        end = space if space > 0 else end
        pieces.append(_Line(text[:end].rstrip(), line.option and not pieces))
        text = text[end:].lstrip()
    return pieces


def _size(lines: list[_Line]) -> int:
    return sum(gsm7.septets(line.text) + 1 for line in lines) - 1


def _fits(lines: list[_Line], room: int, options: int) -> bool:
    return _size(lines) <= room and sum(line.option for line in lines) <= options


def _page(lines: list[_Line], ends: bool) -> Page:
    return Page("\n".join(line.text for line in lines).strip() or "-", ends=ends)
