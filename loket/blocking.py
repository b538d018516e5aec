"""Numbers that are answered nothing for a while: whoever floods the line, or was reported for it."""

from datetime import timedelta

from bot import parsers
from bot.conversation import Invalid
from loket.config import ConfigError, Environment
from loket.service import now
from store import audit
from store.database import Database
from store.seal import load_keys
from store.sessions import Sessions


def block(environment: Environment, number: str, hours: int) -> str:
    """What was done, in a line; `hours` 0 lifts it. Raises ConfigError where the number is none or nobody's."""
    try:
        sender = number.strip() if number.strip().startswith("ID.") else str(parsers.msisdn(number))
    except Invalid:
        raise ConfigError("that is no Indonesian mobile number") from None
    database = Database(environment.database_url)
    try:
        sessions = Sessions(database, load_keys(environment.keys_file))
        until = now() + timedelta(hours=hours)
        if not sessions.block(sender, int(until.timestamp()) if hours else 0):
            raise ConfigError("nobody has dialled or written from that number")
        with database.write() as connection:
            contact = sessions.load(sender).contact
            audit.note(connection, "operator", "blocked" if hours else "unblocked", contact, now())
    finally:
        database.close()
    return f"Answered nothing until {until:%Y-%m-%d %H:%M} UTC." if hours else "Answered again."
