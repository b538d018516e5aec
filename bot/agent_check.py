"""Is the agent at the door a real one? Anybody may ask, by the number that the agent shows."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from bot import parsers, questions
from bot.conversation import Conversation, End, Finish, Goto, Leave, Part, Redo
from bot.messages import Text

SILENT, LOCKED = "silent", "locked"


class Standing(StrEnum):
    """What a number is to the phone that asks."""

    HERE = "here"  # An agent who is to visit somebody of this phone today.
    ELSEWHERE = "elsewhere"  # An agent, but not for this phone today.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be said of a number: name and village only of an agent who is expected here."""

    standing: Standing
    agent: str = field(default="", repr=False)
    village: str = ""


def ask(c: Conversation) -> Part[Finish]:
    """Ask for the number, say whose it is, and what to do about it."""
    number = yield from c.ask("number", Text("visit.ask_agent_code"), parsers.agent_number, {"1": SILENT})
    if number == SILENT:
        way = yield from c.choose("silent", Text("visit.agent_silent"), {"1": "report", "2": "again"})
    else:
        way = yield from _answer(c, number)
    if way == "again":
        return Redo(("number", "silent", "bad"))
    return (yield from questions.report(c, "false_officer", "" if number == SILENT else number))


def _answer(c: Conversation, number: str) -> Part[str]:
    found: Any = yield from c.lookup("agent", number)
    if found == LOCKED:
        raise Leave(End(Text("visit.agent_locked")))
    said = {"acode": number}
    shown = msgspec.convert(found, Shown) if found else Shown(Standing.UNKNOWN)
    match shown.standing:
        case Standing.HERE:
            known = Text("visit.agent_ok", said | {"agent": shown.agent, "desa": shown.village})
            yield from c.choose("ok", known, {"1": "problem"})
            raise Leave(Goto("visit", (("what", "problem"),)))
        case Standing.ELSEWHERE:
            return (yield from c.choose("elsewhere", Text("visit.agent_other_area", said), {"1": "report"}))
        case Standing.UNKNOWN:
            return (yield from c.choose("bad", Text("visit.agent_bad", said), {"1": "report", "2": "again"}))
