"""The portal over its own HTTP contract: intents, amendments, the outcome of a visit, objections, how they stand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from time import monotonic
from typing import Any
from urllib.parse import quote

import requests

from backend_client import (
    Change,
    ChangeStatus,
    Intent,
    IntentStatus,
    Objected,
    Objection,
    ObjectionStatus,
    Payment,
    PaymentStatus,
    Progress,
    Refused,
    SubjectRequest,
    Submitted,
    Unavailable,
    Value,
)
from backend_client.http import TIMEOUT, JsonClient

# Where the contract nests what Intent keeps flat.
NESTED = {
    "contact_time": ("contact", "time"),
    "contact_by": ("contact", "by"),
    "language": ("contact", "language"),
    "visit_mode": ("visit", "mode"),
    "visit_days": ("visit", "days"),
    "visit_part": ("visit", "part"),
    "visit_needs": ("visit", "needs"),
    "filled_by": ("filled_by", "who"),
    "assistant_name": ("filled_by", "assistant_name"),
    "checked": ("refresh", "answer"),
    "checked_on": ("refresh", "on"),
    "ref": ("offline_ref", ""),
}
FIELDS = frozenset(each.name for each in fields(Intent))


class PortalClient:
    """A Portal behind a base address and a bearer token."""

    def __init__(
        self,
        base_url: str,
        token: str,
        session: requests.Session | None = None,
        *,
        timeout: tuple[float, float] = TIMEOUT,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._http = JsonClient(base_url, token, session, timeout=timeout, clock=clock)

    def submit(self, intent: Intent, key: str) -> Submitted:
        body = to_wire({each.name: getattr(intent, each.name) for each in fields(intent)})
        answer = self._http.call("POST", "/v1/intents", body, key=key, channel=intent.channel)
        intent_id = answer.get("intent_id")
        if not isinstance(intent_id, str) or not intent_id:
            raise Unavailable("answer")
        return Submitted(intent_id, _status(answer))

    def amend(self, intent_id: str, changes: Mapping[str, Value], key: str) -> None:
        self._http.call("PATCH", f"/v1/intents/{quote(intent_id, safe='')}", to_wire(changes), key=key)

    def complete(self, intent_id: str, outcome: str, key: str) -> None:
        """An intent has one face verification, so its hand-off goes by the intent's own id."""
        path = f"/v1/handoffs/{quote(intent_id, safe='')}/complete"
        self._http.call("POST", path, {"outcome": outcome}, key=key, channel="agent")

    def follow(self, intent_id: str) -> Progress:
        answer = self._http.call("GET", f"/v1/intents/{quote(intent_id, safe='')}")
        programme = answer.get("programme")
        if not isinstance(programme, str | None):
            raise Unavailable("answer")
        return Progress(
            _status(answer),
            _reasons(answer),
            programme,
            _day(answer.get("objection_until")),
            _day(answer.get("decided_on")),
            _codes(answer, "missing"),
            _day(answer.get("data_until")),
        )

    def find(self, nik: str, ref: str) -> str | None:
        try:
            answer = self._http.call("POST", "/v1/intents/query", {"nik": nik, "ticket_code": ref})
        except Refused as error:
            if error.code == "not_found":
                return None
            raise
        intent_id = answer.get("intent_id")
        if not isinstance(intent_id, str) or not intent_id:
            raise Unavailable("answer")
        return intent_id

    def withdraw(self, intent_id: str, consent_id: str, key: str) -> None:
        """Two calls under keys of their own: what was done before a failure is not done again."""
        body = {"reason": "citizen", "consent_withdrawn": True}
        self._http.call("POST", f"/v1/intents/{quote(intent_id, safe='')}/withdraw", body, key=key)
        consent = f"/v1/consents/{quote(consent_id, safe='')}/withdraw"
        self._http.call("POST", consent, {"reason": "citizen"}, key=f"{key}:consent")

    def request_right(self, request: SubjectRequest, key: str) -> None:
        body = {
            "kind": request.kind,
            "request_ref": request.ref,
            "intent_id": request.intent_id,
            "due_at": request.due_at.isoformat(),
        }
        self._http.call("POST", "/v1/subject-requests", body, key=key)

    def payments(self, nik: str, ref: str) -> Sequence[Payment]:
        found = self._http.ask("/v1/payments/query", {"nik": nik, "auth": {"ticket_code": ref}})
        return tuple(_payment(each) for each in found)

    def change(self, change: Change, key: str) -> str:
        body = {
            "intent_id": change.intent_id,
            "kind": change.kind,
            "detail": {name: value for name, value in change.detail.items() if value},
            "offline_ref": change.ref,
            "channel": change.channel,
            "language": change.language,
            "reported_at": change.reported_at.isoformat(),
        }
        answer = self._http.call("POST", "/v1/updates", body, key=key, channel=change.channel)
        update_id = answer.get("update_id")
        if not isinstance(update_id, str) or not update_id:
            raise Unavailable("answer")
        return update_id

    def changed(self, update_id: str) -> ChangeStatus:
        answer = self._http.call("GET", f"/v1/updates/{quote(update_id, safe='')}")
        try:
            return ChangeStatus(str(answer.get("status")))
        except ValueError:
            raise Unavailable("answer") from None

    def object_to(self, objection: Objection, key: str) -> Objected:
        body: dict[str, Any] = {
            "intent_or_application_id": objection.intent_id,
            "kind": "self",
            "reason_code": objection.reason_code,
            "contact": {"language": objection.language},
        }
        if objection.statement:
            body["statement"] = objection.statement
        return _objected(self._http.call("POST", "/v1/objections", body, key=key, channel=objection.channel))

    def follow_objection(self, objection_id: str) -> Objected:
        return _objected(self._http.call("GET", f"/v1/objections/{quote(objection_id, safe='')}"))

    def withdraw_objection(self, objection_id: str, key: str) -> None:
        path = f"/v1/objections/{quote(objection_id, safe='')}/withdraw"
        self._http.call("POST", path, {"reason": "citizen"}, key=key)


def to_wire(values: Mapping[str, Value]) -> dict[str, Any]:
    """The contract's JSON for some of an intent's fields; what is not known is left out. KeyError: no such field."""
    body: dict[str, Any] = {}
    for name, value in values.items():
        if name not in FIELDS:
            raise KeyError(name)
        if value is None or value == ():
            continue
        outer, inner = NESTED.get(name, (name, ""))
        if inner:
            body.setdefault(outer, {})[inner] = _plain(value)
        else:
            body[outer] = _plain(value)
    return body


def _payment(answer: Any) -> Payment:
    """A state that we do not know yet is no reason to say something wrong of somebody's money."""
    if not isinstance(answer, dict):
        raise Unavailable("answer")
    amount, programme = answer.get("amount_idr"), answer.get("programme")
    texts = {name: answer.get(name) or "" for name in ("period", "channel", "place_hint", "failure_code")}
    good = isinstance(programme, str) and programme and all(isinstance(text, str) for text in texts.values())
    if not good or not (amount is None or (type(amount) is int and amount >= 0)):
        raise Unavailable("answer")
    try:
        status = PaymentStatus(str(answer.get("status")))
    except ValueError:
        raise Unavailable("answer") from None
    return Payment(
        str(programme),
        status,
        texts["period"],
        amount,
        texts["channel"],
        texts["place_hint"],
        until=_day(answer.get("collect_by")),
        on=_day(answer.get("status_on")),
        reason=texts["failure_code"],
        object_until=_day(answer.get("objection_until")),
    )


def _plain(value: Value) -> Any:
    match value:
        case date():  # A datetime is a date too.
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value


def _status(answer: Mapping[str, Any]) -> IntentStatus:
    """A state that we do not know yet is no reason to lose an intent: it is asked for again."""
    try:
        return IntentStatus(str(answer.get("status")))
    except ValueError:
        raise Unavailable("answer") from None


def _reasons(answer: Mapping[str, Any]) -> tuple[str, ...]:
    return _codes(answer, "reason_codes")


def _codes(answer: Mapping[str, Any], name: str) -> tuple[str, ...]:
    codes = answer.get(name) or []
    if not isinstance(codes, list):
        raise Unavailable("answer")
    return tuple(str(code) for code in codes)


def _objected(answer: Mapping[str, Any]) -> Objected:
    objection_id, known = answer.get("objection_id"), set(ObjectionStatus)
    if not isinstance(objection_id, str) or not objection_id or answer.get("status") not in known:
        raise Unavailable("answer")
    status = ObjectionStatus(answer["status"])
    return Objected(objection_id, status, _reasons(answer), _day(answer.get("window_closes_on")))


def _day(value: object) -> date | None:
    if value is None:
        return None
    try:
        return datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007  A day has no zone.
    except ValueError:
        raise Unavailable("answer") from None
