"""Fits what is to be said to WhatsApp: up to three buttons, up to ten lines of a list, and numbers that still count."""

from collections.abc import Callable

from bot.messages import Page, Reply

BODY = 1024  # Characters of a message with buttons or a list.


def whole() -> Callable[[Reply], list[Page]]:
    """One message for a reply: the numbered lines stay in its words, for a number is an answer here too."""
    return lambda reply: [_page(reply)]


def _page(reply: Reply) -> Page:
    lines = [reply.body, *(f"{choice.key} {choice.label}" for choice in reply.choices)]
    return Page("\n".join(lines)[:BODY], reply.choices, reply.ends)
