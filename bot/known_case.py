"""The case that somebody means: this phone's own, or one whose number and NIK's last four were typed.

Every service that speaks of a case asks for it here, so that nobody learns from one what another keeps back.
"""

from dataclasses import dataclass, field

from bot import filed, parsers
from bot.conversation import Conversation, End, Finish, Goto, Invalid, Leave, Part, Redo
from bot.effects import ResendNumbers
from bot.identity import Reference
from bot.messages import Text, Value
from bot.session import Kind
from bot.stages import Case, case, cases

FORGOT, OTHER = "forgot", "other"
LOCKED = "locked"
FORGET = {"1": FORGOT}
CALL_BACK = Goto("help", (("topic", "callback"),))
ASKED = ("which", "ref", "case", "nik4", "no_match")  # What is forgotten when the case is asked for again.

Answers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A case that may be told. `nik4`: the digits that opened it; empty on the phone that is its contact's own."""

    case: Case
    nik4: str = field(default="", repr=False)
    asked: str = ""  # The number that was asked for: the case's own, or that of an objection about it.

    @property
    def proof(self) -> str:
        """What a look-up about this case needs."""
        return f"{self.case.ref}:{self.nik4}" if self.nik4 else self.case.ref

    @property
    def answers(self) -> Answers:
        """For a Goto: the next flow knows the case too, and asks nothing again."""
        return (("case", self.case.ref), ("nik4", self.nik4)) if self.nik4 else (("case", self.case.ref),)


def find(c: Conversation, keep: Answers = ()) -> Part[Known]:
    """The case that is meant, once the phone or the NIK's last four have shown that it may be told.

    `keep`: what the flow is to be entered with again where another case's number is typed instead.
    """
    known = cases((yield from c.lookup("cases")))
    ref = c.given("case") or (yield from which(c, known.cases))
    nik4 = ""
    if not any(mine.ref == ref for mine in known.cases):
        yield from _filed(c, ref)
    if not (known.own_phone and any(mine.ref == ref for mine in known.cases)):
        nik4 = yield from _digits(c, keep)
    found = yield from c.lookup("case", f"{ref}:{nik4}" if nik4 else ref)
    if found == LOCKED:
        raise Leave(End(Text("status.locked")))
    shown = case(found)
    if shown is None:
        way = yield from c.choose("no_match", Text("status.not_found"), {"1": "again", "2": "call"})
        raise Leave(CALL_BACK if way == "call" else Redo(ASKED))
    return Known(shown, nik4, ref)


def another(text: str) -> Reference:
    """Another registration's number, which may be typed wherever a case is on the screen."""
    try:
        return parsers.reference(text)
    except Invalid:
        raise Invalid from None


def named(found: Case) -> Value:
    return found.name or Text("name.unknown")


def _filed(c: Conversation, ref: str) -> Part[None]:
    """A number that is not of a registration: its state, to whoever has it."""
    said = filed.sentence((yield from c.lookup("filed", ref)), ref)
    if said is not None:
        yield from c.choose("filed", said, {})
        raise Leave(Goto("menu"))


def _digits(c: Conversation, keep: Answers) -> Part[str]:
    """The NIK's last four; a flow that has heard them hands them on."""
    handed = c.talk.find(Kind.GIVEN, "nik4")
    if handed:
        return str(handed.value)
    last4 = yield from c.ask("nik4", Text("status.ask_nik4"), _last4_or_another)
    if isinstance(last4, Reference):
        raise Leave(Goto(c.talk.flow, (*keep, ("case", str(last4)))))
    return last4


def _last4_or_another(text: str) -> str | Reference:
    try:
        return another(text)
    except Invalid:
        return parsers.last4(text)


def which(c: Conversation, known: tuple[Case, ...]) -> Part[str]:
    """The number of the case that is meant: this phone's own, or one that is typed."""
    if len(known) == 1:
        return known[0].ref
    if known:
        first, second = known[-2:]
        values = {"name1": named(first), "ref4a": first.ref[4:8], "name2": named(second), "ref4b": second.ref[4:8]}
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
