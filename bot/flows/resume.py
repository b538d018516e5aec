"""A talk was cut off: take it up where it stopped, if it is this person's."""

from datetime import timedelta

from bot import parsers
from bot.conversation import Conversation, Goto, Invalid, Script
from bot.effects import FinishRegistration
from bot.flows import register
from bot.identity import Reference
from bot.messages import Text
from bot.stages import cases

WORTH_ASKING = timedelta(days=1)  # So long the details after a receipt are offered again.


def flow(c: Conversation) -> Script:
    drafts = register.unfinished(c.paused)
    if not drafts:
        return (yield from _details(c))
    latest = drafts[-1]
    own = cases((yield from c.lookup("cases"))).own_phone
    if own or not c.paused[latest].answer("nik").isdecimal():
        if c.given("go"):  # It was asked for by its word.
            return Goto(draft=latest)
        offer = Text("resume.offer", {"step": register.step(c.paused[latest])})
        answer = yield from c.choose("offer", offer, {"1": "go", "2": "new"})
        return Goto(draft=latest) if answer == "go" else Goto("register", drop=latest)
    answer = yield from c.ask("whose", Text("resume.shared_check"), lambda typed: _digits(c, typed), {"1": "new"})
    return Goto("register") if answer == "new" else Goto(draft=_place(c, answer))


def _details(c: Conversation) -> Script:
    """The number was given out; only what would help the agent is missing."""
    if not c.paused:
        return Goto("register")
    latest = len(c.paused) - 1
    answer = "enough"
    if c.now.timestamp() - c.paused[latest].journal[-1].at < WORTH_ASKING.total_seconds():
        answer = yield from c.ask("whose", Text("resume.details"), lambda typed: _digits(c, typed), {"1": "enough"})
    if answer != "enough":
        return Goto(draft=_place(c, answer))
    yield from c.do("finish", FinishRegistration(Reference(register.receipt(c.paused[latest]))))
    return Goto("menu", drop=latest)


def _digits(c: Conversation, typed: str) -> str:
    """The last four digits of a draft's NIK; nobody else's are accepted."""
    last4 = parsers.last4(typed)
    if _place(c, last4) < 0:
        raise Invalid
    return last4


def _place(c: Conversation, last4: str) -> int:
    places = (n for n in range(len(c.paused) - 1, -1, -1) if c.paused[n].answer("nik").endswith(last4))
    return next(places, -1)
