"""Systems that are not ours, in our words: what is asked of the portal, what it answers, and how it can fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

Value = str | bool | date | datetime | tuple[str, ...] | None


class BackendError(Exception):
    """Any failure of a system that is not ours. Its text holds a code of a closed set and nothing of the call."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


FAULTS = frozenset({"fault", "answer"})  # Codes of what may be one call's own fault.
OUTAGES = frozenset({"open", "connection", "timeout", "busy", "away", "credentials"})  # And of what never is.


class Unavailable(BackendError):
    """Again later. `retry_after`: seconds the other side asked for. `away`: an outage, no fault of this one call.

    Codes: open (the breaker), connection, timeout, busy (429, 408, 425, in progress), away (502, 503, 504),
    credentials (401: our token, whatever the message); and two that may be this call's own fault: fault (another 5xx),
    answer (not the contract's form).
    """

    def __init__(self, code: str, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.retry_after = retry_after

    @property
    def away(self) -> bool:
        return self.code not in FAULTS


class Refused(BackendError):
    """Never: the same call will be refused again. `code` is the portal's own word for it, or http_<status>."""


class IntentStatus(StrEnum):
    """Where an intent stands at the portal, in the words of its contract."""

    RECEIVED = "received"
    DUPLICATE = "duplicate"
    INVALID = "invalid"
    ASSIGNED = "assigned"
    VISIT_PLANNED = "visit_planned"
    VERIFIED = "verified"
    SUBMITTED_TO_PORTAL = "submitted_to_portal"
    UNDER_REVIEW = "under_review"
    NEEDS_DATA = "needs_data"
    ELIGIBLE = "eligible"
    WAITLIST = "waitlist"
    NOT_ELIGIBLE = "not_eligible"
    OBJECTION_OPEN = "objection_open"
    OBJECTION_REVIEW = "objection_review"
    FINAL = "final"
    UNREACHABLE = "unreachable"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    DECEASED = "deceased"


@dataclass(frozen=True, slots=True)
class Intent:
    """A registration intent as the portal takes it. Its repr shows the reference and nothing of the person."""

    ref: str  # The number on the citizen's receipt.
    nik: str = field(repr=False)
    channel: str  # ussd, sms, whatsapp or agent
    language: str  # id, en, jv, osi or mad
    consent_id: str = field(repr=False)
    captured_at: datetime  # The instant of the consent; aware.
    filled_by: str = "self"  # self, family_present, family_absent or agent
    name: str | None = field(default=None, repr=False)
    birth_date: date | None = field(default=None, repr=False)  # As stated, where it was asked.
    sex: str | None = field(default=None, repr=False)
    kk: str | None = field(default=None, repr=False)
    village_code: str | None = None  # PP.KK.CC.DDDD; None where the person could not say it.
    address_note: str | None = field(default=None, repr=False)
    rt: str | None = field(default=None, repr=False)
    rw: str | None = field(default=None, repr=False)
    phone_e164: str | None = field(default=None, repr=False)
    phone_is_own: bool | None = None
    contact_time: str | None = None
    contact_by: str | None = None  # Through whom, where the person has no phone.
    visit_mode: str | None = None  # home, desa or agent
    visit_days: tuple[str, ...] = ()
    visit_part: str | None = None
    visit_needs: tuple[str, ...] = field(default=(), repr=False)
    has_smartphone: bool | None = None
    has_ikd: str | None = None  # none, yes or unknown
    bank_book: bool | None = None
    assistant_name: str | None = field(default=None, repr=False)
    checked: str | None = None  # The latest quarterly answer: same or changed.
    checked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Submitted:
    """The portal has the intent."""

    intent_id: str
    status: IntentStatus


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an intent stands now, and its decision if there is one. Dates are the portal's."""

    status: IntentStatus
    reason_codes: tuple[str, ...] = ()
    programme: str | None = None
    objection_until: date | None = None
    decided_on: date | None = None
    missing: tuple[str, ...] = ()  # What it needs before it can go on, in codes; and until when.
    data_until: date | None = None


@dataclass(frozen=True, slots=True)
class SubjectRequest:
    """What a person asks by right, for the portal to do in its own books."""

    kind: str  # access, correct, delete or restrict
    ref: str  # Ours, on the person's screen.
    intent_id: str
    due_at: datetime  # Aware.


class PaymentStatus(StrEnum):
    """Where a payment is, in the words of the portal's contract."""

    PLANNED = "planned"
    ORDERED = "ordered"
    AT_BANK = "at_bank"
    AVAILABLE = "available"
    COLLECTED = "collected"
    RETURNED = "returned"
    FAILED = "failed"
    ON_HOLD = "on_hold"
    CANCELLED_DECEASED = "cancelled_deceased"


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment of one programme for one period. Its repr shows no amount."""

    programme: str
    status: PaymentStatus
    period: str = ""
    amount: int | None = field(default=None, repr=False)  # Rupiah.
    channel: str = ""  # The bank, or the post office.
    place: str = ""  # Where it is collected, in the portal's words.
    until: date | None = None  # The last day to collect it.
    on: date | None = None  # The day of its state, where the portal tells it.
    reason: str = ""  # Why it failed or stopped: a word of the portal's.
    object_until: date | None = None


class ChangeStatus(StrEnum):
    """Where a change of data stands at the portal: the states of a change request."""

    DRAFT = "draft"
    PENDING = "pending"
    REVISION = "revision"
    APPROVED = "approved"
    REJECTED = "rejected"
    APPLIED = "applied"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of data that a household reports. Its repr shows the number and nothing of the person."""

    ref: str  # The number that the citizen was told.
    intent_id: str
    kind: str  # member_birth, member_death, move_in, move_out, marriage or divorce
    detail: Mapping[str, str] = field(repr=False)
    channel: str
    language: str
    reported_at: datetime  # Aware.


class ObjectionStatus(StrEnum):
    """Where an objection stands at the portal, in the words of its contract."""

    SUBMITTED = "submitted"
    NEEDS_EVIDENCE = "needs_evidence"
    FIELD_CHECK = "field_check"
    UPHELD = "upheld"
    PARTIALLY_UPHELD = "partially_upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection to the decision about an intent, as the portal takes it. Its repr shows nothing of the person."""

    intent_id: str
    reason_code: str
    channel: str
    language: str
    statement: str = field(default="", repr=False)  # At most 500 characters.


@dataclass(frozen=True, slots=True)
class Objected:
    """Where an objection stands now. `reason_codes`: of a refusal. `window_closes_on`: the last day for evidence."""

    objection_id: str
    status: ObjectionStatus
    reason_codes: tuple[str, ...] = ()
    window_closes_on: date | None = None


class Portal(Protocol):
    """The social-protection portal. Every method raises Unavailable (again later) or Refused (never).

    `key` is the idempotency key: the same call under the same key has one effect, however often it is tried.
    """

    def submit(self, intent: Intent, key: str) -> Submitted: ...

    def amend(self, intent_id: str, changes: Mapping[str, Value], key: str) -> None:
        """Change some of an intent's fields, by their names in Intent."""

    def complete(self, intent_id: str, outcome: str, key: str) -> None:
        """Tell how the face verification ended, in the words of handoff's outcomes."""

    def follow(self, intent_id: str) -> Progress: ...

    def find(self, nik: str, ref: str) -> str | None:
        """The id of the intent with this receipt number, where the portal has one; its state does not matter."""

    def withdraw(self, intent_id: str, consent_id: str, key: str) -> None:
        """The person takes back the consent, and the intent with it."""

    def request_right(self, request: SubjectRequest, key: str) -> None:
        """Pass on what somebody asks by right about an intent's data."""

    def payments(self, nik: str, ref: str) -> Sequence[Payment]:
        """What is on its way to a person, proved by the number on the receipt. It changes nothing, so it has no key."""

    def change(self, change: Change, key: str) -> str:
        """Report a change of data; the portal's number of it."""

    def changed(self, update_id: str) -> ChangeStatus:
        """What has become of it."""

    def object_to(self, objection: Objection, key: str) -> Objected:
        """Object to a decision. Refused with `window_closed` where its time is over."""

    def follow_objection(self, objection_id: str) -> Objected: ...

    def withdraw_objection(self, objection_id: str, key: str) -> None:
        """Nobody looks into it any more: the decision stands as it was."""
