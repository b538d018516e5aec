"""Changes in people's data, from what was said to what the portal has made of it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, update

from bot.effects import FileUpdate
from bot.identity import Reference
from bot.messages import Channel, Text, Value
from bot.updates import LABELS, Kind, State
from handoff.tickets import Outcome, Topic
from store.database import Database, ms
from store.deaths import Deaths
from store.details import complete
from store.messages import Messages
from store.opening import Cause, new_reference, open_ticket, place_of
from store.outbox import enqueue, reopen
from store.phones import Phones
from store.prepared import Executor, into
from store.schema import registrations, updates
from store.seal import Sealer

SEALED = "updates.sealed"
HERE = frozenset({Kind.PHONE, Kind.ADDRESS})  # What is kept here, and reaches the portal with the registration.

_KEEP = into(updates)
_CASE = select(registrations.c.id, registrations.c.contact_id).where(registrations.c.ref == bindparam("number"))
_STATE = (
    update(updates)
    .where(updates.c.id == bindparam("row"))
    .values(state=bindparam("now_state"), changed_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class Update:
    """A change as the jobs need it. Its repr shows the number and nothing of the person."""

    id: str
    ref: str
    kind: Kind
    state: State
    contact: str = field(repr=False)
    details: Mapping[str, str] = field(repr=False)
    channel: str
    language: str
    update_id: str | None
    registration: str | None
    intent_id: str | None
    district: str
    confirmed_by: str
    created_at: int


class Updates:
    """Writes what was said; `visited` is told how an agent's ticket about it has ended."""

    def __init__(self, sealer: Sealer, messages: Messages) -> None:
        self._sealer = sealer
        self._messages = messages
        self._phones = Phones(sealer, messages)
        self._deaths = Deaths(sealer, messages)

    def file(self, connection: Executor, effect: FileUpdate, cause: Cause) -> None:
        """The row, the agent's ticket under the same number, and the word to the portal or to a second person."""
        case = connection.execute(_CASE, {"number": effect.case}).fetchone()
        registration, owner = case or (None, None)
        mine = owner == cause.contact
        # The sender of an SMS may be forged: what would move a registration to another phone waits for an agent.
        at_once = mine and not (effect.kind is Kind.PHONE and cause.channel == Channel.SMS)
        waits = effect.kind is Kind.DEATH or (effect.kind in HERE and not at_once)
        id = self._keep(connection, effect, cause, registration, State.DRAFT if waits else State.PENDING)
        if effect.kind in HERE and at_once:
            self._apply(connection, id, effect.kind, effect.details, effect.case, cause)
            return
        self._ticket(connection, effect, cause)
        if effect.kind is Kind.DEATH:
            self._deaths.report(connection, id, effect, cause)
            return
        if registration and effect.kind not in HERE:
            enqueue(connection, f"update:{effect.ref}", "portal.update", id, cause.now)
        if owner:
            need: dict[str, Value] = {
                "need": Text(LABELS[effect.kind]),
                "obj": effect.ref.shown,
                "ref": Reference(effect.case).shown,
            }
            told = Text("evt.data_noted", need)
            self._messages.post(connection, owner, told, f"data_noted:{effect.ref}", effect.case, cause.now)

    def visited(self, connection: Executor, ref: str, outcome: Outcome, now: datetime) -> None:
        """An agent has looked into a change that waited for it: now it counts, or it never will."""
        row = connection.execute(
            select(updates, registrations.c.contact_id.label("owner"))
            .outerjoin(registrations, registrations.c.id == updates.c.registration_id)
            .where(updates.c.ref == ref, updates.c.state == State.DRAFT)
        ).fetchone()
        if row is None:
            return
        kind = Kind(row.kind)
        if kind is Kind.DEATH:
            self._deaths.visited(connection, row.id, outcome, now)
        elif outcome is Outcome.ANSWERED and row.owner:
            cause = Cause(row.owner, "", row.channel, row.language, now)
            self._apply(connection, row.id, kind, self.opened(row.id, row.sealed), row.case_ref, cause)
        else:
            connection.execute(_STATE, {"row": row.id, "now_state": State.REJECTED.value, "at": ms(now)})

    def opened(self, id: str, sealed: bytes) -> dict[str, str]:
        opened = self._sealer.open(SEALED, id, bytes(sealed))
        return msgspec.json.decode(opened, type=dict[str, str]) if opened else {}  # It may have been erased.

    def _keep(
        self, connection: Executor, effect: FileUpdate, cause: Cause, registration: str | None, state: State
    ) -> str:
        id = uuid.uuid4().hex
        details = dict(effect.details)
        if effect.kind is Kind.PHONE and not details.get("phone"):
            details["phone"] = cause.sender
        values = {
            "id": id,
            "ref": str(effect.ref),
            "kind": effect.kind.value,
            "case_ref": effect.case,
            "contact_id": cause.contact,
            "registration_id": registration,
            "subject_id": None,
            "state": state.value,
            "confirmed_by": "",
            "update_id": None,
            "sealed": self._sealer.seal(SEALED, id, msgspec.json.encode(details)),
            "channel": cause.channel,
            "language": cause.language,
            "created_at": ms(cause.now),
            "changed_at": ms(cause.now),
        }
        connection.execute(_KEEP, values)
        return id

    def _ticket(self, connection: Executor, effect: FileUpdate, cause: Cause) -> None:
        """For the agents of the place where the household is registered."""
        village, district = place_of(connection, effect.case)
        if not district:
            return
        about = {"case_ref": effect.case, "about": effect.kind.value, "due": effect.due.isoformat()}
        open_ticket(
            connection, cause, effect.ref, Topic.DATA_UPDATE, village=village, district=district, slot="any", **about
        )

    def _apply(
        self, connection: Executor, id: str, kind: Kind, details: Mapping[str, str], case: str, cause: Cause
    ) -> None:
        """What is kept here changes here. `cause.contact` is the registration's."""
        if kind is Kind.PHONE:
            self._phones.change(connection, case, cause.contact, details["phone"], id, cause)
        else:
            complete(
                connection, self._sealer, case, cause.contact, {"landmark": details["note"], "location": ""}, cause.now
            )
        connection.execute(_STATE, {"row": id, "now_state": State.APPLIED.value, "at": ms(cause.now)})


class Filed:
    """Reads and moves changes for the jobs that speak with the portal."""

    def __init__(self, database: Database, sealer: Sealer, messages: Messages) -> None:
        self._db = database
        self._messages = messages
        self._updates = Updates(sealer, messages)

    def of(self, id: str) -> Update | None:
        wanted = (
            select(updates, registrations.c.intent_id, registrations.c.district)
            .outerjoin(registrations, registrations.c.id == updates.c.registration_id)
            .where(updates.c.id == id)
        )
        with self._db.read() as connection:
            row = connection.execute(wanted).first()
        return self._opened(row) if row else None

    def filed(self, known: Update, update_id: str, now: datetime, look: timedelta) -> None:
        """The portal has it under this number; `look`: when to ask what became of it."""
        with self._db.write() as connection:
            connection.execute(update(updates).where(updates.c.id == known.id).values(update_id=update_id))
            enqueue(
                connection, f"updated:{known.ref}", "portal.updated", known.id, now, now + look
            )  # Or it waits still.

    def report_again(self, known: Update, now: datetime) -> None:
        """The portal has lost it: it goes out once more, and is asked for again."""
        with self._db.write() as connection:
            connection.execute(update(updates).where(updates.c.id == known.id).values(update_id=None))
            reopen(connection, f"update:{known.ref}", now)

    def moved(self, known: Update, state: State, told: Text | None, now: datetime, due: date | None = None) -> None:
        """Where it stands at the portal now. `told` is sent once; `due`: somebody has to look into it by then."""
        with self._db.write() as connection:
            mine = updates.c.id == known.id
            before = connection.scalar(select(updates.c.state).where(mine).with_for_update())
            if before == state or before == State.DISPUTED:
                return
            connection.execute(_STATE, {"row": known.id, "now_state": state.value, "at": ms(now)})
            if told is not None:
                self._messages.post(connection, known.contact, told, f"data:{known.ref}:{state}", known.ref, now)
            if due is not None and known.district:
                cause = Cause(known.contact, "", known.channel, known.language, now)
                about = {"about": state.value, "district": known.district, "village": "", "due": due.isoformat()}
                open_ticket(connection, cause, new_reference(), Topic.DATA_UPDATE, **about)

    def _opened(self, row: Any) -> Update:
        return Update(
            id=row.id,
            ref=row.ref,
            kind=Kind(row.kind),
            state=State(row.state),
            contact=row.contact_id,
            details=self._updates.opened(row.id, row.sealed),
            channel=row.channel,
            language=row.language,
            update_id=row.update_id,
            registration=row.registration_id,
            intent_id=row.intent_id,
            district=row.district or "",
            confirmed_by=row.confirmed_by,
            created_at=row.created_at,
        )
