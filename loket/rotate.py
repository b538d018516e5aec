"""Key rotation while the service runs: everything that is sealed is opened and sealed again with a new key."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Select, and_, or_, select, update

from loket.config import Environment
from store.database import Database
from store.schema import SEALED
from store.seal import Sealer, add_data_key, drop_data_keys, load_keys

BATCH = 500
NOTICED_S = 30.0  # As long as a lease: by then every turn and job that began with the old keys is over.

Told = Callable[[str, int], None]


def rotate(environment: Environment, told: Told, wait: Callable[[float], None] = time.sleep) -> int:
    """Values sealed again. `told(place, count)` hears of the progress.

    Running processes take up the new key by themselves. What they sealed with the old one meanwhile is found by a
    second pass; the old keys are dropped only when nothing is left under them.
    """
    load_keys(environment.keys_file)  # Refuses where there is nothing to rotate.
    kid = add_data_key(environment.keys_file)
    wait(NOTICED_S)
    sealer, database = load_keys(environment.keys_file), Database(environment.database_url)
    done = 0
    try:
        while count := _pass(database, sealer, told):
            done += count
    finally:
        database.close()
    drop_data_keys(environment.keys_file, keep=kid)
    return done


def _pass(database: Database, sealer: Sealer, told: Told) -> int:
    """Values that were under an old key, in all tables."""
    done = 0
    for table, column, row_name in SEALED:
        place, last = f"{table.name}.{column}", None
        keys: Sequence[Column[Any]] = [*table.primary_key.columns]
        while True:
            found = _after(keys, last, select(*keys, table.c[row_name].label("row_"), table.c[column].label("sealed_")))
            with database.write() as connection:
                rows = connection.execute(found.where(table.c[column].is_not(None)).limit(BATCH)).all()
                count = sum(_again(connection, sealer, place, keys, row) for row in rows)
            done += count
            told(place, count)
            if len(rows) < BATCH:
                break
            last = rows[-1][: len(keys)]
    return done


def _again(connection: Connection, sealer: Sealer, place: str, keys: Sequence[Column[Any]], row: Any) -> bool:
    """Seal one value again, unless somebody has changed it meanwhile: then it is under the new key already."""
    sealed = bytes(row.sealed_)
    if sealer.is_current(sealed):
        return False
    table, column = keys[0].table, place.partition(".")[2]
    name = bytes(row.row_).hex() if isinstance(row.row_, bytes | memoryview) else row.row_
    mine = and_(*(key == row[n] for n, key in enumerate(keys)), table.c[column] == sealed)
    again = sealer.seal(place, name, sealer.open(place, name, sealed))
    connection.execute(update(table).where(mine).values({column: again}))
    return True


def _after(keys: Sequence[Column[Any]], last: Sequence[Any] | None, found: Select[Any]) -> Select[Any]:
    """The rows behind the last one, in the order of the primary key."""
    if last is not None:
        steps = [and_(*(keys[m] == last[m] for m in range(n)), key > last[n]) for n, key in enumerate(keys)]
        found = found.where(or_(*steps))
    return found.order_by(*keys)
