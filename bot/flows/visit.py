"""The visit: when it is, another time for it, whether the agent is a real one, and what went wrong with it."""

from datetime import date, timedelta
from functools import partial

from bot import agent_check, appointments, known_case, questions
from bot.conversation import Conversation, End, Finish, Goto, Invalid, Leave, Options, Part, Redo, Script
from bot.effects import ChangeVisit, CompleteRegistration, HeardOfVisit
from bot.identity import Reference
from bot.known_case import CALL_BACK, Known
from bot.messages import Text, Value
from bot.stages import Stage
from bot.visits import Heard, Visit, days, visit

MENU = {"1": "see", "2": "change", "3": "check", "4": "no_show", "5": "money"}
SLOTS = {"1": "morning", "2": "midday", "3": "afternoon", "4": "any"}
A_SCREEN = 4  # Days that one screen can list.
NEXT = "next"
TAKES = timedelta(days=2)  # Until the coordinator has set another time.
# An agent is still to come, but no time is set.
WAITING = frozenset({Stage.RECEIVED, Stage.ASSIGNED, Stage.MISSED, Stage.FACE_FAILED})


def flow(c: Conversation) -> Script:
    what = c.given("what") or (yield from c.choose("what", Text("visit.menu"), MENU))
    match what:
        case "check":
            return (yield from agent_check.ask(c))
        case "money":
            return (yield from questions.report(c, "bribe"))
        case "problem":
            return (yield from _problem(c))
        case _:
            return (yield from _of_case(c, what))


def _of_case(c: Conversation, what: str) -> Part[Finish]:
    known = yield from known_case.find(c, keep=(("what", what),))
    seen = visit((yield from c.lookup("visit", known.case.ref)))
    match what:
        case "change":
            return (yield from _change(c, known, seen))
        case "no_show":
            return (yield from _no_show(c, known, seen))
        case _:
            return (yield from _see(c, known, seen))


def _see(c: Conversation, known: Known, seen: Visit | None) -> Part[Finish]:
    """The appointment; or, once its day is over, whether the agent came."""
    over = seen is not None and (seen.ended or (seen.day is not None and seen.day < c.today))
    if seen is not None and over and not seen.heard:
        return (yield from _met(c, known, seen))
    if (seen is None or seen.day is None) and known.case.stage in WAITING:
        return (yield from _none(c, known))
    return Goto("status", known.answers)


def _met(c: Conversation, known: Known, seen: Visit) -> Part[Finish]:
    """The agent's word is one side of it."""
    options = {"1": "fine", "2": "problem", "3": "not_yet"}
    answer = yield from c.choose("met", Text("visit.confirm_met", {"agent": seen.agent}), options)
    if answer == "not_yet":
        return (yield from _complain(c, known, seen, Heard.NOT_MET if seen.ended else Heard.NO_SHOW))
    yield from c.do("met", HeardOfVisit(Reference(known.case.ref), Heard.MET))
    if answer == "problem":
        return Goto("visit", (("what", "problem"),))
    return End(Text("visit.thanks"))


def _none(c: Conversation, known: Known) -> Part[Finish]:
    yield from c.choose("none", Text("visit.none", {"date": known.case.visit_by}), {"1": "call"})
    return CALL_BACK


def _change(c: Conversation, known: Known, seen: Visit | None) -> Part[Finish]:
    """Another day and time. What was planned stays until the new one is kept."""
    seen = yield from _own(c, known, seen)
    if seen.day is None:
        return (yield from _wish(c, known))
    day = yield from _day(c)
    slot = yield from c.choose("slot", Text("visit.slot"), SLOTS)
    # The agent may have changed it while the person was choosing: what counts is the visit as it is at this moment.
    now = visit((yield from c.lookup("visit_now", known.case.ref, fresh=0)))
    if now is None or now.version != seen.version:
        way = yield from c.choose("overtaken", Text("visit.overtaken"), {"1": "see", "2": "change"})
        return Goto("visit", (("what", way), *known.answers))
    yield from c.do("change", ChangeVisit(Reference(known.case.ref), seen.version, day, slot))
    place = Text(f"place.{seen.place}", {"desa": seen.village})
    said: dict[str, Value] = {"date": day, "slot": Text(f"slot.{slot}"), "place": place, "agent": seen.agent}
    return End(Text("visit.changed", said))


def _own(c: Conversation, known: Known, seen: Visit | None) -> Part[Visit]:
    """The visit, if it is still to come and this is the phone that the case was registered from."""
    if seen is not None and not seen.ended:
        return seen
    if seen is not None:
        raise Leave(Goto("status", known.answers))
    if known.case.stage not in WAITING | {Stage.SCHEDULED}:
        raise Leave(Goto("status", known.answers))
    yield from c.choose("other_phone", Text("visit.other_phone"), {"1": "call"})
    raise Leave(CALL_BACK)


def _wish(c: Conversation, known: Known) -> Part[Finish]:
    """No time is set yet: the agent hears which would suit."""
    slot = yield from c.choose("wish", Text("visit.slot"), SLOTS)
    yield from c.do("wish", CompleteRegistration(Reference(known.case.ref), "slot", slot))
    return End(Text("visit.wish_noted", {"slot": Text(f"slot.{slot}"), "date": known.case.visit_by}))


def _day(c: Conversation) -> Part[date]:
    """One of the coming days by number, a few to a screen."""
    offered = days(c.today)
    for page, first in enumerate(range(0, len(offered), A_SCREEN)):
        shown = offered[first : first + A_SCREEN]
        values: dict[str, Value] = {f"day{n + 1}": shown[n] if n < len(shown) else "" for n in range(A_SCREEN)}
        options = {str(n): day.isoformat() for n, day in enumerate(shown, 1)}
        if first + A_SCREEN < len(offered):
            options["9"] = NEXT
        answer = yield from c.ask(f"day{page}", Text("visit.change_day", values), partial(_typed, c.today), options)
        if answer != NEXT:
            return date.fromisoformat(answer)
    raise Leave(Redo(tuple(f"day{n}" for n in range(A_SCREEN))))


def _typed(today: date, text: str) -> str:
    """A day in words, `besok` or `senin`, or by its date; it has to be one of those that are offered."""
    try:
        then: date | None = date.fromisoformat(text)
    except ValueError:
        then = appointments.day(text, today)
    if then is None or then not in days(today):
        raise Invalid
    return then.isoformat()


def _no_show(c: Conversation, known: Known, seen: Visit | None) -> Part[Finish]:
    """Nobody came: the coordinator hears of it, and not the agent who stayed away."""
    if seen is None:
        seen = yield from _own(c, known, seen)
    if seen.ended and not seen.complaint:
        return (yield from _met(c, known, seen)) if not seen.heard else Goto("status", known.answers)
    if seen.day is not None and seen.day > c.today and not seen.complaint:
        said: dict[str, Value] = {"agent": seen.agent, "date": seen.day, "slot": Text(f"slot.{seen.slot}")}
        way = yield from c.choose("early", Text("visit.not_yet", said), {"1": "change", "2": "call"})
        return CALL_BACK if way == "call" else Goto("visit", (("what", way), *known.answers))
    if seen.day is None and seen.due >= c.today and not seen.complaint:
        return (yield from _none(c, known))
    return (yield from _complain(c, known, seen, Heard.NO_SHOW))


def _complain(c: Conversation, known: Known, seen: Visit, heard: Heard) -> Part[Finish]:
    """Once a visit: who complains again hears the number of the complaint that is being looked into."""
    due = c.today + TAKES
    if seen.complaint:
        return End(Text("visit.noshow", {"obj": Reference(seen.complaint).shown, "date": due}))
    ref = yield from c.number("complaint")
    yield from c.do("complaint", HeardOfVisit(Reference(known.case.ref), heard, complaint=ref, due=due))
    return End(Text("visit.noshow", {"obj": ref.shown, "date": due}))


def _problem(c: Conversation) -> Part[Finish]:
    """Something was wrong with an agent who is a real one."""
    options: Options = {"1": "money", "2": "other"}
    way = yield from c.choose("problem", Text("visit.problem"), options)
    return CALL_BACK if way == "other" else (yield from questions.report(c, "bribe"))
