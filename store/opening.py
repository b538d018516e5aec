"""Opens a ticket in another's transaction: the row, the first line of its history, and the job that finds somebody."""

import secrets
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from bot.identity import Reference
from store.database import ms
from store.outbox import enqueue
from store.prepared import Executor, into
from store.schema import ticket_events, tickets

_TICKET, _TICKET_EVENT = into(tickets), into(ticket_events)
_PLACE = select(tickets.c.village, tickets.c.district).where(
    tickets.c.case_ref == bindparam("number"), tickets.c.topic == bindparam("kind")
)


@dataclass(frozen=True, slots=True)
class Cause:
    """Who caused an effect, and when."""

    contact: str
    sender: str = field(repr=False)
    channel: str
    language: str
    now: datetime


def open_ticket(connection: Executor, cause: Cause, ref: Reference, topic: str, **given: str) -> str:
    """A ticket and the job that assigns it; the ticket's id."""
    id, now = uuid.uuid4().hex, ms(cause.now)
    values: dict[str, Any] = {
        "id": id,
        "ref": str(ref),
        "topic": str(topic),
        "status": "open",
        "outcome": "",
        "proven": 0,
        "contact_id": cause.contact,
        "case_ref": "",
        "regency": given["district"][:4],
        "agent_id": None,
        "language": cause.language,
        "slot": "",
        "attempts": 0,
        "accused": "",
        "version": 1,
        "created_at": now,
        "changed_at": now,
    }
    connection.execute(_TICKET, values | given)
    opened = {"ticket_id": id, "at": now, "actor": "loket", "what": "opened", "detail": "", "channel": cause.channel}
    connection.execute(_TICKET_EVENT, opened)
    enqueue(connection, f"assign:{id}", "handoff.assign", id, cause.now)
    return id


def place_of(connection: Executor, case: str) -> tuple[str, str]:
    """The village and the district that a case's own ticket went to, a dispute's too; nothing where there is none."""
    found = connection.execute(_PLACE, {"number": case, "kind": "face_verification"}).fetchone()
    return (found[0], found[1]) if found else ("", "")


def new_reference() -> Reference:
    """A number for what nobody in the talk was told yet."""
    return Reference.of(secrets.token_bytes(32))
