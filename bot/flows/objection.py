"""Object to a decision: a refusal, wrong data, stopped aid, somebody else's aid; or to a NIK that others have used."""

from datetime import date, timedelta

from bot import known_case, parsers, questions
from bot.conversation import Conversation, End, Finish, Goto, Leave, Part, Script
from bot.effects import AddToObjection, FileObjection, WithdrawObjection
from bot.identity import Reference
from bot.known_case import CALL_BACK, Known
from bot.messages import Text, Value
from bot.payments import STOPPED, payments
from bot.stages import Case, Stage, cases

# Never renumber.
WHOSE = {"1": "refusal", "2": "data", "3": "stopped", "4": "someone", "5": "misuse"}
GROUNDS = {"1": "income", "2": "property", "3": "work", "4": "family", "5": "house", "6": "other"}
SEND = {"1": "send", "0": "cancel"}
SKIP, ADD, UNDO = "skip", "add", "undo"
# Aid that was stopped has a window of its own, which the payment tells; where it does not, the portal decides.
RECEIVING = frozenset({Stage.ELIGIBLE, Stage.WAITLIST, Stage.FINAL})


def flow(c: Conversation) -> Script:
    whose = c.given("whose") or (yield from c.choose("whose", Text("obj.who"), WHOSE))
    if whose == "someone":
        return (yield from _someone(c))
    if whose == "misuse":
        return (yield from _misuse(c))
    known = yield from known_case.find(c, (("whose", whose),))
    if known.case.stage is Stage.OBJECTED and known.case.objection:
        return (yield from _known(c, known, whose))
    until = yield from _window(c, known, whose)
    return (yield from _own(c, whose, known.case, until))


def _own(c: Conversation, whose: str, case: Case, until: date | None) -> Part[Finish]:
    """The grounds, the own words, and the number."""
    ground = yield from c.choose("ground", Text("obj.why"), GROUNDS)
    said = yield from c.ask("statement", Text("obj.text"), parsers.free_text, {"1": SKIP})
    confirm = Text("obj.confirm", {"name": known_case.named(case)})
    if (yield from c.choose("confirm", confirm, SEND, own_turn=True)) == "cancel":
        return Goto("menu")
    ref = yield from c.number("objection")
    regency = case.regency or c.world.home
    today = c.day(regency)
    answer_by = today + timedelta(days=c.world.objection_days)
    due = min(answer_by, today + timedelta(days=c.world.visit_days))
    words = "" if said == SKIP else said
    yield from c.do("file", FileObjection(ref, whose, case.ref, ground, "", regency, due, answer_by, words))
    told: dict[str, Value] = {"obj": ref.shown, "date": answer_by}
    if until is None:
        return End(Text("obj.done.open", told))
    # So many days on which something can still be shown, today among them.
    return End(Text("obj.done", told | {"n": (until - today).days + 1}))


def _window(c: Conversation, known: Known, whose: str) -> Part[date | None]:
    """The last day to object to this decision; None where only the portal knows it. Else nothing can be."""
    case = known.case
    stopped = whose == "stopped" and case.stage in RECEIVING
    until = (yield from _of_stopped(c, known)) if stopped else case.until
    # Windows end by the regency's own clock.
    if until and c.day(case.regency or c.world.home) > until:
        yield from c.choose("too_late", Text("obj.too_late", {"date": until}), {"1": "call"})
        raise Leave(CALL_BACK)
    if stopped or (until and case.stage is Stage.NOT_ELIGIBLE):
        return until
    nothing = Text("obj.nothing", {"name": known_case.named(case)})
    way = yield from c.choose("nothing", nothing, {"1": "status", "2": "call"})
    raise Leave(Goto("status", known.answers) if way == "status" else CALL_BACK)


def _of_stopped(c: Conversation, known: Known) -> Part[date | None]:
    """The last day to object to aid that was stopped, as the payment has it; None where the portal has not said."""
    found = payments((yield from c.lookup("payments", known.proof))) or ()
    days = [each.object_until for each in found if each.status in STOPPED and each.object_until]
    return max(days, default=None)


def _known(c: Conversation, known: Known, whose: str) -> Part[Finish]:
    """One is being looked into already: its number, room for more words, and the way back."""
    case, ref = known.case, Reference(known.case.objection)
    told: dict[str, Value] = {"obj": ref.shown, "date": case.answer_by or case.visit_by}
    if whose == UNDO or (
        whose != ADD and (yield from c.choose("known", Text("obj.known", told), {"1": ADD, "2": UNDO})) == UNDO
    ):
        return (yield from _withdraw(c, known, ref))
    said = yield from c.ask("more", Text("obj.add", told), parsers.free_text)
    yield from c.do("add", AddToObjection(ref, said))
    return End(Text("obj.added", told))


def _withdraw(c: Conversation, known: Known, ref: Reference) -> Part[Finish]:
    """On the phone of the registration only: whoever ends an objection takes somebody's last way."""
    if not any(mine.ref == known.case.ref for mine in cases((yield from c.lookup("cases"))).cases):
        yield from c.choose("other_phone", Text("info.other_phone"), {"1": "call"})
        return CALL_BACK
    yield from c.choose("undo", Text("obj.withdraw", {"obj": ref.shown}), {"1": "withdraw"}, own_turn=True)
    yield from c.do("undo", WithdrawObjection(ref, c.consented("undo")))
    return End(Text("obj.withdrawn_done", {"obj": ref.shown}))


def _someone(c: Conversation) -> Part[Finish]:
    """Somebody else gets aid who should not: people look into it, and the name of who said so stays with them."""
    yield from _within_cap(c)
    said = yield from c.ask("person", Text("obj.other_person"), parsers.free_text)
    if (yield from c.choose("confirm", Text("obj.other_confirm"), SEND, own_turn=True)) == "cancel":
        return Goto("menu")
    ref = yield from c.number("objection")
    due, answer_by = _after(c, c.world.visit_days), _after(c, c.world.objection_days)
    yield from c.do("file", FileObjection(ref, "someone", "", "", "", c.world.home, due, answer_by, said))
    return End(Text("obj.other_done", {"obj": ref.shown}))


def _misuse(c: Conversation) -> Part[Finish]:
    """Only the NIK's owner may object, to an agent, face to face: no number is typed, and nothing can be learned."""
    yield from c.choose("misuse", Text("obj.misuse"), {"1": "agent"})
    yield from _within_cap(c)
    village = yield from questions.village(c, prompt=Text("data.arrive.village"))
    ref = yield from c.number("objection")
    due, answer_by = _after(c, c.world.visit_days), _after(c, c.world.objection_days)
    code, district = (village.code, village.district_code) if village else ("", c.world.home)
    yield from c.do("file", FileObjection(ref, "misuse", "", "", code, district, due, answer_by))
    return End(Text("obj.misuse_done", {"obj": ref.shown, "date": due}))


def _within_cap(c: Conversation) -> Part[None]:
    """What is not about a case of one's own counts as a report: a phone may send so many a day."""
    most = c.world.reports_per_day
    if ((yield from c.lookup("reports")) or 0) >= most:
        raise Leave(End(Text("rep.too_many", {"n": most})))


def _after(c: Conversation, days: int) -> date:
    return c.today + timedelta(days=days)
