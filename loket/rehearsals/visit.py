"""What a rehearsal of the visits needs: a visit as it can stand, and what is known of an agent's number."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import msgspec

from bot.agent_check import Shown, Standing
from bot.visits import Visit
from loket.rehearsals import REFS

HERE = Shown(Standing.HERE, "BUDI SANTOSO HARTONO", "Gunung Samarinda")


def _visits(_: str, today: date) -> Iterator[Any]:
    """To come, past, waited for, overdue, over, complained of; and none."""
    day = timedelta(days=1)
    planned = Visit(1, today, "BUDI SANTOSO HARTONO", today + 5 * day, "midday", "hall", "Gunung Samarinda")
    for changes in (
        {},
        {"version": 2},
        {"day": today - day},
        {"day": None},
        {"day": None, "due": today - day},
        {"ended": True},
        {"complaint": REFS[1]},
    ):
        yield msgspec.to_builtins(replace(planned, **changes))
    yield ""


def _agents(_: str, today: date) -> Iterator[Any]:
    yield from (msgspec.to_builtins(replace(HERE, standing=standing)) for standing in Standing)
    yield "locked"


LOOKUPS = {"visit": _visits, "visit_now": _visits, "agent": _agents}
