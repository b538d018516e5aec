"""Everything that a database holds, with every seal opened: what a key's owner could still read of somebody."""

from typing import Any

from sqlalchemy import select
from support.canaries import written

from store.database import Database
from store.schema import SEALED, metadata
from store.seal import Sealer


def opened(database: Database, sealer: Sealer) -> dict[str, bytes]:
    """The rows of every table, sealed columns both as they are and opened."""
    sealed: dict[str, dict[str, str]] = {}
    for table, column, row_name in SEALED:
        sealed.setdefault(table.name, {})[column] = row_name
    found = {}
    with database.read() as connection:
        for name, table in metadata.tables.items():
            rows = [dict(row) for row in connection.execute(select(table)).mappings()]
            for row in rows:
                for column, row_name in sealed.get(name, {}).items():
                    row[f"{column} opened"] = _open(sealer, f"{name}.{column}", row[row_name], row[column])
            found[name] = written(rows)
    return found


def _open(sealer: Sealer, place: str, row: Any, sealed: bytes | None) -> bytes:
    if sealed is None:
        return b""
    return sealer.open(place, bytes(row).hex() if isinstance(row, bytes | memoryview) else str(row), bytes(sealed))
