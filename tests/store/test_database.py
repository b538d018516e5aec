"""Connections on both databases: what a turn set on its own never reaches anybody else's."""

import gc
from threading import Thread

import pytest
from sqlalchemy import insert, select, text
from support.databases import Factory, each_database

from store.database import Database
from store.schema import contacts

__all__ = ["each_database"]

SOMEBODY = {"id": "a" * 32, "language": "id", "own_phone": 0, "created_at": 0}


class Cut(Exception):
    """The power goes, as far as a transaction can tell."""


def write_and_cut(database: Database) -> None:
    with database.write() as connection:
        setting = "PRAGMA synchronous" if database.sqlite else "SHOW synchronous_commit"
        assert connection.scalar(text(setting)) == (2 if database.sqlite else "on")
        connection.execute(insert(contacts).values(SOMEBODY))
        raise Cut


def test_a_thread_that_ends_leaves_the_pool_as_it_was(each_database: Factory) -> None:
    """A server ends the threads that have nothing to do; the desk must not get what they leave behind."""
    database = each_database()
    thread = Thread(target=database.writer)
    thread.start()
    thread.join()
    gc.collect()
    with pytest.raises(Cut):
        write_and_cut(database)
    with database.read() as connection:
        assert connection.scalar(select(contacts.c.id)) is None
