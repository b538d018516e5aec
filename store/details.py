"""What is added to a registration after its receipt; the portal hears of it with the intent, or in an amendment."""

import uuid
from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, select, update

from store.cases import Details
from store.outbox import enqueue
from store.prepared import Executor
from store.schema import registrations, tickets
from store.seal import Sealer

PLACE = "registrations.sealed_details"
OURS = frozenset({"location"})  # For the agent alone: the portal has no use for it and is not told.

_DETAILS = (
    select(registrations.c.id, registrations.c.sealed_details, registrations.c.kk_idx, registrations.c.intent_id)
    .where(registrations.c.ref == bindparam("number"), registrations.c.contact_id == bindparam("contact"))
    .with_for_update()  # The portal's number may not come in between: then nobody would tell the portal.
)
_DETAIL = (
    update(registrations)
    .where(registrations.c.id == bindparam("row"))
    .values(sealed_details=bindparam("details"), kk_idx=bindparam("kk"))
)
_SLOT = (
    update(tickets)
    .where(tickets.c.case_ref == bindparam("number"), tickets.c.topic == bindparam("kind"))
    .values(slot=bindparam("wish"))
)


def complete(
    connection: Executor, sealer: Sealer, ref: str, contact: str, changes: Mapping[str, str], now: datetime
) -> None:
    """Change details of this contact's own registration. Of a dispute nothing is kept: people ask again."""
    row = connection.execute(_DETAILS, {"number": ref, "contact": contact}).fetchone()
    if row is None:
        return
    id, sealed, kk, intent = row
    before = msgspec.json.decode(sealer.open(PLACE, id, bytes(sealed)), type=Details) if sealed else Details()
    after = msgspec.structs.replace(before, **changes)
    if "kk" in changes:
        kk = sealer.index("kk", changes["kk"])
    details = sealer.seal(PLACE, id, msgspec.json.encode(after))
    connection.execute(_DETAIL, {"row": id, "details": details, "kk": kk})
    if slot := changes.get("slot"):
        connection.execute(_SLOT, {"number": ref, "kind": "face_verification", "wish": slot})
    if intent and not OURS.issuperset(changes):
        enqueue(connection, f"amend:{uuid.uuid4().hex}", "portal.amend", id, now)
