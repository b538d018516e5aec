"""What only the demo can do with its service: move the clock, refuse messages, take the portal away, speak as Meta."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from bot.messages import Channel
from bot.windows import local_day, zone
from loket import outside
from loket.config import ROOT, Config, Environment, read_config
from loket.outside import Lines
from loket.service import Once, Service, awake, compose
from loket.simulator.clock import DAY, MORNING, NIGHT, CannotJump, DemoClock, at, quiet
from loket.simulator.metas import Metas
from loket.sweep import sweep
from sms.gateway import MessageGateway, Outbound, SendFailed, Sent
from store.outbox import DUE
from store.schema import identities, messages, outbox, registrations, tickets, visits

Jump = Callable[["Stage", Sequence[str]], datetime]
FIRST = time(0)


@dataclass(slots=True)
class Troubles:
    """What is wrong just now. Each lasts until somebody ends it."""

    no_credit: bool = False
    portal_away: bool = False


@dataclass(frozen=True, slots=True)
class Unpaid:
    """A gateway whose vendor refuses to send while our credit is used up."""

    gateway: MessageGateway
    troubles: Troubles

    @property
    def name(self) -> str:
        return self.gateway.name

    @property
    def channels(self) -> frozenset[Channel]:
        return self.gateway.channels

    def __getattr__(self, name: str) -> object:
        return getattr(self.gateway, name)

    def send(self, message: Outbound) -> Sent:
        if self.troubles.no_credit:
            raise SendFailed("no_credit", again=True)
        return self.gateway.send(message)


@dataclass(frozen=True, slots=True)
class Now:
    """What the page shows of the stage. `waiting`: messages that were not sent yet; `next`: when the first may be."""

    now: datetime
    ahead: timedelta
    waiting: int
    next: datetime | None
    troubles: Troubles


@dataclass(frozen=True, slots=True)
class Stage:
    """The service of a demo, with the clock that it lives by and the systems around it."""

    service: Service
    clock: DemoClock
    hours: tuple[int, int]  # When people may be disturbed in earnest; in the demo's own time it is always.
    switch_portal: Callable[[bool], None]
    metas: Metas
    troubles: Troubles = field(default_factory=Troubles)

    def lines(self, lines: Lines) -> Lines:
        """The vendors of messages, each of whom may want to be paid first."""
        unpaid = {
            channel: tuple(Unpaid(gateway, self.troubles) for gateway in able)
            for channel, able in lines.sending.items()
        }
        return replace(lines, sending=unpaid)  # type: ignore[arg-type]

    def now(self) -> Now:
        unsent = and_(messages.c.sent_at.is_(None), outbox.c.state == DUE)
        waiting = (
            select(func.count(), func.min(outbox.c.due_at))
            .select_from(messages)
            .join(outbox, outbox.c.subject == messages.c.id)
            .where(unsent, outbox.c.kind.startswith("message."))
        )
        with self.service.database.read() as connection:
            count, first = connection.execute(waiting).one()
        when = datetime.fromtimestamp(first / 1000, zone(self.home)) if first is not None else None
        return Now(self.clock(), self.clock.ahead, count, when, self.troubles)

    def jump(self, to: str, hours: int, phones: Sequence[str]) -> int:
        """Move the clock and do what the new moment brings; how many jobs became due by it. Raises CannotJump."""
        target = self.clock() + timedelta(hours=hours) if to == "hours" else JUMPS[to](self, phones)
        service = self.service
        before = len(service.outbox.due(self.clock(), 1000))
        self.clock.jump(target)
        sweep(service, self.clock())
        due = len(service.outbox.due(self.clock(), 1000))
        service.wake()
        return max(0, due - before)

    def trouble(self, name: str, on: bool) -> None:
        """Begin or end one. What waited for its end is tried again by its own waiting time."""
        match name:
            case "no_credit":
                self.troubles.no_credit = on
            case "portal_away":
                self.switch_portal(on)
                self.troubles.portal_away = on
            case _:
                raise ValueError("trouble: no_credit or portal_away")
        self.service.wake()

    @property
    def home(self) -> str:
        return self.service.config.home


def _first_day(
    stage: Stage,
    phones: Sequence[str],
    since: date,
    column: ColumnElement[str],
    contact: ColumnElement[str],
    *wanted: ColumnElement[bool],
) -> date | None:
    """The first day of a column that concerns the people on these phones."""
    service = stage.service
    known = [identities.c.idx == service.sealer.index("phone", phone) for phone in phones]
    mine = select(identities.c.contact_id).where(identities.c.kind == "phone", or_(false(), *known))
    found = select(func.min(column)).where(contact.in_(mine), column >= since.isoformat(), *wanted)
    with service.database.read() as connection:
        day = connection.scalar(found)
    return date.fromisoformat(day) if day else None


def _tonight(stage: Stage, phones: Sequence[str]) -> datetime:
    return _next(stage, NIGHT)


def _morning(stage: Stage, phones: Sequence[str]) -> datetime:
    """When people may be disturbed again."""
    return _next(stage, time(stage.hours[0]))


def _tomorrow(stage: Stage, phones: Sequence[str]) -> datetime:
    """The same time of day, or the first hour of that day at which people may be disturbed."""
    return awake(stage.hours, zone(stage.home), stage.clock() + DAY)


def _day_before_visit(stage: Stage, phones: Sequence[str]) -> datetime:
    since = local_day(stage.clock(), stage.home) + DAY
    planned = (visits.c.ticket_id == tickets.c.id, visits.c.done_at.is_(None))
    day = _first_day(stage, phones, since, visits.c.day, tickets.c.contact_id, *planned)
    if day is None:
        raise CannotJump("jump_no_visit")
    return _on(stage, day - DAY)


def _objection_over(stage: Stage, phones: Sequence[str]) -> datetime:
    """The first day on which nobody can object any more."""
    since = local_day(stage.clock(), stage.home)
    day = _first_day(stage, phones, since, registrations.c.object_until, registrations.c.contact_id)
    if day is None:
        raise CannotJump("jump_no_refusal")
    return _on(stage, day + DAY)


def _window_over(stage: Stage, phones: Sequence[str]) -> datetime:
    """The first day on which nobody can register any more."""
    return _on(stage, stage.service.config.windows[stage.home].closes + DAY)


JUMPS: Mapping[str, Jump] = {
    "night": _tonight,
    "morning": _morning,
    "tomorrow": _tomorrow,
    "day_before_visit": _day_before_visit,
    "objection_over": _objection_over,
    "window_over": _window_over,
}


def _next(stage: Stage, hour: time) -> datetime:
    moment = at(stage.clock(), hour, stage.home)
    return moment if moment > stage.clock() else moment + DAY


def _on(stage: Stage, day: date) -> datetime:
    return at(datetime.combine(day, FIRST, zone(stage.home)), MORNING, stage.home)


def assemble(config: Config, environment: Environment) -> Stage:
    """The demo's service, on a clock that can be moved and with a portal that can be taken away."""
    clock = DemoClock(environment.clock_file)
    portal, switch = outside.sandbox(clock)
    hours = read_config(ROOT / "config.yml").sending_hours
    disturb = quiet(clock, config.sending_hours, hours, config.home)
    service = compose(config, environment, clock, portal=Once(lambda: portal), quiet=disturb)
    secret = next(iter(environment.cloudapi_app_secrets), "")
    return Stage(service, clock, hours, switch, Metas(environment.cloudapi_number, secret))
