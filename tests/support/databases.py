"""Real databases for tests: SQLite always, PostgreSQL where a server answers; migrated once a run, empty at first."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url

from store.database import Database
from store.migrate import migrate
from store.schema import metadata

# Where a PostgreSQL may be on a developer's machine or in CI: by TCP with trust, or on the local socket.
SERVERS = (URL.create("postgresql", "postgres", host="127.0.0.1", port=5432), URL.create("postgresql", "postgres"))

Factory = Callable[[], Database]


@pytest.fixture(params=["sqlite", "postgresql"])
def each_database(request: pytest.FixtureRequest) -> Iterator[Factory]:
    """Opens the test's database; every call is another engine on the same one, as in another process."""
    url = sqlite_url() if request.param == "sqlite" else postgresql_url()
    opened: list[Database] = []

    def open_it() -> Database:
        opened.append(Database(url))
        return opened[-1]

    yield open_it
    for database in opened:
        database.close()


def sqlite_url() -> URL:
    """A new migrated file."""
    folder = Path(tempfile.mkdtemp(dir=_template().parent))
    shutil.copy(_template(), folder / "loket.db")
    return URL.create("sqlite", database=str(folder / "loket.db"))


def postgresql_url() -> URL:
    """This run's database, migrated and emptied. Skips the test where no server answers."""
    url = _postgresql()
    if url is None:
        pytest.skip("PostgreSQL: no server answers at 127.0.0.1:5432 or on the local socket")
    database = Database(url)
    with database.write() as connection:
        names = ", ".join(table.name for table in metadata.sorted_tables)
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    database.close()
    return url


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="loket-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "template.db"
    database = Database(URL.create("sqlite", database=str(path)))
    migrate(database)
    database.close()
    for left in folder.glob("template.db-*"):
        left.unlink()
    return path


@cache
def _postgresql() -> URL | None:
    server = next((url for url in SERVERS if _answers(url)), None)
    if server is None:
        return None
    name = f"loket_test_{os.getpid()}"
    _run(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    _run(server, f"CREATE DATABASE {name}")
    atexit.register(_run, server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    database = Database(server.set(database=name))
    migrate(database)
    database.close()
    return make_url(server.set(database=name))


def _answers(url: URL) -> bool:
    try:
        _run(url, "SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def _run(url: URL, statement: str) -> None:
    where = {"host": url.host, "port": url.port} if url.host else {}
    with psycopg.connect(user=url.username, dbname="postgres", autocommit=True, connect_timeout=3, **where) as link:
        link.execute(statement.encode())


DATABASES: dict[str, Callable[[], URL]] = {"sqlite": sqlite_url, "postgresql": postgresql_url}
