"""A message in a talk: an answer to the question that is open, a keyword that begins something, or a bare number."""

import msgspec

from bot import going_on
from bot.conversation import Ask, Invalid, only_options
from bot.identity import Reference
from bot.inquiries import BY_MESSAGE
from bot.keywords import Command
from bot.last_asked import answered, asks_nothing
from bot.lines import DIGITS, PICK, bare_line, line
from bot.messages import Attachment, Channel, Page, Text
from bot.run import HOME, LANGUAGE, OPENING, Playing, Run
from bot.screen import BACK
from bot.session import Entry, Kind, Talk
from bot.staff import FLOW, commanded
from bot.written import KK, read

OPEN_S = 72 * 3600  # So long a question waits for its answer by message.
WHOLE, NUMBER = 16, 12  # Digits of a NIK, and of a reference.
EDIT, GO = "edit", "go"

Answers = tuple[tuple[str, str], ...]

RIGHTS = ("mydata", "correct", "erase", "withdraw", "keep", "stop", "start", "genuine", "not_me")  # Topics of help.

# What is entered for a keyword, and with what. A service that is switched off leads to a call.
SERVICES: dict[str, tuple[str, Answers]] = {
    "status": ("status", ()),
    "schedule": ("visit", (("what", "see"),)),
    "agent": ("visit", (("what", "check"),)),
    "payment": ("payment", ()),
    "ill": ("payment", (("what", "cannot"),)),
    "update": ("update", ()),
    "birth": ("update", (("kind", "birth"),)),
    "death": ("update", (("kind", "death"),)),
    "move": ("update", (("kind", "move_out"),)),
    "arrive": ("update", (("kind", "move_in"),)),
    "marriage": ("update", (("kind", "marriage"),)),
    "objection": ("objection", ()),
    "report": ("report", ()),
    "call": ("help", (("topic", "callback"),)),
    **{right: ("help", (("topic", right), ("written", "yes"))) for right in RIGHTS},
}
OFFERED_BY_MESSAGE = BY_MESSAGE | {"resume.offer"}
# Services by a word alone are meant where words are an answer, too; "lara" or "mulai" may be somebody's name.
ALONE = frozenset({*RIGHTS, "help", "menu", "call", "language", "cancel", "go_on", "register", "status", "schedule",
                   "agent", "payment", "update", "objection", "report"}) - {"correct", "start", "genuine"}  # fmt: skip
LANGUAGES = ("id", "jv", "mad", "en")


def message(run: Run, text: str, attachment: Attachment) -> Playing[Page]:
    """The answer to one message."""
    if attachment is not Attachment.NONE:
        return (yield from _attached(run, attachment))
    text = text.strip()
    if given := (yield from commanded(run, text)):
        return (yield from _begin(run, FLOW, *given))
    if (page := (yield from answered(run, text))) is not None:
        return page
    ask = yield from _open_question(run)
    if ask is not None and not (asks_nothing(ask) and text not in (BACK, HOME)):
        return (yield from _answered(run, ask, text))
    command = run.engine.keywords.read(text)
    if command is not None and command.verb == PICK:
        return (yield from _bare(run, command.rest))
    if command is None or command.verb in DIGITS or bare_line(text, run.engine.keywords):
        return (yield from _bare(run, text))
    return (yield from _begun(run, command))


def _open_question(run: Run) -> Playing[Ask | None]:
    """The question that waits for an answer, if one does and is not too old."""
    session = run.session
    waits = not session.closed and session.talk.asked and session.talk.flow in run.engine.flows
    if not waits or run.now.timestamp() - session.at > OPEN_S:
        return None
    if session.unread:  # The rest of an answer that took more than one message; its question is behind it.
        return None
    yield from run.go(None)
    _see_again(run, session.talk)
    return run.on_screen


def _answered(run: Run, ask: Ask, text: str) -> Playing[Page]:
    known = run.engine.keywords
    command = known.read(text)
    if command is not None and command.verb in ("update", "correct") and (digit := _digit_of(ask, EDIT)):
        return (yield from run.typed(digit))
    if command is not None and command.verb == "go_on" and (digit := _digit_of(ask, GO)):
        return (yield from run.typed(digit))
    if meant := line(text, ask, run.choices, known):
        return (yield from run.typed(meant))
    if command is not None and _interrupts(command, ask, text, known.answer(text)):
        return (yield from _begun(run, command))
    if run.session.talk.flow == OPENING and (begun := _numbered(run, text)):
        return (yield from begun)
    found = read(text, run.engine.world.areas, run.today) if run.session.talk.flow == "register" else []
    if len(found) > 1 and not only_options(ask):
        return (yield from _offer(run, *found))
    return (yield from run.typed(text))


def _digit_of(ask: Ask, word: str) -> str:
    return next((digit for digit, means in ask.options.items() if means == word), "")


def _interrupts(command: Command, ask: Ask, text: str, meant: str) -> bool:
    """Whether a keyword leaves the open question.

    Where words are an answer, a sentence that begins with one is the answer ("Tolong, uang saya dipotong"), and so is
    a word that people are called, too. A keyword that stands alone is meant, or one with the number that it takes.
    """
    if command.verb in ("yes", "no", PICK) or command.verb in DIGITS:
        return False
    if only_options(ask) or _with_number(command):
        return True
    return meant in ALONE or not _usable(ask, text)


def _with_number(command: Command) -> bool:
    match command.verb:
        case "register":
            return sum(map(str.isdecimal, command.rest)) >= NUMBER
        case "agent":
            return command.rest.isascii() and command.rest.isdecimal()
        case _:
            return bool(_reference(command.rest))


def _usable(ask: Ask, text: str) -> bool:
    try:
        ask.parse(text)
    except Invalid:
        return False
    return True


def _begun(run: Run, command: Command) -> Playing[Page]:
    """What a keyword begins."""
    match command.verb:
        case "register":
            return (yield from _register(run, command.rest))
        case "help":
            return _told(run, Text("sms.help"))
        case "menu" | "yes" | "no":
            return (yield from _menu(run))
        case "cancel":
            return (yield from going_on.cancel(run))
        case "go_on":
            return (yield from going_on.go_on(run))
        case "language":
            code = next((c for c in LANGUAGES if run.engine.keywords.answer(command.rest) == c), "")
            offered = (("language", code),) if code in run.engine.world.languages else ()
            return (yield from _begin(run, LANGUAGE, ("again", "yes"), offered=offered))
        case _:
            return (yield from _service(run, command))


def _service(run: Run, command: Command) -> Playing[Page]:
    flow, given = SERVICES.get(command.verb, ("", ()))
    if flow not in run.engine.flows:
        return (yield from _unknown(run))
    return (yield from _begin(run, flow, *given, *_case(command.rest), offered=_offered(command)))


def _case(rest: str) -> Answers:
    """The number of the case that is meant, where one is written behind the keyword."""
    return (("case", ref),) if (ref := _reference(rest)) else ()


def _reference(text: str) -> str:
    digits = "".join(c for c in text if c not in " .-")
    head = digits[:NUMBER]
    whole = head.isdecimal() and head.isascii() and not digits[NUMBER : NUMBER + 1].isdecimal()
    if not whole:
        return ""
    try:
        return str(Reference(head))
    except ValueError:
        return ""


def _offered(command: Command) -> Answers:
    """What is written behind a keyword, for the question that it answers."""
    match command.verb:
        case "ill":
            return (("why", "pay_ill"),)
        case "agent" if command.rest:
            return (("number", command.rest),)
        case "genuine" if command.rest:
            return (("sms", command.rest),)
        case "report" | "objection" if command.rest and not _reference(command.rest):
            return (("statement", command.rest),)
        case _:
            return ()


def _register(run: Run, rest: str) -> Playing[Page]:
    """In one message; without anything but the keyword, in a talk that asks for one thing after the other."""
    if "register" not in run.engine.flows:
        return (yield from _unknown(run))
    found = read(rest, run.engine.world.areas, run.today)
    if not found:
        return (yield from _begin(run, "register"))
    return (yield from _begin(run, "register", *_written(found), offered=tuple(found)))


def _written(found: list[tuple[str, str]]) -> Answers:
    kk = dict(found).get(KK)
    return (("written", "yes"), *((("written_kk", kk),) if kk else ()))


def _bare(run: Run, text: str) -> Playing[Page]:
    """Without a keyword and without a question: a digit of the menu, a number that says what it is, or own words."""
    if run.session.unread and text == "9":
        return (yield from run.typed(text))
    digit = bare_line(text, run.engine.keywords)
    if len(digit) == 1:
        return (yield from _digit(run, digit))
    return (yield from _numbered(run, text) or _unknown(run))


def _numbered(run: Run, text: str) -> Playing[Page] | None:
    """A number that says by itself what it is: of a case, or a NIK."""
    if (ref := _reference(text)) and "status" in run.engine.flows:
        return _begin(run, "status", ("case", ref))
    found = read(text, run.engine.world.areas, run.today)
    if any(len(value) == WHOLE and value.isdecimal() for _, value in found):
        return _register(run, text)
    return None


def _digit(run: Run, text: str) -> Playing[Page]:
    """As if it had been dialled: the menu's, or the answer to going on with what was left."""
    page = yield from going_on.resumed(run)
    ask = run.on_screen
    # Nothing is answered that nobody has seen: going on was offered by message, and so was the quarter's question.
    seen = ask is not None and (run.session.talk.flow == OPENING or ask.prompt.id in OFFERED_BY_MESSAGE)
    if not seen:
        return page
    return (yield from run.typed(text))


def _unknown(run: Run) -> Playing[Page]:
    if run.channel is Channel.SMS:
        return _told(run, Text("sms.unknown"))
    return (yield from _menu(run))


def _attached(run: Run, attachment: Attachment) -> Playing[Page]:
    """What cannot be read. A question that is open stays open."""
    match attachment:
        case Attachment.CALL:  # The way in for who cannot read. One call back a day is enough, however often it rings.
            again = (("again", "yes"),) if run.session.rings > 1 else ()
            return (yield from _begin(run, "help", ("topic", "missed_call"), *again, offered=(("slot", "any"),)))
        case Attachment.PHOTO:
            return _told(run, Text("wa.photo_refused"))
        case Attachment.LOCATION:
            return _told(run, Text("wa.location_unread"))
        case Attachment.VOICE if "help" in run.engine.flows:  # Whoever speaks is called.
            return (yield from _begin(run, "help", ("topic", "voice"), offered=(("slot", "any"),)))
        case _:
            return _told(run, Text("wa.not_understood"))


def _begin(run: Run, flow: str, *answers: tuple[str, str], offered: tuple[tuple[str, str], ...] = ()) -> Playing[Page]:
    """Leave what is being talked about for this flow."""
    run.leave()
    run.only_kept()
    run.enter(flow, *answers, offered=offered)
    return (yield from run.go(None))


def _menu(run: Run) -> Playing[Page]:
    """The menu."""
    run.home()
    return (yield from run.go(None))


def _see_again(run: Run, before: Talk) -> None:
    """The person still reads what they read before: a complaint's lines mean something of their own."""
    talk = run.session.talk
    if (talk.flow, talk.asked) == (before.flow, before.asked):
        if before.shown != talk.shown:  # Whose words are not known here any more; their digits are.
            run.choices = ()
        run.put(talk=msgspec.structs.replace(talk, shown=before.shown, exits=before.exits))


def _offer(run: Run, *answers: tuple[str, str]) -> Playing[Page]:
    """Go on with answers to questions that have not been asked yet."""
    entries = tuple(Entry(Kind.OFFERED, key, value, run.at) for key, value in answers)
    talk = run.session.talk
    run.put(talk=msgspec.structs.replace(talk, journal=talk.journal + entries), misses=0)
    return (yield from run.go(None))


def _told(run: Run, text: Text) -> Page:
    """A sentence that leaves the talk where it is."""
    run.event(text.id, "told")
    return run.fit(run.engine.catalogue.reply(run.language, text, ends=True))[0]
