"""Questions that several services ask: which village, and when to call back."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot import parsers
from bot.areas import Village
from bot.conversation import Conversation, End, Finish, Goto, Invalid, Leave, Part, Redo
from bot.effects import AwaitWindow, OpenTicket
from bot.messages import Text
from bot.windows import Phase, Window
from bot.written import located

SLOTS = {"1": "any", "2": "morning", "3": "midday", "4": "afternoon"}
A_SCREEN = 4  # Villages or districts that one screen can list.

VILLAGE, VILLAGE_PROMPT = "village", "reg.village.type"
SKIP, AGAIN, DISTRICT, NEXT = "skip", "again", "district", "next"
PICKS = tuple(f"{key}{n}" for key in ("pick", "kec", "in") for n in range(10))
TYPE_IT = Text(VILLAGE_PROMPT)
VILLAGE_KEYS = (VILLAGE, "guess", *PICKS)  # What is forgotten when the village is asked again.


def village(c: Conversation, near: str = "", prompt: Text = TYPE_IT) -> Part[Village | None]:
    """The village where a person lives; None where an agent has to help with it. `near`: the NIK's district, a hint."""
    typed = yield from c.ask(
        VILLAGE,
        prompt,
        lambda text: _known(c, text),
        {"1": SKIP},
        {"reg.village.err": {"1": AGAIN, "2": DISTRICT, "3": SKIP}},
    )
    if typed == SKIP:
        return None
    if typed == AGAIN:
        raise Leave(Redo((VILLAGE,)))
    if typed == DISTRICT:
        district = yield from _district(c, near)
        found = c.world.areas.villages(district)
        code = yield from _pick(c, "in", "reg.village.pick", "desa", {v.code: v.label for v in found})
    else:
        found = c.world.areas.search(typed, near=near)
        code = yield from _pick(c, "pick", "reg.village.pick", "desa", {v.code: v.label for v in found})
    return c.world.areas.village(code)


def _known(c: Conversation, text: str) -> str:
    if query := located(text, c.world.areas, c.world.home):
        return query
    raise Invalid(Text("reg.village.err", {"q": parsers.village_query(text)}))


def _district(c: Conversation, near: str) -> Part[str]:
    areas = c.world.areas
    guess = areas.district_of(near)
    if guess and areas.villages(guess.code):
        answer = yield from c.choose("guess", Text("reg.kec.confirm", {"kec": guess.name}), {"1": "yes", "2": "other"})
        if answer == "yes":
            return guess.code
    regency = guess.regency if guess and guess.regency in c.world.windows else c.world.home
    found = {d.code: d.name for d in areas.districts(regency)}
    return (yield from _pick(c, "kec", "reg.district.pick", "kec", found))


def _pick(c: Conversation, key: str, sentence: str, name: str, found: Mapping[str, str]) -> Part[str]:
    """One of several places by number, a few to a screen."""
    codes = tuple(found)
    for page, first in enumerate(range(0, len(codes), A_SCREEN)):
        shown = codes[first : first + A_SCREEN]
        values = {f"{name}{n + 1}": found[shown[n]] if n < len(shown) else "" for n in range(A_SCREEN)}
        options = {str(n + 1): code for n, code in enumerate(shown)}
        if first + A_SCREEN < len(codes):
            options["9"] = NEXT
        options["0"] = AGAIN
        answer = yield from c.choose(f"{key}{page}", Text(sentence, values), options)
        if answer == AGAIN:
            break
        if answer != NEXT:
            return answer
    raise Leave(Redo(VILLAGE_KEYS))


def window_closed(c: Conversation, window: Window, instant: datetime) -> Part[End]:
    """Registration is not open in a regency: when it was or will be, and word of it."""
    kab = c.world.areas.regency_name(window.regency)
    closed = Text("reg.window_closed", {"kab": kab, "date": window.closes})
    if window.phase(instant) is Phase.BEFORE:
        closed = Text("reg.window_not_open", {"kab": kab, "date": window.opens})
    yield from c.choose("window", closed, {"1": "tell_me"})
    yield from c.do("window", AwaitWindow(window.regency))
    return End(Text("reg.window_noted", {"kab": kab}))


def call_back(c: Conversation, slot: str, about: str) -> Part[End]:
    """Have a person call this phone, and say from which number."""
    ref = yield from c.number("call")
    due = c.today + timedelta(days=c.world.callback_days)
    yield from c.do("call", OpenTicket(ref, "callback", "", c.world.home, due, slot, about))
    return End(Text("info.callback_done", {"slot": Text(f"slot.{slot}")}))


def report(c: Conversation, kind: str, number: str = "") -> Part[Finish]:
    """Tell of misuse: where that service is switched on, in its own words; else to the person who calls.

    `number`: what the agent has shown, where it was typed already.
    """
    if "report" in c.world.services:
        known = (("number", number),) if number else ()
        return Goto("report", (("kind", kind), *known))
    slot = yield from c.choose("report_slot", Text("info.callback_when"), SLOTS)
    return (yield from call_back(c, slot, kind))
