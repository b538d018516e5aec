"""What is to be done once in a while, by whichever process comes first."""

from datetime import datetime, timedelta

from sqlalchemy import update

from store.database import Database, ms
from store.prepared import into
from store.schema import chores

_NEW = into(chores, ignore_known=True)


def turn(database: Database, chore: str, every: timedelta, now: datetime) -> bool:
    """Whether a chore is to be done now, and by the one who asks: nobody else is told so for a while."""
    mine = chores.c.name == chore, chores.c.at <= ms(now - every)
    with database.write() as connection:
        connection.execute(_NEW, {"name": chore, "at": 0})
        return bool(connection.execute(update(chores).where(*mine).values(at=ms(now))).rowcount)
