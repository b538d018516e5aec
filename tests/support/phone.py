"""A phone that talks to the pure conversation: every page is measured, every session goes through JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from bot import gsm7, inquiries
from bot.agent_check import Shown, Standing
from bot.effects import (
    AnswerInquiry,
    Assisted,
    ChangeVisit,
    ChooseMessages,
    ContactAgreed,
    Effect,
    FileObjection,
    FileReport,
    HeardOfVisit,
    KeepRegistration,
    MoveTicket,
    RenewRegistration,
    SubmitRegistration,
    WithdrawObjection,
    WithdrawRegistration,
)
from bot.engine import Turn, advance
from bot.flows.visit import WAITING
from bot.inquiries import Inquiry
from bot.meaning import Meaning
from bot.messages import Attachment, Channel, Inbound, Page, SessionEvent
from bot.payments import Payment
from bot.privacy import Kept, LastSent
from bot.run import Engine, Fit
from bot.session import Session, dumps, loads
from bot.stages import Case, Cases, Stage, to_fact
from bot.tasks import DONE, Found, Opened, Task, When
from bot.visits import Visit
from loket import areas, texts
from loket.config import ROOT, Period, read_config
from loket.engine import build
from sms.segments import answers
from ussd.page import fit
from whatsapp import buttons

NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
NUMBERS = {"ussd": "*123*456#", "sms": "99123", "call": "1500-123"}
PROOF = "4821"  # The digits that a new phone is sent.
TRIES = 3  # Wrong pairs of a number and a NIK's last four, until nothing is answered for a day.

WITH_VISIT = WAITING | {Stage.SCHEDULED, Stage.VERIFIED, Stage.PROCESSING}

_areas = areas.load(ROOT / "data" / "areas")


def engine(**changes: Any) -> Engine:
    """The engine of the shipped configuration."""
    config = msgspec.structs.replace(read_config(ROOT / "config.yml"), **changes)
    return build(config, texts.load(config.languages, constants=NUMBERS), _areas)


WINDOWS = {
    "3510": Period(NOON.date().replace(day=1), NOON.date().replace(month=12, day=31)),
    "6471": Period(NOON.date().replace(year=2027, month=1, day=11), NOON.date().replace(year=2027, month=2, day=28)),
}
ENGINE = engine(windows=WINDOWS)


@dataclass
class Book:
    """What the store would answer, in memory: the registrations of this phone and of others."""

    own_phone: bool = False
    mine: list[Case] = field(default_factory=list)
    others: list[Case] = field(default_factory=list)
    nik4: dict[str, str] = field(default_factory=dict)  # By reference.
    niks: dict[str, str] = field(default_factory=dict)  # The reference of each NIK that this phone registered.
    misses: int = 0
    reports: int = 0  # Sent today.
    filed: dict[str, str] = field(default_factory=dict)  # Where a report stands, by its number.
    agents: dict[str, Shown] = field(default_factory=dict)  # By the number that is shown.
    payments: dict[str, list[Payment] | None] = field(default_factory=dict)  # By reference; None: the portal is away.
    visits: dict[str, Visit] = field(default_factory=dict)  # What is not as the case says.
    opted_out: bool = False
    nameless: bool = False  # The phone writes by WhatsApp and shows no number.
    sent: dict[str, LastSent] = field(default_factory=dict)  # By reference: the last message to this phone.
    wrong_digits: int = 0
    helpers: dict[str, str] = field(default_factory=dict)  # Their ids by number.
    no_helpers: int = 0  # Numbers that were nobody's.
    assisted: int = 0
    asked: list[Inquiry] = field(default_factory=list)
    staff: bool = False  # Whether this is the phone of an agent.
    tasks: list[Task] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)  # The village of a ticket that a colleague has, by its number.
    outcomes: list[str] = field(default_factory=list)  # What the next moves come to, where not to what they should.
    understand: Callable[[str], Meaning | None] = lambda text: None  # Own words.

    def look(self, name: str, argument: str) -> Any:  # noqa: C901  One arm for each look-up.
        match name:
            case "cases":
                return to_fact(Cases(self.own_phone, tuple(self._shown(case) for case in self.mine)))
            case "reports":
                return self.reports
            case "filed":
                return self.filed.get(argument, "")
            case "registered":
                return self.niks.get(argument, "")
            case "case":
                ref, _, nik4 = argument.partition(":")
                return self._case(ref, nik4)
            case "agent":
                return msgspec.to_builtins(self.agents.get(argument, Shown(Standing.UNKNOWN)))
            case "payments":
                return self._payments(*argument.partition(":")[::2])
            case "visit" | "visit_now":
                seen = self.visit(argument)
                return msgspec.to_builtins(seen) if seen else ""
            case "kept":
                ref, _, nik4 = argument.partition(":")
                return msgspec.to_builtins(self._kept(ref, nik4))
            case "sent":
                return msgspec.to_builtins(self.sent[argument]) if argument in self.sent else ""
            case "nameless":
                return self.nameless
            case "opted_out":
                return self.opted_out
            case "assistant":
                return self._assistant(argument.partition(":")[0])
            case "helper":
                return {"agent": False, "today": self.assisted} if argument in self.helpers.values() else ""
            case "asked":
                return inquiries.to_fact(self.asked[0]) if self.asked else ""
            case "dialled":
                return "3510" if self.staff else ""
            case "staff":
                return "3510" if self.staff else ""
            case "tasks":
                return msgspec.to_builtins(self.tasks)
            case "task" | "task_now":
                return msgspec.to_builtins(self._task(argument))
            case "opened":
                return msgspec.to_builtins(Opened("0812-3456-7890", "utara musala", "4821"))
            case "move":
                return self.outcomes.pop(0) if self.outcomes else DONE
            case "meaning":
                return self.understand(argument)
            case "proof":
                return self._proof(argument.split(":")[1])
        raise LookupError(name)

    def apply(self, effect: Effect, now: datetime) -> None:  # noqa: C901  One arm for each effect.
        match effect:
            case SubmitRegistration(assisted=Assisted()):
                self.assisted += 1
            case SubmitRegistration(ref, nik, name):
                self.mine.append(Case(str(ref), str(name or ""), Stage.RECEIVED, effect.visit_by))
                self.nik4[str(ref)] = nik.last4
                self.niks[str(nik)] = str(ref)
            case FileReport(ref):
                self.reports += 1
                self.filed[str(ref)] = "report.received"
            case WithdrawRegistration(_, ref):
                leaves = int(now.timestamp()) + 86400
                self.mine = [replace(case, leaves=leaves) if case.ref == ref else case for case in self.mine]
                self.asked.append(Inquiry("withdrawal", inquiries.Subject.WITHDRAWAL, ref))
            case RenewRegistration(ref):
                renewed = {"stage": Stage.RECEIVED, "visit_by": effect.visit_by}
                self.mine = [replace(case, **renewed) if case.ref == str(ref) else case for case in self.mine]
            case KeepRegistration(_, ref):
                self._kept_on(ref)
            case AnswerInquiry("withdrawal"):
                self._kept_on(self.asked[0].ref)
            case AnswerInquiry(id):
                self.asked = [inquiry for inquiry in self.asked if inquiry.id != id]
            case WithdrawObjection(ref):
                back = {"stage": Stage.NOT_ELIGIBLE, "objection": "", "standing": ""}
                self.mine = [replace(case, **back) if case.objection == str(ref) else case for case in self.mine]
            case FileObjection():
                self._object(effect)
            case ContactAgreed():
                self.own_phone = effect.own_phone
            case ChooseMessages(_, wanted):
                self.opted_out = not wanted
            case ChangeVisit(ref, version, day, slot):
                changed = {"day": day, "slot": slot}
                self.mine = [replace(case, **changed) if case.ref == str(ref) else case for case in self.mine]
                self.visits[str(ref)] = replace(self._visit(str(ref)), version=version + 1, **changed)
            case MoveTicket(expected="done"):
                self.tasks = [_moved(task, effect) if task.id == effect.ticket else task for task in self.tasks]
            case HeardOfVisit(ref, _, complaint):
                number = str(complaint) if complaint else ""
                self.visits[str(ref)] = replace(self._visit(str(ref)), heard=True, complaint=number)

    def _kept_on(self, ref: str) -> None:
        self.mine = [replace(case, leaves=0) if ref in ("", case.ref) else case for case in self.mine]
        self.asked = [each for each in self.asked if each.id != "withdrawal" or ref not in ("", each.ref)]

    def _task(self, number: str) -> Found:
        found = [task for task in self.tasks if task.ref.endswith(number)]
        if len(found) == 1:
            return Found(found[0])
        village = self.taken.get(number, "")
        return Found(several=bool(found), village=village, open=2 if village else 0)

    def visit(self, ref: str) -> Visit | None:
        """The visit of a case of this phone."""
        if ref in self.visits:
            return self.visits[ref]
        case = next((case for case in self.mine if case.ref == ref), None)
        if case is None or case.stage not in WITH_VISIT:
            return None
        day = case.day if case.stage is Stage.SCHEDULED else None
        ended = case.stage not in WAITING | {Stage.SCHEDULED}
        return Visit(1, case.visit_by, case.agent, day, case.slot, case.place, case.village, ended)

    def _payments(self, ref: str, nik4: str) -> Any:
        own = self.own_phone and any(case.ref == ref for case in self.mine)
        assert own or self.nik4[ref] == nik4, "money is looked at without proof"
        found = self.payments.get(ref, [])
        return None if found is None else msgspec.to_builtins(found)

    def _visit(self, ref: str) -> Visit:
        found = self.visit(ref)
        assert found is not None, "something came of a visit that this phone has not"
        return found

    def _shown(self, case: Case) -> Case:
        return case if self.own_phone or not case.name else replace(case, name=case.name[:1] + "***")

    def _kept(self, ref: str, nik4: str) -> Kept:
        found = next(case for case in (*self.mine, *self.others) if case.ref == ref)
        if self.own_phone and found in self.mine:
            return Kept(found.name, self.nik4[ref], "0012", found.village or "Kembiritan", "0001", 2)
        return Kept(found.name[:1] + "***", nik4, "****", "****", "****", 2)

    def _object(self, effect: FileObjection) -> None:
        if effect.case:
            self.mine, self.others = ([_objected(case, effect) for case in cases] for cases in (self.mine, self.others))
        else:
            self.reports += 1
            self.filed[str(effect.ref)] = "objection.received"

    def _case(self, ref: str, nik4: str) -> Any:
        if not nik4:
            return to_fact(next(case for case in self.mine if case.ref == ref))
        if self.misses >= TRIES:
            return "locked"
        for case in (*self.mine, *self.others):
            if ref in (case.ref, case.objection) and self.nik4[case.ref] == nik4:
                return to_fact(case)
        self.misses += 1
        return ""

    def _assistant(self, number: str) -> str:
        found = self.helpers.get(number, "")
        self.no_helpers += not found
        return "locked" if self.no_helpers >= TRIES else found

    def _proof(self, digits: str) -> str:
        """What the last message to a new phone said is PROOF."""
        if self.wrong_digits >= TRIES:
            return "locked"
        self.wrong_digits += digits != PROOF
        return "yes" if digits == PROOF else ""


def _objected(case: Case, effect: FileObjection) -> Case:
    if case.ref != effect.case:
        return case
    about = {"objection": str(effect.ref), "standing": "received", "answer_by": effect.answer_by}
    return replace(case, stage=Stage.OBJECTED, **about)


def _moved(task: Task, move: MoveTicket) -> Task:
    """As the desk would have it; a ticket that has ended or was given back is not listed."""
    later = replace(task, version=task.version + 1)
    match move.move:
        case "take":
            return replace(later, when=When.UNPLANNED)
        case "schedule":
            return replace(
                later, when=When.LATER, day=move.day, slot=move.slot, place=move.place, agent_number=move.agent_number
            )
        case "set_off":
            return later
        case "not_met":
            return replace(later, when=When.UNPLANNED, day=None)
        case _:
            return replace(later, ref="")


@dataclass
class Phone:
    """One handset on Africa's Talking's form of a dialogue. `facts` win over what the book says."""

    engine: Engine = ENGINE
    facts: dict[tuple[str, str], Any] = field(default_factory=dict)
    now: datetime = NOON
    session: Session = field(default_factory=Session)
    book: Book = field(default_factory=Book)
    effects: list[Effect] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    dialled: int = 0
    transcript: str = ""
    limit: int = 160
    written: int = 0
    fits: Mapping[Channel, Fit] = field(
        default_factory=lambda: {Channel.SMS: answers(), Channel.WHATSAPP: buttons.fit()}
    )
    before: Session = field(default_factory=Session)  # As it was when this dialogue began.

    def dial(self, tail: str = "") -> str:
        self.dialled += 1
        self.transcript = tail
        self.before = self.session
        return self.send(self.transcript)

    def say(self, *inputs: str) -> str:
        """Type these one after the other; the last page."""
        page = self.screen
        for text in inputs:
            self.transcript = f"{self.transcript}*{text}" if self.transcript else text
            page = self.send(self.transcript)
        return page

    def write(self, text: str, channel: Channel = Channel.SMS, attachment: Attachment = Attachment.NONE) -> str:
        """A message; what comes back by the same way."""
        self.written += 1
        id, sender = f"m{self.written}", "+6281200000001"
        fitted = self.fits[channel]
        inbound = Inbound(id, channel, "vendor", sender, text, SessionEvent.RESUME, self.now, attachment=attachment)
        self._take(inbound, fitted)
        return self.screen

    def wait(self, **time: float) -> "Phone":
        self.now += timedelta(**time)
        return self

    def hang_up(self) -> "Phone":
        self._take(self._inbound(f"end{self.dialled}", "", SessionEvent.CLOSE, None))
        return self

    def lose(self) -> "Phone":
        """Everything since the dialogue began was never kept."""
        self.session = self.before
        return self

    def send(self, transcript: str) -> str:
        """A callback of the gateway, whatever was typed before."""
        self.transcript = transcript
        event = SessionEvent.RESUME if transcript else SessionEvent.NEW
        self._take(self._inbound(f"{self.dialled}:{transcript}", transcript, event, transcript))
        return self.screen

    @property
    def screen(self) -> str:
        return self.pages[-1].body if self.pages else ""

    @property
    def ended(self) -> bool:
        return self.pages[-1].ends

    def _inbound(self, id: str, text: str, event: SessionEvent, transcript: str | None) -> Inbound:
        gateway, sender = "africastalking", "+6281200000001"
        return Inbound(id, Channel.USSD, gateway, sender, text, event, self.now, str(self.dialled), transcript)

    def _take(self, inbound: Inbound, fitted: Fit | None = None) -> None:
        fitted = fitted or fit(self.limit)
        told = inbound.id if inbound.transcript is None else f"{self.dialled}{inbound.transcript}"
        seed = told.encode()[-64:]
        facts: dict[tuple[str, str], Any] = {}
        session = loads(dumps(self.session))
        while (turn := self._twice(session, inbound, seed, facts, fitted)).needs is not None:
            key = (turn.needs.name, turn.needs.argument)
            facts[key] = self.facts[key] if key in self.facts else self.book.look(*key)
        self.session = turn.session
        self.effects += turn.effects
        for effect in turn.effects:
            self.book.apply(effect, self.now)
        if turn.page:
            if inbound.channel is not Channel.WHATSAPP:
                prefix = "CON " if inbound.channel is Channel.USSD else ""
                assert gsm7.septets(prefix + turn.page.body) <= self.limit, turn.page.body
            self.pages.append(turn.page)

    def _twice(
        self, session: Session, inbound: Inbound, seed: bytes, facts: dict[tuple[str, str], Any], fitted: Fit
    ) -> Turn:
        turn, again = (advance(self.engine, session, inbound, fitted, self.now, seed, facts) for _ in range(2))
        assert (turn.page, turn.session) == (again.page, again.session), "the flow is not deterministic"
        return turn
