"""Reads tickets for staff: one statement brings a ticket with its visit, its holder and the person that it is for."""

from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, and_, select

from bot.areas import Gazetteer
from bot.effects import FilledBy
from bot.updates import Kind
from handoff.desk import changes
from handoff.desk.ports import Card
from handoff.routing import regency
from handoff.tickets import Need, Outcome, Place, Slot, Status, Ticket, Topic, Visit
from store import objections, reports
from store.cases import Details, Person
from store.schema import agents, disputes, identities, registrations, tickets, updates, visits
from store.seal import Sealer

Found = Row[Any]


def select_tickets() -> Select[Any]:
    """Tickets with all that a card shows, and what a move needs to know; one row for each."""
    # The open visit of a live ticket has no outcome yet either; the one that ended a ticket has the ticket's.
    current = and_(visits.c.ticket_id == tickets.c.id, visits.c.outcome == tickets.c.outcome)
    return (
        select(
            tickets,
            agents.c.name.label("agent_name"),
            visits.c.id.label("visit_id"),
            visits.c.day.label("visit_day"),
            visits.c.slot.label("visit_slot"),
            visits.c.place.label("visit_place"),
            visits.c.agent_number,
            visits.c.sealed.label("visit_number"),
            visits.c.tries,
            visits.c.sealed_note,
            registrations.c.id.label("registration_id"),
            registrations.c.sealed.label("registered"),
            registrations.c.sealed_details,
            registrations.c.channel,
            registrations.c.notes,
            registrations.c.filled_by,
            registrations.c.stage,
            disputes.c.id.label("dispute_id"),
            disputes.c.sealed.label("disputed"),
            disputes.c.stage.label("dispute_stage"),
            identities.c.sealed.label("number"),
        )
        .select_from(tickets)
        .outerjoin(agents, agents.c.id == tickets.c.agent_id)
        .outerjoin(visits, current)
        .outerjoin(registrations, registrations.c.ref == tickets.c.case_ref)
        .outerjoin(disputes, disputes.c.ref == tickets.c.case_ref)
        .outerjoin(identities, and_(identities.c.contact_id == tickets.c.contact_id, identities.c.kind == "phone"))
    )


def remarks_of(row: Found) -> tuple[str, ...]:
    """What an agent should look at: what was odd in the talk, who was not there to agree, and who else has the NIK."""
    odd = tuple((row.notes or "").split())
    absent = (row.filled_by,) if row.filled_by in (FilledBy.FAMILY_ABSENT, FilledBy.ASSISTANT) else ()
    if row.topic == Topic.REPORT:
        return (row.about,) if row.contact_id else (row.about, "anonymous")
    if row.topic == Topic.OBJECTION:
        return (f"objection_{row.about}", *odd)
    about = (row.about,) if row.about and row.about != "dispute" else ()
    return about + odd + absent + (("dispute",) if row.dispute_id else ())


def ticket_of(row: Found) -> Ticket:
    """The ticket as the rules know it."""
    return Ticket(
        id=row.id,
        ref=row.ref,
        topic=Topic(row.topic),
        village=row.village,
        district=row.district,
        due=date.fromisoformat(row.due),
        language=row.language,
        status=Status(row.status),
        outcome=Outcome(row.outcome) if row.outcome else None,
        proven=bool(row.proven),
        agent_id=row.agent_id,
        visit=_visit(row),
        attempts=row.attempts,
        version=row.version,
        accused=frozenset(row.accused.split()),
    )


def _visit(row: Found) -> Visit | None:
    if not row.visit_day:
        return None
    day = date.fromisoformat(row.visit_day)
    return Visit(day, Slot(row.visit_slot), Place(row.visit_place), row.agent_number)


class Cards:
    """Opens rows as far as staff may see them."""

    def __init__(self, sealer: Sealer, areas: Gazetteer) -> None:
        self._sealer = sealer
        self._areas = areas

    def card(self, row: Found) -> Card:
        ticket, person, details = ticket_of(row), self._person(row), self._details(row)
        visit = ticket.visit
        return Card(
            id=ticket.id,
            ref=ticket.ref,
            topic=ticket.topic,
            status=ticket.status,
            name=short_name(person.name),
            nik4=person.nik[-4:],
            village=self.area(ticket.village or ticket.district),
            landmark=details.landmark,
            language=ticket.language,
            channel=row.channel or "ussd",
            due=ticket.due,
            slot_wish=Slot(row.slot) if row.slot else None,
            place_wish=_place(details.place),
            needs=_needs(details),
            day=visit.day if visit else None,
            slot=visit.slot if visit else None,
            place=visit.place if visit else None,
            attempts=ticket.attempts,
            agent_name=row.agent_name,
            flagged=ticket.flagged,
            version=ticket.version,
        )

    def phone(self, row: Found) -> str | None:
        """The number to call: the one that was given for this, else the contact's own. E.164."""
        if phone := self._details(row).phone:
            return phone
        if row.number is None:
            return None
        return self._sealer.open("identities.sealed", row.contact_id, row.number).decode()

    def location(self, row: Found) -> str:
        """Where the person says that the house is, as "latitude,longitude"."""
        return self._details(row).location

    def note(self, row: Found) -> str:
        """What was written when the ticket ended."""
        sealed = row.sealed_note
        return self._sealer.open("visits.sealed_note", row.visit_id, sealed).decode() if sealed else ""

    def said(self, connection: Connection, row: Found) -> tuple[str, ...]:
        """The citizen's own words, where the ticket is about some."""
        match row.topic:
            case Topic.REPORT:
                return reports.said_in(connection, self._sealer, row.ref)
            case Topic.OBJECTION:
                return objections.said_in(connection, self._sealer, row.ref)
            case Topic.DATA_UPDATE:
                return self._changed(connection, row.ref)
            case _:
                return ()

    def _changed(self, connection: Connection, ref: str) -> tuple[str, ...]:
        found = connection.execute(
            select(updates.c.id, updates.c.kind, updates.c.sealed).where(updates.c.ref == ref)
        ).first()
        if found is None:
            return ()
        opened = self._sealer.open("updates.sealed", found.id, found.sealed)
        return changes.told(Kind(found.kind), msgspec.json.decode(opened or b"{}", type=dict[str, str]), self.area)

    def area(self, code: str) -> str:
        """The name of a village, a district or a regency; of an unknown code the regency that it lies in."""
        village = self._areas.village(code)
        if village:
            return village.name
        district = self._areas.district_of(code)
        return district.name if district else self._areas.regency_name(regency(code))

    def _person(self, row: Found) -> Person:
        """Whom it is for; nobody is known where somebody only asked to be called."""
        if row.registration_id:
            place, id, sealed = "registrations.sealed", row.registration_id, row.registered
        elif row.dispute_id:
            place, id, sealed = "disputes.sealed", row.dispute_id, row.disputed
        else:
            return Person("", "", "")
        return msgspec.json.decode(self._sealer.open(place, id, sealed), type=Person)

    def _details(self, row: Found) -> Details:
        if not row.sealed_details:
            return Details()
        opened = self._sealer.open("registrations.sealed_details", row.registration_id, row.sealed_details)
        return msgspec.json.decode(opened, type=Details)


def short_name(name: str) -> str:
    """The first name and an initial: `Siti A.`"""
    first, *rest = name.title().split() or [""]
    return f"{first} {rest[0][0]}." if rest else first


def _place(place: str) -> Place | None:
    """Where the person wants to be met; somebody ill can be met at home only."""
    match place:
        case "home" | "home_ill":
            return Place.HOME
        case "hall":
            return Place.HALL
        case _:
            return None


def _needs(details: Details) -> tuple[Need, ...]:
    """Somebody ill is not asked, but may have said something before."""
    said = {Need(details.needs)} if details.needs in set(Need) else set()
    ill = {Need.WALKING} if details.place == "home_ill" else set()
    return tuple(need for need in Need if need in said | ill)
