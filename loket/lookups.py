"""Answers the questions that a talk has for the world outside, between two runs of it."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from bot.conversation import Lookup
from bot.stages import to_fact
from store.cases import Registry

LOCKED = "locked"


class Lookups:
    """One look-up at a time; None where the answer cannot be had."""

    def __init__(self, registry: Registry, periods: Callable[[], Collection[str]]) -> None:
        self._registry = registry
        self._periods = periods

    def look(self, contact: str, lookup: Lookup, now: datetime) -> Any:
        match lookup.name:
            case "cases":
                return to_fact(self._registry.cases(contact))
            case "reports":
                return self._registry.reports(contact, now)
            case "filed":
                return self._registry.filed(lookup.argument)
            case "registered":
                return self._registry.registered(contact, lookup.argument, self._periods())
            case "case":
                ref, _, nik4 = lookup.argument.partition(":")
                found = self._registry.case(contact, ref, nik4, now) if nik4 else self._registry.own_case(contact, ref)
                return to_fact(found) if found is not None and not isinstance(found, str) else found or ""
            case unknown:
                raise LookupError(f"no look-up is named {unknown}")
