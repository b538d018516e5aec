"""Sessions and the inbox: what a turn reads first and writes last."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ClauseElement, bindparam, func, insert, literal_column, select, update

from bot.messages import Page
from bot.session import Session, dumps, loads
from store.database import Database
from store.prepared import Writer, into
from store.schema import contacts, events, identities, inbox, sessions
from store.seal import Sealer

BLOCKING = 5  # Tries against somebody who is typing.
PHONE, WHATSAPP = "phone", "whatsapp"


def kind_of(sender: str) -> str:
    """A number of a phone, or WhatsApp's own name for somebody who shows none."""
    return PHONE if sender.startswith("+") else WHATSAPP


class Conflict(Exception):
    """Somebody else was faster: this message was answered already, or the session has moved on."""


class Loaded(msgspec.Struct, frozen=True):
    """A session as it stood when the turn began. Version 0: this contact is new."""

    contact: str
    version: int
    session: Session


class Event(msgspec.Struct, frozen=True):
    """What happened in a turn, for the funnel: no personal data. `at`: milliseconds since 1970."""

    at: int
    channel: str
    gateway: str
    language: str
    flow: str
    key: str
    what: str
    micros: int


class Saving(msgspec.Struct, frozen=True):
    """What a turn leaves behind, effects aside. Its repr shows nothing of the person."""

    loaded: Loaded
    sender: str
    key: bytes
    session: Session
    page: Page | None
    event: Event
    also: str = ""  # Another name of the same person, by which the same contact is found from now on.

    def __repr__(self) -> str:
        return f"Saving({self.event.flow} {self.event.key})"


_decode_page = msgspec.json.Decoder(Page).decode
_encode = msgspec.json.Encoder().encode

_LOAD = (
    select(identities.c.contact_id, sessions.c.version, sessions.c.sealed)
    .join(sessions, sessions.c.contact_id == identities.c.contact_id)
    .where(identities.c.kind == bindparam("kind"), identities.c.idx == bindparam("idx"))
)
_OF = select(sessions.c.sealed).where(sessions.c.contact_id == bindparam("contact"))
_REPLAY = select(inbox.c.sealed).where(inbox.c.key == bindparam("key"))
_UPDATE = (
    update(sessions)
    .where(sessions.c.contact_id == bindparam("contact_id"), sessions.c.version == bindparam("version"))
    .values(version=bindparam("next_version"), sealed=bindparam("body"), updated_at=bindparam("at"))
)
_MOVE_ON = _UPDATE.returning(sessions.c.version)
_NOTE = insert(events).values({c.name: bindparam(f"event_{c.name}") for c in events.c if c.name != "id"})
_KEEP = into(inbox)
_NEW = {"own_phone": 0, "opted_out_at": None, "channel": "sms", "wrote_at": 0}
_CONTACT, _IDENTITY, _SESSION = into(contacts), into(identities), into(sessions)
_LINK = into(identities, ignore_known=True)
_WROTE = (
    update(contacts)
    .where(contacts.c.id == bindparam("contact"))
    .values(channel=bindparam("by"), wrote_at=bindparam("when"))
)


def _all_in_one() -> ClauseElement:
    """PostgreSQL takes the three writes in one trip: two of them happen only where the session's version held."""
    saved = _UPDATE.returning(literal_column("1").label("one")).cte("saved")
    kept = {c.name: bindparam(c.name, type_=c.type) for c in inbox.columns}
    noted = {c.name: bindparam(f"event_{c.name}", type_=c.type) for c in events.columns if c.name != "id"}
    into_inbox = insert(inbox).from_select(list(kept), select(*kept.values()).select_from(saved)).cte("into_inbox")
    into_events = insert(events).from_select(list(noted), select(*noted.values()).select_from(saved)).cte("into_events")
    return select(func.count()).select_from(saved).add_cte(into_inbox, into_events)


_ALL_IN_ONE = _all_in_one()


class Sessions:
    """Loads and saves sessions; `save` is the whole turn where it caused nothing."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._db = database
        self._sealer = sealer

    def refresh(self) -> None:
        """Keys that were added meanwhile are used from here on."""
        self._sealer.refresh()

    def key(self, dialogue: str, message: str) -> bytes:
        """The inbox key of a message: keyed hashes, for its id may hold what was typed.

        Messages of one dialogue are neighbours, so that their turns write the same page of the index.
        """
        return self._sealer.mark("inbox", dialogue, 8) + self._sealer.mark("inbox", f"{dialogue}|{message}", 24)

    def load(self, sender: str, also: str = "") -> Loaded:
        """The session of whoever goes by this number or id; `also`: by that one, where the first is new."""
        row = self._known(sender) or (self._known(also) if also else None)
        if row is None:
            return Loaded(uuid.uuid4().hex, 0, Session())
        contact, version, sealed = row
        return Loaded(contact, version, loads(self._sealer.open("sessions.sealed", contact, sealed)))

    def of(self, contact: str) -> Session | None:
        """The session of a contact, for what is done without a message of theirs."""
        row = self._db.writer().execute(_OF, {"contact": contact}).fetchone()
        return loads(self._sealer.open("sessions.sealed", contact, bytes(row[0]))) if row else None

    def block(self, sender: str, until: int) -> bool:
        """Answer this sender nothing until then (seconds since 1970; 0: answer again). False: nobody knows them."""
        for _ in range(BLOCKING):
            loaded = self.load(sender)
            if not loaded.version:
                return False
            blocked = msgspec.structs.replace(loaded.session, blocked=until)
            values = {
                "contact_id": loaded.contact,
                "version": loaded.version,
                "next_version": loaded.version + 1,
                "body": self._sealer.seal("sessions.sealed", loaded.contact, dumps(blocked)),
                "at": loaded.session.at * 1000,
            }
            with self._db.turn(durable=True) as writer:
                if writer.execute(_MOVE_ON, values).fetchone() is not None:
                    return True
        raise Conflict

    def _known(self, sender: str) -> Sequence[Any] | None:
        kind = kind_of(sender)
        return self._db.writer().execute(_LOAD, {"kind": kind, "idx": self._sealer.index(kind, sender)}).fetchone()

    def replay(self, key: bytes) -> Page | None:
        """The page that this very message was answered with."""
        row = self._db.writer().execute(_REPLAY, {"key": key}).fetchone()
        return _decode_page(self._sealer.open("inbox.sealed", key.hex(), row[0])) if row else None

    def save(self, saving: Saving) -> None:
        """Inbox, session and event of a turn without effects. It does not wait for the disk: nothing was promised."""
        values = self._values(saving)
        try:
            if not self._db.sqlite:
                saved = self._db.writer().execute(_ALL_IN_ONE, values).fetchone()
                if not saved or not saved[0]:
                    raise Conflict
                return
            with self._db.turn(durable=False) as writer:
                self._write(writer, values)
        except self._db.taken as error:
            raise Conflict from error

    def save_in(self, writer: Writer, saving: Saving) -> None:
        """The same within a turn that has more to do; a new contact begins here."""
        values = self._values(saving)
        if saving.loaded.version:
            self._write(writer, values)
        else:
            self._begin(writer, saving, values)

    def _write(self, writer: Writer, values: dict[str, Any]) -> None:
        if writer.execute(_MOVE_ON, values).fetchone() is None:
            raise Conflict
        writer.execute(_KEEP, values)
        writer.execute(_NOTE, values)

    def hear(self, writer: Writer, saving: Saving) -> None:
        """The person has written a message: what nobody asked for goes the same way from now on."""
        for name in (saving.sender, saving.also):
            if name and saving.loaded.version:
                self._link(writer, saving.loaded.contact, name)
        wrote = {"contact": saving.loaded.contact, "by": saving.event.channel, "when": saving.event.at}
        writer.execute(_WROTE, wrote)

    def _link(self, writer: Writer, contact: str, name: str) -> None:
        kind = kind_of(name)
        sealed = self._sealer.seal("identities.sealed", contact, name.encode())
        idx = self._sealer.index(kind, name)
        writer.execute(_LINK, {"kind": kind, "idx": idx, "contact_id": contact, "sealed": sealed})

    def _begin(self, writer: Writer, saving: Saving, values: dict[str, Any]) -> None:
        contact, at = saving.loaded.contact, values["at"]
        sealed = self._sealer.seal("identities.sealed", contact, saving.sender.encode())
        kind = kind_of(saving.sender)
        idx = self._sealer.index(kind, saving.sender)
        language = saving.session.language
        new = {"id": contact, "language": language, "created_at": at, **_NEW}
        writer.execute(_CONTACT, new)
        writer.execute(_IDENTITY, {"kind": kind, "idx": idx, "contact_id": contact, "sealed": sealed})
        if saving.also:
            self._link(writer, contact, saving.also)
        writer.execute(_SESSION, {"contact_id": contact, "version": 1, "sealed": values["body"], "updated_at": at})
        writer.execute(_KEEP, values)
        writer.execute(_NOTE, values)

    def _values(self, saving: Saving) -> dict[str, Any]:
        contact, event = saving.loaded.contact, saving.event
        page = _encode(saving.page or Page(""))
        return {
            "key": saving.key,
            "contact_id": contact,
            "sealed": self._sealer.seal("inbox.sealed", saving.key.hex(), page),
            "body": self._sealer.seal("sessions.sealed", contact, dumps(saving.session)),
            "version": saving.loaded.version,
            "next_version": saving.loaded.version + 1,
            "at": event.at,
            "event_at": event.at,
            "event_channel": event.channel,
            "event_gateway": event.gateway,
            "event_language": event.language,
            "event_flow": event.flow,
            "event_key": event.key,
            "event_what": event.what,
            "event_micros": event.micros,
        }
