"""Brings a database to the newest form of the tables."""

from pathlib import Path

from sqlalchemy import inspect, text

from store.database import Database

HERE = Path(__file__).resolve().parent / "migrations"


def migrate(database: Database) -> None:
    """Run what is missing. Running it twice, or from two processes at once, is harmless."""
    # A third of a second and 15 MB that only this command needs.
    from alembic import command
    from alembic.config import Config

    with database.write() as connection:
        if not database.sqlite:  # Two processes that start together would both create the tables.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7062)")
        config = Config()
        config.set_main_option("script_location", str(HERE))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def missing(database: Database) -> bool:
    """Whether the database is not at the newest form. The migrations are numbered by their files' names."""
    head = max(path.name[:4] for path in (HERE / "versions").glob("[0-9]*.py"))
    with database.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return True
        return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) != head)
