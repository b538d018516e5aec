"""Puts the flows that config.yml names together with what they know."""

from datetime import date
from importlib import import_module

import yaml

from bot.areas import Gazetteer
from bot.conversation import World
from bot.keywords import Keywords
from bot.run import ASKED, CANCEL, LANGUAGE, LOST, MEANT, OPENING, RESUME, STUCK, SWITCH, Engine, Flow
from bot.texts import BASE, Catalogue
from bot.windows import Window
from loket.config import ROOT, Config, ConfigError, Period

# Every talk needs these; they are not services.
ALWAYS = (LANGUAGE, OPENING, RESUME, STUCK, ASKED, CANCEL, MEANT, LOST, SWITCH)

DIALLED = {"agent": "agent_menu"}  # What whoever it is for gets by dialling, beside the service.


def build(config: Config, catalogue: Catalogue, areas: Gazetteer) -> Engine:
    """Raises ConfigError where a service has no module."""
    more = tuple(DIALLED[name] for name in config.services if name in DIALLED)
    flows = {name: _flow(name) for name in (*ALWAYS, *config.services, *more)}
    world = World(
        areas=areas,
        windows={regency: Window(regency, p.opens, p.closes) for regency, p in config.windows.items()},
        services=frozenset(config.services),
        languages=frozenset(config.languages),
        home=config.home,
        visit_days=config.visit_days,
        callback_days=config.callback_days,
        objection_days=config.objection_days,
        report_days=config.report_days,
        reports_per_day=config.reports_per_day,
        people_per_phone=config.people_per_phone,
        messages_per_hour=config.messages_per_hour,
        assisted_a_day=config.assisted_a_day,
        months=config.retention.months,
    )
    return Engine(flows, catalogue, world, _keywords(), BASE)


def period_name(windows: dict[str, Period], regency: str) -> str:
    """Under which name registrations of a regency are counted: one person registers once in each."""
    window = windows.get(regency)
    return f"{regency}:{window.opens if window else date.min}"


def _keywords() -> Keywords:
    document = yaml.load((ROOT / "data" / "keywords.yml").read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  Strings only.
    return Keywords(document)


def _flow(name: str) -> Flow:
    try:
        module = import_module(f"bot.flows.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"bot.flows.{name}":  # The flow is there, and needs something that is not.
            raise
        raise ConfigError(f"services: there is no bot/flows/{name}.py") from None
    return Flow(module.flow, getattr(module, "KEEPS", False))
