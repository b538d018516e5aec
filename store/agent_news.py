"""What members of staff hear on their own phone: new tickets, deadlines, a visit that its citizen has moved.

Only a first name and the village are in it, as in their list: the rest they ask for by TUGAS, which is written down.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from bot.areas import Gazetteer
from bot.identity import Reference
from bot.messages import Text, Value
from bot.windows import local_day
from handoff.tickets import LIVE, Move, Topic
from store.database import Database, ms
from store.messages import Messages
from store.opening import Cause
from store.outbox import enqueue
from store.people import PHONE as BY_PHONE
from store.people import contact_of
from store.prepared import Executor
from store.schema import agents, identities, messages, ticket_events, tickets
from store.seal import Sealer
from store.ticket_rows import Cards, select_tickets

PHONE = "agents.sealed_phone"
TOGETHER = timedelta(minutes=10)  # What is given to somebody in this time is told in one message.
BATCH = 100  # Agents reminded in one transaction.

_WHERE = select(agents.c.sealed_phone, agents.c.phone_idx, agents.c.languages).where(
    agents.c.id == bindparam("agent"), agents.c.active == bindparam("yes")
)
_KNOWN = select(identities.c.contact_id).where(
    identities.c.kind == bindparam("kind"), identities.c.idx == bindparam("idx")
)


def given(connection: Executor, written: Messages, agent: str, now: datetime) -> None:
    """Somebody has got a ticket from somebody else: they hear of all such in one message, in the hours for it."""
    span = int(TOGETHER.total_seconds())
    due = written.awake(datetime.fromtimestamp((int(now.timestamp()) // span + 1) * span, now.tzinfo))
    enqueue(connection, f"tell:{agent}:{ms(due)}", "handoff.tell", agent, now, due)


def contact(connection: Executor, sealer: Sealer, agent: str, now: datetime) -> str:
    """Where a member of staff is written to; empty where no phone is known, or they have left."""
    row = connection.execute(_WHERE, {"agent": agent, "yes": 1}).fetchone()
    if row is None or row[1] is None:
        return ""
    sealed, idx, languages = row
    if sealed is None:  # Registered before phones were kept; whoever has written from it is known all the same.
        known = connection.execute(_KNOWN, {"kind": BY_PHONE, "idx": bytes(idx)}).fetchone()
        return str(known[0]) if known else ""
    phone = sealer.open(PHONE, agent, bytes(sealed)).decode()
    return contact_of(connection, sealer, phone, Cause("", phone, "", languages.split()[0], now))


class AgentNews:
    """Writes the messages. Doing it twice is harmless."""

    def __init__(self, database: Database, sealer: Sealer, messages: Messages, areas: Gazetteer) -> None:
        self._db = database
        self._sealer = sealer
        self._messages = messages
        self._cards = Cards(sealer, areas)

    def tell(self, agent: str, now: datetime) -> None:
        """What others have given to this agent since the last time, and is still to be done."""
        with self._db.write() as connection:
            mine = agents.c.id == agent
            since = connection.scalar(select(agents.c.told_at).where(mine).with_for_update())
            to = contact(connection, self._sealer, agent, now)
            if since is None or not to:
                return
            by_others = (
                select(ticket_events.c.ticket_id)
                .where(ticket_events.c.ticket_id == tickets.c.id, ticket_events.c.what == Move.ASSIGN)
                .where(ticket_events.c.at > since, ticket_events.c.actor != agent)
            )
            found = select_tickets().where(tickets.c.agent_id == agent, _live(), by_others.exists())
            rows = connection.execute(found.order_by(tickets.c.due, tickets.c.id)).all()
            connection.execute(update(agents).where(mine).values(told_at=ms(now)))
            if rows:
                said = Text("ag.new_ticket" if len(rows) == 1 else "ag.new_tickets", self._of(rows[0], n=len(rows)))
                self._messages.post(connection, to, said, f"given:{agent}:{ms(now)}", rows[0].ref, now)

    def remind(self, now: datetime) -> int:
        """Once a day: what is over its deadline, or will be tomorrow. How many agents have heard."""
        told = 0
        for agent, regency in self._pressed(now):
            day = local_day(now, regency)
            with self._db.write() as connection:
                to = contact(connection, self._sealer, agent, now)
                if to:
                    self._remind(connection, agent, to, day, now)
                    told += 1
        return told

    def _pressed(self, now: datetime) -> Sequence[Any]:
        """Who has something due, and has heard nothing of it today."""
        heard = select(messages.c.id).where(messages.c.key == "due:" + agents.c.id + f":{now.date().isoformat()}")
        soon = (now + timedelta(days=2)).date().isoformat()
        pressed = select(tickets.c.id).where(tickets.c.agent_id == agents.c.id, _live(), tickets.c.due < soon)
        found = select(agents.c.id, agents.c.regency).where(
            agents.c.active == 1, agents.c.phone_idx.is_not(None), pressed.exists(), ~heard.exists()
        )
        with self._db.read() as connection:
            return connection.execute(found.order_by(agents.c.id).limit(BATCH)).all()

    def _remind(self, connection: Any, agent: str, to: str, day: date, now: datetime) -> None:
        tomorrow = (day + timedelta(days=1)).isoformat()
        due = select_tickets().where(tickets.c.agent_id == agent, _live(), tickets.c.due <= tomorrow)
        rows = connection.execute(due.order_by(tickets.c.due, tickets.c.id)).all()
        if not rows:
            return
        late = sum(row.due < day.isoformat() for row in rows)
        match len(rows):
            case 1:
                said = Text("ag.sla_warning" if late else "ag.due_soon", self._of(rows[0]))
            case count:
                said = Text("ag.due_several", self._of(rows[0], n=count, n2=late))
        self._messages.post(connection, to, said, f"due:{agent}:{now.date().isoformat()}", rows[0].ref, now)

    def _of(self, row: Any, **more: Value) -> dict[str, Value]:
        card = self._cards.card(row)
        name = card.name.partition(" ")[0] if card.topic is not Topic.REPORT else ""
        return {
            "ref": Reference(card.ref).shown,
            "ref4": card.ref[-4:],
            "name": name or Text("name.unknown"),
            "desa": card.village,
            "date": card.due,
            **more,
        }


def _live() -> Any:
    return tickets.c.status.in_([status.value for status in LIVE])
