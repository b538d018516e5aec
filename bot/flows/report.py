"""Report wrongdoing: what happened, anonymously or not, about whom, in own words. It never reaches whom it is about."""

from datetime import timedelta

from bot import parsers
from bot.conversation import Conversation, End, Goto, Part, Script
from bot.effects import FileReport
from bot.messages import Text
from bot.wrongdoing import about

# Never renumber. Whose data was misused is not asked here: only the owner can object, face to face.
MISUSE = "misuse"
KINDS = {"1": "bribe", "2": "false_officer", "3": "cut_money", "4": MISUSE, "5": "wrong_target"}
OF_OFFICERS = frozenset({"bribe", "false_officer", "cut_money"})
SKIP = "skip"
# Not "yes": asked whether the name may be told, who writes "no" wants to stay unnamed.
UNNAMED = "unnamed"


def flow(c: Conversation) -> Script:
    kinds = {digit: kind for digit, kind in KINDS.items() if kind != MISUSE or "objection" in c.world.services}
    kind = c.given("kind") or (yield from _guessed(c)) or (yield from c.choose("kind", Text("rep.menu"), kinds))
    if kind == MISUSE:
        return Goto("objection", (("whose", MISUSE),))
    most = c.world.reports_per_day
    if ((yield from c.lookup("reports")) or 0) >= most:
        return End(Text("rep.too_many", {"n": most}))
    anonymous = yield from c.choose("anonymous", Text("rep.anon"), {"1": UNNAMED, "2": "named"})
    number = yield from _agent_number(c, kind)
    statement = yield from c.ask("statement", Text("rep.text"), parsers.free_text, {"1": SKIP})
    ref = yield from c.number("report")
    due = c.today + timedelta(days=c.world.report_days)
    said = "" if statement == SKIP else statement
    yield from c.do("report", FileReport(ref, kind, anonymous == UNNAMED, c.world.home, due, number, said))
    return End(Text("rep.done", {"obj": ref.shown}))


def _guessed(c: Conversation) -> Part[str]:
    """What the words are about, where they say it; it counts once the person has agreed. Else nothing."""
    guess = about(c.written("statement"))
    if not guess:
        return ""
    said = Text("rep.guess", {"about": Text(f"about.{guess}")})
    return guess if (yield from c.choose("guess", said, {"1": "yes", "2": "other"})) == "yes" else ""


def _agent_number(c: Conversation, kind: str) -> Part[str]:
    """The number that the officer showed, where the report is about one and the person knows it."""
    if kind not in OF_OFFICERS:
        return ""
    known = c.given("number")
    if not known and c.written("statement"):  # All that is to be said has been said.
        return ""
    if not known:
        known = yield from c.ask("number", Text("rep.agent"), parsers.last4, {"1": SKIP})
    return "" if known == SKIP else known
