"""What every request by right leaves behind: its row with a clock, a line in the ledger of consents, and a case's end.

The ledger of consents only grows: who withdraws, stops or starts again gets a new row, and nothing is overwritten.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Label, Table, bindparam, func, literal_column, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from bot.effects import Consent
from bot.identity import Reference
from bot.stages import Stage
from handoff.tickets import LIVE, Move, Status, Topic
from store.database import ms
from store.opening import Cause
from store.prepared import Executor, into
from store.schema import consents, disputes, registrations, subject_requests, ticket_events, tickets, visits
from store.seal import Sealer

OPEN, HELD, DONE, UNDONE = "open", "held", "done", "undone"
OVER = (DONE, UNDONE)
CLOCK = timedelta(hours=72)  # Law 27/2022 gives three times 24 hours.
GRACE = timedelta(hours=24)  # Until something ends: whoever is told of it and did not ask can still say so.

# A report is about somebody's conduct, a question and a call are between people: they outlive the registration.
_KEPT = (Topic.REPORT, Topic.QUESTION, Topic.CALLBACK)
_live = tickets.c.status.in_([literal_column(f"'{status}'") for status in sorted(LIVE)])

_CONSENT, _REQUEST, _EVENT = into(consents), into(subject_requests), into(ticket_events)
_WITHDRAW = (
    update(registrations)
    .where(registrations.c.id == bindparam("row"))
    .values(stage=bindparam("stage_now"), stage_at=bindparam("now"), nik_idx=bindparam("freed"))
)
_WITHDRAW_DISPUTE = update(disputes).where(disputes.c.id == bindparam("row")).values(stage=bindparam("stage_now"))
_CANCEL = (
    update(tickets)
    .where(
        tickets.c.case_ref == bindparam("number"),
        _live,
        tickets.c.topic.not_in([literal_column(f"'{topic}'") for topic in _KEPT]),
    )
    .values(status=bindparam("ended"), version=tickets.c.version + literal_column("1"), changed_at=bindparam("now"))
    .returning(tickets.c.id)
)
_CANCEL_OWN = (
    update(tickets)
    .where(tickets.c.ref == bindparam("number"), _live)
    .values(status=bindparam("ended"), version=tickets.c.version + literal_column("1"), changed_at=bindparam("now"))
    .returning(tickets.c.id)
)
_CLOSE_VISIT = (
    update(visits)
    .where(visits.c.ticket_id == bindparam("ticket"), visits.c.outcome == literal_column("''"))
    .values(outcome=bindparam("ended"), done_at=bindparam("now"))
)


def leaving_since(table: Table) -> Label[Any]:
    """When its withdrawal was asked for that can still be undone."""
    return (
        select(func.max(subject_requests.c.asked_at))
        .where(
            subject_requests.c.contact_id == table.c.contact_id,
            subject_requests.c.case_ref == table.c.ref,
            subject_requests.c.kind == literal_column("'withdraw'"),
            subject_requests.c.state == literal_column("'open'"),
        )
        .scalar_subquery()
        .label("leaving")
    )


def end_case(connection: Executor, sealer: Sealer, table: str, id: str, ref: str, now: datetime) -> None:
    """A registration or a dispute is withdrawn; its visits and tickets are called off, and the NIK is free again."""
    ended = {"row": id, "stage_now": Stage.WITHDRAWN.value}
    if table == registrations.name:
        freed = sealer.index("nik", f"withdrawn:{ref}")
        connection.execute(_WITHDRAW, ended | {"now": ms(now), "freed": freed})
    else:
        connection.execute(_WITHDRAW_DISPUTE, ended)
    _cancel(connection, _CANCEL, ref, now)


def cancel_tickets(connection: Executor, ref: str, now: datetime) -> None:
    """The ticket with this number has nothing left to do."""
    _cancel(connection, _CANCEL_OWN, ref, now)


def _cancel(connection: Executor, which: ReturningUpdate[tuple[str]], ref: str, now: datetime) -> None:
    cancel = {"number": ref, "ended": Status.CANCELLED.value, "now": ms(now)}
    for (ticket,) in connection.execute(which, cancel).fetchall():
        connection.execute(_CLOSE_VISIT, {"ticket": ticket, "ended": Status.CANCELLED.value, "now": ms(now)})
        note_event(connection, ticket, Move.CANCEL.value, now)


def note_event(connection: Executor, ticket: str, what: str, now: datetime, detail: str = "") -> None:
    line = {"ticket_id": ticket, "at": ms(now), "actor": "loket", "what": what, "detail": detail, "channel": ""}
    connection.execute(_EVENT, line)


def note_consent(connection: Executor, ref: str, consent: Consent, cause: Cause) -> None:
    """A line in the ledger. `ref`: the registration that was agreed to, or the request that takes something back."""
    values = {
        "id": uuid.uuid4().hex,
        "ref": ref,
        "contact_id": cause.contact,
        "sentence": consent.sentence,
        "wording_hash": consent.wording,
        "language": consent.language,
        "channel": cause.channel,
        "answer": consent.answer,
        "at": consent.at * 1000,
    }
    connection.execute(_CONSENT, values)


def note_request(
    connection: Executor, cause: Cause, ref: Reference, kind: str, case: str = "", about: str = "", state: str = OPEN
) -> str:
    """What was asked for, with its clock; its id."""
    id, now = uuid.uuid4().hex, ms(cause.now)
    values = {
        "id": id,
        "ref": str(ref),
        "contact_id": cause.contact,
        "kind": kind,
        "case_ref": case,
        "about": about,
        "channel": cause.channel,
        "state": state,
        "asked_at": now,
        "due_at": ms(cause.now + CLOCK),
        "done_at": now if state == DONE else None,
        "escalated_at": None,
    }
    connection.execute(_REQUEST, values)
    return id
