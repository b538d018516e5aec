"""The contact behind a phone's number; one that is only spoken of, and has never called, becomes a contact too."""

import uuid

from sqlalchemy import bindparam, select

from bot.session import Session, dumps
from store.database import ms
from store.opening import Cause
from store.prepared import Executor, into
from store.schema import contacts, identities, sessions
from store.seal import Sealer

PHONE = "phone"

_KNOWN = select(identities.c.contact_id).where(
    identities.c.kind == bindparam("kind"), identities.c.idx == bindparam("idx")
)
_CONTACT, _IDENTITY, _SESSION = into(contacts), into(identities), into(sessions)


def contact_of(connection: Executor, sealer: Sealer, phone: str, cause: Cause) -> str:
    """Its id. Whoever is new hears from us in the language of the talk, and chooses one with the first call."""
    idx = sealer.index(PHONE, phone)
    known = connection.execute(_KNOWN, {"kind": PHONE, "idx": idx}).fetchone()
    if known:
        return str(known[0])
    id = new_contact(connection, cause)
    sealed = sealer.seal("identities.sealed", id, phone.encode())
    connection.execute(_IDENTITY, {"kind": PHONE, "idx": idx, "contact_id": id, "sealed": sealed})
    body = sealer.seal("sessions.sealed", id, dumps(Session()))
    connection.execute(_SESSION, {"contact_id": id, "version": 1, "sealed": body, "updated_at": ms(cause.now)})
    return id


def new_contact(connection: Executor, cause: Cause) -> str:
    """Somebody who has no phone: nothing is ever sent to them."""
    id = uuid.uuid4().hex
    now = ms(cause.now)
    own = {"own_phone": 0, "channel": "sms", "wrote_at": 0, "opted_out_at": None}
    connection.execute(_CONTACT, {"id": id, "language": cause.language, "created_at": now} | own)
    return id
