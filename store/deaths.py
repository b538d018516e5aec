"""A reported death: nothing follows until a second person has confirmed it, and the person can say that they live."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import bindparam, insert, literal_column, select, update

from bot.effects import FileUpdate
from bot.identity import Reference
from bot.inquiries import DIED, LIVES, NO, YES, Subject
from bot.messages import Text
from bot.stages import Stage
from bot.updates import OPEN, State
from bot.windows import local_day
from handoff.tickets import Outcome, Topic
from store import inquiries
from store.cases import Details, Person
from store.database import ms
from store.messages import Messages
from store.opening import Cause, new_reference, open_ticket, place_of
from store.outbox import enqueue
from store.people import contact_of
from store.prepared import Executor
from store.schema import registrations, ticket_events, tickets, updates
from store.seal import Sealer

LOOK = timedelta(days=2)
TO_ANSWER = timedelta(days=30)
BY_AGENT, BY_WITNESS = "agent", "witness"
DOUBTED = "death_disputed"

_BY_NIK = (
    select(registrations.c.id, registrations.c.ref, registrations.c.contact_id, registrations.c.sealed_details)
    .where(registrations.c.nik_idx == bindparam("nik"))
    .order_by(registrations.c.accepted_at.desc())
)
_BY_REF = select(
    registrations.c.id, registrations.c.ref, registrations.c.contact_id, registrations.c.sealed_details,
    registrations.c.sealed,
).where(registrations.c.ref == bindparam("number"))  # fmt: skip
_SUBJECT = update(updates).where(updates.c.id == bindparam("row")).values(subject_id=bindparam("who"))
_UPDATE = (
    select(
        updates.c.ref, updates.c.state, updates.c.contact_id, updates.c.registration_id, updates.c.case_ref,
        registrations.c.ref, registrations.c.stage,
    )
    .outerjoin(registrations, registrations.c.id == updates.c.subject_id)
    .where(updates.c.id == bindparam("row"))
)  # fmt: skip
_WHOSE = (
    select(updates.c.contact_id, registrations.c.id, registrations.c.contact_id, registrations.c.sealed_details)
    .join(registrations, registrations.c.id == updates.c.subject_id)
    .where(updates.c.id == bindparam("row"))
)
_STAGE = (
    update(registrations)
    .where(registrations.c.ref == bindparam("number"))
    .values(stage=bindparam("now_stage"), stage_at=bindparam("at"))
)
_LOCK = select(updates.c.id).where(updates.c.id == bindparam("row")).with_for_update()
_STATE = (
    update(updates)
    .where(updates.c.id == bindparam("row"))
    .values(state=bindparam("now_state"), confirmed_by=bindparam("by"), changed_at=bindparam("at"))
)
_TICKET = select(tickets.c.id).where(tickets.c.ref == bindparam("number"))
_DOUBT = (
    update(tickets)
    .where(tickets.c.ref == bindparam("number"), tickets.c.outcome == literal_column("''"))
    .values(about=bindparam("why"))
    .returning(tickets.c.id)
)
_NOTE = insert(ticket_events).values(
    {name: bindparam(f"event_{name}") for name in ("ticket_id", "at", "actor", "what", "detail")}
)


class Deaths:
    """Writes a report, asks whoever can confirm it, and takes their answers."""

    def __init__(self, sealer: Sealer, messages: Messages) -> None:
        self._sealer = sealer
        self._messages = messages

    def report(self, connection: Executor, id: str, effect: FileUpdate, cause: Cause) -> None:
        """Thank whoever reports it, in words that cannot hurt; ask the witness, and the phone of the person."""
        details, ref = effect.details, str(effect.ref)
        told = Text("evt.death_ack", {"obj": effect.ref.shown})
        self._messages.post(connection, cause.contact, told, f"death_ack:{ref}", ref, cause.now)
        asked = {cause.contact}
        if subject := self._subject(connection, effect):
            row, case, owner, sealed = subject
            connection.execute(_SUBJECT, {"row": id, "who": row})
            if owner not in asked:
                asked.add(owner)
                self._ask_owner(connection, id, case, owner, effect.due, cause)
            if other := self._other_phone(row, sealed):
                self._ask_witness(connection, id, other, asked, effect, cause)
        if phone := details["witness_phone"]:
            self._ask_witness(connection, id, phone, asked, effect, cause)

    def take(self, connection: Executor, id: str, said: str, cause: Cause) -> None:
        """An answer of somebody who was asked. Whoever reported it is no second person."""
        if said in (YES, DIED) and not self._may_confirm(connection, id, cause):
            ref = connection.execute(_UPDATE, {"row": id}).fetchone()[0]
            self._note(connection, ref, "seconded", BY_WITNESS, cause.now)
        elif said in (YES, DIED):
            self.confirm(connection, id, BY_WITNESS, cause.now, cause.contact)
        elif said in (NO, LIVES):
            self._dispute(connection, id, said, cause)

    def _may_confirm(self, connection: Executor, id: str, cause: Cause) -> bool:
        """Two phones of one stranger could say of anybody that they have died. So of a registration that is another
        phone's than the reporter's, only its own phones, and the agent, are a second person; a witness is a hint."""
        found = connection.execute(_WHOSE, {"row": id}).fetchone()
        if found is None:  # No registration of ours changes.
            return True
        reporter, row, owner, sealed = found
        if owner in (reporter, cause.contact):
            return True
        other = self._other_phone(row, sealed)
        return bool(other) and contact_of(connection, self._sealer, other, cause) == cause.contact

    def visited(self, connection: Executor, id: str, outcome: Outcome, now: datetime) -> None:
        """The agent is the second person, or has found that it is not so."""
        if outcome is Outcome.DECEASED:
            self.confirm(connection, id, BY_AGENT, now)
        else:
            connection.execute(_STATE, {"row": id, "now_state": State.REJECTED.value, "by": BY_AGENT, "at": ms(now)})

    def confirm(self, connection: Executor, id: str, by: str, now: datetime, contact: str = "") -> None:
        """Now it counts: the registration rests with the family, and the portal hears of it."""
        connection.execute(_LOCK, {"row": id})
        ref, state, reporter, registration, _, case, stage = connection.execute(_UPDATE, {"row": id}).fetchone()
        if state != State.DRAFT or contact == reporter:
            return
        connection.execute(_STATE, {"row": id, "now_state": State.PENDING.value, "by": by, "at": ms(now)})
        self._note(connection, ref, "confirmed", by, now)
        if case and Stage(stage) is not Stage.WITHDRAWN:
            self._stage(connection, case, Stage.WITH_FAMILY, now)
        if registration:
            enqueue(connection, f"update:{ref}", "portal.update", id, now)

    def _dispute(self, connection: Executor, id: str, said: str, cause: Cause) -> None:
        """It is not so, says somebody who should know: nothing counts any more, and people look into it."""
        now = cause.now
        connection.execute(_LOCK, {"row": id})
        ref, state, _, _, case_ref, case, stage = connection.execute(_UPDATE, {"row": id}).fetchone()
        if state not in {State.DRAFT, *OPEN, State.APPLIED}:
            return
        connection.execute(_STATE, {"row": id, "now_state": State.DISPUTED.value, "by": "", "at": ms(now)})
        self._note(connection, ref, DOUBTED, said, now)
        if not connection.execute(_DOUBT, {"number": ref, "why": DOUBTED}).fetchall():
            self._open_again(connection, ref, case_ref, cause)
        if case and Stage(stage) is Stage.WITH_FAMILY:
            self._stage(connection, case, Stage.CHECKING, now)

    def _subject(self, connection: Executor, effect: FileUpdate) -> tuple[str, str, str, bytes | None] | None:
        """The registration of the person who is said to have died: by NIK, or the case's own under that name."""
        if nik := effect.details["nik"]:
            row = connection.execute(_BY_NIK, {"nik": self._sealer.index("nik", nik)}).fetchone()
            return (row[0], row[1], row[2], row[3]) if row else None
        row = connection.execute(_BY_REF, {"number": effect.case}).fetchone()
        if row is None:
            return None
        person = msgspec.json.decode(self._sealer.open("registrations.sealed", row[0], bytes(row[4])), type=Person)
        same = person.name.split()[:1] == effect.details["name"].split()[:1]
        return (row[0], row[1], row[2], row[3]) if same else None

    def _other_phone(self, id: str, sealed: bytes | None) -> str:
        """The number that was given for reaching the person, where it is another than the one that registered."""
        if not sealed:
            return ""
        opened = self._sealer.open("registrations.sealed_details", id, bytes(sealed))
        return msgspec.json.decode(opened, type=Details).phone

    def _ask_owner(self, connection: Executor, id: str, case: str, owner: str, due: date, cause: Cause) -> None:
        inquiries.ask(connection, owner, Subject.ALIVE, case, id, cause.now, TO_ANSWER)
        told = Text("evt.death_dispute", {"ref": Reference(case).shown, "date": due})
        self._messages.post(connection, owner, told, f"death_dispute:{id}", case, cause.now)

    def _ask_witness(
        self, connection: Executor, id: str, phone: str, asked: set[str], effect: FileUpdate, cause: Cause
    ) -> None:
        contact = contact_of(connection, self._sealer, phone, cause)
        if contact in asked:
            return
        asked.add(contact)
        ref = str(effect.ref)
        inquiries.ask(connection, contact, Subject.DEATH, ref, id, cause.now, TO_ANSWER)
        told = Text("evt.death_witness", {"obj": effect.ref.shown, "date": effect.due})
        self._messages.post(connection, contact, told, f"death_witness:{ref}:{contact}", ref, cause.now)

    def _open_again(self, connection: Executor, ref: str, case: str, cause: Cause) -> None:
        """The agent's ticket is done: the coordinator looks at what it said."""
        _, district = place_of(connection, case)
        if district:
            due = (local_day(cause.now, district[:4]) + LOOK).isoformat()
            about = {"case_ref": case, "about": DOUBTED, "village": "", "district": district, "due": due}
            open_ticket(connection, cause, new_reference(), Topic.QUESTION, **about)

    def _stage(self, connection: Executor, case: str, stage: Stage, now: datetime) -> None:
        connection.execute(_STAGE, {"number": case, "now_stage": stage.value, "at": ms(now)})

    def _note(self, connection: Executor, ref: str, what: str, detail: str, now: datetime) -> None:
        found = connection.execute(_TICKET, {"number": ref}).fetchone()
        if found:
            event: dict[str, Any] = {"event_ticket_id": found[0], "event_at": ms(now), "event_actor": "loket"}
            connection.execute(_NOTE, event | {"event_what": what, "event_detail": detail})
