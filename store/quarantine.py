"""What becomes of work that failed for good: people hear of it by a ticket, in the transaction that gives it up."""

import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, insert, select

from bot.identity import Reference
from handoff.tickets import LIVE, Status, Topic
from store.database import ms
from store.messages import Messages
from store.outbox import Job, enqueue
from store.schema import contacts, messages, objections, registrations, ticket_events, tickets, updates

DEAD_JOB = "dead_job"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a job was about, as far as that can be told."""

    contact: str = ""
    ref: str = ""
    regency: str = ""
    language: str = "id"


class Quarantine:
    """Opens a ticket at Dinas Sosial for a dead job; a case with such a ticket gets a line in its history."""

    def __init__(self, written: Messages, home: str, due: Callable[[datetime], date]) -> None:
        """`home`: the regency that answers where the job does not tell one. `due`: until when somebody should look."""
        self._messages = written
        self._home = home
        self._due = due

    def bury(self, connection: Connection, job: Job, error: str, now: datetime) -> None:
        if job.kind.startswith("message."):
            self._messages.failed(connection, job.subject)
        subject = _subject(connection, job)
        if subject is None:
            return
        detail = f"{job.kind}: {error}"[:80]
        ticket = self._known(connection, subject) or self._open(connection, subject, now)
        connection.execute(
            insert(ticket_events).values(ticket_id=ticket, at=ms(now), actor="loket", what=DEAD_JOB, detail=detail)
        )

    def _known(self, connection: Connection, subject: Subject) -> str | None:
        if not subject.ref:
            return None
        live = tickets.c.status.in_([status.value for status in LIVE])
        return connection.scalar(
            select(tickets.c.id).where(tickets.c.case_ref == subject.ref, tickets.c.about == DEAD_JOB, live).limit(1)
        )

    def _open(self, connection: Connection, subject: Subject, now: datetime) -> str:
        """A ticket without a village, and with the regency for its district, goes to Dinas Sosial."""
        id, regency = uuid.uuid4().hex, subject.regency or self._home
        values = {
            "id": id,
            "ref": str(Reference.of(os.urandom(32))),
            "topic": Topic.QUESTION,
            "status": Status.OPEN,
            "contact_id": subject.contact,
            "case_ref": subject.ref,
            "about": DEAD_JOB,
            "village": "",
            "district": regency,
            "regency": regency,
            "language": subject.language,
            "due": self._due(now).isoformat(),
            "created_at": ms(now),
            "changed_at": ms(now),
        }
        connection.execute(insert(tickets).values(values))
        connection.execute(insert(ticket_events).values(ticket_id=id, at=ms(now), actor="loket", what="opened"))
        enqueue(connection, f"assign:{id}", "handoff.assign", id, now)
        return id


def _subject(connection: Connection, job: Job) -> Subject | None:
    """Whom the job was about; None: it was to find somebody for a ticket of this very kind, which would never end."""
    match job.kind:
        case "handoff.assign" | "portal.complete":
            row = _row(connection, tickets, tickets.c.id == job.subject)
            if row is not None and row.about == DEAD_JOB:
                return None
            return Subject(row.contact_id, row.case_ref, row.regency, row.language) if row else Subject()
        case kind if kind.startswith("message."):
            row = _row(connection, messages, messages.c.id == job.subject)
            return _of_message(connection, row) if row else Subject()
        case "portal.update" | "portal.updated":
            row = _row(connection, updates, updates.c.id == job.subject)
            about = _row(connection, registrations, registrations.c.id == row.registration_id) if row else None
            return (
                Subject(row.contact_id, row.case_ref, about.regency if about else "", row.language)
                if row
                else Subject()
            )
        case "portal.objection" | "portal.objection_follow" | "portal.objection_undo":
            about = _row(connection, objections, objections.c.id == job.subject)
            mine = registrations.c.id == (about.registration_id if about else "")
            row = _row(connection, registrations, mine)
            return Subject(row.contact_id, row.ref, row.regency, row.language) if row else Subject()
        case _:
            row = _row(connection, registrations, registrations.c.id == job.subject)
            return Subject(row.contact_id, row.ref, row.regency, row.language) if row else Subject()


def _of_message(connection: Connection, row: Any) -> Subject:
    about = _row(connection, registrations, registrations.c.ref == row.ref)
    language = connection.scalar(select(contacts.c.language).where(contacts.c.id == row.contact_id)) or "id"
    return Subject(row.contact_id, row.ref, about.regency if about else "", language)


def _row(connection: Connection, table: Table, which: ColumnElement[bool]) -> Any:
    return connection.execute(select(table).where(which)).first()
