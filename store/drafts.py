"""Registrations that were begun: the job that reminds of one, and what was said about it."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete

from store.outbox import enqueue
from store.prepared import Executor
from store.schema import outbox

QUIET = timedelta(minutes=3)  # Longer than any operator keeps a line open without an answer.


def job_of(contact: str, begun: int) -> str:
    """The key of the job: one for each registration that was begun."""
    return f"draft:{contact}:{begun}"


def remind(connection: Executor, contact: str, begun: int, now: datetime) -> None:
    """Look after this draft from now on."""
    enqueue(connection, job_of(contact, begun), "draft.remind", f"{contact}:{begun}", now, now + QUIET)


def forget(connection: Connection, contact: str) -> None:
    """Remind nobody any more."""
    connection.execute(delete(outbox).where(outbox.c.key.startswith(f"draft:{contact}:", autoescape=True)))
