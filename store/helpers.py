"""Who may register people for others: each under a number of their own, from their own phone where one is known."""

import secrets
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, literal_column, select, update

from bot.identity import damm
from bot.windows import day_begins
from store.database import Database, ms
from store.phones import count_tries
from store.prepared import into
from store.schema import audit, contacts, helpers, identities, tries
from store.seal import Sealer

SCOPE, SAME, TRIES, DAY = "assist", "assist_same", 3, timedelta(days=1)
RANDOM = 5  # Digits of a number, before its check digit.
LOCKED = "locked"
ASSISTED = "assisted"
PLACE = "helpers.sealed"

_FIND = select(helpers.c.id, helpers.c.phone_idx).where(
    helpers.c.number == bindparam("number"), helpers.c.active == literal_column("1")
)
_PHONE = select(identities.c.idx).where(
    identities.c.contact_id == bindparam("contact"), identities.c.kind == literal_column("'phone'")
)
_HELPER = select(helpers.c.agent_id, helpers.c.regency).where(
    helpers.c.id == bindparam("row"), helpers.c.active == literal_column("1")
)
_TODAY = (
    select(func.count())
    .select_from(audit)
    .where(audit.c.actor == bindparam("who"), audit.c.at >= bindparam("since"), audit.c.verb == bindparam("did"))
)
_MISS = into(tries)
_MY_TURN = select(contacts.c.id).where(contacts.c.id == bindparam("contact")).with_for_update(key_share=True)


class NoNumberLeft(Exception):
    """Every number that could be drawn is somebody's."""


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who may help, for the operators' list."""

    number: str
    name: str = field(repr=False)
    regency: str
    agent: bool
    own_phone: bool
    active: bool


class Helpers:
    """Answers the talk's look-ups, and keeps the list."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._db = database
        self._sealer = sealer

    def who(self, contact: str, argument: str, now: datetime) -> str:
        """The helper's id; "locked" after three wrong numbers in a day. `argument`: the number, and which try it is."""
        number, _, _ = argument.partition(":")
        mine = self._sealer.index("tries", contact)
        with self._db.turn(durable=True) as writer:
            writer.execute(_MY_TURN, {"contact": contact})
            wrong = count_tries(writer, SCOPE, mine, now)
            if wrong >= TRIES:
                return LOCKED
            found = writer.execute(_FIND, {"number": number}).fetchone()
            if found and (found[1] is None or self._is_from(writer, contact, bytes(found[1]))):
                return str(found[0])
            same = self._sealer.index("tries", f"{contact}:{argument}")
            if count_tries(writer, SAME, same, now):  # The same message again, by a gateway that got no answer.
                return ""
            for scope, idx in ((SCOPE, mine), (SAME, same)):
                writer.execute(_MISS, {"scope": scope, "idx": idx, "at": ms(now)})
        return LOCKED if wrong + 1 >= TRIES else ""

    def today(self, contact: str, id: str, now: datetime) -> Any:
        """Whether this is an agent, and how many people they have registered today; nothing where they may no more."""
        writer = self._db.writer()
        found = writer.execute(_HELPER, {"row": id}).fetchone()
        if found is None:
            return ""
        since = {"who": id, "since": ms(day_begins(now, found[1])), "did": ASSISTED}
        row = writer.execute(_TODAY, since).fetchone()
        return {"agent": bool(found[0]), "today": int(row[0]) if row else 0}

    def add(self, name: str, regency: str, phone: str, agent_id: str, now: datetime, number: str = "") -> str:
        """A new helper; the number to be told to them, and to nobody else. `number`: one that everybody may know,
        as in the demo, instead of a drawn one. Raises NoNumberLeft."""
        id = uuid.uuid4().hex
        with self._db.write() as connection:
            taken = set(connection.scalars(select(helpers.c.number)))
            number = number or _draw(taken)
            values = {
                "id": id,
                "number": number,
                "sealed": self._sealer.seal(PLACE, id, name.encode()),
                "phone_idx": self._sealer.index("phone", phone) if phone else None,
                "agent_id": agent_id or None,
                "regency": regency,
                "active": 1,
                "created_at": ms(now),
            }
            connection.execute(insert(helpers).values(values))
        return number

    def stop(self, number: str) -> bool:
        """They may help no more, at once. False: nobody has this number."""
        with self._db.write() as connection:
            mine = update(helpers).where(helpers.c.number == number)
            return bool(connection.execute(mine.values(active=0)).rowcount)

    def all(self) -> list[Helper]:
        with self._db.read() as connection:
            rows = connection.execute(select(helpers).order_by(helpers.c.regency, helpers.c.number)).all()
        return [
            Helper(
                row.number, self._sealer.open(PLACE, row.id, row.sealed).decode(), row.regency, bool(row.agent_id),
                row.phone_idx is not None, bool(row.active),
            )
            for row in rows
        ]  # fmt: skip

    def _is_from(self, writer: Any, contact: str, phone: bytes) -> bool:
        """Whether the call comes from the helper's own phone."""
        return any(bytes(row[0]) == phone for row in writer.execute(_PHONE, {"contact": contact}).fetchall())


def _draw(taken: set[str]) -> str:
    """Five random digits and one that checks them: a slip is seen before it counts, a guess finds hardly anybody."""
    if len(taken) * 2 >= 10**RANDOM:
        raise NoNumberLeft
    while (number := _checked(secrets.randbelow(10**RANDOM))) in taken:
        pass
    return number


def _checked(drawn: int) -> str:
    number = f"{drawn:0{RANDOM}}"
    return f"{number}{damm(number)}"
