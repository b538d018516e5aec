"""Who may do what with which ticket, for every implementation of the desk's ports. What is not here is denied."""

from handoff.desk.ports import Actor, NotFound
from handoff.routing import Role, regency
from handoff.tickets import Move, Status, Ticket, Topic, possible


def may_open(actor: Actor, ticket: Ticket) -> bool:
    """Whether the actor may see that the ticket exists. Whom a report is about never may, whoever that is."""
    if actor.id in ticket.accused:
        return False
    return _holds(actor, ticket) or _may_claim(actor, ticket) or _oversees(actor, ticket)


def may(actor: Actor, move: Move, ticket: Ticket) -> bool:
    """Whether the move is the actor's to make, in the ticket's present status."""
    return possible(ticket, move) and may_open(actor, ticket) and _entitled(actor, move, ticket)


def check_entitled(actor: Actor, move: Move, ticket: Ticket) -> None:
    """Raise NotFound where the move is not the actor's. Compare versions after it, and then make the move."""
    if not (may_open(actor, ticket) and _entitled(actor, move, ticket)):
        raise NotFound


def allowed(actor: Actor, ticket: Ticket) -> frozenset[Move]:
    """All the moves that the actor may make now: the buttons of the ticket's page."""
    return frozenset(move for move in Move if may(actor, move, ticket))


def _entitled(actor: Actor, move: Move, ticket: Ticket) -> bool:
    match move:
        case Move.TAKE:
            return _may_claim(actor, ticket)
        case Move.SCHEDULE | Move.SET_OFF | Move.NOT_MET | Move.RESOLVE | Move.GIVE_BACK:
            return _holds(actor, ticket)
        case Move.ASSIGN:
            return _oversees(actor, ticket)
        case Move.CANCEL:  # Only the citizen withdraws.
            return False


def _holds(actor: Actor, ticket: Ticket) -> bool:
    return ticket.agent_id == actor.id


def _may_claim(actor: Actor, ticket: Ticket) -> bool:
    """An agent claims what is open in the own villages, except a report: it may be about a colleague, or about him."""
    return (
        actor.role is Role.AGENT
        and ticket.status is Status.OPEN
        and ticket.topic is not Topic.REPORT
        and ticket.village in actor.villages
    )


def _oversees(actor: Actor, ticket: Ticket) -> bool:
    """A coordinator oversees the district, except its reports: the accused may be of the coordinator's own line."""
    match actor.role:
        case Role.AGENT:
            return False
        case Role.COORDINATOR:
            return ticket.district == actor.district and ticket.topic is not Topic.REPORT
        case Role.DINAS:
            return regency(ticket.district) == regency(actor.district)
