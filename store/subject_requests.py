"""What people have asked by right about their data: which requests wait, which are late, and when one is done."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select, update

from handoff.tickets import Topic
from store.database import Database, ms
from store.ledger import CLOCK, DONE, HELD, OPEN, OVER
from store.opening import Cause, new_reference, open_ticket
from store.schema import contacts, disputes, registrations, subject_requests, tickets

ESCALATED = "late_right"  # What a ticket about a request is about that comes near the end of its time.


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `case`: the registration that it is about; empty where it is about all of a contact's."""

    id: str
    ref: str
    contact: str = field(repr=False)
    kind: str
    case: str
    about: str
    channel: str
    state: str
    asked_at: datetime  # Aware UTC, as the others.
    due_at: datetime
    done_at: datetime | None

    def late(self, now: datetime) -> bool:
        return self.state not in OVER and self.due_at < now


class SubjectRequests:
    """Reads requests and moves them on."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def waiting(self) -> list[Request]:
        """Those that are not done, the most urgent first."""
        found = (
            select(subject_requests).where(subject_requests.c.state.not_in(OVER)).order_by(subject_requests.c.due_at)
        )
        with self._db.read() as connection:
            return [_request(row) for row in connection.execute(found)]

    def of(self, id: str) -> Request | None:
        with self._db.read() as connection:
            row = connection.execute(select(subject_requests).where(subject_requests.c.id == id)).first()
        return _request(row) if row else None

    def deletion_of(self, contact: str, case: str) -> Request | None:
        """The latest request that this registration is deleted by."""
        about = subject_requests.c.contact_id == contact, subject_requests.c.case_ref.in_([case, ""])
        found = select(subject_requests).where(*about, subject_requests.c.kind == "delete")
        with self._db.read() as connection:
            row = connection.execute(found.order_by(subject_requests.c.asked_at.desc())).first()
        return _request(row) if row else None

    def contact_of(self, ref: str) -> tuple[str, str] | None:
        """Whose number this is, and the registration behind it: of a registration, a ticket or a request."""
        with self._db.read() as connection:
            for table in (registrations, disputes):
                owner = connection.scalar(select(table.c.contact_id).where(table.c.ref == ref))
                if owner is not None:
                    return owner, ref
            for table in (tickets, subject_requests):
                row = connection.execute(select(table.c.contact_id, table.c.case_ref).where(table.c.ref == ref)).first()
                if row is not None:
                    return row.contact_id, row.case_ref
        return None

    def ask(self, contact: str, kind: str, case: str, now: datetime) -> Request:
        """A request that staff write down for somebody."""
        values = {
            "id": uuid.uuid4().hex,
            "ref": str(new_reference()),
            "contact_id": contact,
            "kind": kind,
            "case_ref": case,
            "about": "",
            "channel": "staff",
            "state": OPEN,
            "asked_at": ms(now),
            "due_at": ms(now + CLOCK),
            "done_at": None,
        }
        with self._db.write() as connection:
            connection.execute(insert(subject_requests).values(values))
            row = connection.execute(select(subject_requests).where(subject_requests.c.id == values["id"])).one()
        return _request(row)

    def settle(self, kind: str, case: str, now: datetime) -> None:
        """What was asked about a registration has been done, here and at the portal."""
        about = subject_requests.c.kind == kind, subject_requests.c.case_ref == case, subject_requests.c.state == OPEN
        with self._db.write() as connection:
            connection.execute(update(subject_requests).where(*about).values(state=DONE, done_at=ms(now)))

    def settle_held(self, contact: str, case: str, now: datetime) -> None:
        """Somebody has decided what was held, and it is deleted."""
        about = subject_requests.c.kind == "delete", subject_requests.c.case_ref == case
        held = subject_requests.c.contact_id == contact, subject_requests.c.state == HELD
        with self._db.write() as connection:
            connection.execute(update(subject_requests).where(*about, *held).values(state=DONE, done_at=ms(now)))

    def escalate(self, soon: datetime, home: str, now: datetime) -> int:
        """A ticket for each request that is due before `soon` and waits; how many they were."""
        near = and_(
            subject_requests.c.state.in_([OPEN, HELD]),
            subject_requests.c.due_at < ms(soon),
            subject_requests.c.escalated_at.is_(None),
        )
        found = (
            select(subject_requests, contacts.c.language)
            .join(contacts, contacts.c.id == subject_requests.c.contact_id)
            .where(near)
        )
        with self._db.write() as connection:
            rows = connection.execute(found.with_for_update(of=subject_requests)).all()
            for row in rows:
                _tell_people(connection, row, home, now)
        return len(rows)


def settle_in(connection: Connection, id: str, now: datetime) -> None:
    connection.execute(update(subject_requests).where(subject_requests.c.id == id).values(state=DONE, done_at=ms(now)))


def _tell_people(connection: Connection, row: Row[Any], home: str, now: datetime) -> None:
    """At Dinas Sosial: a ticket without a village, with the regency for its district."""
    cause = Cause(row.contact_id, "", row.channel, row.language or "id", now)
    due = datetime.fromtimestamp(row.due_at / 1000, UTC).date().isoformat()
    given = {"case_ref": row.case_ref, "about": ESCALATED, "village": "", "district": home, "due": due}
    open_ticket(connection, cause, new_reference(), Topic.QUESTION, **given)
    mine = subject_requests.c.id == row.id
    connection.execute(update(subject_requests).where(mine).values(escalated_at=ms(now)))


def _request(row: Row[Any]) -> Request:
    return Request(
        row.id, row.ref, row.contact_id, row.kind, row.case_ref, row.about, row.channel, row.state,
        _at(row.asked_at), _at(row.due_at), _at(row.done_at) if row.done_at else None,
    )  # fmt: skip


def _at(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
