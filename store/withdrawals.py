"""Withdrawals: told at once, undone by a word or a digit within the day, and done when the day is over.

A message bears its sender's number as a letter bears a name, and phones are shared: whoever writes TARIK with somebody
else's number must not end their registration.
"""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import bindparam, literal_column, select, update

from bot.effects import Consent, KeepRegistration, WithdrawRegistration
from bot.identity import Reference
from bot.inquiries import KEEP, Subject
from bot.messages import Text, Value
from bot.stages import Stage
from bot.windows import zone
from store import inquiries
from store.database import Database, ms
from store.ledger import DONE, GRACE, OPEN, UNDONE, end_case, note_consent, note_request
from store.messages import Messages
from store.opening import Cause
from store.outbox import enqueue
from store.prepared import Executor
from store.schema import disputes, registrations, subject_requests
from store.schema import inquiries as asked
from store.seal import Sealer

KIND = "withdraw"

_MINE = tuple(
    select(table.c.id, literal_column(f"'{table.name}'"), table.c.stage, table.c.contact_id).where(
        table.c.ref == bindparam("number")
    )
    for table in (registrations, disputes)
)
_ASKED = (
    select(subject_requests.c.id, subject_requests.c.ref, subject_requests.c.case_ref)
    .where(
        subject_requests.c.contact_id == bindparam("contact"),
        subject_requests.c.kind == literal_column(f"'{KIND}'"),
        subject_requests.c.state == literal_column(f"'{OPEN}'"),
    )
    .with_for_update()
)
_SETTLE = (
    update(subject_requests)
    .where(subject_requests.c.id == bindparam("row"), subject_requests.c.state == literal_column(f"'{OPEN}'"))
    .values(state=bindparam("after"), done_at=bindparam("now"))
)
_ANSWERED = (
    update(asked)
    .where(asked.c.subject == bindparam("row"), asked.c.answer == literal_column("''"))
    .values(answer=bindparam("said"), answered_at=bindparam("now"))
)


class Withdrawals:
    """Writes down that somebody wants to leave, that they stay after all, and that they have left."""

    def __init__(self, sealer: Sealer, messages: Messages) -> None:
        self._sealer = sealer
        self._messages = messages

    def ask(self, connection: Executor, effect: WithdrawRegistration, cause: Cause) -> None:
        """Nothing ends yet. The contact is told, and asked with its next call whether this is meant."""
        found = _found(connection, effect.case)
        if found is None or found[3] != cause.contact or found[2] == Stage.WITHDRAWN:
            return
        if any(case == effect.case for _, _, case in _asked(connection, cause.contact)):
            return  # The day counts from the first time.
        note_consent(connection, str(effect.ref), effect.consent, cause)
        id = note_request(connection, cause, effect.ref, KIND, effect.case)
        ends = cause.now + GRACE
        enqueue(connection, f"leave:{id}", "privacy.withdraw", id, cause.now, ends)
        inquiries.ask(connection, cause.contact, Subject.WITHDRAWAL, effect.case, id, cause.now, GRACE)
        wall = ends.astimezone(zone(effect.regency))
        values: dict[str, Value] = {"ref": Reference(effect.case).shown, "date": wall.date(), "time": f"{wall:%H.%M}"}
        told = Text("evt.withdraw_asked", values)
        self._messages.post(connection, cause.contact, told, f"leaves:{id}", effect.case, cause.now, asked=True)

    def keep(self, connection: Executor, case: str, consent: Consent | None, cause: Cause) -> bool:
        """They stay; whether anything waited that could be undone. Without a `case`: all of this contact's."""
        undone = False
        for id, ref, about in _asked(connection, cause.contact):
            found = _found(connection, about)
            if case in ("", about) and found and found[2] != Stage.WITHDRAWN:
                row = {"row": id, "now": ms(cause.now)}
                connection.execute(_SETTLE, row | {"after": UNDONE})
                connection.execute(_ANSWERED, row | {"said": KEEP})
                if consent:
                    note_consent(connection, ref, consent, cause)
                undone = True
        return undone

    def kept(self, connection: Executor, effect: KeepRegistration, cause: Cause) -> None:
        self.keep(connection, effect.case, effect.consent, cause)

    def answered(self, connection: Executor, case: str, cause: Cause) -> None:
        """One digit to the question whether it is meant."""
        said = Consent("ask.withdraw", cause.language, sha256(b"ask.withdraw").hexdigest(), KEEP, 0)
        self.keep(connection, case, replace(said, at=int(cause.now.timestamp())), cause)


def fulfil(database: Database, sealer: Sealer, messages: Messages, request: str, now: datetime) -> None:
    """The day is over: the registration ends, and the portal is told within the time that the law gives. Once."""
    with database.write() as connection:
        mine = subject_requests.c.id == request, subject_requests.c.state == OPEN
        row = connection.execute(select(subject_requests).where(*mine).with_for_update()).first()
        found = _found(connection, row.case_ref) if row else None
        if row is None or found is None:
            return
        id, table, stage, _ = found
        registered = table == registrations.name
        if stage != Stage.WITHDRAWN:
            end_case(connection, sealer, table, id, row.case_ref, now)
            told = Text("evt.withdrawn", {"ref": Reference(row.case_ref).shown})
            messages.post(connection, row.contact_id, told, f"withdrawn:{row.ref}", row.case_ref, now)
        if registered:
            enqueue(connection, f"withdraw:{id}", "portal.withdraw", id, now)
        else:
            connection.execute(_SETTLE, {"row": request, "after": DONE, "now": ms(now)})


def _found(connection: Executor, ref: str) -> tuple[str, str, str, str] | None:
    """The registration or dispute with this number: its id, table, stage and contact."""
    for one in _MINE:
        row = connection.execute(one, {"number": ref}).fetchone()
        if row:
            id, table, stage, contact = row
            return id, table, stage, contact
    return None


def _asked(connection: Executor, contact: str) -> list[tuple[str, str, str]]:
    rows = connection.execute(_ASKED, {"contact": contact}).fetchall()
    return [(id, ref, case) for id, ref, case in rows]
