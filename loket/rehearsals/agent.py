"""What a rehearsal of work by message needs: a phone of somebody at the desk, tasks, and what comes of each move."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import msgspec

from bot.effects import MoveTicket
from bot.tasks import DONE, TOO_MANY, WRONG, Found, Opened, Task, When
from loket.rehearsals import NAME, REFS

VILLAGE = "Gunung Samarinda"


def _planned(today: date) -> Task:
    day = today + timedelta(days=3)
    return Task("1", REFS[0], 1, VILLAGE, day, When.TODAY, True, NAME, today, "midday", "hall", "4821")


def _tasks(_: str, today: date) -> Iterator[Any]:
    """A full list, each kind alone, and none."""
    task = _planned(today)
    yield msgspec.to_builtins([replace(task, when=when, ref=ref) for ref in REFS for when in When])
    yield from (msgspec.to_builtins([replace(task, when=when, day=None)]) for when in When)
    yield []


def _found(_: str, today: date) -> Iterator[Any]:
    """Planned, late, without a date, another thing than a visit, free, several, a colleague's; and none."""
    task = _planned(today)
    for one in (
        task,
        replace(task, when=When.LATE),
        replace(task, when=When.UNPLANNED, day=None, slot=""),
        replace(task, verification=False),
        replace(task, when=When.OPEN, day=None),
    ):
        yield msgspec.to_builtins(Found(one))
    yield msgspec.to_builtins(Found(several=True))
    yield msgspec.to_builtins(Found(village=VILLAGE, open=12))
    yield msgspec.to_builtins(Found())


def _moves(argument: str, _: date) -> tuple[str, ...]:
    """What each move can come to."""
    effect = msgspec.json.decode(argument, type=MoveTicket)
    more = {
        "take": ("full",),
        "schedule": ("day", "over"),
        "not_met": ("too_early",),
        "set_off": ("not_today",),
        "resolve": ("schedule_first", f"{WRONG}2", f"{WRONG}0"),
    }
    return (DONE, "gone", *more.get(effect.move, ()))


def _opened(_: str, __: date) -> Iterator[Any]:
    yield msgspec.to_builtins(Opened("0812-3456-7890", "RT02/01 utara musala", "4821"))
    yield from (TOO_MANY, "")


LOOKUPS = {
    "staff": ("3510", ""),
    "dialled": ("", "3510"),
    "tasks": _tasks,
    "task": _found,
    "task_now": _found,
    "move": _moves,
    "opened": _opened,
}
TYPED = ("735",)
MESSAGES = {
    "the list of an agent": ("TUGAS",),
    "one of the list": ("TUGAS 1",),
    "a task by its number": (f"TUGAS {REFS[0]}",),
    "an agent takes": (f"TERIMA {REFS[0]}",),
    "an agent plans": (f"JADWAL {REFS[0]} besok pagi",),
    "an agent plans at some time": (f"JADWAL {REFS[0]} kapan-kapan",),
    "an agent, or a citizen": (f"JADWAL {REFS[0]}",),
    "an agent sets off": (f"BERANGKAT {REFS[0]}",),
    "an agent meets nobody": (f"NIHIL {REFS[0]}",),
    "an agent gives back": (f"ALIH {REFS[0]}",),
    "an agent rejects": (f"TOLAK {REFS[0]}",),
    "an agent has finished": (f"SELESAI {REFS[0]}",),
    "with the visit number": (f"SELESAI {REFS[0]} 735",),
}
