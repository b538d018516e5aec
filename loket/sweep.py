"""What the clock brings about: functions of now, harmless when they run twice or in two processes."""

from datetime import date, datetime, time, timedelta

from bot.messages import Text, Value
from bot.windows import Phase, Window, local_day, zone
from loket.heard import take_overdue
from loket.privacy import periods
from loket.service import SEND, Service
from store.agent_news import AgentNews
from store.chores import turn
from store.housekeeping import Housekeeping
from store.outbox import Lane
from store.quarterly import BATCH, Quarterly
from store.reminders import VisitReminders
from store.retention import Retention
from store.subject_requests import SubjectRequests
from store.surveys import Surveys

BATCHES = 10  # In one sweep: a thousand a minute, so that nobody else waits for the messages.
A_DAY = timedelta(days=1)
WARNING = timedelta(hours=24)  # So long before the end of its 72 hours people are told of a request that waits.


def sweep(service: Service, now: datetime) -> None:
    """All of it."""
    kept = Housekeeping(service.database, service.messages)
    if open_windows(service, kept, now):
        service.wake()
    if ask_quarterly(service, now):
        service.wake()
    season, _ = quarter(local_day(now, service.config.home))
    if Surveys(service.database, service.messages).ask(season, now):
        service.wake()
    tomorrow = local_day(now, service.config.home) + timedelta(days=1)
    if VisitReminders(service.database, service.messages, service.areas).remind(tomorrow, now):
        service.wake()
    if AgentNews(service.database, service.sealer, service.messages, service.areas).remind(now):
        service.wake()
    kept.forget(now)
    if "smpp" not in service.config.sms:  # Nobody holds a bind any more.
        service.outbox.hand_over(Lane.SMPP.value, SEND)
    take_overdue(service, now)
    if SubjectRequests(service.database).escalate(now + WARNING, service.config.home, now):
        service.wake()
    if turn(service.database, "retention", A_DAY, now):
        Retention(service.database, service.sealer, periods(service.config)).forget(now)


def ask_quarterly(service: Service, now: datetime) -> int:
    """Ask households whether their data is still right, once a quarter; how many they were this time."""
    season, until = quarter(local_day(now, service.config.home))
    quarterly = Quarterly(service.database, service.messages)
    ends = datetime.combine(until, time(), zone(service.config.home))
    asked = 0
    for _ in range(BATCHES):
        count = quarterly.ask(season, ends, now)
        asked += count
        if count < BATCH:
            break
    return asked


def quarter(day: date) -> tuple[str, date]:
    """The quarter's name, and the first day behind it."""
    number = (day.month - 1) // 3 + 1
    ends = date(day.year + 1, 1, 1) if number == 4 else date(day.year, number * 3 + 1, 1)
    return f"{day.year}Q{number}", ends


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
