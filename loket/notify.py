"""The operators' word to everybody of a village, a district or a regency."""

import re

import click

from bot.messages import Text
from bot.windows import local_day
from loket.config import ConfigError, read_config, read_environment
from loket.failures import NotReady
from loket.privacy import actor
from loket.service import Service, compose
from store.broadcast import Broadcast
from store.migrate import missing


def fraud_warning(area: str, dry_run: bool, sure: bool) -> None:
    """Warn of fraud, once a day. Raises ConfigError where there is no such area."""
    environment = read_environment()
    service = compose(read_config(environment.config), environment)
    try:
        if missing(service.database):
            raise NotReady("The database lacks migrations. Run: loket migrate")
        click.echo(warn(service, area, dry_run, sure))
    finally:
        service.database.close()


def warn(service: Service, area: str, dry_run: bool, sure: bool) -> str:
    """What was done, in a line."""
    code, name = _named(service, area)
    broadcast = Broadcast(service.database, service.messages)
    reach = broadcast.reach(code)
    silent = f"; {reach.silent} want no messages" if reach.silent else ""
    if dry_run:
        return f"{name}: {reach.people} people would be warned{silent}. Nothing was sent."
    if not sure:
        click.confirm(f"{name}: warn {reach.people} people{silent}?", abort=True, err=True)
    now = service.clock()
    day = local_day(now, service.config.home).isoformat()
    told = broadcast.tell(code, Text("evt.fraud_warning"), day, actor(), now)
    first, last = service.config.sending_hours
    return f"{name}: {told} people are warned, once today, between {first} and {last} o'clock{silent}."


def _named(service: Service, area: str) -> tuple[str, str]:
    """The code as registrations have it, and its name."""
    digits = re.sub(r"\D", "", area)
    match len(digits):
        case 4 if (name := service.areas.regency_name(digits)) != digits:
            return digits, name
        case 6 if district := service.areas.district_of(digits):
            return digits, district.name
        case 10 if village := service.areas.village(f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}.{digits[6:]}"):
            return village.code, village.label
        case _:
            raise ConfigError("there is no village, district or regency of this code")
