"""Fits what is to be said to the screens of a feature phone."""

from collections.abc import Callable

from bot.messages import Page, Reply
from bot.paging import paged


def fit(limit: int = 160, prefix: int = 4) -> Callable[[Reply], list[Page]]:
    """Fits a reply to screens of `limit` septets, of which the gateway's own `prefix` ("CON ") takes some."""
    return paged(limit - prefix)
