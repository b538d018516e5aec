"""What a rehearsal types and is told: examples that all services share, and each service's own in a module of its name.

A module of this folder may say, each where it is needed:

    TYPED    what people type into this service's questions, the longest that a question takes among it
    LOOKUPS  by the look-up's name its example answers, the usual one first, or a function of its
             argument and of today; that it could not be had is always rehearsed too
    WAYS     by a name for the reader what is typed, from the main menu on, to come to where the walk goes on: needed
             only where something that was typed matters several questions later
    MESSAGES the same for what can only be written, by SMS or WhatsApp
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from bot.filed import Standing
from bot.identity import Reference
from bot.stages import Case, Cases, Stage, to_fact

Answers = Iterable[Any] | Callable[[str, date], Iterable[Any]]

REFS = tuple(str(Reference.of(f"rehearsal {n}".encode())) for n in range(8))
WOMAN, MINE, OLD = "3510995708900001", "3510995708900000", "3510991708200004"
NAME, VILLAGE, ELSEWHERE, PHONE = "SITI AMINAH WULANDARI", "sumberkencono", "sepinggan raya", "081234567890"
LEAVES = 1795150800  # When a registration ends that somebody wants to withdraw.
LOCKED = "0002"  # Whoever types these digits has typed too many wrong ones.
TYPED = (WOMAN, VILLAGE, NAME, PHONE, REFS[0], "0001", LOCKED, "17081930", "12", "xyzxyzxyzxyzxyzxyzxyz")


@dataclass(frozen=True, slots=True)
class Examples:
    """All examples of what is switched on."""

    typed: tuple[str, ...]
    lookups: Mapping[str, Answers]
    ways: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    messages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def answers(self, name: str, argument: str, today: date) -> tuple[Any, ...] | None:
        """What a look-up may come to; None where nobody wrote an example."""
        found = self.lookups.get(name)
        if found is None:
            return None
        return (*(found(argument, today) if callable(found) else found), None)


def load(flows: Iterable[str]) -> Examples:
    """The examples for these flows, as the modules of this folder have them."""
    modules = {module.name: import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)}
    lookups: dict[str, Answers] = {"cases": KNOWN, "case": _case_by}
    for module in modules.values():  # Of all of them: a flow may ask what another one is about.
        lookups |= getattr(module, "LOOKUPS", {})
    on = [modules[flow] for flow in flows if flow in modules]
    typed = dict.fromkeys((*TYPED, *(text for module in on for text in getattr(module, "TYPED", ()))))
    ways: dict[str, tuple[str, ...]] = {"three wrong answers": ("x", "x", "x")}
    messages: dict[str, tuple[str, ...]] = {"own words": ("xyzxyz",), "a bare number": (REFS[0],)}
    for module in on:
        ways |= getattr(module, "WAYS", {})
        messages |= getattr(module, "MESSAGES", {})
    return Examples(tuple(typed), lookups, ways, messages)


def case_of(ref: str, stage: Stage, told: bool = True) -> Case:
    """A registration with the longest of everything. `told`: the agent has a number, and so has the visit."""
    numbers = ("4821", "735") if told else ("", "")
    visit = ("BUDI SANTOSO HARTONO", *numbers, date(2026, 11, 24), "midday", "hall", "Gunung Samarinda")
    last = date(2026, 12, 24)
    return Case(ref, NAME, stage, last, *visit, reason="income_above", programme="PKH", until=last)


def _case_by(argument: str, today: date) -> Iterable[Any]:
    """Every stage, and none; or, after too many wrong digits, nothing any more."""
    ref, _, nik4 = argument.partition(":")
    if nik4 == LOCKED:
        return ("locked",)
    leaving = replace(case_of(ref, Stage.SCHEDULED), leaves=LEAVES)
    told = (*(case_of(ref, stage) for stage in Stage), case_of(ref, Stage.SCHEDULED, False), *_objected(ref, today))
    return (*map(to_fact, (*told, leaving)), "")


def _objected(ref: str, today: date) -> Iterable[Case]:
    """A refusal in time, too late, and without a window; aid without one; an objection, and each by its own number."""
    refused, month = replace(case_of(ref, Stage.NOT_ELIGIBLE), until=today), timedelta(days=30)
    yield from (refused, replace(refused, until=today - month), replace(refused, until=None))
    yield replace(refused, stage=Stage.ELIGIBLE, until=None)
    open_one = replace(refused, stage=Stage.OBJECTED, objection=REFS[1], answer_by=today + month)
    yield replace(open_one, standing=Standing.SUBMITTED.value)
    yield replace(open_one, standing=Standing.NEEDS_EVIDENCE.value)
    yield replace(refused, objection=REFS[1], standing=Standing.REFUSED.value, answer_by=today + month)
    for standing in Standing:
        yield replace(open_one, ref=REFS[2], objection=ref, standing=standing.value)


_LEAVING = Cases(True, (replace(case_of(REFS[0], Stage.SCHEDULED), leaves=LEAVES),))
KNOWN = (
    *(
        to_fact(Cases(own_phone, tuple(case_of(ref, Stage.SCHEDULED) for ref in REFS[:count])))
        for own_phone, count in ((False, 0), (True, 1), (False, 1), (False, 3), (True, 8))
    ),
    to_fact(_LEAVING),
)
