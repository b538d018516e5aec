"""Who behaves how in the sandbox, by the last four digits of the NIK; for everyone else a seed decides."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from backend_client import IntentStatus

# No list of areas holds these two districts, so nobody's NIK begins with them.
SYNTHETIC_AREAS = frozenset({"351099", "647199"})

PROGRAMME = "PKH"
OBJECTION_PERIOD = timedelta(days=30)

# Of a hundred who are not a persona. Near what the pilot announced in January 2026: 86,000 families of about 280,000.
ELIGIBLE_SHARE, WAITLIST_SHARE = 31, 9
# As the citizens' texts name them. decile_above is not drawn: its sentence needs two figures that the contract lacks.
REASONS = ("income_above", "asset_land", "civil_servant", "duplicate_family", "outside_area")


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


def decide(nik: str, seed: str) -> Decision:
    """The persona's decision, or a drawn one: the same for the same NIK and seed."""
    known = DECISIONS.get(nik[-4:])
    if known:
        return known
    drawn = int.from_bytes(hmac.digest(seed.encode(), nik.encode(), hashlib.sha256)[:8], "big")
    share, reason = drawn % 100, drawn // 100 % len(REASONS)
    if share < ELIGIBLE_SHARE:
        return Decision(IntentStatus.ELIGIBLE)
    if share < ELIGIBLE_SHARE + WAITLIST_SHARE:
        return Decision(IntentStatus.WAITLIST)
    return Decision(IntentStatus.NOT_ELIGIBLE, (REASONS[reason],))
