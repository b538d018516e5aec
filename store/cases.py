"""What a contact may hear of its registrations, and where they stand."""

import hmac
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import CompoundSelect, Connection, bindparam, func, literal_column, select, union_all, update

from bot.stages import Case, Cases, Stage
from store import objections, reports
from store.database import Database, ms
from store.ledger import GRACE, leaving_since
from store.prepared import Writer, into
from store.schema import agents, contacts, disputes, identities, registrations, tickets, tries, visits
from store.seal import Sealer

TRIES, LOCK = 3, timedelta(hours=24)
LIVE = ("open", "assigned", "scheduled")


class Person(msgspec.Struct, frozen=True, array_like=True):
    """Who a registration is for. Sealed whole."""

    nik: str
    name: str
    birth_date: str  # As stated; empty where it is the NIK's.

    def __repr__(self) -> str:
        return f"Person(..{self.nik[-4:]})"


class Details(msgspec.Struct, frozen=True):
    """What was added after the receipt. Sealed whole."""

    kk: str = ""
    phone: str = ""  # Another number than the contact's own.
    via: str = ""
    slot: str = ""
    place: str = ""
    needs: str = ""
    landmark: str = ""
    location: str = ""  # "latitude,longitude", where the person has sent it.
    checked: str = ""  # The quarterly answer: same or changed.
    checked_on: str = ""

    def __repr__(self) -> str:
        return "Details()"


@dataclass(frozen=True, slots=True)
class Found:
    """A case that a number led to."""

    case: Case
    contact: str
    nik4: str = field(repr=False)


def _known(column: str) -> CompoundSelect[Any]:
    """Registrations and disputes as one list: whoever asks cannot tell the one from the other."""
    parts = []
    for table in (registrations, disputes):
        only = {name: table.c[name] if name in table.c else literal_column("''") for name in _MORE}
        parts.append(
            select(
                literal_column(f"'{table.name}'"),
                *(table.c[name] for name in _BOTH),
                *only.values(),
                leaving_since(table),
                table.c.accepted_at,
            ).where(table.c[column] == bindparam("wanted"))
        )
    return union_all(*parts).order_by("accepted_at")


_BOTH = ("id", "ref", "contact_id", "stage", "visit_by", "sealed")
_MORE = ("village", "reason", "programme", "object_until", "regency")
_OF_CONTACT, _OF_NUMBER = _known("contact_id"), _known("ref")
_OWN = select(contacts.c.own_phone).where(contacts.c.id == bindparam("contact"))
_NUMBERED = select(identities.c.contact_id).where(
    identities.c.contact_id == bindparam("contact"), identities.c.kind == literal_column("'phone'")
)
_REGISTERED = select(registrations.c.ref, registrations.c.period).where(
    registrations.c.contact_id == bindparam("contact"), registrations.c.nik_idx == bindparam("nik")
)
_SENT = select(registrations.c.intent_id).where(registrations.c.ref == bindparam("number"))
_MISSES = (
    select(func.count())
    .select_from(tries)
    .where(tries.c.scope == bindparam("in"), tries.c.idx == bindparam("of"), tries.c.at > bindparam("since"))
)
_MISS = into(tries)
# Whoever tries takes turns: guesses of the same moment would not see each other's misses.
_MY_TURN = (
    select(contacts.c.id).where(contacts.c.id == bindparam("contact")).with_for_update(key_share=True),
    *(
        select(table.c.id).where(table.c.ref == bindparam("number")).with_for_update(key_share=True)
        for table in (registrations, disputes)
    ),
)
_TICKET = (
    select(tickets.c.id, agents.c.name)
    .join(agents, agents.c.id == tickets.c.agent_id)
    .where(
        tickets.c.case_ref == bindparam("number"),
        tickets.c.topic == literal_column("'face_verification'"),
        tickets.c.status.in_([literal_column(f"'{status}'") for status in LIVE]),
    )
)
_VISIT = (
    select(visits.c.id, visits.c.sealed, visits.c.agent_number, visits.c.day, visits.c.slot, visits.c.place)
    .where(visits.c.ticket_id == bindparam("ticket"), visits.c.outcome == literal_column("''"))
    .order_by(visits.c.created_at.desc())
)


class Registry:
    """Reads registrations for the talk. Nothing in it tells whether a NIK is known to somebody else."""

    def __init__(self, database: Database, sealer: Sealer, village_name: Callable[[str], str]) -> None:
        self._db = database
        self._sealer = sealer
        self._village_name = village_name

    def cases(self, contact: str) -> Cases:
        """All cases of a contact, oldest first; names are masked where the phone is shared."""
        writer = self._db.writer()
        own = writer.execute(_OWN, {"contact": contact}).fetchone()
        if own is None:
            return Cases()
        rows = writer.execute(_OF_CONTACT, {"wanted": contact}).fetchall()
        found = [f for f in (self._found(writer, row) for row in rows) if f.nik4]  # Nobody is behind an erased one.
        return Cases(bool(own[0]), tuple(f.case if own[0] else masked(f.case) for f in found))

    def own_case(self, contact: str, ref: str) -> Case | None:
        """A case on the phone that is its contact's own."""
        known = self.cases(contact)
        return next((case for case in known.cases if case.ref == ref), None) if known.own_phone else None

    def case(self, contact: str, ref: str, nik4: str, now: datetime) -> Case | str | None:
        """A case by its number, guarded by the NIK's last four; after three misses in a day it is "locked"."""
        scopes = [("ref", self._sealer.index("tries", ref)), ("contact", self._sealer.index("tries", contact))]
        with self._db.turn(durable=True) as writer:
            for lock in _MY_TURN:
                writer.execute(lock, {"contact": contact, "number": ref})
            for scope, idx in scopes:
                misses = writer.execute(_MISSES, {"in": scope, "of": idx, "since": ms(now - LOCK)}).fetchone()
                if misses and misses[0] >= TRIES:
                    return "locked"
            objection = objections.of_number(writer, ref)
            row = writer.execute(_OF_NUMBER, {"wanted": objection[0] if objection else ref}).fetchone()
            found = self._found(writer, row) if row else None
            if found and objection:
                found = replace(found, case=objected(found.case, objection[1]))
            if found is not None and hmac.compare_digest(found.nik4, nik4):
                return found.case if found.contact == contact else unproven(found.case)
            for scope, idx in scopes:
                writer.execute(_MISS, {"scope": scope, "idx": idx, "at": ms(now)})
        return None

    def reports(self, contact: str, now: datetime) -> int:
        """How many reports this contact has sent in the last day."""
        return reports.lately(self._db.writer(), self._sealer, contact, now)

    def filed(self, ref: str) -> str:
        """Where what has this number stands, by its name in `bot.filed`; nothing: it is not of that kind."""
        writer = self._db.writer()
        return reports.state_of(writer, ref) or objections.state_of(writer, ref)

    def nik(self, contact: str, ref: str, nik4: str) -> str:
        """The NIK of a case that this phone may ask about: by its number and last four, or on its contact's own phone.

        It is for the portal only, and nothing where the portal does not have the registration yet. No try is counted:
        the case itself was asked for before.
        """
        writer = self._db.writer()
        sent = writer.execute(_SENT, {"number": ref}).fetchone()
        if sent is None or not sent[0]:
            return ""
        row = writer.execute(_OF_NUMBER, {"wanted": ref}).fetchone()
        own = writer.execute(_OWN, {"contact": contact}).fetchone()
        if row is None:
            return ""
        table, id, _, owner, _, _, sealed, *_ = row
        nik = str(msgspec.json.decode(self._sealer.open(f"{table}.sealed", id, bytes(sealed)), type=Person).nik)
        proved = hmac.compare_digest(nik[-4:], nik4) if nik4 else owner == contact and bool(own and own[0])
        return nik if proved else ""

    def nameless(self, contact: str) -> bool:
        """Whether no number of this contact is known, but only a name of WhatsApp's."""
        return self._db.writer().execute(_NUMBERED, {"contact": contact}).fetchone() is None

    def registered(self, contact: str, nik: str, periods: Collection[str]) -> str:
        """The number under which this very contact has registered the NIK in one of these periods, or nothing."""
        mine = {"contact": contact, "nik": self._sealer.index("nik", nik)}
        rows = self._db.writer().execute(_REGISTERED, mine).fetchall()
        return next((ref for ref, period in rows if period in periods), "")

    def _found(self, writer: Writer, row: Sequence[Any]) -> Found:
        table, id, ref, contact, stage, visit_by, sealed, village, reason, programme, until, regency, leaving, _ = row
        person = msgspec.json.decode(self._sealer.open(f"{table}.sealed", id, bytes(sealed)), type=Person)
        case = Case(
            ref,
            person.name,
            Stage(stage),
            date.fromisoformat(visit_by),
            village=self._village_name(village),
            reason=reason,
            programme=programme,
            until=date.fromisoformat(until) if until else None,
            regency=regency,
        )
        if leaving is not None and case.stage is not Stage.WITHDRAWN:
            case = replace(case, leaves=leaving // 1000 + int(GRACE.total_seconds()))
        if case.stage is Stage.OBJECTED:
            case = objected(case, objections.open_of(writer, id))
        elif case.stage is Stage.NOT_ELIGIBLE:
            case = objected(case, objections.refused_of(writer, id))
        return Found(self._visited(writer, case), contact, person.nik[-4:])

    def _visited(self, writer: Writer, case: Case) -> Case:
        """With the agent and the visit, where there are any."""
        ticket = writer.execute(_TICKET, {"number": case.ref}).fetchone()
        if ticket is None:
            return case
        case = replace(case, agent=ticket[1])
        visit = writer.execute(_VISIT, {"ticket": ticket[0]}).fetchone()
        if visit is None:
            return case
        id, sealed, agent_number, day, slot, place = visit
        number = self._sealer.open("visits.sealed", id, bytes(sealed)).decode()
        planned = date.fromisoformat(day)
        return replace(case, agent_number=agent_number, visit_number=number, day=planned, slot=slot, place=place)


def objected(case: Case, stands: objections.Stands | None) -> Case:
    """With the objection that is being looked into, or that was asked for by its own number."""
    if stands is None:
        return case
    return replace(case, objection=stands.ref, standing=stands.standing.value, answer_by=stands.answer_by)


def masked(case: Case) -> Case:
    """As a phone that several people use may show it: no name."""
    return replace(case, name=case.name[:1] + "***" if case.name else "")


def unproven(case: Case) -> Case:
    """As another phone may show it: without the numbers that prove a visit, for an agent knows the NIK's last four."""
    return replace(case, agent_number="", visit_number="")


def set_stage(connection: Connection, ref: str, stage: Stage, now: datetime, **more: str) -> None:
    """Where a registration or a dispute stands from now on."""
    changed = connection.execute(
        update(registrations).where(registrations.c.ref == ref).values(stage=stage, stage_at=ms(now), **more)
    )
    if not changed.rowcount:
        connection.execute(update(disputes).where(disputes.c.ref == ref).values(stage=stage))
