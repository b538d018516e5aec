"""Objections in the sandbox: to a refusal, within its window, one at a time; checked at home, and then decided."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from backend_client import ObjectionStatus
from backend_client.sandbox.personas import AFTER, judge
from backend_client.sandbox.problem import Problem

CAPITAL = ZoneInfo("Asia/Jakarta")  # The portal's days are the capital's.


@dataclass(frozen=True, slots=True)
class Filed:
    """One objection to the decision about an intent."""

    objection_id: str
    nik: str
    filed_at: datetime
    closes_on: date
    withdrawn: bool = False

    def status(self, now: datetime, checked_after: timedelta, seed: str) -> ObjectionStatus:
        """Where it stands: a function of its past and the clock."""
        if self.withdrawn:
            return ObjectionStatus.WITHDRAWN
        passed = now - self.filed_at
        if passed < checked_after:
            steps = (ObjectionStatus.SUBMITTED, ObjectionStatus.FIELD_CHECK, ObjectionStatus.FIELD_CHECK)
            return steps[3 * passed // checked_after]
        ended = judge(self.nik, seed)
        over = now.astimezone(CAPITAL).date() > self.closes_on
        return ObjectionStatus.EXPIRED if ended is ObjectionStatus.NEEDS_EVIDENCE and over else ended

    def answer(self, status: ObjectionStatus, reasons: tuple[str, ...]) -> dict[str, Any]:
        """As the contract tells it."""
        answer: dict[str, Any] = {
            "objection_id": self.objection_id,
            "status": status,
            "window_closes_on": self.closes_on.isoformat(),
        }
        return answer | ({"reason_codes": list(reasons)} if status is ObjectionStatus.REJECTED else {})


def file(seed: str, key: str, nik: str, now: datetime, closes_on: date | None, before: ObjectionStatus | None) -> Filed:
    """A new objection. Raises where there is nothing to object to, the time is over, or one is being looked into."""
    if closes_on is None:
        raise Problem(HTTPStatus.CONFLICT, "nothing_to_object_to")
    if now.astimezone(CAPITAL).date() > closes_on:
        raise Problem(HTTPStatus.CONFLICT, "window_closed")
    if before is not None and before is not ObjectionStatus.WITHDRAWN:
        raise Problem(HTTPStatus.CONFLICT, "final" if before in AFTER else "objection_open")
    return Filed(str(uuid.uuid5(uuid.NAMESPACE_OID, f"{seed}:{key}")), nik, now, closes_on)
