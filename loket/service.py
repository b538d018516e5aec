"""Everything that one process needs, put together once from the configuration and the environment."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import partial
from threading import Lock

from backend_client import Portal
from bot import notices
from bot.areas import Gazetteer
from bot.messages import Channel, Text
from bot.run import Engine
from bot.texts import Catalogue
from bot.windows import zone
from loket import areas, texts
from loket.config import ROOT, Config, Environment
from loket.engine import build, period_name
from loket.lookups import Look, Lookups
from loket.meant import Lazily, Understand
from loket.payments import Asking
from loket.receive import Desk
from sms.segments import fit as fit_sms
from store.agent_check import AgentCheck
from store.cases import Registry
from store.citizen_visits import CitizenVisits
from store.commands import Commands
from store.database import Database
from store.effects import Effects
from store.helpers import Helpers
from store.inquiries import Inquiries
from store.messages import Messages
from store.outbox import Lane, Outbox
from store.phones import Proofs
from store.rights import Rights
from store.seal import Sealer, load_keys
from store.sessions import Sessions
from store.tickets import Desk as TicketDesk

Clock = Callable[[], datetime]

SEND = "message.send"


def now() -> datetime:
    """The one place that reads the clock."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Wake:
    """Rung when there is work; whoever does it hangs its bell here."""

    bells: list[Callable[[], None]] = field(default_factory=list)

    def __call__(self) -> None:
        for bell in self.bells:
            bell()


class Once:
    """Made when it is first needed, once in a process: the sandbox remembers, and not every process asks."""

    def __init__(self, make: Callable[[], Portal]) -> None:
        self._make = make
        self._lock = Lock()
        self._made: Portal | None = None

    def __call__(self) -> Portal:
        with self._lock:
            self._made = self._made or self._make()
            return self._made


def behind(config: Config, environment: Environment, clock: Clock) -> Portal:
    """The portal; its client is loaded when somebody asks for it."""
    from loket import outside

    return outside.portal(config, environment, clock)


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of a process. Nothing in here knows of HTTP."""

    config: Config
    environment: Environment
    clock: Clock
    database: Database
    sealer: Sealer
    catalogue: Catalogue
    areas: Gazetteer
    engine: Engine
    sessions: Sessions
    messages: Messages
    registry: Registry
    outbox: Outbox
    effects: Effects
    lookups: Lookups
    portal: Callable[[], Portal]
    desk: Desk
    wake: Wake
    crash: Callable[[str], None]


def compose(
    config: Config,
    environment: Environment,
    clock: Clock = now,
    sealer: Sealer | None = None,
    portal: Callable[[], Portal] | None = None,
    quiet: Callable[[datetime], datetime] | None = None,
    understand: Understand | None = None,
) -> Service:
    """Raises ConfigError, SealError or CatalogueError where something needed is missing."""
    numbers = config.numbers
    constants = {"ussd": numbers.ussd, "sms": numbers.sms, "call": numbers.call}
    catalogue = texts.load(config.languages, constants=constants)
    gazetteer = areas.load(ROOT / "data" / "areas")
    engine = build(config, catalogue, gazetteer)
    database = Database(environment.database_url)
    sealer = sealer or load_keys(environment.keys_file)
    quiet = quiet or partial(awake, config.sending_hours, zone(config.home))
    two_way = next(iter(config.sms.values())).two_way
    spelt, sent_by = partial(spell, catalogue), partial(job_of, config)
    messages = Messages(database, sealer, say(catalogue, two_way), quiet, sent_by, spelt)
    registry = Registry(database, sealer, partial(village_name, gazetteer))
    period = partial(period_name, config.windows)
    visits = CitizenVisits(database, sealer, messages, gazetteer)
    wake, crash = Wake(), crash_point(environment)
    tickets = TicketDesk(database, sealer, messages, gazetteer, clock, wake)
    commands = Commands(database, sealer, gazetteer, tickets)
    effects = Effects(sealer, messages, visits, commands, period)
    sessions = Sessions(database, sealer)
    agents = AgentCheck(database, sealer, gazetteer)
    rights = Rights(database, sealer, partial(village_name, gazetteer))
    portal = portal or Once(lambda: behind(config, environment, clock))
    asking, helpers = Asking(portal), Helpers(database, sealer)
    more: dict[str, Look] = {
        "asked": Inquiries(database, sealer).look,
        "proof": Proofs(database, sealer).look,
        "assistant": helpers.who,
        "helper": helpers.today,
    }
    by_phone: dict[str, Look] = {
        "staff": commands.staff,
        "dialled": commands.dialled,
        "tasks": commands.tasks,
        "task": commands.task,
        "task_now": commands.task,
        "opened": commands.opened,
        "move": commands.rehearse,
    }
    lookups = Lookups(
        registry,
        visits,
        agents,
        rights,
        asking,
        lambda: [period(each) for each in config.windows],
        more,
        by_phone,
        understand or Lazily(config, environment, gazetteer),
    )
    desk = Desk(engine, database, sessions, effects, messages, lookups, clock, wake, crash=crash)
    return Service(
        config, environment, clock, database, sealer, catalogue, gazetteer, engine,
        sessions, messages, registry, Outbox(database), effects, lookups, portal, desk, wake, crash,
    )  # fmt: skip


def say(catalogue: Catalogue, two_way: bool) -> Callable[[str, Text], str]:
    """Words one SMS; where nobody can answer it, without the invitation to."""
    fit = fit_sms()

    def worded(language: str, text: Text) -> str:
        silent = f"{text.id}.no_reply"
        if not two_way and catalogue.has("id", silent):
            text = Text(silent, text.values)
        return fit(catalogue.reply(language, text, ends=True))[0].body

    return worded


def spell(catalogue: Catalogue, language: str, text: Text) -> tuple[str, ...]:
    """The values of the template that says the same on WhatsApp, in its order; none where it lacks one."""
    template = notices.template(text.id)
    values = (
        tuple(" ".join(catalogue.value(language, text, name).split()) for name in template.values) if template else ()
    )
    return values if all(values) else ()


def job_of(config: Config, channel: str, gateway: str) -> str:
    """The kind of job that sends a message: by the gateway that it should go by, else by the usual one."""
    able = [name for name, line in config.sms.items() if line.sends]
    return carried(gateway if gateway in able else able[0]) if channel == Channel.SMS else SEND


def carried(gateway: str) -> str:
    """The kind of job that sends by this gateway: a bind is held by one process, which alone takes its jobs."""
    return Lane.SMPP.value if gateway == "smpp" else SEND


def awake(hours: tuple[int, int], zone: tzinfo, now: datetime) -> datetime:
    """This moment, or the next at which people may be disturbed: from the first hour of a day, up to the second."""
    local, (first, last) = now.astimezone(zone), hours
    if first <= local.hour < last:
        return now
    day = local.date() + timedelta(days=local.hour >= last)
    return datetime.combine(day, time(first), zone).astimezone(UTC)


def village_name(gazetteer: Gazetteer, code: str) -> str:
    village = gazetteer.village(code) if code else None
    return village.name if village else ""


def crash_point(environment: Environment) -> Callable[[str], None]:
    """Tests only: kill this process, as a power cut would, the n-th time that it passes a named point."""
    if not environment.crash_at:
        return lambda point: None
    left = [environment.crash_after]

    def crash(point: str) -> None:
        if point == environment.crash_at:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return crash
