"""A registration that lapsed, taken up again: the same number, a new consent, a new visit, and a new intent."""

import msgspec
from sqlalchemy import bindparam, literal_column, select, update

from bot.effects import RenewRegistration
from bot.messages import Text
from bot.stages import Stage
from handoff.tickets import LIVE, Topic
from store.cases import Person
from store.database import ms
from store.ledger import note_consent
from store.messages import Messages
from store.opening import Cause, new_reference, open_ticket
from store.outbox import enqueue
from store.prepared import Executor
from store.schema import registrations, tickets
from store.seal import Sealer

ABOUT = "renewal"  # What people's ticket is about where somebody else has registered the NIK meanwhile.

_LAPSED = (
    select(
        registrations.c.id,
        registrations.c.nik_idx,
        registrations.c.village,
        registrations.c.district,
        registrations.c.sealed,
        registrations.c.renewed,
    )
    .where(
        registrations.c.ref == bindparam("number"),
        registrations.c.contact_id == bindparam("contact"),
        registrations.c.stage == literal_column(f"'{Stage.EXPIRED.value}'"),
    )
    .with_for_update()
)
_TAKEN = select(registrations.c.id).where(
    registrations.c.period == bindparam("season"),
    registrations.c.nik_idx == bindparam("nik"),
    registrations.c.id != bindparam("row"),
)
_RENEW = (
    update(registrations)
    .where(registrations.c.id == bindparam("row"))
    .values(
        period=bindparam("season"),
        stage=literal_column(f"'{Stage.RECEIVED.value}'"),
        stage_at=bindparam("now"),
        visit_by=bindparam("due"),
        intent_id=literal_column("NULL"),
        sealed_intent=literal_column("NULL"),
        renewed=bindparam("count"),
    )
)
_VISITING = select(tickets.c.id).where(
    tickets.c.case_ref == bindparam("number"),
    tickets.c.topic == literal_column(f"'{Topic.FACE_VERIFICATION.value}'"),
    tickets.c.status.in_([literal_column(f"'{status}'") for status in sorted(LIVE)]),
)


def renew(
    connection: Executor, sealer: Sealer, messages: Messages, effect: RenewRegistration, cause: Cause, period: str
) -> None:
    """Once, however often it is asked for: a registration that goes on is left as it is."""
    ref = str(effect.ref)
    row = connection.execute(_LAPSED, {"number": ref, "contact": cause.contact}).fetchone()
    if row is None:
        return
    id, nik, village, district, sealed, renewed = row
    note_consent(connection, ref, effect.consent, cause)
    due = effect.visit_by.isoformat()
    place = {"case_ref": ref, "about": "", "village": village, "district": district, "due": due}
    if connection.execute(_TAKEN, {"season": period, "nik": bytes(nik), "row": id}).fetchone():
        open_ticket(connection, cause, new_reference(), Topic.QUESTION, **place | {"about": ABOUT, "village": ""})
        return
    count = renewed + 1
    connection.execute(_RENEW, {"row": id, "season": period, "now": ms(cause.now), "due": due, "count": count})
    enqueue(connection, f"submit:{ref}:{count}", "portal.submit", id, cause.now)
    if connection.execute(_VISITING, {"number": ref}).fetchone() is None:
        open_ticket(connection, cause, new_reference(), Topic.FACE_VERIFICATION, **place)
    person = msgspec.json.decode(sealer.open("registrations.sealed", id, bytes(sealed)), type=Person)
    values = {"name": person.name or Text("name.unknown"), "ref": effect.ref.shown, "date": effect.visit_by}
    told = Text("evt.registered", values)
    messages.post(connection, cause.contact, told, f"renewed:{ref}:{count}", ref, cause.now, asked=True)
