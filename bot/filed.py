"""What a person was given a number for besides a registration, and where it stands: one table of states and sentences.

Whoever has the number of a report may ask for it: it has 11 random digits, and its state names nobody.
"""

from enum import StrEnum
from typing import Any

from bot.identity import Reference
from bot.messages import Text


class Standing(StrEnum):
    """Where an objection stands: the portal's own words, and ours for what is before it and for what people decide."""

    RECEIVED = "received"  # With us, on its way to the portal or to people.
    SUBMITTED = "submitted"
    NEEDS_EVIDENCE = "needs_evidence"
    FIELD_CHECK = "field_check"
    UPHELD = "upheld"
    PARTIALLY_UPHELD = "partially_upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    IN_HAND = "in_hand"
    CLOSED = "closed"
    REFUSED = "refused"  # By the portal, for good: it was never looked into there, and people do it.


OPEN = frozenset({Standing.RECEIVED, Standing.SUBMITTED, Standing.NEEDS_EVIDENCE, Standing.FIELD_CHECK})
OBJECTION = {standing: f"obj.{standing.value}" for standing in Standing}
REPORT = {"report.received": "rep.received", "report.in_hand": "rep.in_hand", "report.closed": "rep.closed"}
# The look-up `filed`: reports, and objections that people decide, such as one about somebody else.
SENTENCES = REPORT | {
    f"objection.{standing.value}": OBJECTION[standing]
    for standing in (Standing.RECEIVED, Standing.IN_HAND, Standing.CLOSED)
}


def sentence(fact: Any, ref: str) -> Text | None:
    """The look-up `filed` in words; nothing where the number is of something else."""
    return Text(SENTENCES[fact], {"obj": Reference(ref).shown}) if fact else None
