"""A message in a talk: an answer to the question that is open, a keyword that begins something, or a bare number."""

import re

import msgspec

from bot import going_on
from bot.conversation import Ask, Invalid, only_options
from bot.identity import Reference
from bot.inquiries import BY_MESSAGE
from bot.keywords import Command
from bot.last_asked import answered, asks_nothing, over, tap
from bot.lines import DIGITS, PICK, bare_line, line
from bot.meaning import Meaning
from bot.messages import Attachment, Page, Text
from bot.own_words import HUSH, at_rest, begins_elsewhere, beside, in_talk, interrupts, understood
from bot.parsers import free_text
from bot.run import HOME, LANGUAGE, MEANT, MORE, OPENING, Playing, Run
from bot.screen import BACK
from bot.session import Entry, Kind, Talk
from bot.staff import FLOW, commanded
from bot.turns import BETWEEN, Answers, answers, attached, begin, menu, register, told, unknown
from bot.unclear import settle
from bot.understanding import asks, words
from bot.written import read

OPEN_S = 72 * 3600  # So long a question waits for its answer by message.
DAY = 24 * 3600
WHOLE, NUMBER = 16, 12  # Digits of a NIK, and of a reference.
SENTENCE = 3  # Words from which on a text may say something else than the keyword that it begins with.
EDIT, GO = "edit", "go"
SEVERAL_AT_ONCE, SEVERAL = re.compile(r"\d(?:[\s,;.*#/-]+\d){1,7}"), re.compile(r"\d")
ONLY_TELL = frozenset({OPENING, "help", "status", "visit", "payment"})  # Flows that several digits lead through.

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


def message(run: Run, text: str, attachment: Attachment) -> Playing[Page | None]:
    """The answer to one message; none where somebody goes on writing what cannot be understood."""
    if run.now.timestamp() - run.session.at > DAY:
        run.put(lost=0)
    before = run.session.talk
    page = yield from _heard(run, text.strip(), attachment)
    settle(run, before)
    lost = max(run.session.lost, min(run.session.lost + 1, HUSH - 1))
    run.put(lost=lost if run.missed else 0, aside=run.aside)
    return page


def _heard(run: Run, text: str, attachment: Attachment) -> Playing[Page | None]:
    if attachment is not Attachment.NONE:
        return (yield from attached(run, attachment, text))
    if (tapped := tap(text)) is not None:
        if tapped.asked_at != run.session.at:
            return (yield from over(run))
        text = tapped.digit
    if run.session.aside and run.session.unread and bare_line(text, run.engine.keywords) == MORE:
        return (yield from run.typed(MORE))
    if given := (yield from commanded(run, text)):
        return (yield from begin(run, FLOW, *given))
    if (page := (yield from answered(run, text))) is not None:
        return page
    ask = yield from _open_question(run)
    if ask is not None and not (asks_nothing(ask) and text not in (BACK, HOME)):
        return (yield from _answered(run, ask, text))
    return (yield from _unasked(run, text))


def _unasked(run: Run, text: str) -> Playing[Page | None]:
    """Without an open question: a digit, a keyword, a number that says what it is, or own words."""
    keywords = run.engine.keywords
    if digits := _several(text):
        return (yield from _rest(run, (yield from _digit(run, digits[0])), digits[1:]))
    command = keywords.read(text)
    if command is not None and command.verb == PICK:
        text, command = command.rest, None
    digit = bare_line(text, keywords)
    if run.session.unread and text == MORE:
        return (yield from run.typed(text))
    if len(digit) == 1:
        return (yield from _digit(run, digit))
    if command is not None and command.verb not in DIGITS and not _sentence(command, text):
        return (yield from _begun(run, command))
    number = _numbered(run, text)
    meaning = None
    if number is None or words(text) >= SENTENCE:
        meaning = yield from understood(run, text)
    if command is not None and command.verb not in DIGITS and not begins_elsewhere(meaning, _flow_of(command)):
        return (yield from _begun(run, command))
    if number is not None and not begins_elsewhere(meaning, "register"):
        return (yield from number)
    return (yield from at_rest(run, text, meaning))


def _several(text: str) -> list[str]:
    """Several lines at once, as somebody writes who knows them by heart: "8 1", "4,3"."""
    return SEVERAL.findall(text) if SEVERAL_AT_ONCE.fullmatch(text) else []


def _rest(run: Run, page: Page, digits: list[str]) -> Playing[Page]:
    """What is written behind the first digit, as long as nothing is agreed to or told unseen. `page`: as it stands."""
    for digit in digits:
        ask = run.on_screen
        if run.session.talk.flow not in ONLY_TELL or ask is None or ask.own_turn or digit not in ask.options:
            break
        page = yield from run.typed(digit)
    return page


def _sentence(command: Command, text: str) -> bool:
    """Whether a keyword only begins a sentence, which may say something else: "tolong kapan cair"."""
    return words(text) >= SENTENCE and BETWEEN not in text and not _with_number(command)


def _flow_of(command: Command) -> str:
    return {"register": "register", "language": LANGUAGE}.get(command.verb) or SERVICES.get(command.verb, ("", ()))[0]


def _open_question(run: Run) -> Playing[Ask | None]:
    """The question that waits for an answer, if one does and is not too old."""
    session = run.session
    waits = not session.closed and session.talk.asked and session.talk.flow in run.engine.flows
    if not waits or run.now.timestamp() - session.at > OPEN_S:
        return None
    if (
        session.unread and not session.aside
    ):  # The rest of an answer that took more than one message; its question is behind it.
        return None
    yield from run.go(None)
    _see_again(run, session.talk)
    return run.on_screen


def _answered(run: Run, ask: Ask, text: str) -> Playing[Page | None]:
    known = run.engine.keywords
    command = known.read(text)
    if command is not None and command.verb in ("update", "correct") and (digit := _digit_of(ask, EDIT)):
        return (yield from run.typed(digit))
    if command is not None and command.verb == "go_on" and (digit := _digit_of(ask, GO)):
        return (yield from run.typed(digit))
    if only_options(ask) and (digits := _several(text)) and digits[0] in ask.options:
        return (yield from _rest(run, (yield from run.typed(digits[0])), digits[1:]))
    if meant := line(text, ask, run.choices, known):
        return (yield from run.typed(meant))
    meaning = None
    if command is not None and _interrupts(command, ask, text, known.answer(text)):
        if _sentence(command, text):
            meaning = yield from understood(run, text)
        if not begins_elsewhere(meaning, _flow_of(command)):
            return (yield from _begun(run, command))
    if run.session.talk.flow == OPENING and meaning is None and (begun := _numbered(run, text)):
        return (yield from begun)
    found = answers(run, text) if run.session.talk.flow == "register" else []
    if (len(found) > 1 and not only_options(ask)) or (ask.own_turn and _with_nik(found)):
        return (yield from _offer(run, *found))
    return (yield from _said(run, ask, text, meaning))


def _with_nik(found: list[tuple[str, str]]) -> bool:
    """Whether somebody sent a NIK; who did so before they agreed is asked whether they do, and not for it again."""
    return any(len(value) == WHOLE and value.isdecimal() for _, value in found)


def _said(run: Run, ask: Ask, text: str, meaning: Meaning | None) -> Playing[Page | None]:
    """An answer in words, or something else that is asked or wanted."""
    if _usable(ask, text):
        if ask.parse is free_text or not asks(text):  # What somebody tells is never taken for a question.
            return (yield from run.typed(text))
        if (sentence := interrupts((yield from understood(run, text)), text)) is not None:
            return (yield from beside(run, sentence))
        return (yield from run.typed(text))
    if (waiting := (yield from _back(run, text))) is not None:
        return waiting
    if meaning is None:
        meaning = yield from understood(run, text)
    if not only_options(ask):
        run.guess = None  # What should have answered a question about a person is no example.
    return (yield from in_talk(run, text, meaning))


def _back(run: Run, text: str) -> Playing[Page | None]:
    """Whoever is asked what was meant may just answer the question that waits."""
    session = run.session
    if session.talk.flow != MEANT or session.talk.find(Kind.GIVEN, "back") is None:
        return None
    run.session = session.resume(len(session.paused) - 1)
    yield from run.go(None)
    if run.on_screen is not None and not run.on_screen.own_turn and _usable(run.on_screen, text):
        return (yield from run.typed(text))
    run.session = session
    yield from run.go(None)
    return None


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
            return (yield from register(run, command.rest))
        case "help":
            return told(run, Text("sms.help"))
        case "menu" | "yes" | "no":
            return (yield from menu(run))
        case "cancel":
            return (yield from going_on.cancel(run))
        case "go_on":
            return (yield from going_on.go_on(run))
        case "language":
            code = next((c for c in LANGUAGES if run.engine.keywords.answer(command.rest) == c), "")
            offered = (("language", code),) if code in run.engine.world.languages else ()
            return (yield from begin(run, LANGUAGE, ("again", "yes"), offered=offered))
        case _:
            return (yield from _service(run, command))


def _service(run: Run, command: Command) -> Playing[Page]:
    flow, given = SERVICES.get(command.verb, ("", ()))
    if flow not in run.engine.flows:
        return (yield from unknown(run))
    return (yield from begin(run, flow, *given, *_case(command.rest), offered=_offered(command)))


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


def _numbered(run: Run, text: str) -> Playing[Page] | None:
    """A number that says by itself what it is: of a case, or a NIK."""
    if (ref := _reference(text)) and "status" in run.engine.flows:
        return begin(run, "status", ("case", ref))
    if _with_nik(read(text, run.engine.world.areas, run.today)):
        return register(run, text)
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
