"""What people may ask about their own data: see, correct or delete it, stop messages, withdraw, say "not me".

Whatever takes something away is asked on the phone of the registration only, and its owner is told of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import msgspec

from bot import known_case
from bot.conversation import Conversation, End, Finish, Goto, Leave, Part, Redo
from bot.effects import AskRight, ChooseMessages, Consent, KeepRegistration, RejectCase, WithdrawRegistration
from bot.identity import Reference
from bot.known_case import CALL_BACK, Known
from bot.messages import Text, Value
from bot.stages import Stage, cases
from bot.windows import zone

DAYS = 3  # The law gives 72 hours for each of these.
WRONG = {"1": "identity", "2": "address", "3": "phone", "4": "other"}


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept about a registration, as its person may see it: masked where the phone is not known to be theirs."""

    name: str = field(repr=False)
    nik4: str = field(repr=False)
    kk4: str = field(repr=False)  # Empty where none was given.
    village: str = field(repr=False)
    hp4: str = field(repr=False)
    opened: int = 0  # How often staff have opened it.


@dataclass(frozen=True, slots=True)
class LastSent:
    """The last message to this phone about a number: never its words."""

    at: int  # Seconds since 1970.
    about: str


def my_data(c: Conversation) -> Part[Finish]:
    """What the data is for and how long it is kept, and what can be done about it."""
    privacy = Text("info.privacy", {"months": c.world.months})
    right = yield from c.choose("right", privacy, {"1": "mydata", "2": "erase", "3": "correct", "4": "withdraw"})
    return (yield from RIGHTS[right](c))


def see(c: Conversation) -> Part[Finish]:
    """What is kept, on the owner's own phone or for the number and the NIK's last four."""
    known = cases((yield from c.lookup("cases")))
    if not known.cases and not c.given("case"):
        way = yield from c.choose("nothing", Text("info.nodata"), {"1": "number", "2": "delete"})
        if way == "delete":
            return (yield from delete(c))
    found = yield from known_case.find(c, (("topic", "mydata"),))
    fact = yield from c.lookup("kept", found.proof)
    if not fact:
        return CALL_BACK
    kept: Kept = msgspec.convert(fact, Kept)
    ref = yield from c.number("see")
    yield from c.do("see", AskRight(ref, "see", _due(c), c.world.home, found.case.ref))
    yield from c.choose("kept", Text("info.mydata", _shown(kept)), {"1": "correct"})
    return Goto("help", (("topic", "correct"), *found.answers))


def correct(c: Conversation) -> Part[Finish]:
    """What is wrong; people put it right, for the portal's and Dukcapil's books are theirs."""
    wrong = yield from c.choose("wrong", Text("info.correct"), WRONG)
    if wrong in ("address", "phone") and "update" in c.world.services:  # It asks for what is right.
        given = (("case", c.given("case")),) if c.given("case") else ()
        return Goto("update", (("kind", "contact"), ("what", wrong), *given))
    case, known = "", cases((yield from c.lookup("cases")))
    if known.cases or c.given("case"):
        case = (yield from known_case.find(c, (("topic", "correct"),))).case.ref
    ref = yield from c.number("correct")
    due = _due(c)
    yield from c.do("correct", AskRight(ref, "correct", due, c.world.home, case, wrong))
    return End(Text("info.correct_done", {"obj": ref.shown, "date": due}))


def delete(c: Conversation) -> Part[Finish]:
    """One registration; or whatever else this phone has left with us, where it has registered nobody."""
    known, case = cases((yield from c.lookup("cases"))), ""
    sure = Text("delete.confirm_phone")
    if known.cases or c.given("case"):
        found = (yield from _own(c, "erase")).case
        case, sure = found.ref, Text("delete.confirm", {"name": known_case.named(found)})
    yield from c.choose("delete", sure, {"1": "delete"}, own_turn=True)
    ref = yield from c.number("delete")
    yield from c.do("delete", AskRight(ref, "delete", _due(c), c.world.home, case))
    return End(Text("delete.done", {"obj": ref.shown, "n": DAYS}))


def withdraw(c: Conversation) -> Part[Finish]:
    """The consent, and with it the registration: told at once, done a day later, and undone until then."""
    known = yield from _own(c, "withdraw")
    found = known.case
    if found.stage is Stage.WITHDRAWN or found.leaves:
        return Goto("status", known.answers)
    yield from c.choose("withdraw", Text("withdraw.confirm"), {"1": "withdraw"}, own_turn=True)
    ref = yield from c.number("withdraw")
    regency = found.regency or c.world.home
    yield from c.do("withdraw", WithdrawRegistration(ref, found.ref, c.consented("withdraw"), regency))
    ends = c.answered_at("withdraw").astimezone(zone(regency)) + timedelta(days=1)
    return End(Text("withdraw.done", {"obj": ref.shown, "date": ends.date(), "time": f"{ends:%H.%M}"}))


def keep(c: Conversation) -> Part[Finish]:
    """Undo it. It needs no proof: whoever keeps a registration takes nothing from anybody."""
    known = cases((yield from c.lookup("cases")))
    ref = c.given("case")
    if ref and not any(mine.ref == ref for mine in known.cases):
        yield from c.choose("other_phone", Text("info.other_phone"), {"1": "call"})
        return CALL_BACK
    if not any(mine.leaves for mine in known.cases if ref in ("", mine.ref)):
        yield from c.choose("nothing", Text("withdraw.nothing"), {"1": "status"})
        return Goto("status", (("case", ref),) if ref else ())
    yield from c.do("keep", KeepRegistration(_by_word(c, "keep"), ref))
    yield from c.choose("kept", Text("withdraw.kept"), {})
    return Goto("menu")


def stop(c: Conversation) -> Part[Finish]:
    """No messages that can be left out, or all of them again. It never touches a registration."""
    if c.given("written"):  # The word is enough, as every operator's customers know it.
        return (yield from _at_once(c, messages=False))
    if (yield from c.lookup("opted_out")):
        return (yield from start(c))
    way = yield from c.choose("stop", Text("stop.confirm"), {"1": "stop", "2": "delete"}, own_turn=True)
    if way == "delete":
        return (yield from delete(c))
    ref = yield from c.number("stop")
    yield from c.do("stop", ChooseMessages(ref, False, c.consented("stop")))
    return End(Text("stop.done"))


def start(c: Conversation) -> Part[Finish]:
    """Messages again, for somebody who has stopped them."""
    if c.given("written"):
        return (yield from _at_once(c, messages=True))
    if not (yield from c.lookup("opted_out")):
        return End(Text("stop.started"))
    yield from c.choose("start", Text("stop.again"), {"1": "start"}, own_turn=True)
    ref = yield from c.number("start")
    yield from c.do("start", ChooseMessages(ref, True, c.consented("start")))
    return End(Text("stop.started"))


def _at_once(c: Conversation, *, messages: bool) -> Part[Finish]:
    """STOP or MULAI in a message."""
    word = "start" if messages else "stop"
    ref = yield from c.number(word)
    yield from c.do(word, ChooseMessages(ref, messages, _by_word(c, word)))
    return End(Text("stop.started" if messages else "sms.stop_done"))


def _by_word(c: Conversation, word: str) -> Consent:
    """What was agreed to is the word itself."""
    return Consent(f"keyword.{word}", c.language, sha256(word.encode()).hexdigest(), word, int(c.now.timestamp()))


def genuine(c: Conversation) -> Part[Finish]:
    """Whether a message was ours: when the last one about its number was sent to this phone, and about what."""
    ref = yield from c.ask("sms", Text("info.genuine"), known_case.another, {"1": "none", "2": "not_me"})
    if ref == "not_me":
        return (yield from not_me(c))
    if not isinstance(ref, Reference):
        yield from c.choose("none", Text("info.genuine.none"), {"1": "call"})
        return CALL_BACK
    sent = yield from _sent(c, str(ref))
    if sent is None:
        return (yield from _not_ours(c, "sms"))
    way = yield from c.choose("sent", Text("info.genuine.yes", _told(c, sent)), {"1": "not_me", "2": "call"})
    return (yield from _reject(c, str(ref))) if way == "not_me" else CALL_BACK


def not_me(c: Conversation) -> Part[Finish]:
    """Somebody registered, or asked for something, in this person's name or on this person's phone."""
    known = cases((yield from c.lookup("cases")))
    ref = c.given("case") or (yield from known_case.which(c, known.cases))
    if not any(mine.ref == ref for mine in known.cases) and (yield from _sent(c, ref)) is None:
        return (yield from _not_ours(c, *known_case.ASKED))
    return (yield from _reject(c, ref))


def _reject(c: Conversation, case: str) -> Part[Finish]:
    yield from c.choose("not_me", Text("info.not_me", {"ref": Reference(case).shown}), {"1": "not_me"}, own_turn=True)
    ref = yield from c.number("not_me")
    due = _due(c)
    yield from c.do("not_me", RejectCase(ref, case, due, c.world.home))
    return End(Text("info.not_me_done", {"obj": ref.shown, "date": due}))


def _not_ours(c: Conversation, *asked: str) -> Part[Finish]:
    """Somebody else's number and one that nobody has look the same."""
    way = yield from c.choose("not_ours", Text("info.genuine.no"), {"1": "again", "2": "call"})
    return Redo((*asked, "not_ours")) if way == "again" else CALL_BACK


def _due(c: Conversation) -> date:
    return c.today + timedelta(days=DAYS)


def _own(c: Conversation, topic: str) -> Part[Known]:
    """A registration of this very phone: others could know its number and the NIK's last four."""
    found = yield from known_case.find(c, (("topic", topic),))
    known = cases((yield from c.lookup("cases")))
    if any(mine.ref == found.case.ref for mine in known.cases):
        return found
    yield from c.choose("other_phone", Text("info.other_phone"), {"1": "call"})
    raise Leave(CALL_BACK)


def _sent(c: Conversation, ref: str) -> Part[LastSent | None]:
    fact: Any = yield from c.lookup("sent", ref)
    return msgspec.convert(fact, LastSent) if fact else None


def _told(c: Conversation, sent: LastSent) -> dict[str, Value]:
    at = c.local(sent.at)
    return {"date": at.date(), "time": f"{at:%H.%M}", "about": Text(f"about.{sent.about}")}


def _shown(kept: Kept) -> dict[str, Value]:
    return {
        "name": kept.name or Text("name.unknown"),
        "nik4": kept.nik4,
        "kk": f"..{kept.kk4}" if kept.kk4 else Text("unknown.yet"),
        "desa": kept.village or Text("unknown.yet"),
        "hp4": kept.hp4,
        "n": kept.opened,
    }


# By the words that data/keywords.yml has for them; menu 8 leads to the same.
RIGHTS: Mapping[str, Callable[[Conversation], Part[Finish]]] = {
    "privacy": my_data,
    "mydata": see,
    "correct": correct,
    "erase": delete,
    "withdraw": withdraw,
    "keep": keep,
    "stop": stop,
    "start": start,
    "genuine": genuine,
    "not_me": not_me,
}
