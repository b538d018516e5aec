"""Fits what is to be said to one segment of SMS, because a second one doubles the price and may arrive alone."""

from collections.abc import Callable

from bot import gsm7
from bot.messages import Page, Reply

SEGMENT = 160  # Septets of the GSM alphabet; a letter outside it would leave 70.
CUT = "..."


def fit() -> Callable[[Reply], list[Page]]:
    """Fits a reply to one segment. What is too long is cut at a word; the texts are proved not to need it."""
    return lambda reply: [Page(_segment(reply), ends=reply.ends)]


def _segment(reply: Reply) -> str:
    lines = [reply.body, *(f"{choice.key} {choice.label}" for choice in reply.choices)]
    text = gsm7.plain("\n".join(lines)).strip() or "-"
    if gsm7.fits(text, SEGMENT):
        return text
    kept = gsm7.cut(text, SEGMENT - len(CUT))
    if not text[len(kept)].isspace() and " " in kept:
        kept = kept[: kept.rindex(" ")]
    return kept.rstrip() + CUT
