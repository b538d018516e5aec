"""Objections as the talk leaves and finds them: sealed, one open for each case, with a ticket and a message."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
from sqlalchemy import Connection, bindparam, literal_column, select, update

from bot.effects import AddToObjection, FileObjection, WithdrawObjection
from bot.filed import OPEN, Standing
from bot.messages import Text, Value
from bot.stages import Stage
from handoff.tickets import Status, Topic
from store import reports
from store.database import ms
from store.ledger import cancel_tickets, note_consent
from store.messages import Messages
from store.opening import Cause, open_ticket
from store.outbox import enqueue
from store.prepared import Executor, into
from store.schema import contacts, objections, registrations, tickets
from store.seal import Sealer

PLACE = "objections.sealed"
NOTES = 10  # So many statements are kept with one objection, the first among them.
IS_OPEN = (
    objections.c.standing.in_([literal_column(f"'{standing}'") for standing in sorted(OPEN)]),
    objections.c.joins == literal_column("''"),
)

_FILE = into(objections)
# The lock first: two phones that object in the same moment would not see each other.
_CASE = (
    select(
        registrations.c.id,
        registrations.c.ref,
        registrations.c.contact_id,
        registrations.c.village,
        registrations.c.district,
        registrations.c.regency,
        contacts.c.own_phone,
        registrations.c.reason,
        registrations.c.programme,
    )
    .join(contacts, contacts.c.id == registrations.c.contact_id)
    .where(registrations.c.ref == bindparam("number"))
    .with_for_update(of=registrations)
)
_OBJECTED = (
    update(registrations)
    .where(registrations.c.id == bindparam("row"))
    .values(stage=bindparam("now_at"), stage_at=bindparam("since"))
)
_NUMBERED = select(
    objections.c.id,
    objections.c.whose,
    objections.c.registration_id,
    objections.c.standing,
    objections.c.answer_by,
    objections.c.joins,
    objections.c.case_ref,
    objections.c.sealed,
).where(objections.c.ref == bindparam("number"))
_OPEN = (
    select(objections.c.ref, objections.c.standing, objections.c.answer_by)
    .where(objections.c.registration_id == bindparam("registration"), *IS_OPEN)
    .order_by(objections.c.created_at)
)
_LATEST = (
    select(objections.c.ref, objections.c.standing, objections.c.answer_by)
    .where(objections.c.registration_id == bindparam("registration"), objections.c.joins == literal_column("''"))
    .order_by(objections.c.created_at.desc())
)
_WITHDRAWN = (
    update(objections)
    .where(objections.c.id == bindparam("row"))
    .values(standing=bindparam("now_at"), standing_at=bindparam("since"))
)
_SAY = update(objections).where(objections.c.id == bindparam("row")).values(sealed=bindparam("said"))
_TICKET = select(tickets.c.status).where(
    tickets.c.ref == bindparam("number"), tickets.c.topic == literal_column(f"'{Topic.OBJECTION}'")
)


@dataclass(frozen=True, slots=True)
class Stands:
    """An objection as its case shows it."""

    ref: str
    standing: Standing
    answer_by: date


def file_objection(
    connection: Executor, sealer: Sealer, messages: Messages, effect: FileObjection, cause: Cause
) -> None:
    """The objection with all that follows. A second one about the same case joins the open one under its own number."""
    case = connection.execute(_CASE, {"number": effect.case}).fetchone() if effect.case else None
    if case is None:
        # What no portal can take. Without a village it goes to the coordinator, whom no neighbour knows.
        district = effect.district if effect.village else reports.home_of(connection, cause, effect.district)
        _keep(connection, sealer, effect, cause, None, district[:4], "")
        _open(connection, effect, cause, "", effect.village, district)
        reports.count(connection, sealer, cause)
        return
    id, ref, owner, village, district, regency, own_phone, *_ = case
    known = connection.execute(_OPEN, {"registration": id}).fetchone()
    row = _keep(connection, sealer, effect, cause, id, regency, known[0] if known else "")
    if known:
        return
    connection.execute(_OBJECTED, {"row": id, "now_at": Stage.OBJECTED.value, "since": ms(cause.now)})
    _open(connection, effect, cause, ref, village, district)
    enqueue(connection, f"objection:{effect.ref}", "portal.objection", row, cause.now)
    _tell(connection, messages, effect, cause, (owner, ref, bool(own_phone)))


def add_to_objection(connection: Executor, sealer: Sealer, effect: AddToObjection) -> None:
    """More words, for those who look into it."""
    row = connection.execute(_NUMBERED, {"number": str(effect.ref)}).fetchone()
    if row is None:
        return
    id, sealed = row[0], row[-1]
    first, *more = statements(sealer, id, sealed) or [""]
    said = [first, *more[-(NOTES - 2) :], effect.statement]
    connection.execute(_SAY, {"row": id, "said": sealer.seal(PLACE, id, msgspec.json.encode(said))})


def withdraw(connection: Executor, effect: WithdrawObjection, cause: Cause) -> None:
    """Its owner takes it back. The case is where it was, as far as we know; the portal's own word follows by a job."""
    row = connection.execute(_NUMBERED, {"number": str(effect.ref)}).fetchone()
    if row is None or row[2] is None or row[3] not in OPEN:
        return
    case = connection.execute(_CASE, {"number": row[6]}).fetchone()
    if case is None or case[2] != cause.contact:
        return
    note_consent(connection, str(effect.ref), effect.consent, cause)
    connection.execute(_WITHDRAWN, {"row": row[0], "now_at": Standing.WITHDRAWN.value, "since": ms(cause.now)})
    before = stage_before(bool(case[7]), bool(case[8]))
    connection.execute(_OBJECTED, {"row": case[0], "now_at": before.value, "since": ms(cause.now)})
    cancel_tickets(connection, str(effect.ref), cause.now)
    enqueue(connection, f"objection_withdraw:{effect.ref}", "portal.objection_undo", row[0], cause.now)


def stage_before(refused: bool, paid: bool) -> Stage:
    """Where a case was before somebody objected: a refusal has its reason, and aid its programme."""
    return Stage.NOT_ELIGIBLE if refused else Stage.ELIGIBLE if paid else Stage.FINAL


def refused_of(connection: Executor, registration: str) -> Stands | None:
    """The latest objection about this registration, if the portal has refused it."""
    row = connection.execute(_LATEST, {"registration": registration}).fetchone()
    if row is None or row[1] != Standing.REFUSED:
        return None
    return Stands(row[0], Standing.REFUSED, date.fromisoformat(row[2]))


def open_of(connection: Executor, registration: str) -> Stands | None:
    """The objection about this registration that is being looked into."""
    row = connection.execute(_OPEN, {"registration": registration}).fetchone()
    return Stands(row[0], Standing(row[1]), date.fromisoformat(row[2])) if row else None


def of_number(connection: Executor, ref: str) -> tuple[str, Stands] | None:
    """The number of the case that an objection is about, and how the objection stands."""
    row = connection.execute(_NUMBERED, {"number": ref}).fetchone()
    if row is None or row[2] is None:
        return None
    first = connection.execute(_NUMBERED, {"number": row[5]}).fetchone() if row[5] else row
    return str(row[6]), Stands(ref, Standing(first[3]), date.fromisoformat(first[4]))


def state_of(connection: Executor, ref: str) -> str:
    """Where an objection that people decide stands, by its name in `bot.filed`; empty: the number is of none."""
    row = connection.execute(_NUMBERED, {"number": ref}).fetchone()
    if row is None or row[2] is not None:
        return ""
    ticket = connection.execute(_TICKET, {"number": ref}).fetchone()
    match Status(ticket[0]) if ticket else Status.OPEN:
        case Status.OPEN:
            return "objection.received"
        case Status.ASSIGNED | Status.SCHEDULED:
            return "objection.in_hand"
        case Status.RESOLVED | Status.CANCELLED:
            return "objection.closed"


def said_in(connection: Connection, sealer: Sealer, ref: str) -> tuple[str, ...]:
    """All that was said in an objection, and in those that joined it."""
    mine = (objections.c.ref == ref) | (objections.c.joins == ref)
    rows = connection.execute(
        select(objections.c.id, objections.c.sealed).where(mine).order_by(objections.c.created_at)
    )
    return tuple(said for row in rows for said in statements(sealer, row.id, row.sealed) if said)


def _keep(
    connection: Executor,
    sealer: Sealer,
    effect: FileObjection,
    cause: Cause,
    case: str | None,
    regency: str,
    joins: str,
) -> str:
    id = uuid.uuid4().hex
    values = {
        "id": id,
        "ref": str(effect.ref),
        "whose": effect.whose,
        "ground": effect.ground,
        "registration_id": case or None,
        "case_ref": effect.case if case else "",
        "contact_id": cause.contact,
        "regency": regency,
        "language": cause.language,
        "channel": cause.channel,
        "standing": Standing.RECEIVED.value,
        "joins": joins,
        "answer_by": effect.answer_by.isoformat(),
        "portal_id": None,
        "sealed": sealer.seal(PLACE, id, msgspec.json.encode([effect.statement])),
        "created_at": ms(cause.now),
        "standing_at": ms(cause.now),
    }
    connection.execute(_FILE, values)
    return id


def _open(connection: Executor, effect: FileObjection, cause: Cause, case: str, village: str, district: str) -> None:
    open_ticket(
        connection,
        cause,
        effect.ref,
        "objection",
        case_ref=case,
        about=effect.ground or effect.whose,
        village=village,
        district=district,
        due=effect.due.isoformat(),
    )


def _tell(
    connection: Executor, messages: Messages, effect: FileObjection, cause: Cause, whom: tuple[str, str, bool]
) -> None:
    """Whoever registered hears of it on that phone, in words that fit it; another phone that filed it, too."""
    owner, case, own_phone = whom
    values: dict[str, Value] = {"obj": effect.ref.shown, "date": effect.answer_by}
    frank, neutral = Text("evt.obj_received", values), Text("evt.obj_received_private", values)
    asked = owner == cause.contact
    told = frank if own_phone else neutral
    messages.post(connection, owner, told, f"obj_received:{effect.ref}", case, cause.now, asked=asked)
    if not asked:
        messages.post(
            connection, cause.contact, neutral, f"obj_filed:{effect.ref}", str(effect.ref), cause.now, asked=True
        )


def statements(sealer: Sealer, id: str, sealed: bytes) -> Sequence[str]:
    """All that was said, the first words first; nothing where they were erased."""
    said = sealer.open(PLACE, id, bytes(sealed))
    return msgspec.json.decode(said, type=list[str]) if said.startswith(b"[") else ()  # Erased: it holds nothing.
