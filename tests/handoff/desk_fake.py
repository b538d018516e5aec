"""The desk's ports in memory: what the store does with tables, done with dictionaries, under the same rules."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache

from handoff import tickets
from handoff.desk import rights
from handoff.desk.passwords import hash_password
from handoff.desk.ports import (
    Actor,
    AgentLoad,
    Card,
    Conflict,
    Detail,
    Event,
    Filters,
    Listing,
    NotFound,
    StaffMember,
    StaffSession,
    Village,
    WrongNumber,
)
from handoff.desk.signin import digest_of
from handoff.desk.web import WIB, blueprint
from handoff.routing import Role, barred
from handoff.tickets import Move, Need, NotAllowed, Outcome, Place, Reason, Slot, Status, Ticket, Topic, Visit

NOON = datetime(2026, 11, 20, 5, tzinfo=UTC)  # 12.00 in Banyuwangi, a Friday.
TODAY = date(2026, 11, 20)
WORD = "demo kata sandi"
_KEPT = hash_password(WORD)
VISIT_NUMBER = "735"
VILLAGES = {"3510992001": "Sumberkencono", "3510992002": "Kedungasri", "3510982001": "Bakungan"}


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **more: int) -> None:
        self.now += timedelta(**more)


@dataclass
class Record:
    ticket: Ticket
    name: str = "Siti A."
    nik4: str = "0007"
    phone: str = "+6281234567890"
    landmark: str = "RT02/01 utara musala"
    location: str = ""
    channel: str = "ussd"
    slot_wish: Slot | None = Slot.MORNING
    place_wish: Place | None = Place.HOME
    tries: int = 3
    said: tuple[str, ...] = ()
    events: list[Event] = field(default_factory=list)


@dataclass
class Staff:
    """The staff directory."""

    members: dict[str, StaffMember] = field(default_factory=dict)
    sessions: dict[str, StaffSession] = field(default_factory=dict)
    failures: dict[str, list[datetime]] = field(default_factory=dict)

    def add(self, login: str, role: Role, district: str, *villages: str, name: str = "") -> StaffMember:
        member = StaffMember(
            f"s-{login}", login, name or login.title(), role, district, _KEPT, villages=frozenset(villages)
        )
        self.members[member.id] = member
        return member

    def by_id(self, staff_id: str) -> StaffMember | None:
        return self.members.get(staff_id)

    def by_login(self, login: str) -> StaffMember | None:
        return next((m for m in self.members.values() if m.login == login), None)

    def note_failure(self, login: str, at: datetime) -> None:
        self.failures.setdefault(login, []).append(at)

    def too_many(self, login: str, at: datetime) -> bool:
        return sum(at - failed < timedelta(minutes=15) for failed in self.failures.get(login, [])) >= 5

    def clear_failures(self, login: str) -> None:
        self.failures.pop(login, None)

    def start_session(self, session: StaffSession) -> None:
        self.sessions[session.digest] = session

    def session(self, digest: str) -> StaffSession | None:
        return self.sessions.get(digest)

    def touch_session(self, digest: str, at: datetime) -> None:
        self.sessions[digest] = replace(self.sessions[digest], seen_at=at)

    def end_session(self, digest: str) -> None:
        self.sessions.pop(digest, None)


@dataclass
class Tickets:
    """The ticket desk."""

    staff: Staff
    clock: Clock
    records: dict[str, Record] = field(default_factory=dict)
    reads: list[tuple[str, str]] = field(default_factory=list)
    capacity: int = 50

    def add(self, ticket_id: str, village: str = "3510992001", status: Status = Status.OPEN, **more) -> Record:
        about = {k: more.pop(k) for k in list(more) if k in Record.__dataclass_fields__}
        ticket = Ticket(
            ticket_id, f"4721903511{len(self.records):02}", more.pop("topic", Topic.FACE_VERIFICATION), village,
            village[:6], more.pop("due", TODAY + timedelta(days=2)), more.pop("language", "jv"), status=status, **more,
        )  # fmt: skip
        self.records[ticket_id] = Record(ticket, **about)
        self.records[ticket_id].events.append(Event(self.clock(), "Loket", None))
        return self.records[ticket_id]

    # What the port promises.

    def today(self, actor: Actor, day: date) -> Sequence[Card]:
        mine = (r for r in self.records.values() if r.ticket.agent_id == actor.id and r.ticket.live)
        return [self._card(r) for r in mine if rights.may_open(actor, r.ticket)]

    def available(self, actor: Actor) -> Sequence[Card]:
        return [self._card(r) for r in self.records.values() if rights.may(actor, Move.TAKE, r.ticket)]

    def ticket(self, actor: Actor, ticket_id: str) -> Detail:
        record = self._seen(actor, ticket_id)
        ticket = record.ticket
        self.reads.append((actor.id, ticket_id))
        mine = ticket.agent_id == actor.id
        return Detail(
            self._card(record),
            rights.allowed(actor, ticket),
            phone=record.phone if ticket.live else None,
            location=record.location if mine and ticket.live else "",
            agent_id=ticket.agent_id,
            agent_number=ticket.visit.agent_number if ticket.visit and mine and ticket.live else None,
            outcome=ticket.outcome,
            history=tuple(reversed(record.events)),
            said=record.said,
            barred=self._barred(actor, ticket),
        )

    def take(self, actor: Actor, ticket_id: str, version: int) -> None:
        record = self._checked(actor, Move.TAKE, ticket_id, version)
        self._keep(actor, record, Move.TAKE, tickets.take(record.ticket, actor.id))

    def schedule(self, actor: Actor, ticket_id: str, day: date, slot: Slot, place: Place, version: int) -> None:
        record = self._checked(actor, Move.SCHEDULE, ticket_id, version)
        visit = Visit(day, slot, place, f"{4821 + record.ticket.version:04}")
        self._keep(actor, record, Move.SCHEDULE, tickets.schedule(record.ticket, visit, TODAY))

    def outcome(
        self, actor: Actor, ticket_id: str, outcome: Outcome, visit_number: str, note: str, version: int
    ) -> None:
        record = self._checked(actor, Move.RESOLVE, ticket_id, version)
        if visit_number and (record.tries == 0 or visit_number != VISIT_NUMBER):
            record.tries = max(0, record.tries - 1)
            raise WrongNumber(record.tries)
        self._keep(actor, record, Move.RESOLVE, tickets.resolve(record.ticket, outcome, bool(visit_number)), note)

    def set_off(self, actor: Actor, ticket_id: str, version: int) -> None:
        record = self._checked(actor, Move.SET_OFF, ticket_id, version)
        self._keep(actor, record, Move.SET_OFF, tickets.set_off(record.ticket, TODAY))

    def not_met(self, actor: Actor, ticket_id: str, version: int) -> None:
        record = self._checked(actor, Move.NOT_MET, ticket_id, version)
        self._keep(actor, record, Move.NOT_MET, tickets.not_met(record.ticket, TODAY))

    def give_back(self, actor: Actor, ticket_id: str, version: int) -> None:
        record = self._checked(actor, Move.GIVE_BACK, ticket_id, version)
        self._keep(actor, record, Move.GIVE_BACK, tickets.give_back(record.ticket))

    def reassign(self, actor: Actor, ticket_id: str, agent_id: str, version: int) -> None:
        record = self._checked(actor, Move.ASSIGN, ticket_id, version)
        load = next((a for a in self.agents_of(actor) if a.agent_id == agent_id), None)
        if load is None:
            raise NotFound
        if agent_id in self._barred(actor, record.ticket):
            raise NotAllowed(Reason.CONCERNED)
        if load.open >= load.capacity:
            raise NotAllowed(Reason.FULL)
        self._keep(actor, record, Move.ASSIGN, tickets.assign(record.ticket, agent_id))

    def district(self, actor: Actor, filters: Filters) -> Listing:
        if actor.role is Role.AGENT:
            raise NotFound
        found = [
            self._card(r)
            for r in self.records.values()
            if rights.may_open(actor, r.ticket)
            and filters.status in {None, r.ticket.status}
            and filters.village in {"", r.ticket.village}
            and filters.agent_id in {"", r.ticket.agent_id}
        ]
        return Listing(tuple(found[(filters.page - 1) * 20 : filters.page * 20]), len(found), 20)

    def villages(self, actor: Actor) -> Sequence[Village]:
        if actor.role is Role.AGENT:
            raise NotFound
        return [Village(c, n, "Muncar") for c, n in VILLAGES.items() if self._oversees(actor, c[:6])]

    def agents_of(self, actor: Actor) -> Sequence[AgentLoad]:
        return [
            self._load(m) for m in self.staff.members.values() if m.id == actor.id or self._oversees(actor, m.district)
        ]

    def _barred(self, actor: Actor, ticket: Ticket) -> frozenset[str]:
        theirs = {self.staff.members[id].district for id in ticket.accused}
        return frozenset(
            a.agent_id for a in self.agents_of(actor) if barred(ticket, a.agent_id, a.role, {a.district}, theirs)
        )

    def _oversees(self, actor: Actor, district: str) -> bool:
        match actor.role:
            case Role.AGENT:
                return False
            case Role.COORDINATOR:
                return actor.district == district
            case Role.DINAS:
                return actor.district[:4] == district[:4]

    def _load(self, member: StaffMember) -> AgentLoad:
        own = [r.ticket for r in self.records.values() if r.ticket.agent_id == member.id]
        return AgentLoad(
            member.id, member.name, member.role, member.district, "Muncar",
            tuple(VILLAGES[v] for v in sorted(member.villages)), sum(t.live for t in own), sum(not t.live for t in own),
            self.capacity,
        )  # fmt: skip

    def _seen(self, actor: Actor, ticket_id: str) -> Record:
        record = self.records.get(ticket_id)
        if record is None or not rights.may_open(actor, record.ticket):
            raise NotFound
        return record

    def _checked(self, actor: Actor, move: Move, ticket_id: str, version: int) -> Record:
        record = self._seen(actor, ticket_id)
        rights.check_entitled(actor, move, record.ticket)
        if record.ticket.version != version:
            raise Conflict(record.events[-1].by, record.events[-1].at)
        return record

    def _keep(self, actor: Actor, record: Record, move: Move, ticket: Ticket, note: str = "") -> None:
        record.ticket = ticket
        record.events.append(
            Event(self.clock(), actor.name, move, ticket.outcome if move is Move.RESOLVE else None, note)
        )

    def _card(self, r: Record) -> Card:
        t, holder = r.ticket, self.staff.by_id(r.ticket.agent_id or "")
        return Card(
            t.id, t.ref, t.topic, t.status, r.name, r.nik4, VILLAGES[t.village], r.landmark, t.language, r.channel,
            t.due, r.slot_wish, r.place_wish, t.needs, t.visit and t.visit.day, t.visit and t.visit.slot,
            t.visit and t.visit.place, t.attempts, holder.name if holder else None, t.flagged, t.version,
        )  # fmt: skip


class Compiled(BytecodeCache):
    """Compiled templates, shared by the apps of all tests."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


@dataclass
class House:
    """An app with the desk in it, four members of staff and no ticket yet."""

    clock: Clock = field(default_factory=Clock)
    staff: Staff = field(default_factory=Staff)

    def __post_init__(self) -> None:
        self.desk = Tickets(self.staff, self.clock)
        self.agent = self.staff.add("budi", Role.AGENT, "351099", "3510992001", "3510992002", name="Budi Santoso")
        self.other = self.staff.add("sari", Role.AGENT, "351099", "3510992002", name="Sari Dewi")
        self.coordinator = self.staff.add("koordinator", Role.COORDINATOR, "351099", name="Endang Lestari")
        self.neighbour = self.staff.add("tetangga", Role.COORDINATOR, "351098", name="Hadi Purnomo")
        self.dinas = self.staff.add("dinas", Role.DINAS, "351001", name="Wahyu Nugroho")
        self.app = Flask("house")
        self.app.config.update(SECRET_KEY="only for tests", TESTING=True)
        self.app.jinja_options = {"bytecode_cache": COMPILED}
        self.app.register_blueprint(blueprint(self.desk, self.staff, self.clock, lambda _: WIB))

    def browser(self, login: str | None = None) -> "Browser":
        """A browser, already signed in where a login is given: the slow password check has tests of its own."""
        browser = Browser(self.app.test_client())
        if login:
            member, token = self.staff.by_login(login), f"{login} {len(self.staff.sessions)}"
            assert member is not None
            now = self.clock()
            self.staff.start_session(StaffSession(digest_of(token), member.id, member.session_epoch, now, now))
            with browser.client.session_transaction(base_url="https://loket.test") as kept:
                kept["_user_id"] = token
        return browser


@dataclass
class Browser:
    """What a browser does: keeps cookies, names its site, and sends the token of the page it shows."""

    client: FlaskClient

    def get(self, path: str):
        return self.client.get(path, base_url="https://loket.test")

    def post(
        self, path: str, data: dict[str, str] | None = None, *, token: str | None = None, site: str = "same-origin"
    ):
        sent = {"csrf_token": self.token() if token is None else token, **(data or {})}
        return self.client.post(path, data=sent, base_url="https://loket.test", headers={"Sec-Fetch-Site": site})

    def token(self) -> str:
        for path in ("/desk/me", "/desk/sign-in"):
            page = self.get(path)
            if page.status_code == 200:
                return page.text.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
        raise AssertionError("no page with a token")

    def sign_in(self, login: str, password: str = WORD):
        return self.post("/desk/sign-in", {"login": login, "password": password})


def scheduled(day: date = TODAY) -> dict[str, object]:
    """What makes a ticket Budi's with a visit on that day."""
    return {"status": Status.SCHEDULED, "agent_id": "s-budi", "visit": Visit(day, Slot.MORNING, Place.HALL, "4821")}


ILL = (Need.WALKING,)
