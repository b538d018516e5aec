"""Who may sign in to the desk: accounts, failed tries and sessions, so that all processes agree on them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from handoff.desk.ports import StaffMember, StaffSession
from handoff.routing import Role
from store.database import Database, ms
from store.schema import agent_villages, agents, staff_sessions, tries
from store.seal import Sealer

SCOPE = "sign_in"
FAILURES, WITHIN = 5, timedelta(minutes=15)
SESSIONS = 2  # Of one member at the same time.
TOUCH_EVERY = timedelta(minutes=1)


class Staff:
    """The staff directory of the desk."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._db = database
        self._sealer = sealer

    def by_id(self, staff_id: str) -> StaffMember | None:
        return self._member(agents.c.id == staff_id)

    def by_login(self, login: str) -> StaffMember | None:
        return self._member(agents.c.login == login)

    def note_failure(self, login: str, at: datetime) -> None:
        """Count a failed sign-in; those too old to count are dropped with it."""
        idx, now = self._index(login), ms(at)
        with self._db.write() as connection:
            connection.execute(delete(tries).where(_of(idx), tries.c.at <= ms(at - WITHIN)))
            connection.execute(insert(tries).values(scope=SCOPE, idx=idx, at=now))

    def too_many(self, login: str, at: datetime) -> bool:
        recent = select(func.count()).where(_of(self._index(login)), tries.c.at > ms(at - WITHIN))
        with self._db.read() as connection:
            return (connection.scalar(recent) or 0) >= FAILURES

    def clear_failures(self, login: str) -> None:
        with self._db.write() as connection:
            connection.execute(delete(tries).where(_of(self._index(login))))

    def start_session(self, session: StaffSession) -> None:
        """Keep a session; of a member's others only the latest stay, as many as are allowed beside it."""
        own = staff_sessions.c.staff_id == session.staff_id
        latest_first = (staff_sessions.c.started_at.desc(), staff_sessions.c.seen_at.desc())
        with self._db.write() as connection:
            # The lock first: two sign-ins in the same moment would not see each other.
            connection.execute(select(agents.c.id).where(agents.c.id == session.staff_id).with_for_update())
            others = connection.scalars(select(staff_sessions.c.digest).where(own).order_by(*latest_first)).all()
            ended = others[SESSIONS - 1 :]
            connection.execute(delete(staff_sessions).where(staff_sessions.c.digest.in_(ended)))
            connection.execute(
                insert(staff_sessions).values(
                    digest=session.digest,
                    staff_id=session.staff_id,
                    epoch=session.epoch,
                    started_at=ms(session.started_at),
                    seen_at=ms(session.seen_at),
                )
            )

    def session(self, digest: str) -> StaffSession | None:
        with self._db.read() as connection:
            row = connection.execute(select(staff_sessions).where(staff_sessions.c.digest == digest)).first()
        if row is None:
            return None
        return StaffSession(row.digest, row.staff_id, row.epoch, _at(row.started_at), _at(row.seen_at))

    def touch_session(self, digest: str, at: datetime) -> None:
        """Note that the member is still there, once a minute at most: more would be writes for nothing."""
        mine = (staff_sessions.c.digest == digest) & (staff_sessions.c.seen_at <= ms(at - TOUCH_EVERY))
        with self._db.read() as connection:
            if connection.scalar(select(staff_sessions.c.digest).where(mine)) is None:
                return
        with self._db.write() as connection:
            connection.execute(update(staff_sessions).where(mine).values(seen_at=ms(at)))

    def end_session(self, digest: str) -> None:
        with self._db.write() as connection:
            connection.execute(delete(staff_sessions).where(staff_sessions.c.digest == digest))

    def _member(self, which: ColumnElement[bool]) -> StaffMember | None:
        found = select(agents, agent_villages.c.village).outerjoin(agent_villages).where(which)
        with self._db.read() as connection:
            rows = connection.execute(found).all()
        if not rows:
            return None
        row = rows[0]
        return StaffMember(
            id=row.id,
            login=row.login,
            name=row.name,
            role=Role(row.role),
            district=row.district,
            password_hash=row.password_hash,
            active=bool(row.active),
            session_epoch=row.epoch,
            villages=frozenset(row.village for row in rows if row.village),
            badge=row.badge,
        )

    def _index(self, login: str) -> bytes:
        """People type passwords into the wrong field: what was typed is not kept."""
        return self._sealer.index("tries", f"{SCOPE}:{login}")


def _of(idx: bytes) -> ColumnElement[bool]:
    return (tries.c.scope == SCOPE) & (tries.c.idx == idx)


def _at(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
