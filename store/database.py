"""One database, SQLite or PostgreSQL: how to reach it, read it and write it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import Any

from sqlalchemy import ClauseElement, Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool, PoolProxiedConnection

from store.prepared import Writer

BUSY_MS = 5000
TURN_MS = 3000  # A gateway waits ten seconds for a screen, and a person not so long.
CHECKPOINT = 4000  # Pages of the log. Neighbouring turns write the same pages, and each is then copied back once.


class Database:
    """The engine, and one connection a thread for the turn's prepared SQL."""

    def __init__(self, url: str | URL) -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        make = _sqlite if self.sqlite else _postgresql
        self.engine = make(self.url)
        # A thread that ends leaves its connection behind. It is set for turns: in the pool, others would get one that
        # commits each statement by itself and waits for no disk.
        in_memory = self.sqlite and not self.url.database  # Another connection would be another database.
        self._turns = self.engine if in_memory else make(self.url, poolclass=NullPool)
        # What the driver raises where a key is there already, and whatever else goes wrong in it.
        self.taken, self.failed = _errors(self.sqlite)
        self._local = threading.local()
        self._texts: dict[ClauseElement, str] = {}

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that takes no lock and opens no transaction."""
        with self.engine.connect() as connection:
            mode = {"reading": True} if self.sqlite else {"isolation_level": "AUTOCOMMIT"}
            yield connection.execution_options(**mode)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed at the end, and waits for the disk."""
        with self.engine.begin() as connection:
            yield connection

    def driver(self) -> Any:
        """This thread's own driver connection, kept open: the turn's path has no time for a pool."""
        held: PoolProxiedConnection | None = getattr(self._local, "held", None)
        if held is None or not held.is_valid:
            held = self._local.held = self._turns.raw_connection()
            _prepare_driver(held.driver_connection, self.sqlite)
        return held.driver_connection

    def writer(self) -> Writer:
        """Statements on this thread's own connection, each a transaction of its own."""
        return Writer(self.driver(), self.engine.dialect, self._texts)

    @contextmanager
    def turn(self, *, durable: bool, core: bool = False) -> Iterator[Writer]:
        """A transaction on this thread's own connection. `durable`: it waits for the disk; `core`: for `core()`."""
        driver = self.driver()
        if not self.sqlite:
            # In a pipeline, what is only written is not waited for: one trip for many statements.
            with nullcontext() if core else driver.pipeline(), driver.transaction():
                if durable:
                    driver.execute("SET LOCAL synchronous_commit = on")
                yield self.writer()
            return
        if durable:
            driver.execute("PRAGMA synchronous=FULL")
        driver.execute("BEGIN IMMEDIATE")
        try:
            yield self.writer()
        except BaseException:
            driver.execute("ROLLBACK")
            raise
        else:
            driver.execute("COMMIT")
        finally:
            if durable:
                driver.execute("PRAGMA synchronous=NORMAL")

    def core(self) -> Connection:
        """Core's own view of this thread's connection: within a turn for it, what it does is part of the turn.

        Core waits for each statement, so such a turn is no pipeline. It is not closed: the turn ends the transaction.
        """
        self.driver()
        return Connection(self._turns, self._local.held).execution_options(reading=True)

    def drop_driver(self) -> None:
        """After an error the connection's state is not known: the next turn opens another."""
        held: PoolProxiedConnection | None = getattr(self._local, "held", None)
        self._local.held = None
        if held is not None:
            held.invalidate()

    def lost(self) -> bool:
        """Whether this thread's connection is gone, as after a restart of the server; the next one is another."""
        held: PoolProxiedConnection | None = getattr(self._local, "held", None)
        gone = not self.sqlite and held is not None and bool(held.driver_connection.closed)  # type: ignore[union-attr]
        if gone:
            self.drop_driver()
        return gone

    def close(self) -> None:
        self.drop_driver()
        self.engine.dispose()


def ms(at: datetime) -> int:
    """Milliseconds since 1970, as the tables keep them."""
    return int(at.timestamp() * 1000)


def _sqlite(url: URL, **pool: Any) -> Engine:
    settings = {"check_same_thread": False}
    engine = create_engine(url, paramstyle="named", hide_parameters=True, connect_args=settings, **pool)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # We begin transactions ourselves; the driver would begin them too late.
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT}")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later would fail on a busy database instead of waiting.
        if not connection.get_execution_options().get("reading"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgresql(url: URL, **pool: Any) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_pre_ping=True,
        **(pool or {"pool_size": 8}),
        connect_args={"connect_timeout": 5, "options": "-c lock_timeout=2000 -c statement_timeout=10000"},
    )


def _prepare_driver(connection: Any, sqlite: bool) -> None:
    if sqlite:
        connection.execute("PRAGMA synchronous=NORMAL")
        return
    connection.autocommit = True
    connection.prepare_threshold = 0
    connection.execute("SET synchronous_commit = off")
    connection.execute(f"SET statement_timeout = {TURN_MS}")


def _errors(sqlite: bool) -> tuple[type[BaseException], type[BaseException]]:
    if sqlite:
        import sqlite3

        return sqlite3.IntegrityError, sqlite3.Error
    import psycopg

    return psycopg.errors.UniqueViolation, psycopg.Error
