"""What a person was given a number for besides a registration, and where it stands: one table of states and sentences.

Whoever has the number may ask for it: it has 11 random digits, and its state names nobody.
"""

from typing import Any

from bot.identity import Reference
from bot.messages import Text

SENTENCES = {
    "report.received": "rep.received",
    "report.in_hand": "rep.in_hand",
    "report.closed": "rep.closed",
}


def sentence(fact: Any, ref: str) -> Text | None:
    """The look-up `filed` in words; nothing where the number is of something else."""
    return Text(SENTENCES[fact], {"obj": Reference(ref).shown}) if fact else None
