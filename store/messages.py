"""Messages to people: written with what they tell of, sent by the outbox, their delivery only moving forward."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, select, update

from bot import notices
from bot.messages import Channel, Choice, Inbound, Page, Text
from store.database import Database, ms
from store.outbox import enqueue, reopen
from store.prepared import Executor, into
from store.schema import contacts, identities, messages
from store.seal import Sealer

Say = Callable[[str, Text], str]  # language, sentence -> one message as it is sent
Spell = Callable[[str, Text], tuple[str, ...]]  # language, sentence -> the values of its template on WhatsApp
Quiet = Callable[[datetime], datetime]  # now -> when people may be sent what they did not ask for
JobOf = Callable[[str, str], str]  # channel, gateway -> the kind of job that sends it

QUEUED = "queued"
# A phone was not there: it is sent once more, later.
AGAIN, SENT_AGAIN = "again", "sent_again"
# Of one sentence, to one contact, in a day: twice as many as people register by a phone. It is others who bring about
# most messages; nobody may flood a phone through us, nor empty our purse.
MOST, DAY = 16, timedelta(days=1)
REPLY = "reply:"
LONGEST_NAME = 80  # Letters of a vendor's name for a message that the table has room for.
# What may follow what: a receipt that comes late or twice never moves a message back.
RANK: Mapping[str, int] = {
    QUEUED: 0,
    "sending": 1,
    AGAIN: 2,
    SENT_AGAIN: 3,
    "temporary_failure": 4,
    "technical_failure": 5,
    "permanent_failure": 5,
    "delivered": 6,
}


_KNOWN = select(messages.c.id).where(messages.c.key == bindparam("key"))
_ADDRESS = (
    select(contacts.c.language, contacts.c.channel, identities.c.kind, identities.c.sealed)
    .join(identities, identities.c.contact_id == contacts.c.id)
    .where(contacts.c.id == bindparam("id"))
    .order_by(identities.c.kind)
)
_LATELY = (
    select(func.count())
    .select_from(messages)
    .where(
        messages.c.contact_id == bindparam("id"),
        messages.c.sentence == bindparam("said"),
        messages.c.created_at > bindparam("since"),
    )
)
_OPTED_OUT = select(contacts.c.opted_out_at).where(contacts.c.id == bindparam("id"))
_WRITE = into(messages, ignore_known=True).returning(messages.c.id)


class Words(msgspec.Struct, frozen=True, array_like=True):
    """To whom, and what. Sealed whole."""

    to: str
    body: str
    choices: tuple[Choice, ...] = ()
    values: tuple[str, ...] = ()  # Of the template that says the same on WhatsApp.

    def __repr__(self) -> str:
        return f"Words({len(self.body)} characters)"


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as the job that sends it needs it. `gateway`: by which it should go, empty for the usual one."""

    id: str
    words: Words
    channel: Channel
    gateway: str
    sentence: str
    contact: str
    delivery: str
    language: str
    asked_at: int  # When what it answers was written, in seconds since 1970; 0: it answers nothing.
    wrote_at: int  # When its contact wrote last on this channel, in milliseconds since 1970; 0 where never.


@dataclass(frozen=True, slots=True)
class Posted:
    """What was sent to a number, for the simulator."""

    channel: str
    body: str = field(repr=False)
    at: int
    choices: tuple[Choice, ...] = field(default=(), repr=False)


class Messages:
    """Writes messages in others' transactions, and keeps track of them."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        say: Say,
        quiet: Quiet = lambda now: now,
        job_of: JobOf = lambda channel, gateway: "message.send",
        spell: Spell = lambda language, text: (),
    ) -> None:
        self._db = database
        self._sealer = sealer
        self._say = say
        self._quiet = quiet
        self._job_of = job_of
        self._spell = spell

    @property
    def database(self) -> Database:
        """Where they are kept."""
        return self._db

    def awake(self, now: datetime) -> datetime:
        """This moment, or the next at which people may be sent what they did not ask for."""
        return self._quiet(now)

    def post(
        self, connection: Executor, contact: str, text: Text, key: str, ref: str, now: datetime, *, asked: bool = False
    ) -> None:
        """Tell a contact something, once a key, in the words of now.

        It waits for an hour at which people may be disturbed, unless they have `asked` for it in this moment.
        """
        if connection.execute(_KNOWN, {"key": key}).fetchone() or _unwanted(connection, contact, text.id):
            return
        lately = {"id": contact, "said": text.id, "since": ms(now - DAY)}
        if int(connection.execute(_LATELY, lately).fetchone()[0]) >= MOST:
            return
        rows = connection.execute(_ADDRESS, {"id": contact}).fetchall()
        if not rows:
            return
        language, preferred, _, _ = rows[0]
        by_kind = {kind: sealed for _, _, kind, sealed in reversed(rows)}
        # Who has shown no number can be written to on WhatsApp only.
        channel = Channel(preferred) if "phone" in by_kind else Channel.WHATSAPP
        sealed = by_kind.get("phone") or by_kind["whatsapp"]
        to = self._sealer.open("identities.sealed", contact, bytes(sealed)).decode()
        due = now if asked else self._quiet(now)
        language = language or "id"
        values = self._spell(language, text) if channel is Channel.WHATSAPP else ()
        self._write(
            connection, contact, Words(to, self._say(language, text), values=values), now, due,
            key=key, ref=ref, sentence=text.id, channel=channel.value, gateway="",
        )  # fmt: skip

    def reply(self, connection: Executor, contact: str, inbound: Inbound, page: Page, asked: str, key: bytes) -> None:
        """The answer to a message, to where it came from, at once. `asked`: what the page says or asks, by name."""
        words = Words(inbound.sender, page.body, page.choices)
        now = inbound.received_at
        self._write(
            connection, contact, words, now, now,
            key=f"{REPLY}{key.hex()}", ref="", sentence=asked, channel=inbound.channel.value, gateway=inbound.gateway,
        )  # fmt: skip

    def _write(
        self, connection: Executor, contact: str, words: Words, now: datetime, due: datetime, **given: str
    ) -> None:
        id = uuid.uuid4().hex
        values = {
            "id": id,
            "contact_id": contact,
            "sealed": self._sealer.seal("messages.sealed", id, msgspec.json.encode(words)),
            "delivery": QUEUED,
            "provider_id": None,
            "created_at": ms(now),
            "sent_at": None,
        }
        if connection.execute(_WRITE, values | given).fetchall():
            kind = self._job_of(given["channel"], given["gateway"])
            enqueue(connection, f"message:{id}", kind, id, now, due)

    def letter(self, id: str) -> Letter | None:
        wanted = (
            select(messages, contacts.c.wrote_at, contacts.c.language, contacts.c.channel.label("heard_on"))
            .join(contacts, contacts.c.id == messages.c.contact_id)
            .where(messages.c.id == id)
        )
        with self._db.read() as connection:
            row = connection.execute(wanted).first()
        if row is None:
            return None
        wrote_at = row.wrote_at if row.heard_on == row.channel else 0
        answered_at = row.created_at if row.key.startswith(REPLY) else 0
        return Letter(
            id, self._opened(id, row.sealed), Channel(row.channel), row.gateway, row.sentence, row.contact_id,
            row.delivery, row.language or "id", answered_at // 1000, max(wrote_at, answered_at),
        )  # fmt: skip

    def fall_back(self, id: str) -> Letter | None:
        """The same by SMS, where WhatsApp does not take it and a number is known; None where none is."""
        letter = self.letter(id)
        if letter is None or letter.channel is Channel.SMS or not letter.words.to.startswith("+"):
            return None
        by_sms = {"channel": Channel.SMS.value, "gateway": ""}
        with self._db.write() as connection:
            connection.execute(update(messages).where(messages.c.id == id).values(by_sms))
        return replace(letter, channel=Channel.SMS, gateway="")

    def elsewhere(self, gateway: str, provider_id: str, now: datetime) -> bool:
        """WhatsApp took a message and could not deliver it after all: it goes by SMS, once, where a number is known."""
        mine = and_(
            messages.c.gateway == gateway,
            messages.c.provider_id == self.called(provider_id),
            _behind("permanent_failure"),
        )
        on_whatsapp = and_(mine, messages.c.channel == Channel.WHATSAPP.value)
        by_sms = {"channel": Channel.SMS.value, "gateway": "", "provider_id": None, "delivery": QUEUED, "sent_at": None}
        with self._db.write() as connection:
            row = connection.execute(select(messages.c.id, messages.c.sealed).where(on_whatsapp)).first()
            if row is None or not self._opened(row.id, row.sealed).to.startswith("+"):
                return False
            moved = connection.execute(update(messages).where(messages.c.id == row.id, on_whatsapp).values(by_sms))
            if moved.rowcount:
                reopen(connection, f"message:{row.id}", now)
            return bool(moved.rowcount)

    def opted_out(self, contact: str, now: datetime) -> None:
        """A vendor takes nothing more for this contact: they have told the operator to stop."""
        mine = and_(contacts.c.id == contact, contacts.c.opted_out_at.is_(None))
        with self._db.write() as connection:
            connection.execute(update(contacts).where(mine).values(opted_out_at=ms(now)))

    def stopped(self, number: str, now: datetime) -> None:
        """The same, of whoever has this number; nothing where nobody is known by it."""
        mine = and_(identities.c.kind == "phone", identities.c.idx == self._sealer.index("phone", number))
        with self._db.read() as connection:
            contact = connection.scalar(select(identities.c.contact_id).where(mine))
        if contact:
            self.opted_out(contact, now)

    def contact_of(self, gateway: str, provider_id: str) -> str:
        """Whom a message was for; empty where nothing is known of it."""
        mine = and_(messages.c.gateway == gateway, messages.c.provider_id == self.called(provider_id))
        with self._db.read() as connection:
            return connection.scalar(select(messages.c.contact_id).where(mine)) or ""

    def sent(self, id: str, gateway: str, provider_id: str, now: datetime) -> None:
        """The gateway has taken it. A second attempt that was late changes nothing."""
        values = {
            "gateway": gateway,
            "provider_id": self.called(provider_id),
            "sent_at": ms(now),
        }
        with self._db.write() as connection:
            for before, after in ((QUEUED, "sending"), (AGAIN, SENT_AGAIN)):
                mine = messages.c.id == id, messages.c.delivery == before
                connection.execute(update(messages).where(*mine).values(values | {"delivery": after}))

    def once_more(self, gateway: str, provider_id: str, later: datetime) -> bool:
        """A phone was not there: the same message goes out once more, in the hours for it. False: it has done so."""
        named = and_(messages.c.gateway == gateway, messages.c.provider_id == self.called(provider_id))
        mine = and_(named, _behind(AGAIN))
        with self._db.write() as connection:
            again = update(messages).where(mine).values(delivery=AGAIN, provider_id=None).returning(messages.c.id)
            id = connection.scalar(again)
            if id is not None:
                reopen(connection, f"message:{id}", self._quiet(later))
        return id is not None

    def failed(self, connection: Connection, id: str) -> None:
        """No gateway will ever take it."""
        lost = "permanent_failure"
        connection.execute(update(messages).where(messages.c.id == id, _behind(lost)).values(delivery=lost))

    def delivered(self, gateway: str, provider_id: str, delivery: str) -> bool:
        """A receipt came. False: nothing is known of that message, or it has come further already."""
        mine = and_(
            messages.c.gateway == gateway, messages.c.provider_id == self.called(provider_id), _behind(delivery)
        )
        with self._db.write() as connection:
            return bool(connection.execute(update(messages).where(mine).values(delivery=delivery)).rowcount)

    def known(self, gateway: str, provider_id: str) -> bool:
        """Whether a message was sent under this name."""
        mine = messages.c.gateway == gateway, messages.c.provider_id == self.called(provider_id)
        with self._db.read() as connection:
            return connection.scalar(select(messages.c.id).where(*mine)) is not None

    def to_number(self, sender: str, kind: str = "phone") -> list[Posted]:
        """All messages to whoever has this number, or this name of WhatsApp's, oldest first."""
        idx = self._sealer.index(kind, sender)
        mine = (
            select(messages.c.id, messages.c.sealed, messages.c.channel, messages.c.created_at, messages.c.sent_at)
            .join(identities, identities.c.contact_id == messages.c.contact_id)
            .where(identities.c.kind == kind, identities.c.idx == idx, messages.c.sent_at.is_not(None))
            .order_by(messages.c.sent_at, messages.c.created_at)
        )
        with self._db.read() as connection:
            rows = connection.execute(mine).all()
        opened = [(row, self._opened(row.id, row.sealed)) for row in rows]
        return [Posted(row.channel, words.body, row.sent_at, words.choices) for row, words in opened]

    def called(self, provider_id: str) -> str:
        """A vendor's name for a message as it is kept: what the column has no room for, or cannot hold, by its mark."""
        if len(provider_id) <= LONGEST_NAME and provider_id.isprintable():
            return provider_id
        return self._sealer.mark("inbox", f"receipt|{provider_id!r}").hex()

    def _opened(self, id: str, sealed: bytes) -> Words:
        return msgspec.json.decode(self._sealer.open("messages.sealed", id, sealed), type=Words)


def _unwanted(connection: Executor, contact: str, sentence: str) -> bool:
    """Whether the contact wants no messages, and this is one that can be left out."""
    if not notices.optional(sentence):
        return False
    row = connection.execute(_OPTED_OUT, {"id": contact}).fetchone()
    return row is not None and row[0] is not None


def _behind(delivery: str) -> ColumnElement[bool]:
    """That a message has not come as far as this yet."""
    return messages.c.delivery.in_([state for state, rank in RANK.items() if rank < RANK[delivery]])
