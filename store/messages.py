"""Messages to people: written with what they tell of, sent by the outbox, their delivery only moving forward."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, bindparam, select, update

from bot import notices
from bot.messages import Channel, Text
from store.database import Database, ms
from store.outbox import enqueue
from store.prepared import Executor, into
from store.schema import contacts, identities, messages
from store.seal import Sealer

Say = Callable[[str, Text], str]  # language, sentence -> one message as it is sent

QUEUED = "queued"
# What may follow what: a receipt that comes late or twice never moves a message back.
RANK: Mapping[str, int] = {
    QUEUED: 0,
    "sending": 1,
    "temporary_failure": 2,
    "technical_failure": 3,
    "permanent_failure": 3,
    "delivered": 4,
}


_KNOWN = select(messages.c.id).where(messages.c.key == bindparam("key"))
_ADDRESS = (
    select(contacts.c.language, identities.c.sealed)
    .join(identities, identities.c.contact_id == contacts.c.id)
    .where(contacts.c.id == bindparam("id"))
)
_OPTED_OUT = select(contacts.c.opted_out_at).where(contacts.c.id == bindparam("id"))
_WRITE = into(messages, ignore_known=True).returning(messages.c.id)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as the job that sends it needs it."""

    id: str
    to: str = field(repr=False)
    body: str = field(repr=False)
    channel: Channel
    delivery: str


@dataclass(frozen=True, slots=True)
class Posted:
    """What was sent to a number, for the simulator."""

    channel: str
    body: str = field(repr=False)
    at: int


class Messages:
    """Writes messages in others' transactions, and keeps track of them."""

    def __init__(self, database: Database, sealer: Sealer, say: Say) -> None:
        self._db = database
        self._sealer = sealer
        self._say = say

    def post(self, connection: Executor, contact: str, text: Text, key: str, ref: str, now: datetime) -> None:
        """Tell a contact something, once a key. The words are those of now; they are sent when the gateway is there."""
        if connection.execute(_KNOWN, {"key": key}).fetchone() or _unwanted(connection, contact, text.id):
            return
        row = connection.execute(_ADDRESS, {"id": contact}).fetchone()
        if row is None:
            return
        language, sealed = row
        to = self._sealer.open("identities.sealed", contact, bytes(sealed)).decode()
        id = uuid.uuid4().hex
        body = msgspec.json.encode([to, self._say(language or "id", text)])
        values = {
            "id": id,
            "key": key,
            "contact_id": contact,
            "ref": ref,
            "sentence": text.id,
            "channel": Channel.SMS.value,
            "sealed": self._sealer.seal("messages.sealed", id, body),
            "delivery": QUEUED,
            "gateway": "",
            "provider_id": None,
            "created_at": ms(now),
            "sent_at": None,
        }
        if connection.execute(_WRITE, values).fetchall():
            enqueue(connection, f"message:{id}", "message.send", id, now)

    def letter(self, id: str) -> Letter | None:
        with self._db.read() as connection:
            row = connection.execute(
                select(messages.c.sealed, messages.c.channel, messages.c.delivery).where(messages.c.id == id)
            ).first()
        if row is None:
            return None
        to, body = self._opened(id, row.sealed)
        return Letter(id, to, body, Channel(row.channel), row.delivery)

    def sent(self, id: str, gateway: str, provider_id: str, now: datetime) -> None:
        """The gateway has taken it. A second attempt that was late changes nothing."""
        values = {"gateway": gateway, "provider_id": provider_id, "delivery": "sending", "sent_at": ms(now)}
        with self._db.write() as connection:
            connection.execute(update(messages).where(messages.c.id == id, _behind("sending")).values(values))

    def failed(self, connection: Connection, id: str) -> None:
        """No gateway will ever take it."""
        lost = "permanent_failure"
        connection.execute(update(messages).where(messages.c.id == id, _behind(lost)).values(delivery=lost))

    def delivered(self, gateway: str, provider_id: str, delivery: str) -> bool:
        """A receipt came. False: nothing is known of that message, or it has come further already."""
        mine = and_(messages.c.gateway == gateway, messages.c.provider_id == provider_id, _behind(delivery))
        with self._db.write() as connection:
            return bool(connection.execute(update(messages).where(mine).values(delivery=delivery)).rowcount)

    def to_number(self, sender: str) -> list[Posted]:
        """All messages to a number, oldest first."""
        idx = self._sealer.index("phone", sender)
        mine = (
            select(messages.c.id, messages.c.sealed, messages.c.channel, messages.c.created_at, messages.c.sent_at)
            .join(identities, identities.c.contact_id == messages.c.contact_id)
            .where(identities.c.kind == "phone", identities.c.idx == idx, messages.c.sent_at.is_not(None))
            .order_by(messages.c.sent_at, messages.c.created_at)
        )
        with self._db.read() as connection:
            rows = connection.execute(mine).all()
        return [Posted(row.channel, self._opened(row.id, row.sealed)[1], row.sent_at) for row in rows]

    def _opened(self, id: str, sealed: bytes) -> tuple[str, str]:
        to, body = msgspec.json.decode(self._sealer.open("messages.sealed", id, sealed), type=tuple[str, str])
        return to, body


def _unwanted(connection: Executor, contact: str, sentence: str) -> bool:
    """Whether the contact wants no messages, and this is one that can be left out."""
    if not notices.optional(sentence):
        return False
    row = connection.execute(_OPTED_OUT, {"id": contact}).fetchone()
    return row is not None and row[0] is not None


def _behind(delivery: str) -> ColumnElement[bool]:
    """That a message has not come as far as this yet."""
    return messages.c.delivery.in_([state for state, rank in RANK.items() if rank < RANK[delivery]])
