"""Where a person says that their house is: a place that can be one, and the visit that it is meant for."""

from datetime import date

from bot.stages import IN_HAND, Case, Cases

# Indonesia from Rondo to Ndana and from Aceh to Papua, in degrees. A place elsewhere is no house that an agent visits.
SOUTH, NORTH, WEST, EAST = -11.1, 6.2, 94.9, 141.1


def coordinates(text: str) -> str:
    """`latitude,longitude` in degrees with six digits, which is a hand's breadth; empty where no house can be there."""
    latitude, _, longitude = text.partition(",")
    try:
        there = float(latitude), float(longitude)
    except ValueError:
        return ""
    within = SOUTH <= there[0] <= NORTH and WEST <= there[1] <= EAST
    return f"{there[0]:.6f},{there[1]:.6f}" if within else ""


def next_visit(known: Cases) -> Case | None:
    """The case whose visit comes first. One of several only: neighbours on one phone do not live in one house."""
    waiting = [case for case in known.cases if case.stage in IN_HAND and not case.leaves]
    return min(waiting, key=_when, default=None)


def _when(case: Case) -> tuple[bool, date]:
    return case.day is None, case.day or case.visit_by
