"""What was done with a ticket, by whom: written with every move, read as the desk shows it."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select

from handoff.desk.ports import Conflict, Event
from handoff.tickets import Move, Outcome
from store.database import ms
from store.schema import agents, ticket_events

LOKET = "Loket"  # Who did what no person did.
CITIZEN = "citizen"  # Who did what the person whom a ticket is for did by phone.
NAMES = {CITIZEN: "Warga"}
HEARD = "heard"  # What a citizen said of a visit.


def note(
    connection: Connection, ticket: str, actor: str, move: Move, said: str, now: datetime, channel: str = ""
) -> None:
    """Write a move down. `said`: what tells it from another move of its kind; of an ending, the outcome.

    `channel`: the way it was done, where that was not the desk's own page.
    """
    event = {"ticket_id": ticket, "at": ms(now), "actor": actor, "what": move, "detail": said, "channel": channel}
    connection.execute(insert(ticket_events).values(event))


def events(connection: Connection, ticket: str, remark: str) -> tuple[Event, ...]:
    """Latest first. `remark`: what was written when the ticket ended."""
    return tuple(_event(row, remark) for row in connection.execute(_of(ticket)))


def is_last(connection: Connection, ticket: str, actor: str, move: Move, said: str) -> bool:
    """Whether the latest thing that was done is just this."""
    row = connection.execute(_of(ticket).limit(1)).one()
    return (row.actor, row.what, row.detail) == (actor, move, said)


def conflict(connection: Connection, ticket: str) -> Conflict:
    """Who was faster, and when."""
    row = connection.execute(_of(ticket).limit(1)).one()
    return Conflict(_who(row), _at(row.at))


def _of(ticket: str) -> Select[Any]:
    return (
        select(ticket_events, agents.c.name)
        .outerjoin(agents, agents.c.id == ticket_events.c.actor)
        .where(ticket_events.c.ticket_id == ticket)
        .order_by(ticket_events.c.id.desc())
    )


def _event(row: Row[Any], remark: str) -> Event:
    """A line of the history; what is not a move is told as it was written."""
    at, by = _at(row.at), _who(row)
    if row.what not in set(Move):
        return Event(at, by, None, note=row.detail, channel=row.channel)
    move = Move(row.what)
    if move is not Move.RESOLVE:
        return Event(at, by, move, channel=row.channel)
    return Event(at, by, move, Outcome(row.detail), remark, row.channel)


def _who(row: Row[Any]) -> str:
    return row.name or NAMES.get(row.actor, LOKET)


def _at(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
