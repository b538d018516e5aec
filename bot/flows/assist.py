"""Assisted mode, dialled as *77: who helps, how many they have helped today, and on to the registration."""

from typing import Any

from bot import parsers
from bot.assisted import ASSISTANT, BY, DECLINED, NAME, REF, TODAY
from bot.conversation import Conversation, End, Goto, Leave, Part, Script
from bot.effects import FilledBy
from bot.identity import Reference
from bot.known_case import LOCKED
from bot.messages import Text

TRIES = 3
CITIZEN = "citizen"


def flow(c: Conversation) -> Script:
    helper = c.given(ASSISTANT) or (yield from _who(c))
    yield from _before(c)
    found: Any = yield from c.lookup("helper", helper, 0)
    if not found:  # No longer active.
        return Goto("menu")
    if found["today"] >= c.world.assisted_a_day:
        return End(Text("assist.full", {"n": c.world.assisted_a_day}))
    by = FilledBy.AGENT if found["agent"] else FilledBy.ASSISTANT
    return Goto("register", ((ASSISTANT, helper), (BY, by.value), (TODAY, str(found["today"]))))


def _before(c: Conversation) -> Part[None]:
    """What came of the person before: a number to write down, or nothing."""
    if c.given(DECLINED):
        yield from c.choose("refused", Text("assist.declined"), {"1": "next"})
    if not c.given(REF):
        return
    today = int(c.given(TODAY))
    shown = {"name": c.given(NAME) or Text("name.unknown"), "ref": Reference(c.given(REF)).shown, "n": today}
    if (yield from c.choose("next", Text("assist.done", shown), {"1": "next", "0": "end"})) == "end":
        raise Leave(End(Text("assist.end", {"n": today})))


def _who(c: Conversation) -> Part[str]:
    """Their own number, three tries; what was wrong is counted where no dialling again can reset it."""
    for n in range(TRIES):
        sentence, options = ("assist.code_bad", {"1": CITIZEN}) if n else ("assist.code", {})
        number = yield from c.ask(f"number{n}", Text(sentence), parsers.helper_number, options)
        if number == CITIZEN:
            raise Leave(Goto("register"))
        found: str = (yield from c.lookup("assistant", f"{number}:{n}")) or ""
        if found == LOCKED:
            break
        if found:
            return found
    raise Leave(End(Text("status.locked")))
