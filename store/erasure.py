"""Forgets a person: what is sealed is overwritten, what finds them is dropped, and what remains tells of nobody.

What the law wants kept stays without a name: that something was agreed to and when, how a registration ended, who
opened which ticket.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Connection, Select, Table, and_, case, delete, or_, select, true, update

from bot.messages import Page
from bot.session import Session, Talk, dumps, loads
from bot.stages import CLOSED
from store import audit, drafts
from store.cases import Person
from store.database import Database, ms
from store.ledger import OPEN, end_case
from store.messages import AGAIN, QUEUED, Words
from store.outbox import enqueue
from store.schema import (
    SEALED,
    agents,
    contacts,
    dialogues,
    disputes,
    heard,
    helpers,
    identities,
    inbox,
    messages,
    payments,
    registrations,
    reports,
    sessions,
    subject_requests,
    tickets,
    tries,
    unclear,
    untaken,
    updates,
    visits,
    waiting,
)
from store.seal import Sealer
from store.subject_requests import settle_in

NOBODY = msgspec.json.encode(Person("", "", ""))
NO_WORDS = msgspec.json.encode(Words("", ""))
NOTHING = b"{}"
NO_PAGE = msgspec.json.encode(Page("", ends=True))
# These are erased by name; every other sealed column is emptied where its row belongs to the contact or the case.
# Neither a helper nor an agent is a citizen of ours: the operators take the number back.
# What was not understood leads to nobody, so no erasure finds it: it is masked, and gone after its days.
KNOWN = frozenset(
    {
        identities,
        sessions,
        inbox,
        dialogues,
        registrations,
        disputes,
        visits,
        messages,
        reports,
        helpers,
        heard,
        agents,
        untaken,
        unclear,
    }
)


@dataclass(frozen=True, slots=True)
class Case:
    """A registration or dispute that is being erased."""

    table: Table
    id: str
    ref: str
    nik: str
    name: str
    at_portal: bool


class Erasure:
    """Erases one registration, or all of a contact. Doing it twice is harmless."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._db = database
        self._sealer = sealer

    def on_its_way(self, contact: str, case: str) -> bool:
        """Whether something was sent to the portal and its answer is not here yet: nobody could call it back."""
        mine = registrations.c.contact_id == contact, _named(registrations, case)
        sent = registrations.c.sealed_intent.is_not(None), registrations.c.intent_id.is_(None)
        with self._db.read() as connection:
            return connection.execute(select(registrations.c.id).where(*mine, *sent)).first() is not None

    def fulfil(self, request: str, now: datetime) -> None:
        """Do what a request for deletion asks, once. The portal is asked to do the same by jobs of their own."""
        with self._db.write() as connection:
            mine = subject_requests.c.id == request, subject_requests.c.state == OPEN
            row = connection.execute(select(subject_requests).where(*mine).with_for_update()).first()
            if row is None:
                return
            erased = self._erase(connection, row.contact_id, row.case_ref, now)
            at_portal = [each for each in erased if each.at_portal]
            for each in at_portal:
                enqueue(connection, f"forget:{each.id}", "portal.forget", each.id, now)
            if not at_portal:
                settle_in(connection, request, now)

    def forgotten(self, registration: str, now: datetime) -> None:
        """The portal has forgotten it too; a request is done once that holds for all that it is about."""
        mine = registrations.c.id == registration
        with self._db.write() as connection:
            found = select(registrations.c.contact_id, registrations.c.ref).where(mine).with_for_update()
            contact, ref = connection.execute(found).one()
            connection.execute(update(registrations).where(mine).values(intent_id=None))
            asked = and_(
                subject_requests.c.contact_id == contact,
                subject_requests.c.kind == "delete",
                subject_requests.c.state == OPEN,
                subject_requests.c.case_ref.in_([ref, ""]),
            )
            for id, case_ref in connection.execute(
                select(subject_requests.c.id, subject_requests.c.case_ref).where(asked)
            ):
                left = registrations.c.contact_id == contact, _named(registrations, case_ref)
                there = select(registrations.c.id).where(*left, registrations.c.intent_id.is_not(None))
                if connection.execute(there).first() is None:
                    settle_in(connection, id, now)

    def expire(self, before: datetime, now: datetime, most: int) -> int:
        """Forget registrations that ended before this instant; how many they were, `most` at a time."""
        with self._db.write() as connection:
            rows = [row for found in _ended(before) for row in connection.execute(found.limit(most)).all()]
            for contact, ref in rows:
                self._erase(connection, contact, ref, now)
        return len(rows)

    def count_expired(self, before: datetime) -> int:
        with self._db.read() as connection:
            return sum(len(connection.execute(found).all()) for found in _ended(before))

    def _erase(self, connection: Connection, contact: str, case: str, now: datetime) -> list[Case]:
        # The session's lock first: a turn that is being taken finds afterwards that its session has moved on.
        connection.execute(select(sessions.c.contact_id).where(sessions.c.contact_id == contact).with_for_update())
        cases = [each for table in (registrations, disputes) for each in self._cases(connection, table, contact, case)]
        refs = self._refs(connection, cases)
        for each in cases:
            self._erase_case(connection, each, now)
        alone = not case or not self._others(connection, contact)
        self._erase_messages(connection, contact, None if alone else refs)
        self._erase_from_staff(connection, refs)
        self._erase_pages(connection, contact)
        self._empty(connection, contact if alone else "", refs)
        if alone:
            self._erase_contact(connection, contact)
        else:
            self._erase_from_session(connection, contact, cases)
        ids = [self._sealer.index("tries", key) for key in (contact, *(each.ref for each in cases))]
        connection.execute(delete(tries).where(tries.c.idx.in_(ids)))
        audit.note(connection, "loket", "erase", contact, now)
        return cases

    def _cases(self, connection: Connection, table: Table, contact: str, case: str) -> Iterable[Case]:
        mine = table.c.contact_id == contact, _named(table, case), table.c.erased_at.is_(None)
        for row in connection.execute(select(table).where(*mine).with_for_update()).all():
            place = f"{table.name}.sealed"
            person = msgspec.json.decode(self._sealer.open(place, row.id, row.sealed), type=Person)
            at_portal = table is registrations and row.intent_id is not None
            yield Case(table, row.id, row.ref, person.nik, person.name, at_portal)

    def _refs(self, connection: Connection, cases: Sequence[Case]) -> list[str]:
        """The numbers that messages about these cases go under: their own, and those of their tickets."""
        own = [each.ref for each in cases]
        return own + list(connection.scalars(select(tickets.c.ref).where(tickets.c.case_ref.in_(own))))

    def _erase_case(self, connection: Connection, each: Case, now: datetime) -> None:
        table = each.table
        stage = connection.scalar(select(table.c.stage).where(table.c.id == each.id))
        if stage not in CLOSED:
            end_case(connection, self._sealer, table.name, each.id, each.ref, now)
        sealed = self._sealer.seal(f"{table.name}.sealed", each.id, NOBODY)
        gone: dict[str, Any] = {"sealed": sealed, "erased_at": ms(now)}
        if table is registrations:
            freed = self._sealer.index("nik", f"withdrawn:{each.ref}")
            gone |= {"nik_idx": freed, "kk_idx": None, "sealed_details": None, "sealed_intent": None, "notes": ""}
        connection.execute(update(table).where(table.c.id == each.id).values(gone))
        # Who reported this person's death wrote down who they are: it is forgotten with them.
        for id in connection.scalars(select(updates.c.id).where(updates.c.subject_id == each.id)).all():
            empty = self._sealer.seal("updates.sealed", id, NOTHING)
            connection.execute(update(updates).where(updates.c.id == id).values(sealed=empty))
        connection.execute(delete(payments).where(payments.c.registration_id == each.id))
        of_case = select(tickets.c.id).where(tickets.c.case_ref == each.ref)
        for id in connection.scalars(select(visits.c.id).where(visits.c.ticket_id.in_(of_case))).all():
            number = self._sealer.seal("visits.sealed", id, b"")
            connection.execute(update(visits).where(visits.c.id == id).values(sealed=number, sealed_note=None))

    def _others(self, connection: Connection, contact: str) -> bool:
        """Whether this phone has registered somebody else who is still here."""
        left = (
            select(table.c.id).where(table.c.contact_id == contact, table.c.erased_at.is_(None))
            for table in (registrations, disputes)
        )
        return any(connection.execute(found).first() for found in left)

    def _erase_messages(self, connection: Connection, contact: str, refs: Sequence[str] | None) -> None:
        """`refs`: only those about these numbers, and the answers in a talk; None: all of them."""
        about = true() if refs is None else or_(messages.c.ref.in_(refs), messages.c.ref == "")
        self._empty_messages(connection, select(messages.c.id).where(messages.c.contact_id == contact, about))

    def _erase_from_staff(self, connection: Connection, refs: Sequence[str]) -> None:
        """What members of staff were told of these numbers names the person, too."""
        told = messages.c.sentence.startswith("ag."), messages.c.ref.in_(refs)
        self._empty_messages(connection, select(messages.c.id).where(*told))

    def _empty_messages(self, connection: Connection, found: Select[Any]) -> None:
        unsent = case((messages.c.delivery.in_((QUEUED, AGAIN)), "permanent_failure"), else_=messages.c.delivery)
        for id in connection.scalars(found).all():
            sealed = self._sealer.seal("messages.sealed", id, NO_WORDS)
            connection.execute(update(messages).where(messages.c.id == id).values(sealed=sealed, delivery=unsent))

    def _erase_pages(self, connection: Connection, contact: str) -> None:
        """A repeat of an old message is still known, and gets an empty page. Parts of new ones are given up."""
        named = select(identities.c.idx).where(identities.c.contact_id == contact)
        connection.execute(delete(heard).where(heard.c.sender_idx.in_(named)))
        connection.execute(delete(untaken).where(untaken.c.sender_idx.in_(named)))
        for key in connection.scalars(select(inbox.c.key).where(inbox.c.contact_id == contact)).all():
            sealed = self._sealer.seal("inbox.sealed", bytes(key).hex(), NO_PAGE)
            connection.execute(update(inbox).where(inbox.c.key == key).values(sealed=sealed))

    def _empty(self, connection: Connection, contact: str, refs: Sequence[str]) -> None:
        """What other services keep sealed about these numbers, and about the contact if one is given."""
        for table, name, row_name in SEALED:
            mine = _belongs(table, contact, refs)
            if table in KNOWN or mine is None:
                continue
            column: Column[Any] = table.c[name]
            for id in connection.scalars(select(table.c[row_name]).where(mine, column.is_not(None))).all():
                nothing = None if column.nullable else self._sealer.seal(f"{table.name}.{name}", _text(id), NOTHING)
                connection.execute(update(table).where(table.c[row_name] == id).values({name: nothing}))

    def _erase_contact(self, connection: Connection, contact: str) -> None:
        """The phone is not known any more: whoever dials from it is new."""
        own = select(identities.c.idx).where(identities.c.contact_id == contact)
        connection.execute(delete(dialogues).where(dialogues.c.caller.in_(own)))
        for table in (sessions, identities, waiting):
            connection.execute(delete(table).where(table.c.contact_id == contact))
        connection.execute(update(contacts).where(contacts.c.id == contact).values(own_phone=0))
        drafts.forget(connection, contact)
        # What was said of somebody else's conduct is evidence: it stays, and nothing leads to who said it.
        connection.execute(update(reports).where(reports.c.contact_id == contact).values(contact_id=""))

    def _erase_from_session(self, connection: Connection, contact: str, cases: Sequence[Case]) -> None:
        """Drafts of other people stay; the talk in hand, and all that speaks of these cases, is forgotten."""
        row = connection.execute(select(sessions).where(sessions.c.contact_id == contact)).first()
        if row is None:
            return
        before = loads(self._sealer.open("sessions.sealed", contact, row.sealed))
        secrets = [secret for each in cases for secret in (each.nik, each.name, each.ref) if secret]
        paused = tuple(talk for talk in before.paused if not _speaks_of(talk, secrets))
        after = Session(language=before.language, paused=paused)
        sealed = self._sealer.seal("sessions.sealed", contact, dumps(after))
        connection.execute(
            update(sessions).where(sessions.c.contact_id == contact).values(sealed=sealed, version=row.version + 1)
        )


def _ended(before: datetime) -> Iterable[Select[Any]]:
    """Registrations and disputes whose way ended before this instant."""
    for table, at in ((registrations, registrations.c.stage_at), (disputes, disputes.c.accepted_at)):
        ended = table.c.stage.in_(sorted(CLOSED)), table.c.erased_at.is_(None), at < ms(before)
        yield select(table.c.contact_id, table.c.ref).where(*ended).order_by(at)


def _named(table: Table, case: str) -> ColumnElement[bool]:
    return table.c.ref == case if case else true()


def _belongs(table: Table, contact: str, refs: Sequence[str]) -> ColumnElement[bool] | None:
    """Which rows of a table are about these numbers, or the contact's if one is given; None: nobody's."""
    mine: list[ColumnElement[bool]] = [table.c.case_ref.in_(refs)] if "case_ref" in table.c else []
    if contact and "contact_id" in table.c:
        mine.append(table.c.contact_id == contact)
    return or_(*mine) if mine else None


def _speaks_of(talk: Talk, secrets: Sequence[str]) -> bool:
    written = msgspec.json.encode(talk).decode()
    return any(secret in written for secret in secrets)


def _text(id: Any) -> str:
    return bytes(id).hex() if isinstance(id, bytes | memoryview) else str(id)
