"""Who read whose data: a row for every look, and the limit on how many people one member of staff may look at."""

from datetime import date, datetime, timedelta

from sqlalchemy import Connection, and_, func, insert, or_, select

from store.database import ms
from store.schema import agents, audit, visits

OPEN, REFUSED, LIST = "open", "refused", "list"
LIMITS = ((timedelta(minutes=10), 20), (timedelta(days=1), 120))


def note(connection: Connection, actor: str, verb: str, subject: str, now: datetime) -> None:
    """Write down a look. `subject`: a ticket's id or a district's code."""
    connection.execute(insert(audit).values(at=ms(now), actor=actor, verb=verb, subject=subject))


def may_look(connection: Connection, actor: str, ticket: str, today: date, now: datetime) -> bool:
    """Whether the actor may open one more ticket. Visits of the day and late ones are his work: they do not count."""
    # The lock first: tickets that are opened in the same moment would not see each other.
    connection.execute(select(agents.c.id).where(agents.c.id == actor).with_for_update())
    late = and_(visits.c.day < today.isoformat(), visits.c.outcome == "")
    to_do = and_(visits.c.agent_id == actor, visits.c.day != "", or_(visits.c.day == today.isoformat(), late))
    queue = select(visits.c.ticket_id).where(to_do)
    if connection.scalar(select(visits.c.id).where(to_do, visits.c.ticket_id == ticket).limit(1)):
        return True
    for span, most in LIMITS:
        looked = and_(audit.c.actor == actor, audit.c.at > ms(now - span), audit.c.verb == OPEN)
        others = and_(looked, audit.c.subject != ticket, audit.c.subject.not_in(queue))
        if (connection.scalar(select(func.count(audit.c.subject.distinct())).where(others)) or 0) >= most:
            return False
    return True
