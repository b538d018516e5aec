"""Reports of wrongdoing: kept sealed, routed around whoever they may be about, and capped for each phone and day."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, bindparam, func, literal_column, select

from bot.effects import FileReport
from handoff.tickets import Move, Status, Topic
from store.database import ms
from store.opening import Cause, open_ticket
from store.prepared import Executor, into
from store.schema import agents, disputes, registrations, reports, ticket_events, tickets, tries, visits
from store.seal import Sealer

SCOPE, DAY = "report", timedelta(days=1)
PLACE = "reports.sealed"
MOST_ACCUSED = 12  # So many ids fit into a ticket's column.
RECENT = timedelta(days=90)  # So old a visit may be whose agent number is reported.

_REPORT, _TRY = into(reports), into(tries)
_MINE = tuple(
    select(table.c.ref).where(table.c.contact_id == bindparam("contact")) for table in (registrations, disputes)
)
_LATEST = (
    select(registrations.c.district)
    .where(registrations.c.contact_id == bindparam("contact"))
    .order_by(registrations.c.accepted_at.desc())
)
# Whoever has or had a case in hand; not those who gave it to somebody else, nor who answered a question about it.
_HANDLING = tuple(
    found.where(tickets.c.case_ref == bindparam("number"), tickets.c.topic != literal_column(f"'{Topic.QUESTION}'"))
    for found in (
        select(tickets.c.agent_id),
        select(visits.c.agent_id).join(tickets, tickets.c.id == visits.c.ticket_id),
        select(agents.c.id)
        .join(ticket_events, ticket_events.c.actor == agents.c.id)
        .join(tickets, tickets.c.id == ticket_events.c.ticket_id)
        .where(ticket_events.c.what != literal_column(f"'{Move.ASSIGN}'")),
    )
)
_SHOWING = (
    select(visits.c.agent_id)
    .join(tickets, tickets.c.id == visits.c.ticket_id)
    .where(
        visits.c.agent_number == bindparam("shown"),
        visits.c.created_at > bindparam("since"),
        tickets.c.regency == bindparam("in"),
    )
    .order_by(visits.c.created_at.desc())
)
_CARD = select(agents.c.id).where(agents.c.badge == bindparam("shown"), agents.c.regency == bindparam("in"))
_TICKET = (
    select(tickets.c.status).join(reports, reports.c.ref == tickets.c.ref).where(reports.c.ref == bindparam("number"))
)
_LATELY = (
    select(func.count())
    .select_from(tries)
    .where(tries.c.scope == bindparam("in"), tries.c.idx == bindparam("of"), tries.c.at > bindparam("since"))
)


class Said(msgspec.Struct, frozen=True, array_like=True):
    """What a report says. Sealed whole."""

    agent_number: str
    statement: str

    def __repr__(self) -> str:
        return "Said()"


def file_report(connection: Executor, sealer: Sealer, effect: FileReport, cause: Cause) -> None:
    """The report, its ticket, and one more for the day's count; of an anonymous one, nothing leads to the contact."""
    district = home_of(connection, cause, effect.district)
    counted = cause
    if effect.anonymous:  # Rows of the same millisecond would lead from the report to the talk.
        cause = replace(cause, now=cause.now.replace(minute=0, second=0, microsecond=0))
    contact = "" if effect.anonymous else cause.contact
    id = uuid.uuid4().hex
    said = msgspec.json.encode(Said(effect.agent_number, effect.statement))
    values = {
        "id": id,
        "ref": str(effect.ref),
        "kind": effect.kind,
        "contact_id": contact,
        "regency": district[:4],
        "language": cause.language,
        "channel": cause.channel,
        "sealed": sealer.seal(PLACE, id, said),
        "created_at": ms(cause.now),
    }
    connection.execute(_REPORT, values)
    open_ticket(
        connection,
        cause,
        effect.ref,
        "report",
        contact_id=contact,
        about=effect.kind,
        village="",  # It would tell the accused's neighbours who has spoken.
        district=district,
        due=effect.due.isoformat(),
        accused=_listed(_accused(connection, effect, cause, district[:4])),
    )
    count(connection, sealer, counted)


def count(connection: Executor, sealer: Sealer, cause: Cause) -> None:
    """One more for this phone today."""
    idx = sealer.index("tries", cause.contact)
    connection.execute(_TRY, {"scope": SCOPE, "idx": idx, "at": ms(cause.now)})


def lately(connection: Executor, sealer: Sealer, contact: str, now: datetime) -> int:
    """How many this phone has sent in the last day."""
    since = ms(now - DAY)
    found = connection.execute(_LATELY, {"in": SCOPE, "of": sealer.index("tries", contact), "since": since}).fetchone()
    return int(found[0])


def home_of(connection: Executor, cause: Cause, otherwise: str) -> str:
    """The district where the person has registered, else what the talk says."""
    latest = connection.execute(_LATEST, {"contact": cause.contact}).fetchone()
    return str(latest[0]) if latest else otherwise


def _accused(connection: Executor, effect: FileReport, cause: Cause, regency: str) -> list[str]:
    """Whom it may be about: who showed that number lately, and who has or had this phone's cases in hand."""
    found: list[str | None] = []
    if effect.agent_number:
        shown = {"shown": effect.agent_number, "since": ms(cause.now - RECENT), "in": regency}
        found += [row[0] for row in connection.execute(_SHOWING, shown).fetchall()]
        card = {"shown": effect.agent_number, "in": regency}
        found += [row[0] for row in connection.execute(_CARD, card).fetchall()]
    for mine in _MINE:
        for (ref,) in connection.execute(mine, {"contact": cause.contact}).fetchall():
            for handling in _HANDLING:
                found += [row[0] for row in connection.execute(handling, {"number": ref}).fetchall()]
    return [id for id in dict.fromkeys(found) if id]


def _listed(ids: list[str]) -> str:
    """As the ticket's column holds them: between spaces, so that one can be looked for."""
    return f" {' '.join(ids[:MOST_ACCUSED])} " if ids else ""


def state_of(connection: Executor, ref: str) -> str:
    """Where a report stands, by its ticket; empty: no report has this number."""
    row = connection.execute(_TICKET, {"number": ref}).fetchone()
    if row is None:
        return ""
    match Status(row[0]):
        case Status.OPEN:
            return "report.received"
        case Status.ASSIGNED | Status.SCHEDULED:
            return "report.in_hand"
        case Status.RESOLVED | Status.CANCELLED:
            return "report.closed"


def said_in(connection: Connection, sealer: Sealer, ref: str) -> tuple[str, ...]:
    """What a report says, for those who look into it."""
    row = connection.execute(select(reports.c.id, reports.c.sealed).where(reports.c.ref == ref)).first()
    if row is None:
        return ()
    said = msgspec.json.decode(sealer.open(PLACE, row.id, row.sealed), type=Said)
    number = f"Nomor agen yang disebut: {said.agent_number}" if said.agent_number else ""
    return tuple(filter(None, (number, said.statement)))
