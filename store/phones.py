"""Which phone a registration is reached by: proved by digits that were sent there, changed, and given back."""

import secrets
import uuid
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, literal_column, select, update

from bot.effects import ProvePhone
from bot.identity import Reference
from bot.inquiries import Subject
from bot.messages import Text
from store import inquiries
from store.database import Database, ms
from store.details import complete
from store.messages import Messages
from store.opening import Cause
from store.people import contact_of
from store.prepared import Executor, into
from store.schema import contacts, disputes, proofs, registrations, tickets, tries
from store.seal import Sealer

TRIES, DAY = 3, timedelta(days=1)
SENT = 5  # Messages with digits, to one phone and from one phone, in a day.
GOOD_FOR = timedelta(minutes=30)
TO_TAKE_BACK = timedelta(days=7)  # So long the old phone can say that it was not its owner.
WRONG, SAME, SENDING = "proof", "proof_same", "proof_sent"
LOCKED, RIGHT = "locked", "yes"

_COUNT = (
    select(func.count())
    .select_from(tries)
    .where(tries.c.scope == bindparam("in"), tries.c.idx == bindparam("of"), tries.c.at > bindparam("since"))
)
_TRY = into(tries)
_FORGET, _KEEP = delete(proofs).where(proofs.c.ref == bindparam("number")), into(proofs)
_PROOF = select(proofs.c.idx).where(proofs.c.ref == bindparam("number"), proofs.c.at > bindparam("since"))
_MY_TURN = select(contacts.c.id).where(contacts.c.id == bindparam("contact")).with_for_update(key_share=True)
_MOVE = tuple(
    update(table).where(table.c.ref == bindparam("number")).values(contact_id=bindparam("to"))
    for table in (registrations, disputes)
)
_TICKETS = (
    update(tickets)
    .where(tickets.c.case_ref == bindparam("number"), tickets.c.outcome == literal_column("''"))
    .values(contact_id=bindparam("to"))
)


class Phones:
    """Sends the digits, and moves a registration from one contact to another."""

    def __init__(self, sealer: Sealer, messages: Messages) -> None:
        self._sealer = sealer
        self._messages = messages

    def send(self, connection: Executor, effect: ProvePhone, cause: Cause) -> None:
        """Four new digits to the phone. Whoever asks for too many gets no more, and nobody can be flooded with them."""
        phone, ref = str(effect.phone), str(effect.ref)
        scopes = [self._sealer.index("tries", cause.contact), self._sealer.index("tries", phone)]
        to = contact_of(connection, self._sealer, phone, cause)
        connection.execute(_MY_TURN, {"contact": to})  # Several phones that ask for one would not see each other.
        for idx in scopes:
            if count_tries(connection, SENDING, idx, cause.now) >= SENT:
                return
        for idx in scopes:
            connection.execute(_TRY, {"scope": SENDING, "idx": idx, "at": ms(cause.now)})
        digits = f"{secrets.randbelow(10_000):04}"
        connection.execute(_FORGET, {"number": ref})
        connection.execute(_KEEP, {"ref": ref, "idx": _mark(self._sealer, ref, digits), "at": ms(cause.now)})
        told = Text("sms.phone_confirm", {"ccode4": digits})
        self._messages.post(connection, to, told, f"proof:{uuid.uuid4().hex}", "", cause.now, asked=True)

    def change(self, connection: Executor, ref: str, old: str, phone: str, about: str, cause: Cause) -> None:
        """From now on this registration is the new phone's; both are told, and the old one can take it back."""
        new = contact_of(connection, self._sealer, phone, cause)
        if new == old:
            return
        self._move(connection, ref, new, cause.now)
        shown = Reference(ref).shown
        told = Text("evt.phone_changed", {"ref": shown, "hp4": phone[-4:], "n": TO_TAKE_BACK.days})
        for contact in (old, new):
            self._messages.post(connection, contact, told, f"phone:{about}:{contact}", ref, cause.now)
        inquiries.ask(connection, old, Subject.PHONE, ref, about, cause.now, TO_TAKE_BACK)

    def give_back(self, connection: Executor, ref: str, to: str, now: datetime) -> None:
        """It was not the owner: everything is as it was."""
        self._move(connection, ref, to, now)

    def _move(self, connection: Executor, ref: str, to: str, now: datetime) -> None:
        for move in (*_MOVE, _TICKETS):
            connection.execute(move, {"number": ref, "to": to})
        # The number that was given for the agent belonged to the old phone; and the portal hears of the new one.
        complete(connection, self._sealer, ref, to, {"phone": ""}, now)


class Proofs:
    """Looks at the digits that somebody types."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._db = database
        self._sealer = sealer

    def look(self, contact: str, argument: str, now: datetime) -> str:
        """`argument`: the change's number, the digits, and which try it is in the talk."""
        ref, digits, _ = argument.split(":")
        return self.check(contact, ref, digits, now, argument)

    def check(self, contact: str, ref: str, digits: str, now: datetime, which: str = "") -> str:
        """Whether these are the digits that were sent; three wrong ones in a day lock the phone that types them.

        `which`: what tells this try from the others; looked at twice, it counts once.
        """
        mine = self._sealer.index("tries", contact)
        same = self._sealer.index("tries", f"{contact}:{which or uuid.uuid4().hex}")
        with self._db.turn(durable=True) as writer:
            writer.execute(_MY_TURN, {"contact": contact})
            wrong = count_tries(writer, WRONG, mine, now)
            if wrong >= TRIES:
                return LOCKED
            row = writer.execute(_PROOF, {"number": ref, "since": ms(now - GOOD_FOR)}).fetchone()
            if row is not None and secrets.compare_digest(bytes(row[0]), _mark(self._sealer, ref, digits)):
                return RIGHT
            if count_tries(writer, SAME, same, now):  # The same message again, by a gateway that got no answer.
                return ""
            for scope, idx in ((WRONG, mine), (SAME, same)):
                writer.execute(_TRY, {"scope": scope, "idx": idx, "at": ms(now)})
        return LOCKED if wrong + 1 >= TRIES else ""


def _mark(sealer: Sealer, ref: str, digits: str) -> bytes:
    return sealer.index("tries", f"{ref}:{digits}")


def count_tries(connection: Executor, scope: str, idx: bytes, now: datetime) -> int:
    """How many there were within a day."""
    row = connection.execute(_COUNT, {"in": scope, "of": idx, "since": ms(now - DAY)}).fetchone()
    return int(row[0]) if row else 0
