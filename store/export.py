"""Everything that is kept about a contact, with the seals opened, as plain values: for the person who asks for it."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Table, or_, select

from store import audit as looks
from store.database import Database
from store.schema import SEALED, audit, contacts, metadata, tickets
from store.seal import Sealer

HASHED = "(a keyed hash)"
# What only moves a process along, and tells of nobody.
PASSED_OVER = frozenset({"outbox", "tries", "events", "chores", "staff_sessions"})


def export(database: Database, sealer: Sealer, contact: str, actor: str, now: datetime) -> dict[str, Any]:
    """By table, the rows that belong to the contact. It is written down who has asked for it."""
    sealed: dict[str, dict[str, str]] = {}
    for table, column, row_name in SEALED:
        sealed.setdefault(table.name, {})[column] = row_name
    found: dict[str, Any] = {"exported_at": now.isoformat()}
    with database.write() as connection:
        looks.note(connection, actor, "export", contact, now)
        for table in metadata.sorted_tables:
            mine = _of(table, contact)
            if mine is None:
                continue
            rows = connection.execute(select(table).where(mine)).mappings().all()
            opened = sealed.get(table.name, {})
            found[table.name] = [_plain(sealer, table, opened, dict(row)) for row in rows]
    return found


def _of(table: Table, contact: str) -> ColumnElement[bool] | None:
    """Which rows are about the contact; None: nobody's."""
    about = select(tickets.c.id).where(tickets.c.contact_id == contact)
    if table.name in PASSED_OVER:
        return None
    if table is contacts:
        return contacts.c.id == contact
    if table is audit:
        return or_(audit.c.subject == contact, audit.c.subject.in_(about))
    if "contact_id" in table.c:
        return table.c.contact_id == contact
    return table.c.ticket_id.in_(about) if "ticket_id" in table.c else None


def _plain(sealer: Sealer, table: Table, opened: dict[str, str], row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _opened(sealer, f"{table.name}.{name}", row[opened[name]], value)
        if name in opened
        else _value(name, value)
        for name, value in row.items()
    }


def _opened(sealer: Sealer, place: str, row: Any, value: Any) -> Any:
    """What was sealed: JSON where it is that, else text."""
    if value is None:
        return None
    plain = sealer.open(place, bytes(row).hex() if isinstance(row, bytes | memoryview) else str(row), bytes(value))
    try:
        return msgspec.json.decode(plain)
    except msgspec.DecodeError:
        return plain.decode("utf-8", "replace")


def _value(name: str, value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return HASHED
    if isinstance(value, int) and (name == "at" or name.endswith("_at")):
        return datetime.fromtimestamp(value / 1000, UTC).isoformat()
    return value
