"""The visit of a case as its own phone sees it, and what the citizen makes of it: another time, or a complaint."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, update

from bot.areas import Gazetteer
from bot.effects import ChangeVisit, HeardOfVisit
from bot.identity import Reference
from bot.messages import Text, Value
from bot.visits import Heard, Visit
from handoff.tickets import LIVE, VERIFIED, Move, Outcome, Place, Slot, Status, Topic
from handoff.tickets import Visit as Planned
from store.agent_news import contact
from store.cases import Person
from store.database import Database, ms
from store.messages import Messages
from store.opening import Cause, open_ticket
from store.prepared import Executor, into
from store.schema import agents, disputes, registrations, ticket_events, tickets, visits
from store.seal import Sealer
from store.sessions import Conflict
from store.ticket_effects import appointment, hall
from store.ticket_history import CITIZEN, HEARD
from store.visits import NUMBER, REPLACED, agent_number, visit_number

# Outcomes by which an agent says that the two have met, and about which nobody needs to be spared the question.
SAYS_MET = VERIFIED | {Outcome.DATA_DIFFERS, Outcome.NEEDS_DUKCAPIL, Outcome.NOT_RESIDENT}

_MINE = (
    tickets.c.case_ref == bindparam("number"),
    tickets.c.topic == bindparam("kind"),
    tickets.c.contact_id == bindparam("contact"),
)
_COLUMNS = ("id", "status", "outcome", "version", "due", "village", "district", "agent_id")
_TICKET = (
    select(*(tickets.c[name] for name in _COLUMNS), agents.c.name)
    .outerjoin(agents, agents.c.id == tickets.c.agent_id)
    .where(*_MINE)
    .order_by(tickets.c.created_at.desc())
)
_LOCKED = select(tickets.c.id).where(*_MINE).with_for_update()
_LATEST_VISIT = (
    select(visits.c.outcome, visits.c.day, visits.c.slot, visits.c.place, visits.c.created_at)
    .where(visits.c.ticket_id == bindparam("ticket"))
    .order_by(visits.c.created_at.desc())
)
_HEARD = select(ticket_events.c.id).where(
    ticket_events.c.ticket_id == bindparam("ticket"),
    ticket_events.c.what == bindparam("heard"),
    ticket_events.c.at >= bindparam("since"),
)
_COMPLAINTS = select(tickets.c.ref, tickets.c.about, tickets.c.status).where(*_MINE)
_MOVE = (
    update(tickets)
    .where(tickets.c.id == bindparam("ticket"))
    .values(version=bindparam("next"), changed_at=bindparam("now"))
)
_CLOSE = (
    update(visits)
    .where(visits.c.ticket_id == bindparam("ticket"), visits.c.outcome == bindparam("nothing"))
    .values(outcome=bindparam("ended"), done_at=bindparam("now"))
)
_NAMED = {
    table.name: select(table.c.id, table.c.sealed).where(table.c.ref == bindparam("number"))
    for table in (registrations, disputes)
}
_PLAN, _EVENT = into(visits), into(ticket_events)


class CitizenVisits:
    """Reads and moves visits for the talk. Who may speak of a case, the talk has found out before."""

    def __init__(self, database: Database, sealer: Sealer, messages: Messages, areas: Gazetteer) -> None:
        self._db = database
        self._sealer = sealer
        self._messages = messages
        self._areas = areas

    def of(self, contact: str, ref: str) -> Visit | None:
        """The visit of a case of this very contact; None where there is none that could be spoken of."""
        connection = self._db.writer()
        row = connection.execute(_TICKET, _mine(ref, contact)).fetchone()
        if row is None:
            return None
        id, status, outcome, version, due, village, district, _, agent = row
        ended = status == Status.RESOLVED and outcome in SAYS_MET
        if status not in LIVE and not ended:
            return None
        seen = Visit(
            version, date.fromisoformat(due), agent or "", ended=ended, complaint=_complaint(connection, ref, contact)
        )
        last = connection.execute(_LATEST_VISIT, {"ticket": id}).fetchone()
        if last is None:
            return seen
        came_to, day, slot, place, planned_at = last
        said = {"ticket": id, "heard": HEARD, "since": planned_at}
        seen = replace(seen, heard=connection.execute(_HEARD, said).fetchone() is not None)
        if came_to or not day:
            return seen
        where = hall(self._areas, village, district)
        return replace(seen, day=date.fromisoformat(day), slot=slot, place=place, village=where)

    def change(self, connection: Executor, effect: ChangeVisit, cause: Cause) -> None:
        """Plan it anew, with new numbers. Conflict where it is no longer as the person saw it: the turn looks again."""
        mine = _mine(str(effect.case), cause.contact)
        connection.execute(_LOCKED, mine).fetchall()
        row = connection.execute(_TICKET, mine).fetchone()
        if row is None or row[1] != Status.SCHEDULED or row[3] != effect.version:
            raise Conflict
        id, _, _, version, _, village, district, agent_id, agent = row
        place = connection.execute(_LATEST_VISIT, {"ticket": id}).fetchone()[3]
        planned = Planned(effect.day, Slot(effect.slot), Place(place), agent_number())
        at, new, number = ms(cause.now), uuid.uuid4().hex, visit_number()
        connection.execute(_MOVE, {"ticket": id, "next": version + 1, "now": at})
        connection.execute(_CLOSE, {"ticket": id, "nothing": "", "ended": REPLACED, "now": at})
        values = {
            "id": new,
            "ticket_id": id,
            "agent_id": agent_id,
            "day": planned.day.isoformat(),
            "slot": planned.slot.value,
            "place": planned.place.value,
            "agent_number": planned.agent_number,
            "sealed": self._sealer.seal(NUMBER, new, number.encode()),
            "tries": 0,
            "outcome": "",
            "sealed_note": None,
            "created_at": at,
            "done_at": None,
        }
        connection.execute(_PLAN, values)
        _note(connection, id, Move.SCHEDULE, f"{planned.day} {planned.slot} {planned.place}", cause)
        said = appointment(effect.case.shown, agent, planned, hall(self._areas, village, district))
        for sentence, key, more in (("evt.scheduled", "scheduled", {}), ("evt.codes", "codes", {"ccode": number})):
            told = Text(sentence, said | more)
            self._messages.post(connection, cause.contact, told, f"{key}:{new}", str(effect.case), cause.now)
        if agent_id and (to := contact(connection, self._sealer, agent_id, cause.now)):
            desa = hall(self._areas, village, district)
            moved = said | {"name": self._first_name(connection, effect.case), "desa": desa}
            moved |= {"place": Text(f"ag.place.{place}")}
            self._messages.post(
                connection, to, Text("ag.visit_changed", moved), f"moved:{new}", str(effect.case), cause.now
            )

    def _first_name(self, connection: Executor, case: Reference) -> Value:
        """As in the agent's list."""
        for table, found in _NAMED.items():
            row = connection.execute(found, {"number": str(case)}).fetchone()
            if row is not None:
                opened = self._sealer.open(f"{table}.sealed", row[0], bytes(row[1]))
                name = msgspec.json.decode(opened, type=Person).name.title().partition(" ")[0]
                return name or Text("name.unknown")
        return Text("name.unknown")

    def heard(self, connection: Executor, effect: HeardOfVisit, cause: Cause) -> None:
        """Keep what the citizen says. A complaint has no village: so it goes to the coordinator, past the agent."""
        row = connection.execute(_TICKET, _mine(str(effect.case), cause.contact)).fetchone()
        if row is None:
            return
        id, district = row[0], row[6]
        _note(connection, id, HEARD, effect.heard, cause)
        if effect.complaint and effect.due:
            about = {"case_ref": str(effect.case), "about": str(effect.heard), "village": "", "district": district}
            due = effect.due.isoformat()
            open_ticket(connection, cause, effect.complaint, Topic.QUESTION, due=due, **about)


def _mine(ref: str, contact: str, topic: Topic = Topic.FACE_VERIFICATION) -> dict[str, str]:
    return {"number": ref, "kind": topic.value, "contact": contact}


def _complaint(connection: Executor, ref: str, contact: str) -> str:
    """The number of a complaint about the visit that somebody is looking into."""
    rows: Sequence[Any] = connection.execute(_COMPLAINTS, _mine(ref, contact, Topic.QUESTION)).fetchall()
    return next((number for number, about, status in rows if about in set(Heard) and status in LIVE), "")


def _note(connection: Executor, ticket: str, what: str, detail: str, cause: Cause) -> None:
    done = {"actor": CITIZEN, "what": str(what), "detail": detail, "channel": cause.channel}
    event = {"ticket_id": ticket, "at": ms(cause.now), **done}
    connection.execute(_EVENT, event)
