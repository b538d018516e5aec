"""Money that is on its way to somebody: the portal's word for where it is, and the sentences that say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from bot.messages import Text, Value

# The portal's states of a payment (backend contract, section 4.3), and the sentence of each.
SENTENCES: Mapping[str, str] = {
    "planned": "pay.scheduled",
    "ordered": "pay.scheduled",
    "at_bank": "pay.scheduled",  # At the bank, and not in the person's hands: nobody is sent there for nothing.
    "available": "pay.ready",
    "collected": "pay.collected",
    "returned": "pay.failed",
    "failed": "pay.failed",
    "on_hold": "pay.stopped",
    "cancelled_deceased": "pay.with_family",
}
# The same without the days that the portal has not told.
UNDATED: Mapping[str, str] = {
    "pay.scheduled": "pay.scheduled_open",
    "pay.ready": "pay.ready_open",
    "pay.collected": "pay.collected_open",
    "pay.stopped": "pay.held",
}
# Aid that was stopped: it can be objected to.
STOPPED = frozenset({"on_hold"})
# What matters most to a person comes first.
URGENCY = ("available", "failed", "returned", "on_hold", "at_bank", "ordered", "planned", "collected")
# Why a payment stops, as far as it can be said without figures; whoever stops for another reason asks people.
SAYABLE = frozenset({"income_above", "asset_land", "civil_servant", "duplicate_family", "nik_inactive", "outside_area"})
# As people call what the portal has a code for.
NAMES = {"SEMBAKO": "Sembako", "BPNT": "Sembako"}
REMIND = timedelta(days=7)  # Before the last day.


class Event(StrEnum):
    """What a person is told of a payment, once each."""

    READY = "ready"
    REMINDER = "reminder"
    LAST_DAY = "last_day"
    COLLECTED = "collected"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment of one programme for one period."""

    programme: str
    status: str
    period: str = ""
    amount: int | None = field(default=None, repr=False)  # Rupiah.
    place: str = ""  # Where it is collected, in the portal's words.
    until: date | None = None  # The last day to collect it.
    on: date | None = None  # The day of its state: of the plan, of the collection, of the stop.
    reason: str = ""  # Why it failed or stopped, as a word of the portal's.
    object_until: date | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What was known of a payment before."""

    status: str
    since: date  # When it was first seen in this state.


def payments(fact: Any) -> tuple[Payment, ...] | None:
    """The look-up `payments` as values, what is most urgent first; None where the portal could not be asked."""
    if fact is None:
        return None
    found = msgspec.convert(fact, tuple[Payment, ...])
    return tuple(sorted((each for each in found if each.status in SENTENCES), key=_urgency))


def latest(found: Sequence[Payment]) -> tuple[Payment, ...]:
    """Of every programme the one that matters: what is collected already only where nothing else is known."""
    chosen: dict[str, Payment] = {}
    for payment in sorted(found, key=lambda each: (_urgency(each), -(each.on or date.min).toordinal())):
        chosen.setdefault(payment.programme, payment)
    return tuple(chosen.values())


def sentence(payment: Payment, name: Value) -> Text:
    """Where it is, in words; without a day where the portal has told none."""
    id = SENTENCES[payment.status]
    needed = {
        "pay.scheduled": (payment.on,),
        "pay.ready": (payment.until,),
        "pay.collected": (payment.on,),
        "pay.stopped": (payment.on, payment.object_until),
    }.get(id, ())
    if not all(needed):
        id = UNDATED[id]
    return Text(id, said(payment, name))


def said(payment: Payment, name: Value) -> dict[str, Value]:
    """What the sentences about a payment may say of it."""
    date1 = payment.until if payment.status == "available" else payment.on
    values: dict[str, Value] = {
        "name": name,
        "prog": called(payment.programme),
        "amt": rupiah(payment.amount),
        "place": payment.place or Text("place.pay"),
        "reason": Text(f"reason.{payment.reason if payment.reason in SAYABLE else 'other'}"),
    }
    days = {"date": date1, "date2": payment.object_until}
    return values | {key: day for key, day in days.items() if day}


def called(programme: str) -> str:
    return NAMES.get(programme, programme)


def rupiah(amount: int | None) -> str:
    """Rp600.000; nothing where the portal has not told."""
    return "" if amount is None else f"Rp{amount:,}".replace(",", ".")


def events(before: Seen | None, payment: Payment, today: date) -> tuple[Event, ...]:
    """What there is to tell of it today. A caller tells each only once, so what was told already may be among it."""
    match payment.status:
        case "available":
            return _of_available(before, payment, today)
        case "collected" if before is not None:  # What was collected before anybody looked is no news.
            return (Event.COLLECTED,)
        case "failed" | "returned":
            return (Event.FAILED,)
        case "on_hold":
            return (Event.STOPPED,)
        case _:
            return ()


def _of_available(before: Seen | None, payment: Payment, today: date) -> tuple[Event, ...]:
    told = before is not None and before.status == "available" and before.since < today
    if not told or payment.until is None:
        return (Event.READY,)
    if today == payment.until - timedelta(days=1):
        return (Event.READY, Event.LAST_DAY)
    if payment.until - REMIND <= today <= payment.until:
        return (Event.READY, Event.REMINDER)
    return (Event.READY,)


def _urgency(payment: Payment) -> int:
    return URGENCY.index(payment.status) if payment.status in URGENCY else len(URGENCY)
