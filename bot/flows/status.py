"""Where an application stands. Somebody else's phone needs its number; nobody learns whether a NIK is known."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from bot import known_case
from bot.conversation import Conversation, End, Finish, Goto, Options, Part, Script
from bot.effects import OpenTicket
from bot.filed import OBJECTION, Standing
from bot.identity import Reference
from bot.known_case import CALL_BACK, Known
from bot.messages import Text, Value
from bot.renewal import renew
from bot.stages import SENTENCES, Case, Stage
from bot.windows import zone

# What the numbered lines of a status lead to. A line that is not here belongs to a service that is not built yet, and
# is not shown; "0" is the menu.
_CALL, _AGENT = {"2": "call"}, {"2": "agent"}
_TIME = {"1": "change", **_CALL}
LINES: Mapping[str, Options] = {
    "status.received": _TIME,
    "status.assigned": _TIME,
    "status.scheduled": {"1": "change", "2": "codes"},
    "status.missed_visit": _TIME,
    "status.verified": {},
    "status.face_failed": _TIME,
    "status.need_data": {"1": "update", **_AGENT},
    "status.mismatch": {"1": "update", **_AGENT},
    "status.processing": {},
    "status.eligible": {"1": "money"},
    "status.waitlist": {},
    "status.not_eligible": {"1": "object", "2": "why", "3": "call"},
    "status.not_eligible.closed": {"3": "call"},
    "status.not_eligible.refused": {"1": "object", "2": "why", "3": "call"},
    "status.objected": {"1": "add", "2": "undo"},
    "status.objected.evidence": {"1": "add", "2": "undo"},
    "status.duplicate": _CALL,
    "status.invalid": _CALL,
    "status.final": _CALL,
    "status.withdrawn": {},
    "status.leaving": {"1": "keep"},
    "status.expired": {"1": "renew", **_CALL},
    "status.handled_by_family": {"1": "call"},
    "obj.submitted": {"1": "case"},
    "obj.field_check": {"1": "case"},
    "obj.needs_evidence": {"1": "case", **_CALL},
    "obj.upheld": {"1": "case"},
    "obj.partially_upheld": {"1": "case"},
    "obj.rejected": {"1": "case", **_CALL},
    "obj.withdrawn": {"1": "case"},
    "obj.refused": {"1": "case", **_CALL},
    "obj.expired": {"1": "case", **_CALL},
}
OTHER = "other"
# Which service a line leads to, with what that is entered with; without the service there is no line.
SERVICES: Mapping[str, tuple[str, known_case.Answers]] = {
    "case": ("status", ()),
    "change": ("visit", (("what", "change"),)),
    "money": ("payment", (("what", "see"),)),
    "update": ("update", ()),
    "object": ("objection", (("whose", "refusal"),)),
    "add": ("objection", (("whose", "add"),)),
    "undo": ("objection", (("whose", "undo"),)),
    "keep": ("help", (("topic", "keep"),)),
}


def flow(c: Conversation) -> Script:
    known = yield from known_case.find(c)
    found = known.case
    shown = wording(known, c.day(found.regency or c.world.home))
    way = yield from c.ask(
        "status", Text(shown, said(found, c.world.home)), known_case.another, lines(found, shown, c.world.services)
    )
    if isinstance(way, Reference):
        return Goto("status", (("case", str(way)),))
    if way == "agent":
        return (yield from _agent(c, found))
    if way == "renew":
        return (yield from renew(c, known))
    if way == "codes":
        differs = {"1": "differs"} if "visit" in c.world.services else {}
        yield from c.choose("codes", Text("visit.codes", said(found, c.world.home)), differs)
        return Goto("visit", (("what", "check"),))  # Whose number is it that was shown instead?
    if way == "why":
        way = yield from _explained(c, found)
    if way in SERVICES:
        service, answers = SERVICES[way]
        return Goto(service, (*answers, *known.answers))
    return CALL_BACK


def _explained(c: Conversation, found: Case) -> Part[str]:
    """What the reason means, in plain words, and what to do where it is wrong."""
    why = Text(f"reason.explain.{found.reason or OTHER}")
    return (yield from c.choose("why", why, {"1": "object"} if "objection" in c.world.services else {}))


def _agent(c: Conversation, found: Case) -> Part[Finish]:
    """Have an agent put the data right."""
    ref = yield from c.number("agent")
    due = c.today + timedelta(days=c.world.visit_days)
    ticket = OpenTicket(ref, "data_update", "", c.world.home, due, "any", found.stage.value, case=found.ref)
    yield from c.do("agent", ticket)
    return End(Text("data.done", {"obj": ref.shown, "date": due}))


def wording(known: Known, today: date) -> str:
    """The sentence by its name: of the stage, or of the objection that was asked for by its own number."""
    found = known.case
    if known.asked != found.ref:
        return OBJECTION[Standing(found.standing)]
    if found.leaves:
        return "status.leaving"
    match found.stage:
        case Stage.NOT_ELIGIBLE if found.until is None or today > found.until:
            return "status.not_eligible.closed"
        case Stage.NOT_ELIGIBLE if found.standing == Standing.REFUSED:
            return "status.not_eligible.refused"
        case Stage.OBJECTED if found.standing == Standing.NEEDS_EVIDENCE:
            return "status.objected.evidence"
        case stage:
            return SENTENCES[stage]


def lines(found: Case, shown: str, services: frozenset[str]) -> Options:
    """Only the lines of this sentence that lead somewhere for this very case."""
    if found.stage is Stage.SCHEDULED and not (found.agent_number and found.visit_number):
        return {}
    if found.stage is Stage.OBJECTED and not found.objection:  # It was filed elsewhere.
        return {}
    meant = LINES.get(shown, {})
    if "register" not in services:
        meant = {digit: way for digit, way in meant.items() if way != "renew"}
    return {digit: way for digit, way in meant.items() if way not in SERVICES or SERVICES[way][0] in services}


def said(found: Case, home: str) -> dict[str, Value]:
    """What the sentences about a case may say of it. `home`: whose clock counts where the case does not say."""
    if found.leaves:
        ends = datetime.fromtimestamp(found.leaves, zone(found.regency or home))
        return {"name": known_case.named(found), "date": ends.date(), "time": f"{ends:%H.%M}"}
    return {
        "name": known_case.named(found),
        "agent": found.agent,
        "acode": found.agent_number,
        "ccode": found.visit_number,
        "date": found.answer_by or found.day or found.until or found.visit_by,
        "slot": Text(f"slot.{found.slot}") if found.slot else "",
        "place": Text(f"place.{found.place}", {"desa": found.village}) if found.place else "",
        "prog": found.programme or Text("prog.any"),
        "reason": Text(f"reason.{found.reason}") if found.reason else "",
        "need": Text("field.papers"),
        "obj": Reference(found.objection or found.ref).shown,
    }
