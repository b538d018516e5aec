"""The operators' list of helpers: who may register people for others."""

import json
import re
from dataclasses import asdict

from sqlalchemy import select

from bot import parsers
from bot.conversation import Invalid
from bot.windows import zone
from loket.config import ConfigError, Environment
from loket.service import now
from store.database import Database
from store.helpers import Helpers
from store.schema import agents
from store.seal import load_keys


def add(environment: Environment, name: str, regency: str, phone: str, agent: str) -> str:
    """A line with the new number. Raises ConfigError where something given is not so."""
    database = Database(environment.database_url)
    try:
        number = _helpers(environment, database).add(
            _name(name), _regency(regency), _phone(phone), _agent(database, agent), now()
        )
    finally:
        database.close()
    return f"{number}\nThe number of this helper. Tell it to nobody else."


def listed(environment: Environment, as_json: bool) -> str:
    """A line for each, or JSON."""
    database = Database(environment.database_url)
    try:
        found = _helpers(environment, database).all()
    finally:
        database.close()
    if as_json:
        return json.dumps([asdict(helper) for helper in found])
    return "\n".join(
        f"{helper.number:6} {helper.regency} {'agent ' if helper.agent else 'helper'} "
        f"{'' if helper.active else '(stopped) '}{helper.name}"
        for helper in found
    )


def stop(environment: Environment, number: str) -> str:
    """Raises ConfigError where nobody has this number."""
    database = Database(environment.database_url)
    try:
        if not _helpers(environment, database).stop(number):
            raise ConfigError("nobody has this number")
    finally:
        database.close()
    return "It counts no more."


def _helpers(environment: Environment, database: Database) -> Helpers:
    return Helpers(database, load_keys(environment.keys_file))


def _name(text: str) -> str:
    try:
        return str(parsers.name(text))
    except Invalid:
        raise ConfigError("NAME: letters, as on the card") from None


def _regency(text: str) -> str:
    try:
        zone(text)
    except ValueError:
        raise ConfigError("--regency: no province has this number") from None
    if not re.fullmatch(r"[0-9]{4}", text):
        raise ConfigError("--regency: four digits")
    return text


def _phone(text: str) -> str:
    try:
        return str(parsers.msisdn(text)) if text else ""
    except Invalid:
        raise ConfigError("the phone: an Indonesian mobile number") from None


def _agent(database: Database, login: str) -> str:
    if not login:
        return ""
    with database.read() as connection:
        id = connection.scalar(select(agents.c.id).where(agents.c.login == login))
    if id is None:
        raise ConfigError("--agent: nobody at the desk signs in by that name")
    return str(id)
