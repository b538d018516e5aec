"""When a regency registers people: whole days, counted by that regency's own clock."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from typing import Final

WIB: Final = timezone(timedelta(hours=7), "WIB")
WITA: Final = timezone(timedelta(hours=8), "WITA")
WIT: Final = timezone(timedelta(hours=9), "WIT")

# Presidential Decree 41/1987, by the first two digits of Kemendagri's codes. Indonesia keeps no summer time.
_PROVINCES: Final = (
    (WIB, (11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 31, 32, 33, 34, 35, 36, 61, 62)),
    (WITA, (51, 52, 53, 63, 64, 65, 71, 72, 73, 74, 75, 76)),
    (WIT, (81, 82, 91, 92, 93, 94, 95, 96)),
)
_ZONES: Final = {str(province): zone for zone, provinces in _PROVINCES for province in provinces}


class Phase(StrEnum):
    BEFORE = "before"
    OPEN = "open"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Window:
    """A regency's time to register, from the first moment of one local day to the last moment of another."""

    regency: str  # Four digits, as in a NIK; the dotted writing is understood too.
    opens: date
    closes: date

    def __post_init__(self) -> None:
        zone(self.regency)
        if self.closes < self.opens:
            raise ValueError(f"the window of {self.regency} closes before it opens")

    def phase(self, now: datetime) -> Phase:
        """Where an aware instant falls. ValueError for a naive one."""
        today = local_day(now, self.regency)
        if today < self.opens:
            return Phase.BEFORE
        return Phase.OPEN if today <= self.closes else Phase.AFTER


def zone(code: str) -> tzinfo:
    """The time zone of a province, regency, district or village. ValueError: no province has this code."""
    found = _ZONES.get(code[:2])
    if found is None:
        raise ValueError("no province has this code")
    return found


def day_begins(now: datetime, code: str) -> datetime:
    """The first moment of that area's day."""
    return now.astimezone(zone(code)).replace(hour=0, minute=0, second=0, microsecond=0)


def local_day(now: datetime, code: str) -> date:
    """The date on the wall of that area. ValueError for a naive instant."""
    if now.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return now.astimezone(zone(code)).date()
