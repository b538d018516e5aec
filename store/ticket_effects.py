"""What a move on a ticket causes outside it: the citizen's stage, a message, and the word to the portal."""

from datetime import date, datetime, timedelta

from sqlalchemy import Connection, insert, select

from bot.areas import Gazetteer
from bot.identity import Reference
from bot.inquiries import Subject
from bot.messages import Text, Value
from bot.stages import IN_HAND, Stage
from handoff.tickets import VERIFIED, Move, Outcome, Status, Ticket, Topic, Visit
from store import inquiries
from store.agent_news import given
from store.cases import set_stage
from store.database import ms
from store.messages import Messages
from store.opening import Cause, new_reference, open_ticket
from store.outbox import enqueue
from store.schema import ticket_events, tickets
from store.ticket_rows import Found
from store.updates import Updates

UNPROVEN = "unproven"  # What a review is about: an ending without the citizen's visit number.
REVIEW_DAYS = timedelta(days=2)
TO_ANSWER = timedelta(days=14)  # What the messages of a visit ask.

MOVED_TO = {
    Move.TAKE: Stage.ASSIGNED,
    Move.ASSIGN: Stage.ASSIGNED,
    Move.SCHEDULE: Stage.SCHEDULED,
    Move.NOT_MET: Stage.MISSED,
    Move.GIVE_BACK: Stage.RECEIVED,
}
# Each sentence behind these says what to do next, and none repeats an accusation to whoever holds the phone.
ENDED_AS = {
    Outcome.VERIFIED_FACE: Stage.VERIFIED,
    Outcome.VERIFIED_DOCUMENT: Stage.VERIFIED,
    Outcome.DATA_DIFFERS: Stage.MISMATCH,
    Outcome.NEEDS_DUKCAPIL: Stage.MISMATCH,
    Outcome.MOVED: Stage.INVALID,
    Outcome.NOT_RESIDENT: Stage.INVALID,
    Outcome.DECEASED: Stage.WITH_FAMILY,
    Outcome.REFUSED: Stage.WITHDRAWN,
    Outcome.SUSPECTED_FRAUD: Stage.CHECKING,
}


def stage_after(move: Move, ticket: Ticket, before: Stage) -> Stage:
    """Where the registration stands once the ticket has come to this. No refusal counts on an agent's word alone."""
    if before not in IN_HAND:  # What the portal has said since is never taken back here.
        return before
    if move is not Move.RESOLVE or ticket.outcome is None:
        return MOVED_TO.get(move, before)
    if not ticket.proven:
        return Stage.CHECKING
    return ENDED_AS.get(ticket.outcome, before)


class TicketEffects:
    """Writes what follows from a move, in the move's own transaction."""

    def __init__(self, messages: Messages, areas: Gazetteer, updates: Updates) -> None:
        self._messages = messages
        self._updates = updates
        self._areas = areas

    def move_stage(self, connection: Connection, row: Found, move: Move, ticket: Ticket, now: datetime) -> None:
        """Move the registration or dispute that a verification is about."""
        kept = row.stage or row.dispute_stage
        if ticket.topic is not Topic.FACE_VERIFICATION or not kept:
            return
        before = Stage(kept)
        after = stage_after(move, ticket, before)
        if after is not before:
            set_stage(connection, row.case_ref, after, now)

    def assigned(self, connection: Connection, row: Found, ticket: Ticket, agent: str, now: datetime) -> None:
        """Tell who will come. Who asked for something else than a visit hears from the person directly."""
        if ticket.topic is Topic.FACE_VERIFICATION:
            told = Text("evt.assigned", {"ref": _shown(row), "agent": agent, "date": ticket.due})
            self._post(connection, row, told, f"assigned:{ticket.id}:{ticket.version}", now)

    def handed(self, connection: Connection, agent: str, now: datetime) -> None:
        """Tell whoever was given a ticket by somebody else."""
        given(connection, self._messages, agent, now)

    def scheduled(
        self,
        connection: Connection,
        row: Found,
        visit: Visit,
        agent: str,
        numbers: tuple[str, str],
        now: datetime,
        *,
        again: bool = False,
    ) -> None:
        """Tell when and where, and how both sides prove themselves. `numbers`: the visit's id, the citizen's number.

        `again`: another time had been told before.
        """
        id, number = numbers
        inquiries.over(connection, Subject.MISSED, row.case_ref)
        said = appointment(_shown(row), agent, visit, hall(self._areas, row.village, row.district))
        sentence = "evt.visit_rescheduled_by_agent" if again else "evt.scheduled"
        self._post(connection, row, Text(sentence, said), f"scheduled:{id}", now)
        self._post(connection, row, Text("evt.codes", said | {"ccode": number}), f"codes:{id}", now)

    def on_the_way(self, connection: Connection, row: Found, agent: str, now: datetime) -> None:
        """Tell that the agent is coming now, once a visit, and what the agent has to show first."""
        told = Text("evt.on_the_way", {"ref": _shown(row), "agent": agent, "acode": row.agent_number})
        self._post(connection, row, told, f"on_the_way:{row.visit_id}", now)

    def missed(self, connection: Connection, row: Found, day: date, now: datetime) -> None:
        """Tell that somebody came, so that an agent who never did is found out."""
        told = Text("evt.visit_missed", {"ref": _shown(row), "date": day})
        self._post(connection, row, told, f"missed:{row.visit_id}", now)
        if row.case_ref and row.visit_id:
            inquiries.ask(connection, row.contact_id, Subject.MISSED, row.case_ref, row.visit_id, now, TO_ANSWER)

    def resolved(
        self, connection: Connection, row: Found, ticket: Ticket, agent: str, day: date, now: datetime
    ) -> None:
        """Tell the citizen, in any case; and the portal of a verification, once the visit number has proved it."""
        if row.about == UNPROVEN and ticket.outcome is Outcome.ANSWERED:
            self._confirmed(connection, row, now)
        if ticket.topic is Topic.DATA_UPDATE and ticket.outcome:
            self._updates.visited(connection, ticket.ref, ticket.outcome, now)
        if ticket.topic is not Topic.FACE_VERIFICATION:
            return
        sentence = "evt.visit_done" if ticket.outcome in VERIFIED else "evt.visit_recorded"
        told = Text(sentence, {"ref": _shown(row), "agent": agent, "date": day})
        self._post(connection, row, told, f"done:{ticket.id}", now)
        if ticket.outcome in VERIFIED and row.case_ref:
            inquiries.ask(connection, row.contact_id, Subject.VISITED, row.case_ref, ticket.id, now, TO_ANSWER)
        if not ticket.proven or ticket.outcome is Outcome.SUSPECTED_FRAUD:
            self._review(connection, row, ticket, day, now)
        elif ticket.outcome in VERIFIED:
            enqueue(connection, f"complete:{ticket.id}", "portal.complete", ticket.id, now)

    def _review(self, connection: Connection, row: Found, ticket: Ticket, day: date, now: datetime) -> None:
        """A second person looks at what one agent has said: a ticket without a village goes to the coordinator."""
        cause = Cause(row.contact_id, "", "", ticket.language, now)
        due = (day + REVIEW_DAYS).isoformat()
        about = {"case_ref": row.case_ref, "about": UNPROVEN, "village": "", "district": ticket.district, "due": due}
        review = open_ticket(connection, cause, new_reference(), Topic.QUESTION, **about)
        detail = f"{UNPROVEN}:{ticket.outcome}"
        line = {"ticket_id": review, "at": ms(now), "actor": "loket", "what": UNPROVEN, "detail": detail}
        connection.execute(insert(ticket_events).values(line))

    def _confirmed(self, connection: Connection, row: Found, now: datetime) -> None:
        """The coordinator has asked the citizen, and the visit was as the agent said."""
        doubted = (
            select(tickets.c.id, tickets.c.outcome)
            .where(tickets.c.case_ref == row.case_ref, tickets.c.topic == Topic.FACE_VERIFICATION)
            .where(tickets.c.status == Status.RESOLVED)
            .order_by(tickets.c.changed_at.desc())
        )
        visit = connection.execute(doubted).first()
        if visit is None or (row.stage or row.dispute_stage) != Stage.CHECKING:
            return
        outcome = Outcome(visit.outcome)
        set_stage(connection, row.case_ref, ENDED_AS[outcome], now)
        if outcome in VERIFIED:
            enqueue(connection, f"complete:{visit.id}", "portal.complete", visit.id, now)

    def _post(self, connection: Connection, row: Found, told: Text, key: str, now: datetime) -> None:
        self._messages.post(connection, row.contact_id, told, key, row.case_ref or row.ref, now)


def appointment(ref: str, agent: str, visit: Visit, desa: str) -> dict[str, Value]:
    """What the messages about a planned visit say of it. `desa`: whose hall it would be at."""
    return {
        "ref": ref,
        "agent": agent,
        "acode": visit.agent_number,
        "date": visit.day,
        "slot": Text(f"slot.{visit.slot}"),
        "place": Text(f"place.{visit.place}", {"desa": desa}),
    }


def hall(areas: Gazetteer, village: str, district: str) -> str:
    """Whose hall a visit would be at: the village's, else the district's."""
    found = areas.village(village) or areas.district_of(district)
    return found.name if found else ""


def _shown(row: Found) -> str:
    """The number that the citizen has."""
    return Reference(row.case_ref or row.ref).shown
