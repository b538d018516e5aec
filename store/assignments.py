"""Finds somebody for an open ticket, and writes it down in one transaction with the history and the message."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from bot.identity import Reference
from bot.messages import Text
from bot.stages import Stage
from handoff.routing import Assignment, Candidate, Role, Why, choose
from handoff.tickets import LIVE, Move, Ticket, Topic, assign
from store.agent_news import given
from store.database import Database, ms
from store.messages import Messages
from store.schema import agent_villages, agents, disputes, registrations, ticket_events, tickets


class Assignments:
    """Gives open tickets to people."""

    def __init__(self, database: Database, messages: Messages) -> None:
        self._db = database
        self._messages = messages

    def assign(self, id: str, now: datetime) -> Why | None:
        """How somebody was found for the ticket; NOBODY: nobody has room. None: nobody has to be found any more."""
        with self._db.write() as connection:
            row = connection.execute(select(tickets).where(tickets.c.id == id).with_for_update()).first()
            if row is None or row.status != "open":
                return None
            ticket = _ticket(row)
            choice = choose(ticket, _candidates(connection, row.regency))
            if choice.agent_id is not None:
                self._write(connection, row, assign(ticket, choice.agent_id), choice, now)
        return choice.why

    def _write(self, connection: Connection, row: Row[Any], ticket: Ticket, choice: Assignment, now: datetime) -> None:
        at = ms(now)
        values = {"status": ticket.status, "agent_id": ticket.agent_id, "version": ticket.version, "changed_at": at}
        connection.execute(update(tickets).where(tickets.c.id == ticket.id).values(values))
        connection.execute(
            insert(ticket_events).values(ticket_id=ticket.id, at=at, actor="loket", what=Move.ASSIGN, detail=choice.why)
        )
        if ticket.agent_id:
            given(connection, self._messages, ticket.agent_id, now)
        if ticket.topic is not Topic.FACE_VERIFICATION:
            return
        for table, more in ((registrations, {"stage_at": at}), (disputes, {})):
            waiting = (table.c.ref == row.case_ref) & (table.c.stage == Stage.RECEIVED)
            connection.execute(update(table).where(waiting).values(stage=Stage.ASSIGNED, **more))
        name = connection.scalar(select(agents.c.name).where(agents.c.id == ticket.agent_id)) or ""
        told = Text("evt.assigned", {"ref": Reference(row.case_ref).shown, "agent": name, "date": ticket.due})
        self._messages.post(
            connection, row.contact_id, told, f"assigned:{ticket.id}:{ticket.version}", row.case_ref, now
        )


def _candidates(connection: Connection, regency: str) -> list[Candidate]:
    """Everyone of the regency with what they have in hand. Who assigns at once takes turns at them."""
    people = select(agents).where(agents.c.regency == regency, agents.c.active == 1).order_by(agents.c.id)
    rows = connection.execute(people.with_for_update(key_share=True)).all()
    loads = (
        select(tickets.c.agent_id, func.count())
        .where(tickets.c.regency == regency, tickets.c.status.in_([status.value for status in LIVE]))
        .group_by(tickets.c.agent_id)
    )
    in_hand: dict[str | None, int] = {row[0]: row[1] for row in connection.execute(loads)}
    places: dict[str, set[str]] = {}
    of_regency = select(agent_villages).join(agents, agents.c.id == agent_villages.c.agent_id)
    for village, agent in connection.execute(of_regency.where(agents.c.regency == regency)):
        places.setdefault(agent, set()).add(village)
    return [
        Candidate(
            agent_id=row.id,
            villages=frozenset(places.get(row.id, ())),
            districts=frozenset({row.district}),
            languages=frozenset(row.languages.split()),
            capacity=row.capacity,
            open=in_hand.get(row.id, 0),
            absent=bool(row.absent),
            role=Role(row.role),
        )
        for row in rows
    ]


def _ticket(row: Row[Any]) -> Ticket:
    """As much of the ticket as the choice needs."""
    return Ticket(
        id=row.id,
        ref=row.ref,
        topic=Topic(row.topic),
        village=row.village,
        district=row.district,
        due=date.fromisoformat(row.due),
        language=row.language,
        agent_id=row.agent_id,
        attempts=row.attempts,
        version=row.version,
        accused=frozenset(row.accused.split()),
    )
