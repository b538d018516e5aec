"""The case that somebody means: this phone's own, or one whose number and NIK's last four were typed.

Every service that speaks of a case asks for it here, so that nobody learns from one what another keeps back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot import filed, parsers
from bot.conversation import Conversation, End, Finish, Goto, Invalid, Leave, Part, Redo
from bot.effects import ResendNumbers
from bot.identity import Reference
from bot.messages import Text, Value
from bot.session import Kind
from bot.stages import Case, case, cases

FORGOT, OTHER, MORE = "forgot", "other", "more"
# Never renumber: a person keeps the digit of their turn, whichever screen they stand on.
DIGITS, SOMEBODY_ELSE = "12345678", "99"
A_SCREEN = 4
LOCKED = "locked"
FORGET = {"1": FORGOT}
CALL_BACK = Goto("help", (("topic", "callback"),))
AGAIN = 6  # Screens; the tries are counted where no dialling again can reset them.
# What is forgotten when the case is asked for again.
ASKED = ("which", "which_more", "ref", "case", "nik4", "no_match", *(f"no_match{n}" for n in range(1, AGAIN)))

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
    for n in range(AGAIN):
        found = yield from c.lookup("case", f"{ref}:{nik4}" if nik4 else ref)
        if found == LOCKED:
            break
        shown = case(found)
        if shown is not None:
            return Known(shown, nik4, ref)
        nik4 = yield from _once_more(c, n, keep)
    raise Leave(End(Text("status.locked")))


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


def _once_more(c: Conversation, n: int, keep: Answers) -> Part[str]:
    """The pair does not fit: four digits are the next try, a number is another case, and a person can be asked."""
    options = {"1": "again", "2": "call"}
    way = yield from c.ask(f"no_match{n or ''}", Text("status.not_found"), _last4_or_another, options)
    if isinstance(way, Reference):
        raise Leave(Goto(c.talk.flow, (*keep, ("case", str(way)))))
    if way in options.values():
        raise Leave(CALL_BACK if way == "call" else Redo(ASKED))
    return way


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
        which = yield from _picked(c, known)
        if which != OTHER:
            return str(which)
    ref = yield from c.ask("ref", Text("status.ask_ref"), parsers.reference, FORGET)
    if not isinstance(ref, Reference):
        raise Leave((yield from _forgot(c)))
    return str(ref)


def _picked(c: Conversation, known: tuple[Case, ...]) -> Part[Reference | str]:
    """One of this phone's people, each under a digit of their own that never changes; or a number that is typed."""
    people = known[-len(DIGITS) :]
    options = {digit: mine.ref for digit, mine in zip(DIGITS, people, strict=False)} | {SOMEBODY_ELSE: OTHER}
    first, rest = _listed("who.pick", people[:A_SCREEN]), _listed("who.more", people[A_SCREEN:])
    if c.roomy or len(people) <= A_SCREEN:
        return (yield from c.ask("which", first, another, options, beside=rest))
    which = yield from c.ask("which", first, another, options | {"9": MORE})
    return (yield from c.ask("which_more", rest, another, options)) if which == MORE else which


def _listed(sentence: str, people: Sequence[Case]) -> Text:
    """The lines of nobody are left out."""
    values: dict[str, Value] = {}
    for place in range(A_SCREEN):
        mine = people[place] if place < len(people) else None
        values[f"name{place + 1}"] = named(mine) if mine else ""
        values[f"ref4{'abcd'[place]}"] = mine.ref[4:8] if mine else ""
    return Text(sentence, values)


def _forgot(c: Conversation) -> Part[Finish]:
    way = yield from c.choose("forgot", Text("status.forgot_ref"), {"1": "send", "2": "lost"})
    if way == "lost":
        return End(Text("status.lost_phone"))
    yield from c.do("resend", ResendNumbers())
    return End(Text("status.resent"))
