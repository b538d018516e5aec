"""What the clock brings about: functions of now, harmless when they run twice or in two processes."""

from datetime import datetime

from bot.messages import Text, Value
from bot.windows import Phase, Window
from loket.service import Service
from store.housekeeping import Housekeeping


def sweep(service: Service, now: datetime) -> None:
    """All of it."""
    kept = Housekeeping(service.database, service.messages)
    if open_windows(service, kept, now):
        service.wake()
    kept.forget(now)


def open_windows(service: Service, kept: Housekeeping, now: datetime) -> int:
    """Tell everyone whose regency registers people by now; how many they were."""
    told = 0
    for regency in kept.awaited():
        period = service.config.windows.get(regency)
        if period is None or Window(regency, period.opens, period.closes).phase(now) is not Phase.OPEN:
            continue
        name = service.areas.regency_name(regency)
        values: dict[str, Value] = {"kab": name, "date": period.opens, "date2": period.closes}
        told += kept.tell_waiting(regency, Text("evt.window_opens", values), f"{regency}:{period.opens}", now)
    return told
