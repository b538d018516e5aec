"""Visits: planned with two numbers, one that the agent shows, one that the citizen says; closed by what came of it.

A ticket has one open visit at most (`outcome` is empty); the one that ended a ticket bears the ticket's outcome.
"""

import hmac
import secrets
import uuid
from datetime import datetime

from sqlalchemy import Connection, insert, update

from handoff.tickets import Ticket, Visit
from store.database import ms
from store.schema import visits
from store.seal import Sealer

TRIES = 3
NUMBER, NOTE = "visits.sealed", "visits.sealed_note"
REPLACED = "replaced"  # Planned anew, or taken from its agent.


def agent_number() -> str:
    """What the agent shows first: four digits that nobody can know before the visit is planned."""
    return f"{secrets.randbelow(10_000):04}"


def visit_number() -> str:
    """What the citizen says face to face: three digits, good for three tries of one agent on one visit."""
    return f"{secrets.randbelow(1000):03}"


def plan(connection: Connection, sealer: Sealer, ticket: Ticket, visit: Visit, now: datetime) -> tuple[str, str]:
    """Open a visit in place of an earlier one: its id, and the number that the citizen says face to face."""
    close(connection, ticket.id, REPLACED, now)
    id, number = uuid.uuid4().hex, visit_number()
    values = {
        "id": id,
        "ticket_id": ticket.id,
        "agent_id": ticket.agent_id,
        "day": visit.day.isoformat(),
        "slot": visit.slot,
        "place": visit.place,
        "agent_number": visit.agent_number,
        "sealed": sealer.seal(NUMBER, id, number.encode()),
        "created_at": ms(now),
    }
    connection.execute(insert(visits).values(values))
    return id, number


def close(connection: Connection, ticket_id: str, outcome: str, now: datetime) -> None:
    """End the open visit, if there is one."""
    is_open = (visits.c.ticket_id == ticket_id) & (visits.c.outcome == "")
    connection.execute(update(visits).where(is_open).values(outcome=outcome, done_at=ms(now)))


def keep_note(
    connection: Connection, sealer: Sealer, ticket: Ticket, visit: str | None, note: str, now: datetime
) -> None:
    """Keep what the agent wrote, with the visit; where none was planned, with a row that has no day."""
    id = visit or uuid.uuid4().hex
    sealed = sealer.seal(NOTE, id, note.encode())
    if visit:
        connection.execute(update(visits).where(visits.c.id == id).values(sealed_note=sealed))
        return
    unplanned = {"day": "", "slot": "", "place": "", "agent_number": "", "sealed": sealer.seal(NUMBER, id, b"")}
    known = {"id": id, "ticket_id": ticket.id, "agent_id": ticket.agent_id, "outcome": ticket.outcome}
    ended = {"created_at": ms(now), "done_at": ms(now), "sealed_note": sealed}
    connection.execute(insert(visits).values(unplanned | known | ended))


def tries_left(connection: Connection, sealer: Sealer, visit: str, sealed: bytes, tries: int, said: str) -> int | None:
    """None: the number is right. Else how many more tries there are; a spent number is wrong whatever is said."""
    number = sealer.open(NUMBER, visit, sealed)
    if tries < TRIES and hmac.compare_digest(number, said.encode()):
        return None
    spent = min(tries + 1, TRIES)
    connection.execute(update(visits).where(visits.c.id == visit).values(tries=spent))
    return TRIES - spent
