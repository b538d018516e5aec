"""Aid money: whether it is there, how to get it, and who helps where it cannot be got."""

from collections.abc import Mapping
from datetime import timedelta

from bot import known_case, questions
from bot.conversation import Conversation, End, Finish, Goto, Leave, Options, Part, Redo, Script
from bot.effects import OpenTicket
from bot.known_case import CALL_BACK, Known
from bot.messages import Text, Value
from bot.payments import Payment, called, latest, payments, rupiah, sentence
from bot.stages import Stage, cases

MENU = {"1": "see", "2": "how", "3": "cannot", "4": "card", "5": "short"}
REASONS = {"1": "pay_ill", "2": "pay_far", "3": "pay_how", "4": "pay_away"}
CARDS = {"1": "card_pin", "2": "card_lost", "3": "card_held", "4": "card_empty"}
TAKERS = {"1": "cut_officer", "2": "cut_shop", "3": "cut_village", "4": "cut_unknown"}
FRESH = 300  # Seconds after which the portal is asked again.
ON_A_SCREEN = 4

# What the numbered lines about a payment lead to; "0" is the menu.
LINES: Mapping[str, Options] = {
    "pay.scheduled": {},
    "pay.scheduled_open": {},
    "pay.ready": {"1": "pay_ill"},
    "pay.ready_open": {"1": "pay_ill"},
    "pay.collected": {"1": "not_me"},
    "pay.collected_open": {"1": "not_me"},
    "pay.failed": {"1": "pay_failed"},
    "pay.stopped": {"1": "objection"},
    "pay.held": {"1": "pay_held"},
    "pay.with_family": {"1": "call"},
}


def flow(c: Conversation) -> Script:
    what = c.given("what") or (yield from c.choose("what", Text("pay.menu"), MENU))
    match what:
        case "how":
            yield from c.choose("how", Text("pay.how", {"place": Text("place.pay")}), {})
            return Goto("menu")
        case "cannot":
            return (yield from _helped(c, (yield from c.choose("why", Text("pay.cannot_collect"), REASONS))))
        case "card":
            trouble = yield from c.choose("card", Text("pay.card"), CARDS)
            # A card in other hands is often in a helper's: whoever looks into that is not the village's own agent.
            return (yield from (_accused(c, trouble) if trouble == "card_held" else _helped(c, trouble)))
        case "short":
            return (yield from _short(c))
        case _:
            return (yield from _see(c))


def _see(c: Conversation) -> Part[Finish]:
    """Programme and amount: on the person's own phone, or behind the number and the NIK's last four."""
    known = yield from known_case.find(c, keep=(("what", "see"),))
    found = payments((yield from c.lookup("payments", known.proof, FRESH)))
    name = known_case.named(known.case)
    if found is None:
        way = yield from c.choose("away", Text("pay.away"), {"1": "again", "2": "call"})
        return Redo(("away",)) if way == "again" else CALL_BACK
    if not found:
        # Whoever has withdrawn, or wants no messages, is promised none.
        silent = known.case.stage is Stage.WITHDRAWN or (yield from c.lookup("opted_out"))
        none = Text("pay.none.silent" if silent else "pay.none", {"name": name})
        yield from c.choose("none", none, {"1": "status"})
        return Goto("status", known.answers)
    payment = yield from _which(c, latest(found))
    text = sentence(payment, name)
    return (yield from _led(c, known, (yield from c.choose("payment", text, _lines(c, text.id)))))


def _which(c: Conversation, found: tuple[Payment, ...]) -> Part[Payment]:
    """One of several programmes."""
    if len(found) == 1:
        return found[0]
    shown = found[:ON_A_SCREEN]
    values: dict[str, Value] = {
        f"pay{n + 1}": f"{called(shown[n].programme)} {rupiah(shown[n].amount)}".strip() if n < len(shown) else ""
        for n in range(ON_A_SCREEN)
    }
    options = {str(n): f"{each.programme}:{each.period}" for n, each in enumerate(shown, 1)}
    picked = yield from c.choose("which_payment", Text("pay.pick", values), options)
    return next(each for each in shown if f"{each.programme}:{each.period}" == picked)


def _lines(c: Conversation, id: str) -> Options:
    return {digit: way for digit, way in LINES[id].items() if way != "objection" or way in c.world.services}


def _led(c: Conversation, known: Known, way: str) -> Part[Finish]:
    match way:
        case "objection":
            return Goto("objection", (("whose", "stopped"), *known.answers))
        case "not_me":
            return (yield from questions.report(c, "cut_money"))
        case "call":
            return CALL_BACK
        case about:
            return (yield from _help(c, about, known.case.ref))


def _helped(c: Conversation, about: str) -> Part[Finish]:
    """For somebody of this phone, where it has anybody; whoever never registered here is helped too."""
    if not cases((yield from c.lookup("cases"))).cases:
        return (yield from _help(c, about, ""))
    known = yield from known_case.find(c, keep=(("what", c.given("what")),))
    return (yield from _help(c, about, known.case.ref))


def _help(c: Conversation, about: str, case: str) -> Part[Finish]:
    """A companion sees to it; of the ill, that the post office brings the money home."""
    ref = yield from c.number("help")
    due = c.today + timedelta(days=c.world.callback_days)
    yield from c.do("help", OpenTicket(ref, "payment", "", c.world.home, due, "any", about, case=case))
    return End(Text("pay.home_logged" if about == "pay_ill" else "pay.help_logged", {"obj": ref.shown, "date": due}))


def _short(c: Conversation) -> Part[Finish]:
    if "report" in c.world.services:
        return (yield from questions.report(c, "cut_money"))
    return (yield from _accused(c, (yield from c.choose("taker", Text("pay.short"), TAKERS))))


def _accused(c: Conversation, about: str) -> Part[Finish]:
    """Somebody may have done wrong: it goes past the agents of the village."""
    if "report" in c.world.services:
        return (yield from questions.report(c, about))
    ref = yield from c.number("accused")
    due = c.today + timedelta(days=c.world.callback_days)
    yield from c.do("accused", OpenTicket(ref, "report", "", c.world.home, due, "any", about))
    raise Leave(End(Text("pay.short_logged", {"obj": ref.shown, "date": due})))
