"""A change in the family's data: birth, death, moving, phone, marriage. Loket passes it on and sends help."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from bot import deaths, new_phone, parsers, questions
from bot.conversation import Conversation, End, Finish, Part, Script
from bot.effects import FileUpdate
from bot.known_case import Known, find
from bot.messages import Text
from bot.updates import Kind

KINDS = {"1": "birth", "2": "death", "3": "move_out", "4": "move_in", "5": "contact", "6": "marriage"}
PAPERS = {"1": "yes", "2": "no"}
WHERE = {"1": "village", "2": "district", "3": "regency", "4": "abroad"}
CONTACT = {"1": "phone", "2": "address"}
UNSURE = "unsure"

Said = tuple[Kind, Mapping[str, str]]


def flow(c: Conversation) -> Script:
    kind = c.given("kind") or (yield from c.choose("kind", Text("data.menu"), KINDS))
    what = c.given("what")
    known = yield from find(c, (("kind", kind), *((("what", what),) if what else ())))
    if kind == "death":
        return (yield from deaths.report(c, known))
    if kind == "contact":
        return (yield from _contact(c, known))
    what, details = yield from TOLD[kind](c)
    ref = yield from c.number("update")
    due = c.today + timedelta(days=c.world.visit_days)
    yield from c.do("file", FileUpdate(ref, known.case.ref, what, details, due))
    return End(Text("data.done", {"obj": ref.shown, "date": due}))


def _birth(c: Conversation) -> Part[Said]:
    born = yield from c.ask("born", Text("data.birth.date"), lambda text: parsers.birth_date(text, c.today))
    papers = {"1": "certificate", "2": "letter", "3": "none"}
    paper = yield from c.choose("paper", Text("data.birth.doc"), papers)
    return Kind.BIRTH, {"date": born.isoformat(), "paper": paper}


def _move_out(c: Conversation) -> Part[Said]:
    where = yield from c.choose("where", Text("data.move.where"), WHERE)
    village = None if where == "abroad" else (yield from questions.village(c, prompt=Text("data.move.village")))
    paper = yield from c.choose("paper", Text("data.move.doc"), PAPERS)
    return Kind.MOVE_OUT, {"where": where, "village": village.code if village else "", "paper": paper}


def _move_in(c: Conversation) -> Part[Said]:
    village = yield from questions.village(c, prompt=Text("data.arrive.village"))
    paper = yield from c.choose("paper", Text("data.move.doc"), PAPERS)
    return Kind.MOVE_IN, {"village": village.code if village else "", "paper": paper}


def _marriage(c: Conversation) -> Part[Said]:
    what = yield from c.choose("what", Text("data.marriage.what"), {"1": "marriage", "2": "divorce"})
    day = yield from c.ask(
        "day", Text("data.marriage.date"), lambda text: parsers.birth_date(text, c.today), {"1": UNSURE}
    )
    paper = yield from c.choose("paper", Text("data.marriage.doc"), PAPERS)
    return Kind(what), {"date": day.isoformat() if isinstance(day, date) else "", "paper": paper}


def _contact(c: Conversation, known: Known) -> Part[Finish]:
    what = c.given("what") or (yield from c.choose("what", Text("data.contact.menu"), CONTACT))
    if what == "phone":
        return (yield from new_phone.change(c, known))
    note = yield from c.ask("landmark", Text("data.address.new"), parsers.free_text)
    ref = yield from c.number("update")
    due = c.today + timedelta(days=c.world.visit_days)
    yield from c.do("file", FileUpdate(ref, known.case.ref, Kind.ADDRESS, {"note": note}, due))
    return End(Text("data.address.done", {"obj": ref.shown}))


TOLD: Mapping[str, Callable[[Conversation], Part[Said]]] = {
    "birth": _birth,
    "move_out": _move_out,
    "move_in": _move_in,
    "marriage": _marriage,
}
