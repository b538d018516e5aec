"""What a talk may hear about a contact's own data: what is kept, what was sent last, whether messages are wanted."""

import hmac
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, literal_column, select

from bot import notices
from bot.privacy import Kept, LastSent
from store import audit as looks
from store.cases import Details, Person
from store.database import Database
from store.prepared import Writer
from store.schema import audit, contacts, disputes, identities, messages, registrations, tickets
from store.seal import Sealer

HIDDEN = "****"
_OPTED_OUT = select(contacts.c.opted_out_at).where(contacts.c.id == bindparam("contact"))
_OWN = select(contacts.c.own_phone).where(contacts.c.id == bindparam("contact"))
_LAST = (
    select(messages.c.sent_at, messages.c.sentence)
    .where(
        messages.c.contact_id == bindparam("contact"),
        messages.c.ref == bindparam("number"),
        messages.c.sent_at.is_not(None),
    )
    .order_by(messages.c.sent_at.desc())
)
_REGISTERED = select(
    literal_column("'registrations'"),
    registrations.c.id,
    registrations.c.contact_id,
    registrations.c.sealed,
    registrations.c.sealed_details,
    registrations.c.village,
).where(registrations.c.ref == bindparam("number"))
_DISPUTED = select(
    literal_column("'disputes'"),
    disputes.c.id,
    disputes.c.contact_id,
    disputes.c.sealed,
    literal_column("NULL"),
    literal_column("''"),
).where(disputes.c.ref == bindparam("number"))
_PHONE = select(identities.c.sealed).where(
    identities.c.contact_id == bindparam("contact"), identities.c.kind == literal_column("'phone'")
)
_OPENED = (
    select(func.count())
    .select_from(audit)
    .join(tickets, tickets.c.id == audit.c.subject)
    .where(tickets.c.case_ref == bindparam("number"), audit.c.verb == bindparam("verb"))
)


class Rights:
    """Reads for the talk. Nothing in it tells whether a number is known to somebody else."""

    def __init__(self, database: Database, sealer: Sealer, village_name: Callable[[str], str]) -> None:
        self._db = database
        self._sealer = sealer
        self._village_name = village_name

    def opted_out(self, contact: str) -> bool:
        row = self._db.writer().execute(_OPTED_OUT, {"contact": contact}).fetchone()
        return row is not None and row[0] is not None

    def last_sent(self, contact: str, ref: str) -> LastSent | None:
        """The last message to this contact about a number; of somebody else's there is none."""
        row = self._db.writer().execute(_LAST, {"contact": contact, "number": ref}).fetchone()
        return LastSent(row[0] // 1000, notices.about(row[1])) if row else None

    def kept(self, contact: str, ref: str, nik4: str) -> Kept | None:
        """What is kept about a registration: whole on the owner's own phone, else masked and for the NIK's last four.

        The talk has counted the tries by then.
        """
        writer = self._db.writer()
        number = {"number": ref}
        row = writer.execute(_REGISTERED, number).fetchone() or writer.execute(_DISPUTED, number).fetchone()
        if row is None:
            return None
        table, id, owner, sealed, sealed_details, village = row
        person = msgspec.json.decode(self._sealer.open(f"{table}.sealed", id, bytes(sealed)), type=Person)
        own = writer.execute(_OWN, {"contact": contact}).fetchone()
        whole = owner == contact and bool(own and own[0])
        if not whole and not (nik4 and hmac.compare_digest(person.nik[-4:], nik4)):
            return None
        looked = writer.execute(_OPENED, {"number": ref, "verb": looks.OPEN}).fetchone()
        opened = int(looked[0]) if looked else 0
        if not whole:
            name = person.name[:1] + "***" if person.name else ""
            return Kept(name, nik4, HIDDEN, HIDDEN, HIDDEN, opened)
        details = self._details(id, sealed_details)
        phone = details.phone or self._phone(writer, owner)
        return Kept(person.name, person.nik[-4:], details.kk[-4:], self._village_name(village), phone[-4:], opened)

    def _details(self, id: str, sealed: Any) -> Details:
        if not sealed:
            return Details()
        return msgspec.json.decode(self._sealer.open("registrations.sealed_details", id, bytes(sealed)), type=Details)

    def _phone(self, writer: Writer, contact: str) -> str:
        row: Sequence[Any] | None = writer.execute(_PHONE, {"contact": contact}).fetchone()
        return self._sealer.open("identities.sealed", contact, bytes(row[0])).decode() if row else ""
