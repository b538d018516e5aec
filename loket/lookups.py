"""Answers the questions that a talk has for the world outside, between two runs of it."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec

from bot.conversation import Lookup
from bot.stages import to_fact
from loket.meant import Understand, nothing
from loket.payments import Asking
from store.agent_check import AgentCheck
from store.cases import Registry
from store.citizen_visits import CitizenVisits
from store.rights import Rights

LOCKED = "locked"
Look = Callable[[str, str, datetime], Any]  # contact (or sender), argument, now -> what was found


class Lookups:
    """One look-up at a time; None where the answer cannot be had."""

    def __init__(
        self,
        registry: Registry,
        visits: CitizenVisits,
        agents: AgentCheck,
        rights: Rights,
        portal: Asking,
        periods: Callable[[], Collection[str]],
        more: Mapping[str, Look] | None = None,
        by_phone: Mapping[str, Look] | None = None,
        understand: Understand = nothing,
    ) -> None:
        """`more`: look-ups that are others' to answer, by name; `by_phone`: those that go by the sender's number.

        `understand`: what own words mean, and None where it cannot be had in time.
        """
        self._registry = registry
        self._visits = visits
        self._agents = agents
        self._rights = rights
        self._portal = portal
        self._periods = periods
        self._more = more or {}
        self._by_phone = by_phone or {}
        self._understand = understand

    def look(self, contact: str, sender: str, lookup: Lookup, now: datetime) -> Any:  # noqa: C901  One arm for each look-up.
        match lookup.name:
            case "cases":
                return to_fact(self._registry.cases(contact))
            case "nameless":
                return self._registry.nameless(contact)
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
            case "visit" | "visit_now":
                return _plain(self._visits.of(contact, lookup.argument))
            case "agent":
                return _plain(self._agents.check(contact, lookup.argument, now))
            case "kept":
                ref, _, nik4 = lookup.argument.partition(":")
                return _plain(self._rights.kept(contact, ref, nik4))
            case "sent":
                return _plain(self._rights.last_sent(contact, lookup.argument))
            case "opted_out":
                return self._rights.opted_out(contact)
            case "payments":
                ref, _, nik4 = lookup.argument.partition(":")
                nik = self._registry.nik(contact, ref, nik4)
                return self._portal.ask(nik, ref) if nik else []
            case "meaning":
                return self._understand(lookup.argument, lookup.language)
            case other if other in self._more:
                return self._more[other](contact, lookup.argument, now)
            case other if other in self._by_phone:
                return self._by_phone[other](sender, lookup.argument, now)
            case unknown:
                raise LookupError(f"no look-up is named {unknown}")


def _plain(found: Any) -> Any:
    """As the journal keeps it; what there is none of is empty, for that is an answer too."""
    return "" if found is None else msgspec.to_builtins(found)
