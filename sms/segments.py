"""Fits what is to be said to single segments of SMS, because a second one doubles the price and may arrive alone."""

from collections.abc import Callable

import msgspec

from bot import gsm7
from bot.messages import Page, Reply
from bot.paging import paged

SEGMENT = 160  # Septets of the GSM alphabet; a letter outside it would leave 70.
SENDER, GREETING = "Loket", "Loket: "  # Every message says who it is from.
CUT = "..."


def fit() -> Callable[[Reply], list[Page]]:
    """Fits a notice to one segment. What is too long is cut at a word; the texts are proved not to need it."""
    return lambda reply: [Page(_segment(reply), ends=reply.ends)]


def answers() -> Callable[[Reply], list[Page]]:
    """Fits an answer in a talk to segments of which one is sent, and the next when it is asked for with "9"."""
    rest, whole = paged(SEGMENT - len(GREETING)), paged(SEGMENT)

    def pages(reply: Reply) -> list[Page]:
        alone = whole(reply) if reply.body.startswith(SENDER) else []
        if len(alone) == 1:
            return alone
        return [msgspec.structs.replace(page, body=GREETING + page.body) for page in rest(reply)]

    return pages


def _segment(reply: Reply) -> str:
    lines = [reply.body, *(f"{choice.key} {choice.label}" for choice in reply.choices)]
    text = gsm7.plain("\n".join(lines)).strip() or "-"
    if gsm7.fits(text, SEGMENT):
        return text
    kept = gsm7.cut(text, SEGMENT - len(CUT))
    if not text[len(kept)].isspace() and " " in kept:
        kept = kept[: kept.rindex(" ")]
    return kept.rstrip() + CUT
