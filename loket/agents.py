"""The operators' word for which phone a member of staff works from by message."""

from sqlalchemy.exc import IntegrityError

from bot import parsers
from bot.conversation import Invalid
from loket.config import ConfigError, Environment
from loket.service import now
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
