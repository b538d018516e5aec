"""A whole office for tests: the composed service on a real database, the sandbox portal, and a gateway that records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import requests
from sqlalchemy import func, insert, select, update

from backend_client.http import WsgiAdapter, pooled_session
from backend_client.portal import PortalClient
from backend_client.sandbox import create_sandbox
from bot.effects import Consent, ContactAgreed, Effect, FilledBy, SubmitRegistration
from bot.identity import Nik, PersonName, Reference
from bot.messages import Channel, Inbound, SessionEvent
from bot.wire import Request, Response
from loket.config import ROOT, Environment, read_config
from loket.jobs import Handler, handlers
from loket.meant import Understand, nothing
from loket.outside import Lines
from loket.service import Service, compose
from loket.work import Worker, build
from sms.gateway import Brought, MessageGateway, Outbound, SendFailed, Sent
from store.database import Database, ms
from store.effects import Cause
from store.schema import agent_villages, agents, contacts, metadata, outbox, tickets
from store.seal import Sealer

START = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
PHONE = "+6281200000001"
VILLAGE = "35.10.15.2006"
NIK = "351099410187"  # and four digits that choose the sandbox's persona
TOKEN = "word-of-the-sandbox"
SEALER = Sealer({1: bytes(range(32))}, bytes(range(32, 64)))


@dataclass
class Clock:
    """A wall clock, and a monotonic one, that move only when told."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.now.timestamp()

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class RecordingGateway:
    """Takes every message, or fails with what it is told to."""

    name: str = "recording"
    channels: frozenset[Channel] = frozenset({Channel.SMS})
    most: int = 8192
    sent: list[Outbound] = field(default_factory=list)
    failing: SendFailed | None = None

    def addressed(self, request: Request) -> bool:
        return False

    def unfit(self, request: Request) -> Response | None:
        return None

    def read(self, request: Request) -> Brought:
        return Brought()

    def send(self, message: Outbound) -> Sent:
        if self.failing is not None:
            raise self.failing
        self.sent.append(message)
        return Sent(f"m{len(self.sent)}")

    @property
    def bodies(self) -> list[str]:
        return [message.body for message in self.sent]


def only(gateway: MessageGateway) -> Lines:
    """One gateway for everything that goes out."""
    return Lines({}, dict.fromkeys(gateway.channels, (gateway,)))


@dataclass
class Office:
    """Everything that a registration meets after the call. `lost`: how many of the portal's next answers get lost."""

    database: Database
    clock: Clock = field(default_factory=Clock)
    gateway: RecordingGateway = field(default_factory=RecordingGateway)
    lost: int = 0
    dialogues: int = 0
    crash_at: str = ""
    sealer: Sealer = field(default_factory=lambda: SEALER, repr=False)
    understand: Understand = nothing

    def __post_init__(self) -> None:
        url = self.database.url.render_as_string(hide_password=False)
        environment = Environment(database_url=url, crash_at=self.crash_at)
        self.sandbox = create_sandbox(token=TOKEN, clock=self.clock)
        self.session = pooled_session(_Losing(self))
        portal = PortalClient("http://portal", TOKEN, self.session, clock=self.clock.monotonic)
        config = read_config(ROOT / "config.yml")
        self.service: Service = compose(
            config, environment, self.clock, self.sealer, lambda: portal, understand=self.understand
        )
        self.handlers: Mapping[str, Handler] = handlers(self.service, portal, only(self.gateway))
        self.worker: Worker = build(self.service, self.handlers)

    def close(self) -> None:
        self.service.database.close()

    def admin(self, method: str, page: str, body: dict[str, Any] | None = None) -> Any:
        """The sandbox's own pages: ledger, requests, fault."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        lost, self.lost = self.lost, 0
        answer = self.session.request(method, f"http://portal/__sandbox__/{page}", json=body, headers=headers)
        self.lost = lost
        assert answer.ok
        return answer.json() if answer.content else None

    def dial(self, phone: str = PHONE) -> Cause:
        """A first call, so that there is a contact; and the cause for what it brings about."""
        inbound = Inbound(f"{phone}{ms(self.clock())}", Channel.USSD, "africastalking", phone, "", SessionEvent.NEW,
                          self.clock(), "1", "")  # fmt: skip
        from ussd.page import fit

        self.service.desk.answer(inbound, fit(160))
        loaded = self.service.sessions.load(phone)
        return Cause(loaded.contact, phone, Channel.USSD, "id", self.clock())

    def talk(self, *inputs: str, phone: str = PHONE) -> str:
        """Dial and type these; the last page."""
        from ussd.page import fit

        self.dialogues += 1
        for count in range(len(inputs) + 1):
            transcript = "*".join(inputs[:count])
            event = SessionEvent.RESUME if transcript else SessionEvent.NEW
            inbound = Inbound(f"talk{self.dialogues}:{count}", Channel.USSD, "africastalking", phone, transcript,
                              event, self.clock(), f"talk{self.dialogues}", transcript)  # fmt: skip
            page, _ = self.service.desk.answer(inbound, fit(160))
        assert page is not None
        return page.body

    def register(self, last4: str = "3333", phone: str = PHONE, name: str | None = "SITI AMINAH") -> str:
        """A registration from this phone; its reference."""
        ref = Reference.of(f"{phone}{last4}".encode())
        consent = Consent("reg.consent", "id", "Setuju?", "yes", int(self.clock().timestamp()))
        self.apply(
            self.dial(phone),
            SubmitRegistration(
                ref, Nik(NIK + last4), PersonName(name) if name else None, None, VILLAGE, "3510", FilledBy.SELF,
                consent, (), date(2026, 12, 4),
            ),
        )  # fmt: skip
        return str(ref)

    def own_phone(self, ref: str, phone: str = PHONE) -> None:
        self.apply(self.dial(phone), ContactAgreed(Reference(ref), own_phone=True))

    def apply(self, cause: Cause, *effects: Effect) -> None:
        with self.service.database.write() as connection:
            for effect in effects:
                self.service.effects.apply(connection, effect, cause)

    def hire(self, name: str, role: str = "agent", capacity: int = 50, **more: Any) -> str:
        """Somebody at the desk, an agent of the village unless told otherwise; the id."""
        id = name.lower()
        village = more.pop("village", VILLAGE if role == "agent" else "")
        values = {"id": id, "login": id, "name": name, "role": role, "regency": "3510", "district": "351015",
                  "languages": "id jv", "capacity": capacity, "password_hash": "-"} | more  # fmt: skip
        with self.service.database.write() as connection:
            connection.execute(insert(agents).values(**values))
            if village:
                connection.execute(insert(agent_villages).values(village=village, agent_id=id))
        return id

    def verify(self, ref: str, outcome: str = "verified_face") -> None:
        """The visit has ended, as the desk writes it."""
        from store.outbox import enqueue

        with self.service.database.write() as connection:
            mine = tickets.c.case_ref == ref, tickets.c.topic == "face_verification"
            id = connection.scalar(select(tickets.c.id).where(*mine))
            connection.execute(update(tickets).where(*mine).values(status="resolved", outcome=outcome))
            enqueue(connection, f"complete:{id}", "portal.complete", str(id), self.clock())

    def work(self, **time: float) -> int:
        """Let time pass, then do everything that is due."""
        self.clock.wait(**time)
        return self.worker.run_due()

    def rows(self, table: str) -> list[Mapping[str, Any]]:
        """All rows of a table, in the order in which they were written."""
        with self.service.database.read() as connection:
            found = metadata.tables[table]
            order = found.c.get("id") if found is outbox else found.c.get("created_at")
            query = select(found) if order is None else select(found).order_by(order)
            return [dict(row) for row in connection.execute(query).mappings()]

    def row(self, table: str, **where: Any) -> Mapping[str, Any]:
        """The one row that fits."""
        (row,) = [row for row in self.rows(table) if all(row[name] == value for name, value in where.items())]
        return row

    def contacts(self) -> int:
        with self.service.database.read() as connection:
            return connection.scalar(select(func.count()).select_from(contacts)) or 0


class _Losing(WsgiAdapter):
    """Carries requests to the sandbox; the answers that the office wants lost do not come back."""

    def __init__(self, office: Office) -> None:
        super().__init__(office.sandbox)
        self._office = office

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        response = super().send(request)
        if self._office.lost:
            self._office.lost -= 1
            raise requests.ReadTimeout
        return response
