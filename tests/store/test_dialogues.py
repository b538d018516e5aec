"""Who began a dialogue, on both databases: sealed, found again, and forgotten."""

from datetime import timedelta

from support.databases import Factory, each_database
from support.office import SEALER, START

from store import dialogues
from store.dialogues import Dialogues

__all__ = ["each_database"]


def test_the_caller_is_found_by_gateway_and_dialogue(each_database: Factory) -> None:
    kept = Dialogues(each_database(), SEALER)
    kept.keep("mtech", "1", "+6281234500001", START)
    kept.keep("mtech", "1", "+6281234500002", START)  # The id was used again.
    assert kept.caller("mtech", "1") == "+6281234500002"
    assert kept.caller("infobip", "1") is None
    assert kept.caller("mtech", "2") is None


def test_the_phone_is_sealed_and_forgotten_after_a_day(each_database: Factory) -> None:
    database = each_database()
    kept = Dialogues(database, SEALER)
    kept.keep("mtech", "s-1", "+6281234500001", START)
    with database.read() as connection:
        (row,) = connection.execute(dialogues.dialogues.select()).all()
    assert b"81234500001" not in bytes(row.sealed) + bytes(row.key)
    assert dialogues.forget(database, START + timedelta(hours=23)) == 0
    assert dialogues.forget(database, START + timedelta(hours=25)) == 1
    assert kept.caller("mtech", "s-1") is None
