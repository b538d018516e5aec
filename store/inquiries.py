"""Questions to a contact that wait for its next call, and what was answered: once each."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import bindparam, literal_column, select, update

from bot.inquiries import Inquiry, Subject, to_fact
from store.database import Database, ms
from store.prepared import Executor, into
from store.schema import inquiries, updates
from store.seal import Sealer

OVER = "over"  # The answer of a question that nobody answers any more.

_ASK = into(inquiries, ignore_known=True).returning(inquiries.c.id)
_OPEN = (
    select(inquiries.c.id, inquiries.c.kind, inquiries.c.ref, inquiries.c.subject, inquiries.c.asked_at)
    .where(
        inquiries.c.contact_id == bindparam("contact"),
        inquiries.c.answer == literal_column("''"),
        inquiries.c.until > bindparam("now"),
    )
    .order_by(inquiries.c.asked_at.desc(), inquiries.c.id)
)
_TOLD = select(updates.c.sealed).where(updates.c.id == bindparam("row"))
_TAKE = (
    update(inquiries)
    .where(
        inquiries.c.id == bindparam("row"),
        inquiries.c.contact_id == bindparam("contact"),
        inquiries.c.answer == literal_column("''"),
    )
    .values(answer=bindparam("said"), answered_at=bindparam("now"))
    .returning(inquiries.c.kind, inquiries.c.ref, inquiries.c.subject)
)


class Inquiries:
    """What a contact is asked next, for the talk."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._db = database
        self._sealer = sealer

    def look(self, contact: str, _: str, now: datetime) -> Any:
        """The latest open question as a fact, or nothing: a digit answers what was asked last."""
        asked = self.next(contact, now)
        return to_fact(asked) if asked else ""

    def next(self, contact: str, now: datetime) -> Inquiry | None:
        writer = self._db.writer()
        row = writer.execute(_OPEN, {"contact": contact, "now": ms(now)}).fetchone()
        if row is None:
            return None
        id, kind, ref, about, at = row
        who = self._who(writer, about) if kind == Subject.DEATH else ""
        return Inquiry(id, Subject(kind), ref, who, at // 1000)

    def _who(self, writer: Executor, about: str) -> str:
        """As the report names them: a witness has to know of whom we speak."""
        row = writer.execute(_TOLD, {"row": about}).fetchone()
        if row is None:
            return ""
        opened = self._sealer.open("updates.sealed", about, bytes(row[0]))
        told = msgspec.json.decode(opened, type=dict[str, str]) if opened else {}  # It may have been erased.
        return told.get("name") or (f"NIK ..{told['nik'][-4:]}" if told else "")


def ask(
    connection: Executor, contact: str, subject: Subject, ref: str, about: str, now: datetime, period: timedelta,
    season: str = "",
) -> bool:  # fmt: skip
    """Ask this contact, once. `about`: an update's or a registration's id. False: it was asked already."""
    values = {
        "id": uuid.uuid4().hex,
        "contact_id": contact,
        "kind": subject.value,
        "ref": ref,
        "subject": about,
        "period": season,
        "answer": "",
        "asked_at": ms(now),
        "until": ms(now + period),
        "answered_at": None,
    }
    return bool(connection.execute(_ASK, values).fetchall())


_OVER = (
    update(inquiries)
    .where(
        inquiries.c.kind == bindparam("of"),
        inquiries.c.ref == bindparam("number"),
        inquiries.c.answer == literal_column("''"),
    )
    .values(answer=bindparam("said"))
)


def over(connection: Executor, subject: Subject, ref: str) -> None:
    """Nobody needs the answer any more."""
    connection.execute(_OVER, {"of": subject.value, "number": ref, "said": OVER})


def take(connection: Executor, id: str, contact: str, said: str, now: datetime) -> Sequence[Any] | None:
    """Write the first answer down: kind, number, and what it is about. None: it was answered already."""
    row = {"row": id, "contact": contact, "said": said, "now": ms(now)}
    found: Sequence[Any] | None = connection.execute(_TAKE, row).fetchone()
    return found
