"""Where an application stands. Somebody else's phone needs its number; nobody learns whether a NIK is known."""

from collections.abc import Mapping
from datetime import timedelta

from bot import parsers
from bot.conversation import Conversation, End, Finish, Goto, Invalid, Leave, Options, Part, Redo, Script
from bot.effects import OpenTicket, ResendNumbers
from bot.identity import Reference
from bot.messages import Text, Value
from bot.stages import SENTENCES, Case, Stage, case, cases

FORGOT, OTHER = "forgot", "other"
LOCKED = "locked"
FORGET = {"1": FORGOT}
CALL_BACK = Goto("help", (("topic", "callback"),))

# What the numbered lines of a status lead to. A line that is not here belongs to a service that is not built yet, and
# is not shown; "0" is the menu.
_CALL, _AGENT, _CODES = {"2": "call"}, {"2": "agent"}, {"2": "codes"}
LINES: Mapping[str, Options] = {
    "status.received": _CALL,
    "status.assigned": _CALL,
    "status.scheduled": _CODES,
    "status.missed_visit": _CALL,
    "status.verified": {},
    "status.face_failed": _CALL,
    "status.need_data": _AGENT,
    "status.mismatch": _AGENT,
    "status.processing": {},
    "status.eligible": {},
    "status.waitlist": {},
    "status.not_eligible": {"3": "call"},
    "status.objected": {},
    "status.duplicate": _CALL,
    "status.invalid": _CALL,
    "status.final": _CALL,
    "status.withdrawn": {},
    "status.expired": _CALL,
    "status.handled_by_family": {"1": "call"},
}


def flow(c: Conversation) -> Script:
    found = yield from _find(c)
    way = yield from c.ask("status", sentence(found), another, lines(found))
    if isinstance(way, Reference):
        return Goto("status", (("case", str(way)),))
    if way == "agent":
        return (yield from _agent(c, found.stage))
    if way == "codes":
        yield from c.choose("codes", Text("visit.codes", said(found)), {})
        return Goto("menu")
    return CALL_BACK


def _find(c: Conversation) -> Part[Case]:
    """The case that is meant, once the phone or the NIK's last four have shown that it may be told."""
    known = cases((yield from c.lookup("cases")))
    ref = c.given("case") or (yield from _which(c, known.cases))
    if known.own_phone and any(mine.ref == ref for mine in known.cases):
        found = yield from c.lookup("case", ref)
    else:
        last4 = yield from c.ask("nik4", Text("status.ask_nik4"), _last4_or_another)
        if isinstance(last4, Reference):
            raise Leave(Goto("status", (("case", str(last4)),)))
        found = yield from c.lookup("case", f"{ref}:{last4}")
    if found == LOCKED:
        raise Leave(End(Text("status.locked")))
    shown = case(found)
    if shown is None:
        way = yield from c.choose("no_match", Text("status.not_found"), {"1": "again", "2": "call"})
        again = Redo(("which", "ref", "case", "nik4", "no_match"))
        raise Leave(CALL_BACK if way == "call" else again)
    return shown


def _which(c: Conversation, known: tuple[Case, ...]) -> Part[str]:
    """The number of the case that is meant: this phone's own, or one that is typed."""
    if len(known) == 1:
        return known[0].ref
    if known:
        first, second = known[-2:]
        values = {"name1": _name(first), "ref4a": first.ref[4:8], "name2": _name(second), "ref4b": second.ref[4:8]}
        options = {"1": first.ref, "2": second.ref, "3": OTHER}
        which = yield from c.ask("which", Text("who.pick", values), another, options)
        if which != OTHER:
            return str(which)
    ref = yield from c.ask("ref", Text("status.ask_ref"), parsers.reference, FORGET)
    if not isinstance(ref, Reference):
        raise Leave((yield from _forgot(c)))
    return str(ref)


def _forgot(c: Conversation) -> Part[Finish]:
    way = yield from c.choose("forgot", Text("status.forgot_ref"), {"1": "send", "2": "lost"})
    if way == "lost":
        return End(Text("status.lost_phone"))
    yield from c.do("resend", ResendNumbers())
    return End(Text("status.resent"))


def _agent(c: Conversation, about: Stage) -> Part[Finish]:
    """Have an agent put the data right."""
    ref = yield from c.number("agent")
    due = c.today + timedelta(days=c.world.visit_days)
    yield from c.do("agent", OpenTicket(ref, "data_update", "", c.world.home, due, "any", about.value))
    return End(Text("data.done", {"obj": ref.shown, "date": due}))


def another(text: str) -> Reference:
    """Another registration's number, which may be typed wherever a case is on the screen."""
    try:
        return parsers.reference(text)
    except Invalid:
        raise Invalid from None


def _last4_or_another(text: str) -> str | Reference:
    try:
        return another(text)
    except Invalid:
        return parsers.last4(text)


def lines(found: Case) -> Options:
    """Only the lines that lead somewhere for this very case."""
    if found.stage is Stage.SCHEDULED and not (found.agent_number and found.visit_number):
        return {}
    return LINES[SENTENCES[found.stage]]


def sentence(found: Case) -> Text:
    return Text(SENTENCES[found.stage], said(found))


def said(found: Case) -> dict[str, Value]:
    """What the sentences about a case may say of it."""
    return {
        "name": _name(found),
        "agent": found.agent,
        "acode": found.agent_number,
        "ccode": found.visit_number,
        "date": found.day or found.until or found.visit_by,
        "slot": Text(f"slot.{found.slot}") if found.slot else "",
        "place": Text(f"place.{found.place}", {"desa": found.village}) if found.place else "",
        "prog": found.programme or Text("prog.any"),
        "reason": Text(f"reason.{found.reason}") if found.reason else "",
        "need": Text("field.papers"),
        "obj": Reference(found.ref).shown,
    }


def _name(found: Case) -> Value:
    return found.name or Text("name.unknown")
