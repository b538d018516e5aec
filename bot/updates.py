"""What people report about their data, and how far such a report has come: in the portal's words."""

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """What has changed. All but the last two are Dukcapil's to record; we pass them on and help."""

    BIRTH = "member_birth"
    DEATH = "member_death"
    MOVE_OUT = "move_out"
    MOVE_IN = "move_in"
    MARRIAGE = "marriage"
    DIVORCE = "divorce"
    PHONE = "phone"
    ADDRESS = "address"


class State(StrEnum):
    """Where a report stands: a change request's states at the portal, and one of our own."""

    DRAFT = "draft"  # Kept here: somebody else has to confirm it first.
    PENDING = "pending"
    REVISION = "revision"
    APPROVED = "approved"
    REJECTED = "rejected"
    APPLIED = "applied"
    DISPUTED = "disputed"  # Ours: somebody has said that it is not so. People look into it.


OPEN = frozenset({State.PENDING, State.REVISION, State.APPROVED})  # What the portal may still change.

# How a sentence names a change.
LABELS: Mapping[Kind, str] = {kind: f"field.{kind.value}" for kind in Kind}
