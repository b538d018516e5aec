"""The people of the desk as operators bring them: from a list, and the phone that each works from."""

import csv
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from bot import parsers
from bot.conversation import Invalid
from bot.identity import VillageCode
from handoff.routing import Role
from loket.config import ConfigError, Environment
from loket.service import now
from store.agents import Agent, Agents
from store.commands import StaffPhones
from store.database import Database
from store.seal import load_keys


def phone(environment: Environment, login: str, number: str) -> str:
    """What was done, in a line; without a number the phone is forgotten. Raises ConfigError where it cannot be."""
    try:
        msisdn = str(parsers.msisdn(number)) if number else ""
    except Invalid:
        raise ConfigError("that is no Indonesian mobile number") from None
    database = Database(environment.database_url)
    try:
        known = StaffPhones(database, load_keys(environment.keys_file)).set(login, msisdn, now())
    except IntegrityError:
        raise ConfigError("somebody else of the desk works from that phone") from None
    finally:
        database.close()
    if not known:
        raise ConfigError("nobody at the desk signs in by that name")
    return (
        "Registered: TUGAS from that phone brings the list." if msisdn else "Forgotten: messages count as a citizen's."
    )


COLUMNS = ("login", "name", "role", "district", "villages", "languages", "capacity", "badge", "phone")
NEEDED = COLUMNS[:4]


def bring(environment: Environment, path: Path) -> str:
    """Everybody of a CSV file, or nobody. Raises ConfigError with the line at fault, and nothing of what stands in it.

    Whoever is known by the login gets the phone of the list, and is otherwise left as they are.
    """
    people = list(_read(path))
    database = Database(environment.database_url)
    try:
        sealer, books = load_keys(environment.keys_file), Agents(database)
        known = books.logins()
        new = [agent for agent, _ in people if agent.login not in known]
        books.add(new)
        phones = StaffPhones(database, sealer)
        for agent, phone_number in people:
            if phone_number:
                phones.set(agent.login, phone_number, now())
    except IntegrityError:
        raise ConfigError("a card number or a phone of the list belongs to somebody else of the desk") from None
    finally:
        database.close()
    with_phone = sum(bool(number) for _, number in people)
    return f"{len(new)} are new, {len(people) - len(new)} were known; {with_phone} work by message and are written to."


def _read(path: Path) -> Iterator[tuple[Agent, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if missing := set(NEEDED) - set(rows.fieldnames or ()):
                raise ConfigError(f"the list lacks the column {sorted(missing)[0]}; it has {', '.join(COLUMNS)}")
            logins, numbers = set[str](), set[str]()
            for line, row in enumerate(rows, 2):
                try:
                    agent, number = _agent(row)
                except (ValueError, Invalid):
                    raise ConfigError(f"line {line}: a value is not as it must be; nobody was brought in") from None
                if agent.login in logins or (number and number in numbers):
                    raise ConfigError(
                        f"line {line}: its login or phone stands in the list twice; nobody was brought in"
                    )
                logins.add(agent.login)
                numbers.add(number)
                yield agent, number
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"the list cannot be read: {type(error).__name__}") from None


def _agent(row: Mapping[str, str | None]) -> tuple[Agent, str]:
    """Raises ValueError or Invalid."""
    said = {name: (row.get(name) or "").strip() for name in COLUMNS}
    if not said["login"] or not said["name"] or not (said["district"].isdecimal() and len(said["district"]) == 6):
        raise ValueError
    villages = tuple(str(VillageCode(code)) for code in said["villages"].split())
    number = str(parsers.msisdn(said["phone"])) if said["phone"] else ""
    languages = tuple(said["languages"].split()) or ("id",)
    capacity, badge = int(said["capacity"] or 50), said["badge"]
    if badge and not (badge.isdecimal() and len(badge) == 4):
        raise ValueError
    role = Role(said["role"])
    agent = Agent(
        uuid.uuid4().hex, said["login"], said["name"], role, said["district"], villages, languages, capacity,
        badge=badge,
    )  # fmt: skip
    return agent, number
