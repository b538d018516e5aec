"""Statements of the turn's path: written once in Core, compiled once for each database, run on the driver itself.

A statement through SQLAlchemy's engine costs about 50 µs, the same text on the driver about 5. What is written in
here works on both: a turn hands over a `Writer`, everything else a Core connection.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import ClauseElement, Insert, Table, bindparam
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect


class Cursor(Protocol):
    """What a statement came to: of Core's results and the drivers' cursors, the part that is the same."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Sequence[Any] | None: ...
    def fetchall(self) -> Sequence[Sequence[Any]]: ...


class Executor(Protocol):
    """A connection that runs a statement, be it Core's own or the turn's."""

    def execute(self, statement: Any, parameters: Any = ..., /) -> Any: ...


class Writer:
    """Runs statements on a driver connection. `texts` is shared by all writers of a database."""

    def __init__(self, driver: Any, dialect: Dialect, texts: dict[ClauseElement, str]) -> None:
        self._execute = driver.execute
        self._dialect = dialect
        self._texts = texts

    def execute(self, statement: ClauseElement, parameters: Mapping[str, Any] = {}, /) -> Cursor:
        text = self._texts.get(statement)
        if text is None:
            text = self._texts[statement] = str(statement.compile(dialect=self._dialect))
        cursor: Cursor = self._execute(text, parameters)
        return cursor


def into(table: Table, *, ignore_known: bool = False) -> Insert:
    """An insert of a whole row by name. `ignore_known`: a row with a key that is there already stays as it is."""
    columns = [c.name for c in table.columns if c.autoincrement is not True]
    statement = postgresql.insert(table).values({name: bindparam(name) for name in columns})
    return statement.on_conflict_do_nothing() if ignore_known else statement
