"""The demo's clock: real time, and how far visitors have jumped ahead of it. The one clock of the demo's process."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from bot.windows import zone
from loket.service import awake, now

Quiet = Callable[[datetime], datetime]
MORNING, NIGHT = time(9), time(21)
DAY = timedelta(days=1)
LONGEST = timedelta(days=366)  # Of one jump: nobody means more than a year.


class CannotJump(Exception):
    """Why there is no such moment ahead, as a word of the page."""


@dataclass(slots=True)
class DemoClock:
    """Tells aware UTC. `file` keeps the distance in milliseconds, for data that was written lies in that future."""

    file: Path
    real: Callable[[], datetime] = now
    ahead: timedelta = field(init=False)

    def __post_init__(self) -> None:
        self.ahead = _kept(self.file)

    def __call__(self) -> datetime:
        return self.real() + self.ahead

    def jump(self, to: datetime) -> None:
        """Forward only, as time goes: what was done cannot be undone. Raises CannotJump."""
        distance = to - self()
        if not timedelta() < distance <= LONGEST:
            raise CannotJump("jump_past" if distance <= timedelta() else "jump_far")
        ahead = self.ahead + distance
        written = self.file.with_suffix(".new")
        written.write_text(str(ahead // timedelta(milliseconds=1)), "ascii")
        written.replace(self.file)
        self.ahead = ahead


def _kept(file: Path) -> timedelta:
    """What an earlier start left; a file that cannot be read is none."""
    try:
        return max(timedelta(), timedelta(milliseconds=int(file.read_text("ascii"))))
    except (OSError, ValueError, OverflowError):
        return timedelta()


def quiet(clock: DemoClock, always: tuple[int, int], jumped: tuple[int, int], home: str) -> Quiet:
    """When people may be disturbed: at any hour as long as a visitor looks at real time, for that may be at night.

    Whoever has chosen an hour has the quiet hours of that regency too.
    """
    place = zone(home)
    return lambda at: awake(jumped if clock.ahead else always, place, at)


def at(day: datetime, hour: time, home: str) -> datetime:
    """That hour on the local day of an instant."""
    local = day.astimezone(zone(home))
    return datetime.combine(local.date(), hour, local.tzinfo).astimezone(UTC)
