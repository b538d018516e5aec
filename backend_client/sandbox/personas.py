"""Who behaves how in the sandbox, by the last four digits of the NIK; for everyone else a seed decides."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from backend_client import ChangeStatus, IntentStatus, ObjectionStatus, PaymentStatus

# No list of areas holds these two districts, so nobody's NIK begins with them.
SYNTHETIC_AREAS = frozenset({"351099", "647199"})

PROGRAMME = "PKH"
OBJECTION_PERIOD = timedelta(days=30)

# Of a hundred who are not a persona. Near what the pilot announced in January 2026: 86,000 families of about 280,000.
ELIGIBLE_SHARE, WAITLIST_SHARE = 31, 9
# As the citizens' texts name them.
REASONS = ("income_above", "asset_land", "civil_servant", "decile_above", "duplicate_family", "outside_area")


class Fault(StrEnum):
    """How a submission goes wrong on its way."""

    SLOW = "slow"  # Answered after SLOW_SECONDS; a repeat finds the answer ready.
    BROKEN = "broken"  # 500, always.
    FLAKY = "flaky"  # 503 on the first two tries.
    BUSY = "busy"  # 429 with Retry-After, until that time is over.


SLOW_SECONDS = 12.0
FLAKY_TRIES = 2


@dataclass(frozen=True, slots=True)
class Decision:
    """How the portal decides once a person is verified. `age`: how long ago it will seem to have been."""

    status: IntentStatus
    reasons: tuple[str, ...] = ()
    age: timedelta = timedelta(0)


FAULTS = {"0018": Fault.SLOW, "0019": Fault.BROKEN, "0020": Fault.FLAKY, "0026": Fault.BUSY}

# What the portal finds as soon as it looks at the intent; the way ends there.
FINDINGS = {
    "0004": Decision(IntentStatus.INVALID, ("nik_inactive",)),
    "0005": Decision(IntentStatus.DECEASED),
    "0007": Decision(IntentStatus.DUPLICATE),
}

DECISIONS = {
    "0001": Decision(IntentStatus.ELIGIBLE),
    "0009": Decision(IntentStatus.ELIGIBLE),
    "0010": Decision(IntentStatus.NOT_ELIGIBLE, ("asset_land",)),
    "0011": Decision(IntentStatus.OBJECTION_OPEN, ("income_above",)),
    "0012": Decision(IntentStatus.FINAL, ("income_above",), age=OBJECTION_PERIOD + timedelta(days=1)),
}

# What is found missing once somebody is verified; the decision waits until data comes, by a change or an amendment.
MISSING = {"0050": ("kk",), "0051": ("kk", "address")}
DECISIONS |= dict.fromkeys(MISSING, Decision(IntentStatus.ELIGIBLE))
DATA_PERIOD = timedelta(days=14)

# How a change of data ends that was reported for this person; for everyone else it is applied.
CHANGES = {"0003": ChangeStatus.REVISION, "0008": ChangeStatus.REJECTED}


@dataclass(frozen=True, slots=True)
class Money:
    """A payment of this persona. `days`: from the decision to its state, and from there to the last day."""

    status: PaymentStatus
    channel: str = "BRI"
    place: str = "BRI Unit Genteng"
    days: tuple[int, int] = (0, 30)
    reason: str = ""
    programme: str = PROGRAMME
    amount: int = 600_000


PAYMENTS = {
    "0013": (Money(PaymentStatus.AVAILABLE),),
    "0014": (Money(PaymentStatus.AVAILABLE, "POS", "Kantor Pos Genteng", days=(0, 8)),),
    "0015": (Money(PaymentStatus.RETURNED, reason="account_closed"),),
    "0027": (Money(PaymentStatus.COLLECTED),),
    "0028": (Money(PaymentStatus.FAILED, reason="account_name"),),
    "0029": (Money(PaymentStatus.ON_HOLD, reason="duplicate_family"),),
    "0030": (Money(PaymentStatus.CANCELLED_DECEASED),),
    "0031": (Money(PaymentStatus.PLANNED, days=(14, 30)),),
    "0032": (Money(PaymentStatus.AVAILABLE), Money(PaymentStatus.ORDERED, programme="SEMBAKO", days=(10, 30))),
}
ORDINARY = (Money(PaymentStatus.AVAILABLE),)  # Of everybody else who is eligible.
# How the objections of some end; the decisions that these object to are refusals.
OBJECTIONS = {
    "0040": ObjectionStatus.UPHELD,
    "0041": ObjectionStatus.PARTIALLY_UPHELD,
    "0042": ObjectionStatus.REJECTED,
    "0043": ObjectionStatus.NEEDS_EVIDENCE,  # Until the window closes on it.
    "0044": ObjectionStatus.WITHDRAWN,
}
DECISIONS |= {last4: Decision(IntentStatus.NOT_ELIGIBLE, ("asset_land",)) for last4 in OBJECTIONS}
# Of a hundred others.
UPHELD_SHARE, PARTLY_SHARE = 40, 10
# What an objection makes of the decision.
AFTER = {
    ObjectionStatus.UPHELD: IntentStatus.ELIGIBLE,
    ObjectionStatus.PARTIALLY_UPHELD: IntentStatus.WAITLIST,
    ObjectionStatus.REJECTED: IntentStatus.FINAL,
    ObjectionStatus.EXPIRED: IntentStatus.FINAL,
    ObjectionStatus.WITHDRAWN: IntentStatus.NOT_ELIGIBLE,
}


def decide(nik: str, seed: str) -> Decision:
    """The persona's decision, or a drawn one: the same for the same NIK and seed."""
    known = DECISIONS.get(nik[-4:]) or (Decision(IntentStatus.ELIGIBLE) if nik[-4:] in PAYMENTS else None)
    if known:
        return known
    drawn = _drawn(nik, seed)
    share, reason = drawn % 100, drawn // 100 % len(REASONS)
    if share < ELIGIBLE_SHARE:
        return Decision(IntentStatus.ELIGIBLE)
    if share < ELIGIBLE_SHARE + WAITLIST_SHARE:
        return Decision(IntentStatus.WAITLIST)
    return Decision(IntentStatus.NOT_ELIGIBLE, (REASONS[reason],))


def judge(nik: str, seed: str) -> ObjectionStatus:
    """How the persona's objection ends, or a drawn end."""
    share = _drawn(nik, f"{seed} objection") % 100
    drawn = (
        ObjectionStatus.UPHELD
        if share < UPHELD_SHARE
        else ObjectionStatus.PARTIALLY_UPHELD
        if share < UPHELD_SHARE + PARTLY_SHARE
        else ObjectionStatus.REJECTED
    )
    return OBJECTIONS.get(nik[-4:], drawn)


def _drawn(nik: str, seed: str) -> int:
    return int.from_bytes(hmac.digest(seed.encode(), nik.encode(), hashlib.sha256)[:8], "big")
