"""Keeps what was not understood: masked already, sealed, with its day alone, and nothing that leads to a person."""

import uuid
from collections.abc import Iterator

import msgspec
from sqlalchemy import func, select

from bot.effects import NotUnderstood
from store.database import Database
from store.prepared import Executor, into
from store.schema import unclear
from store.seal import Sealer

PLACE = "unclear.sealed"
MOST = 20_000  # Rows; when there are so many, what comes later is not kept until some are forgotten.

_KEEP = into(unclear)
_COUNT = select(func.count(unclear.c.day))


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A message as it was kept: what it seemed to mean, and how likely, of 1.

    Sealed whole: beside the events of its day, which have their time, an intent in the open would lead to a person.
    """

    text: str
    language: str
    intent: str
    chance: float

    def __repr__(self) -> str:
        return "Kept()"


def keep(connection: Executor, sealer: Sealer, effect: NotUnderstood, most: int = MOST) -> None:
    """Leave a row, unless there are as many as may be."""
    found = connection.execute(_COUNT).fetchone()
    if found is not None and found[0] >= most:
        return
    id = uuid.uuid4().hex
    said = msgspec.json.encode(Kept(effect.text, effect.language, effect.intent, round(effect.chance, 2)))
    connection.execute(_KEEP, {"id": id, "day": effect.day.isoformat(), "sealed": sealer.seal(PLACE, id, said)})


def kept(database: Database, sealer: Sealer) -> Iterator[Kept]:
    """Everything that is kept, in no order that says anything."""
    with database.read() as connection:
        rows = connection.execute(select(unclear).order_by(unclear.c.id)).all()
    for row in rows:
        yield msgspec.json.decode(sealer.open(PLACE, row.id, bytes(row.sealed)), type=Kept)
