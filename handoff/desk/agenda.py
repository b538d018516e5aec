"""An agent's day: the own tickets sorted into what is late, what is today, what needs a date, and what comes later."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from handoff.desk.ports import Card
from handoff.tickets import Slot

_SLOTS = {Slot.MORNING: 0, Slot.MIDDAY: 1, Slot.AFTERNOON: 2, Slot.ANY: 3}


@dataclass(frozen=True, slots=True)
class Agenda:
    late: tuple[Card, ...]
    today: tuple[Card, ...]
    to_schedule: tuple[Card, ...]
    later: tuple[Card, ...]


def agenda(cards: Iterable[Card], today: date) -> Agenda:
    """Sort cards around `today`. Late: a visit that was to be before it, or no visit planned and the deadline over."""
    late, now, unplanned, later = list[Card](), list[Card](), list[Card](), list[Card]()
    for card in sorted(cards, key=_order):
        if card.day == today:
            now.append(card)
        elif (card.day or card.due) < today:
            late.append(card)
        elif card.day is None:
            unplanned.append(card)
        else:
            later.append(card)
    return Agenda(tuple(late), tuple(now), tuple(unplanned), tuple(later))


def _order(card: Card) -> tuple[date, int, str, str, str]:
    """By day, part of the day, and then by the way from house to house."""
    return (card.day or card.due, _SLOTS[card.slot or Slot.ANY], card.village, card.landmark, card.id)
