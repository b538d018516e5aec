"""What the sandbox remembers: the intents, what was done to each, and which keys have been answered."""

import hashlib
import json
import uuid
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from http import HTTPStatus
from threading import RLock
from typing import Any

from backend_client import ChangeStatus, IntentStatus, ObjectionStatus, PaymentStatus
from backend_client.sandbox.objections import CAPITAL, Filed, file
from backend_client.sandbox.personas import (
    AFTER,
    CHANGES,
    DATA_PERIOD,
    FAULTS,
    FINDINGS,
    FLAKY_TRIES,
    MISSING,
    OBJECTION_PERIOD,
    ORDINARY,
    PAYMENTS,
    PROGRAMME,
    Decision,
    Fault,
    Money,
    decide,
)
from backend_client.sandbox.problem import Problem

Answer = dict[str, Any]

VERIFIED = frozenset({"verified_face", "verified_document"})
OPENED_UP = frozenset({IntentStatus.ELIGIBLE, IntentStatus.WAITLIST})  # Nobody objects to these.
# How a visit that verified nobody leaves the intent. A later visit may still verify.
UNVERIFIED = {
    "deceased": IntentStatus.DECEASED,
    "refused": IntentStatus.WITHDRAWN,
    "not_met": IntentStatus.UNREACHABLE,
    "moved": IntentStatus.UNREACHABLE,
    "data_differs": IntentStatus.UNDER_REVIEW,
    "not_resident": IntentStatus.UNDER_REVIEW,
    "needs_dukcapil": IntentStatus.UNDER_REVIEW,
    "suspected_fraud": IntentStatus.UNDER_REVIEW,
}


COLLECTABLE = frozenset({PaymentStatus.AVAILABLE, PaymentStatus.COLLECTED})


@dataclass(slots=True)
class Case:
    """One intent and what became of it."""

    intent_id: str
    body: Answer = field(repr=False)
    finding: Decision | None
    outcome: str = ""
    verified_at: datetime | None = None
    supplied_at: datetime | None = None  # When data came that was missing.
    withdrawn: bool = False
    objection: Filed | None = None


@dataclass(slots=True)
class Report:
    """A change of data that was reported for an intent, and when."""

    update_id: str
    body: Answer = field(repr=False)
    nik4: str
    at: datetime


@dataclass(slots=True)
class Claim:
    """A key and the request that came with it. No answer yet: that request is still running."""

    fingerprint: bytes
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as the admin pages list it: where and how it ended, never whom it was about."""

    method: str
    route: str
    status: int
    key: str


class Book:
    """The sandbox's memory, behind one lock. `fault` switches the whole portal off."""

    def __init__(
        self, clock: Callable[[], datetime], seed: str, decision_after: timedelta, retry_after: timedelta
    ) -> None:
        self._clock, self._seed, self._decision_after, self._retry_after = clock, seed, decision_after, retry_after
        self._lock = RLock()
        self.reset()

    def reset(self) -> None:
        with self._lock:
            self.fault = False
            self._cases: dict[str, Case] = {}
            self._reports: dict[str, Report] = {}
            self._claims: dict[str, Claim] = {}
            self._tries: Counter[str] = Counter()
            self._busy_until: dict[str, datetime] = {}
            self._effects: Counter[tuple[str, str]] = Counter()
            self._seen: deque[Seen] = deque(maxlen=1000)

    def claim(self, key: str, request: tuple[str, str, Mapping[str, Any]]) -> Answer | None:
        """None: the caller may act, and owes `settle`. Else the answer that this key had. Raises for another's key."""
        fingerprint = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).digest()
        with self._lock:
            claim = self._claims.get(key)
            if claim is None:
                self._claims[key] = Claim(fingerprint)
                return None
            if claim.fingerprint != fingerprint:
                raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "key_reused")
            if claim.answer is None:
                raise Problem(HTTPStatus.CONFLICT, "in_progress", retry_after=1)
            return claim.answer

    def settle(self, key: str, answer: Answer | None) -> None:
        """Keep the answer for repeats; or, where the request failed, forget that it ran."""
        with self._lock:
            if answer is None:
                self._claims.pop(key, None)
            elif claim := self._claims.get(key):  # Gone where the book was reset meanwhile.
                claim.answer = answer

    def trip(self, nik: str) -> Fault | None:
        """Raise what this persona's submission meets on its way; or tell that it is slow."""
        fault = FAULTS.get(nik[-4:])
        with self._lock:
            now = self._clock()
            self._tries[nik] += 1
            match fault:
                case Fault.BROKEN:
                    raise Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal")
                case Fault.FLAKY if self._tries[nik] <= FLAKY_TRIES:
                    raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "flaky")
                case Fault.BUSY if now < (until := self._busy_until.setdefault(nik, now + self._retry_after)):
                    wait = -((now - until) // timedelta(seconds=1))  # Whole seconds, rounded up.
                    raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests", retry_after=wait)
        return fault

    def submit(self, body: Answer, key: str) -> Answer:
        with self._lock:
            finding = FINDINGS.get(body["nik"][-4:])
            if finding is None and self._registered(body["nik"]):
                finding = Decision(IntentStatus.DUPLICATE)
            intent_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._seed}:{key}"))
            self._cases[intent_id] = Case(intent_id, body, finding)
            self._count(body, "submitted")
            return {"intent_id": intent_id, "ticket_code": body["offline_ref"], "status": IntentStatus.RECEIVED}

    def amend(self, intent_id: str, changes: Answer) -> Answer:
        with self._lock:
            case = self._undecided(intent_id)
            for name, value in changes.items():
                case.body[name] = case.body.get(name, {}) | value if isinstance(value, dict) else value
            self._supply(case)
            self._count(case.body, "amended")
            return self.show(intent_id)

    def complete(self, intent_id: str, outcome: str) -> Answer:
        with self._lock:
            case = self._undecided(intent_id)
            case.outcome = outcome
            case.verified_at = (case.verified_at or self._clock()) if outcome in VERIFIED else None
            self._count(case.body, "completed")
            return self.show(intent_id)

    def withdraw(self, intent_id: str) -> Answer:
        with self._lock:
            case = self._case(intent_id)
            case.withdrawn = True
            self._count(case.body, "withdrawn")
            return self.show(intent_id)

    def withdraw_consent(self, consent_id: str) -> Answer:
        with self._lock:
            for case in self._cases.values():
                if case.body["consent_id"] == consent_id:
                    self._count(case.body, "consent_withdrawn")
                    return {"consent_id": consent_id, "status": "withdrawn"}
        raise Problem(HTTPStatus.NOT_FOUND, "not_found")

    def ask_right(self, body: Answer) -> Answer:
        """A deletion is done at once: of the person only the receipt number and the consent's are left."""
        with self._lock:
            case = self._case(body["intent_id"])
            self._count(case.body, body["kind"])
            if body["kind"] == "delete":
                case.withdrawn = True
                case.body = {name: case.body[name] for name in ("offline_ref", "consent_id")}
            return {"request_id": str(uuid.uuid5(uuid.NAMESPACE_OID, body["request_ref"])), "status": "accepted"}

    def show(self, intent_id: str) -> Answer:
        with self._lock:
            case = self._case(intent_id)
            status, decision = self._stand(case)
            answer: Answer = {"intent_id": intent_id, "ticket_code": case.body["offline_ref"], "status": status}
            if status is IntentStatus.NEEDS_DATA and case.verified_at:
                last = (case.verified_at + self._decision_after / 3).astimezone(CAPITAL).date() + DATA_PERIOD
                answer |= {"missing": list(MISSING[case.body["nik"][-4:]]), "data_until": last.isoformat()}
            if decision:
                answer["reason_codes"] = list(decision.reasons)
            if decision and case.verified_at and not case.finding:
                answer |= {
                    "programme": PROGRAMME,
                    "decided_on": self._decided_on(self._since(case), decision).isoformat(),
                }
                if until := self._window(case):
                    answer["objection_until"] = until.isoformat()
            return answer

    def change(self, body: Answer, key: str) -> Answer:
        with self._lock:
            case = self._case(body["intent_id"])
            update_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._seed}:{key}"))
            self._reports[update_id] = Report(update_id, body, case.body["nik"][-4:], self._clock())
            self._supply(case)
            self._count(case.body, "changed")
            return {"update_id": update_id, "status": ChangeStatus.PENDING}

    def changed(self, update_id: str) -> Answer:
        """A function of its past and the clock, as an intent's state is."""
        with self._lock:
            report = self._reports.get(update_id)
            if report is None:
                raise Problem(HTTPStatus.NOT_FOUND, "not_found")
            passed = self._clock() - report.at
            end = CHANGES.get(report.nik4, ChangeStatus.APPLIED)
            steps = (ChangeStatus.PENDING, ChangeStatus.APPROVED if end is ChangeStatus.APPLIED else end)
            status = end if passed >= self._decision_after else steps[2 * passed // self._decision_after]
            return {"update_id": update_id, "kind": report.body["kind"], "status": status}

    def object_to(self, intent_id: str, key: str) -> Answer:
        with self._lock:
            case = self._case(intent_id)
            before = self._judged(case.objection) if case.objection else None
            case.objection = file(self._seed, key, case.body["nik"], self._clock(), self._window(case), before)
            self._count(case.body, "objected")
            return self.show_objection(case.objection.objection_id)

    def withdraw_objection(self, objection_id: str) -> Answer:
        """What is decided already stays so."""
        with self._lock:
            for case in self._cases.values():
                if case.objection and case.objection.objection_id == objection_id:
                    if self._judged(case.objection) in AFTER:
                        raise Problem(HTTPStatus.CONFLICT, "final")
                    case.objection = replace(case.objection, withdrawn=True)
                    self._count(case.body, "objection_withdrawn")
                    return self.show_objection(objection_id)
        raise Problem(HTTPStatus.NOT_FOUND, "not_found")

    def show_objection(self, objection_id: str) -> Answer:
        with self._lock:
            for case in self._cases.values():
                if case.objection and case.objection.objection_id == objection_id:
                    refused = decide(case.body["nik"], self._seed).reasons
                    return case.objection.answer(self._judged(case.objection), refused)
        raise Problem(HTTPStatus.NOT_FOUND, "not_found")

    def find(self, nik: str, ticket_code: str) -> Answer:
        with self._lock:
            for case in self._cases.values():
                if (case.body.get("nik"), case.body["offline_ref"]) == (nik, ticket_code):
                    return self.show(case.intent_id)
        raise Problem(HTTPStatus.NOT_FOUND, "not_found")

    def payments(self, nik: str, ticket_code: str) -> list[Answer]:
        """What is on its way once it is decided. Of an intent that a restart has lost, only a persona's is known."""
        with self._lock:
            mine = [case for case in self._cases.values() if case.body["nik"] == nik]
            if mine and not any(case.body["offline_ref"] == ticket_code for case in mine):
                raise Problem(HTTPStatus.NOT_FOUND, "not_found")
            decided = [self._decided_at(case) for case in mine if self._stand(case)[0] is IntentStatus.ELIGIBLE]
            if not decided and (mine or nik[-4:] not in PAYMENTS):
                return []
            at = decided[0] if decided else self._clock()
            if nik[-4:] not in PAYMENTS and self._clock() < at + self._decision_after:
                return [_paid(replace(ORDINARY[0], status=PaymentStatus.PLANNED), at)]
            return [_paid(money, at) for money in PAYMENTS.get(nik[-4:], ORDINARY)]

    def see(self, seen: Seen) -> None:
        with self._lock:
            self._seen.append(seen)

    def seen(self) -> list[Seen]:
        with self._lock:
            return list(self._seen)

    def ledger(self) -> dict[str, dict[str, int]]:
        """How many effects each receipt number has had: submitted, amended, completed; changed, if any."""
        with self._lock:
            counts: dict[str, dict[str, int]] = {}
            for (ref, effect), count in self._effects.items():
                counts.setdefault(ref, {"submitted": 0, "amended": 0, "completed": 0})[effect] = count
            return counts

    def _registered(self, nik: str) -> bool:
        """Whether somebody is registered under it already; who has withdrawn or could not be met is not."""
        ended = IntentStatus.WITHDRAWN, IntentStatus.UNREACHABLE, IntentStatus.EXPIRED
        return any(case.body.get("nik") == nik and self._stand(case)[0] not in ended for case in self._cases.values())

    def _count(self, body: Answer, effect: str) -> None:
        self._effects[body["offline_ref"], effect] += 1

    def _case(self, intent_id: str) -> Case:
        case = self._cases.get(intent_id)
        if case is None:
            raise Problem(HTTPStatus.NOT_FOUND, "not_found")
        return case

    def _undecided(self, intent_id: str) -> Case:
        case = self._case(intent_id)
        if self._stand(case)[1] and not case.finding:
            raise Problem(HTTPStatus.CONFLICT, "decided")
        return case

    def _decided_at(self, case: Case) -> datetime:
        return self._since(case) + self._decision_after

    def _stand(self, case: Case) -> tuple[IntentStatus, Decision | None]:
        """Where the intent stands now: a function of its past and the clock, so nothing has to run meanwhile."""
        if case.withdrawn:
            return IntentStatus.WITHDRAWN, None
        if case.finding:
            return case.finding.status, case.finding
        if case.verified_at is None:
            return UNVERIFIED.get(case.outcome, IntentStatus.RECEIVED), None
        passed = self._clock() - self._since(case)
        if self._lacks(case) and passed * 3 >= self._decision_after:
            return IntentStatus.NEEDS_DATA, None
        if passed >= self._decision_after:
            decision = decide(case.body["nik"], self._seed)
            return self._objected(case, decision.status), decision
        steps = (IntentStatus.VERIFIED, IntentStatus.SUBMITTED_TO_PORTAL, IntentStatus.UNDER_REVIEW)
        return steps[3 * passed // self._decision_after], None

    def _since(self, case: Case) -> datetime:
        """From when on the portal is deciding."""
        return case.supplied_at or case.verified_at or self._clock()

    def _lacks(self, case: Case) -> bool:
        return case.supplied_at is None and case.body["nik"][-4:] in MISSING

    def _supply(self, case: Case) -> None:
        """What comes while something is missing is what was missing."""
        if self._stand(case)[0] is IntentStatus.NEEDS_DATA:
            case.supplied_at = self._clock()

    def _judged(self, objection: Filed) -> ObjectionStatus:
        return objection.status(self._clock(), self._decision_after, self._seed)

    def _objected(self, case: Case, decided: IntentStatus) -> IntentStatus:
        """What an objection has made of the decision, if there is one."""
        if case.objection is None:
            return decided
        return AFTER.get(self._judged(case.objection), IntentStatus.OBJECTION_REVIEW)

    def _decided_on(self, verified_at: datetime, decision: Decision) -> date:
        return (verified_at + self._decision_after - decision.age).astimezone(CAPITAL).date()

    def _window(self, case: Case) -> date | None:
        """The last day to object: of a refusal that is told."""
        status, decision = self._stand(case)
        if decision is None or case.verified_at is None or not decision.reasons or status in OPENED_UP:
            return None
        return self._decided_on(self._since(case), decision) + OBJECTION_PERIOD


def _paid(money: Money, decided: datetime) -> Answer:
    """A payment in the contract's form; the stop's objection period begins with the stop."""
    on = decided.astimezone(CAPITAL).date() + timedelta(days=money.days[0])
    answer: Answer = {
        "programme": money.programme,
        "period": f"{on.year}-{(on.month + 2) // 3}",
        "amount_idr": money.amount,
        "status": money.status,
        "channel": money.channel,
        "status_on": on.isoformat(),
    }
    if money.status in COLLECTABLE:
        answer |= {"place_hint": money.place, "collect_by": (on + timedelta(days=money.days[1])).isoformat()}
    if money.status is PaymentStatus.ON_HOLD:
        answer["objection_until"] = (on + OBJECTION_PERIOD).isoformat()
    return answer | ({"failure_code": money.reason} if money.reason else {})
