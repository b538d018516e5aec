"""What people have asked about their own data, as rows: their requests, what they withdrew, and what follows at once.

The ledger of consents only grows: who withdraws, stops or starts again gets a new row, and nothing is overwritten.
"""

import uuid
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import bindparam, literal_column, select, update

from bot.effects import AskRight, ChooseMessages, Consent, RejectCase, RightsEffect, WithdrawRegistration
from bot.identity import Reference
from bot.messages import Text
from bot.stages import Stage
from handoff.tickets import LIVE, Move, Status, Topic
from store.database import ms
from store.messages import Messages
from store.opening import Cause, open_ticket
from store.outbox import enqueue
from store.prepared import Executor, into
from store.schema import (
    consents,
    contacts,
    disputes,
    registrations,
    subject_requests,
    ticket_events,
    tickets,
    visits,
)
from store.seal import Sealer

OPEN, HELD, DONE = "open", "held", "done"
CLOCK = timedelta(hours=72)  # Law 27/2022 gives three times 24 hours.
GRACE = timedelta(hours=24)  # Until data is deleted: whoever is told of it and did not ask can still say so.
NOT_ME = "not_me"

# A report is about somebody's conduct, a question and a call are between people: they outlive the registration.
_KEPT = (Topic.REPORT, Topic.QUESTION, Topic.CALLBACK)
_live = tickets.c.status.in_([literal_column(f"'{status}'") for status in sorted(LIVE)])

_CONSENT, _REQUEST, _EVENT = into(consents), into(subject_requests), into(ticket_events)
_CHOOSE = update(contacts).where(contacts.c.id == bindparam("contact")).values(opted_out_at=bindparam("since"))
_MINE = tuple(
    select(table.c.id, literal_column(f"'{table.name}'")).where(
        table.c.ref == bindparam("number"), table.c.contact_id == bindparam("contact")
    )
    for table in (registrations, disputes)
)
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
_CLOSE_VISIT = (
    update(visits)
    .where(visits.c.ticket_id == bindparam("ticket"), visits.c.outcome == literal_column("''"))
    .values(outcome=bindparam("ended"), done_at=bindparam("now"))
)
_VERIFICATIONS = select(tickets.c.id, tickets.c.district, tickets.c.status).where(
    tickets.c.case_ref == bindparam("number"), tickets.c.topic == bindparam("kind")
)
_PLACE = select(tickets.c.village, tickets.c.district).where(
    tickets.c.case_ref == bindparam("number"), tickets.c.topic == bindparam("kind")
)
_HOLD = (
    update(subject_requests)
    .where(
        subject_requests.c.contact_id == bindparam("contact"),
        subject_requests.c.kind == bindparam("deletion"),
        subject_requests.c.state == bindparam("before"),
        subject_requests.c.case_ref.in_([bindparam("number"), literal_column("''")]),
    )
    .values(state=bindparam("held"))
)


class RightsEffects:
    """Turns what people ask by right into rows."""

    def __init__(self, sealer: Sealer, messages: Messages) -> None:
        self._sealer = sealer
        self._messages = messages

    def apply(self, connection: Executor, effect: RightsEffect, cause: Cause) -> None:
        match effect:
            case ChooseMessages(ref, wanted, consent):
                since = None if wanted else ms(cause.now)
                connection.execute(_CHOOSE, {"contact": cause.contact, "since": since})
                note_consent(connection, str(ref), consent, cause)
                note_request(connection, cause, ref, "start" if wanted else "stop", state=DONE)
            case AskRight():
                self._ask(connection, effect, cause)
            case WithdrawRegistration():
                self._withdraw(connection, effect, cause)
            case RejectCase():
                self._reject(connection, effect, cause)
            case _ as never:
                assert_never(never)

    def _ask(self, connection: Executor, effect: AskRight, cause: Cause) -> None:
        state = DONE if effect.right == "see" else OPEN
        id = note_request(connection, cause, effect.ref, effect.right, effect.case, effect.about, state)
        if effect.right == "correct":
            self._correct(connection, effect, cause)
        if effect.right == "delete":
            enqueue(connection, f"erase:{id}", "privacy.erase", id, cause.now, cause.now + GRACE)
            if effect.case:
                told = Text("evt.delete_asked", {"ref": Reference(effect.case).shown, "date": effect.due})
                key = f"delete_asked:{id}"
                self._messages.post(connection, cause.contact, told, key, effect.case, cause.now, asked=True)

    def _withdraw(self, connection: Executor, effect: WithdrawRegistration, cause: Cause) -> None:
        """It stops at once here; the portal hears of it by a job, within the time that the law gives."""
        mine = {"number": effect.case, "contact": cause.contact}
        row = next((row for found in _MINE if (row := connection.execute(found, mine).fetchone())), None)
        if row is None:
            return
        id, table = row
        registered = table == registrations.name
        note_consent(connection, str(effect.ref), effect.consent, cause)
        note_request(connection, cause, effect.ref, "withdraw", effect.case, state=OPEN if registered else DONE)
        end_case(connection, self._sealer, table, id, effect.case, cause.now)
        if registered:
            enqueue(connection, f"withdraw:{id}", "portal.withdraw", id, cause.now)
        told = Text("evt.withdrawn", {"ref": Reference(effect.case).shown})
        key = f"withdrawn:{effect.ref}"
        self._messages.post(connection, cause.contact, told, key, effect.case, cause.now, asked=True)

    def _reject(self, connection: Executor, effect: RejectCase, cause: Cause) -> None:
        """Nobody of the village looks into it: who visits there may be who registered. The coordinator does."""
        about = {"number": effect.case, "kind": Topic.FACE_VERIFICATION.value}
        visiting = connection.execute(_VERIFICATIONS, about).fetchall()
        district = visiting[0][1] if visiting else effect.district
        given = {"case_ref": effect.case, "about": NOT_ME, "village": "", "district": district}
        open_ticket(connection, cause, effect.ref, Topic.QUESTION, due=effect.due.isoformat(), **given)
        for ticket, _, status in visiting:
            if status in LIVE:  # Whoever is about to go there has to know.
                note_event(connection, ticket, NOT_ME, cause.now, NOT_ME)
        held = {"number": effect.case, "contact": cause.contact, "deletion": "delete", "before": OPEN, "held": HELD}
        connection.execute(_HOLD, held)

    def _correct(self, connection: Executor, effect: AskRight, cause: Cause) -> None:
        about = {"number": effect.case, "kind": Topic.FACE_VERIFICATION.value}
        village, district = connection.execute(_PLACE, about).fetchone() or ("", effect.district)
        given = {"case_ref": effect.case, "about": effect.about, "village": village, "district": district}
        open_ticket(connection, cause, effect.ref, Topic.DATA_UPDATE, due=effect.due.isoformat(), **given)


def end_case(connection: Executor, sealer: Sealer, table: str, id: str, ref: str, now: datetime) -> None:
    """A registration or a dispute is withdrawn; its visits and tickets are called off, and the NIK is free again."""
    ended = {"row": id, "stage_now": Stage.WITHDRAWN.value}
    if table == registrations.name:
        freed = sealer.index("nik", f"withdrawn:{ref}")
        connection.execute(_WITHDRAW, ended | {"now": ms(now), "freed": freed})
    else:
        connection.execute(_WITHDRAW_DISPUTE, ended)
    cancel = {"number": ref, "ended": Status.CANCELLED.value, "now": ms(now)}
    for (ticket,) in connection.execute(_CANCEL, cancel).fetchall():
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
