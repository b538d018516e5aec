"""What a guess at somebody's own words may lead to: for each intent of data/nlu a service, a sentence, or nothing.

A guess opens a first question and no more. Whatever binds a person is asked for in the service, as behind its keyword.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot import chosen
from bot.identity import Reference
from bot.meaning import Meaning, Outcome
from bot.messages import Text

Answers = tuple[tuple[str, str], ...]

CANCEL, OUT_OF_SCOPE = "cancel", "out_of_scope"
MOST = 3  # Choices of an offer.
LEAST = 0.02  # What is less likely is not worth a line.
SURE = 0.8  # From this chance on a question is heard as one where any words would be an answer.
SEVERAL_WORDS = 4  # So many words are enough to tell a language by.


@dataclass(frozen=True, slots=True)
class Leads:
    """`flow` with `given`: what is begun. `told`: a sentence that leaves everything as it is. `aside`: what answers it
    in the middle of a talk, where the open question is asked again. `offered`: it may stand in a list of choices."""

    flow: str = ""
    given: Answers = ()
    told: str = ""
    aside: str = ""
    offered: bool = True


def _help(topic: str, aside: str = "") -> Leads:
    return Leads("help", (("topic", topic),), aside=aside)


INTENTS: Mapping[str, Leads] = {
    "register": Leads("register"),
    "check_status": Leads("status"),
    "check_payment": Leads("payment"),
    "ask_eligibility": _help("programs", "info.program1"),
    "ask_programs": _help("programs", "info.program1"),
    "ask_requirements": _help("bring", "info.bring"),
    "schedule_visit": Leads("visit", (("what", "see"),)),
    "reschedule_visit": Leads("visit", (("what", "change"),)),
    "verify_agent": Leads("visit", (("what", "check"),), aside="info.safe"),
    "update_data": Leads("update"),
    "report_life_event": Leads("update"),
    "object_decision": Leads("objection"),
    "report_misuse": Leads("report"),
    "report_lost_document": _help("callback"),
    "ask_ikd": _help("ikd", "info.ikd"),
    "talk_to_human": _help("callback"),
    "privacy": _help("privacy", "reg.consent_info"),
    "stop": _help("stop"),  # Without `written`: only the word itself stops messages at once.
    "change_language": Leads("language", (("again", "yes"),)),
    "help": Leads("help", aside="sms.help"),
    CANCEL: Leads("cancel"),
    "greet": Leads(told="sms.greet", aside="talk.hello", offered=False),
    "thank": Leads(told="sms.thank", aside="talk.welcome", offered=False),
    "goodbye": Leads(told="sms.bye", offered=False),
    OUT_OF_SCOPE: Leads(told="sms.scope", offered=False),
    # A yes, a no and a bare answer are read as such, or not at all: no guess answers a question.
    "affirm": Leads(offered=False),
    "deny": Leads(offered=False),
    "inform": Leads(offered=False),
}
PROGRAMS = ("pkh", "bpnt", "pbi", "pip", "blt", "atensi", "beras")
EVENTS = frozenset({"birth", "death", "move_in", "move_out"})  # Values of the entity, and kinds of the flow.
BY_CASE = frozenset({"status", "payment", "visit", "update", "objection"})
MONEY_CARDS = frozenset({"KKS", "REKENING"})  # Another lost card than these is people's business.

_ASKED = re.compile(
    r"\?|\b(apa|apakah|apaan|kapan|gimana|gmn|gmana|bagaimana|kenapa|knp|napa|mengapa|siapa|berapa|brp|mana|dimana|bisakah|bolehkah|"
    r"piye|yoknopo|yaopo|pripun|opo|punapa|sinten|sapa|pira|pinten|kadhi'?|arapa|bhrampa|berempa'?|what|how|why|when|who|where|which|"
    r"is it|can i|do i|syarat\w*|aman)\b",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_CARD = re.compile(r"(?<!\d)(\d{4})(?!\d)")


def words(text: str) -> int:
    """How many words a text has, numbers aside."""
    return len(_LETTERS.findall(text))


def asks(text: str) -> bool:
    """Whether a text has the form of a question, and is more than a single word."""
    return words(text) > 1 and bool(_ASKED.search(text))


def leads(meaning: Meaning, text: str) -> tuple[str, Answers, Answers]:
    """The flow that the likeliest intent begins, what it is entered with, and what is offered to its questions."""
    led = INTENTS[meaning.intent]
    given, offered = led.given, []
    match meaning.intent:
        case "ask_programs" if code := _program(meaning, text):
            given = (("topic", f"prog_{code}"),)
        case "report_life_event" if (event := _one(meaning, "life_event")) in EVENTS:
            given = (("kind", event),)
            offered = [("born" if event == "birth" else "died", day)] if (day := _day(meaning)) else []
        case "report_lost_document" if MONEY_CARDS.intersection(meaning.values("document")):
            return "payment", (("what", "card"),), ()
        case "update_data" if phone := _one(meaning, "phone_number"):
            given, offered = (("kind", "contact"),), [("what", "phone"), ("phone", phone)]
        case "verify_agent" if len(numbers := _CARD.findall(text)) == 1:
            offered = [("number", numbers[0])]
        case "register" if place := _one(meaning, "place"):
            offered = [("village", place)]
    if led.flow in BY_CASE and (ref := _reference(meaning)):
        given = (*given, ("case", ref))
    return led.flow, given, tuple(offered)


def choices(meaning: Meaning, flows: Collection[str], besides: Collection[str] = ()) -> tuple[str, ...]:
    """The likeliest intents that can be chosen from, at most three."""
    known = (intent for intent, chance in meaning.top if chance >= LEAST and intent not in besides)
    able = (intent for intent in known if intent in INTENTS and INTENTS[intent].offered)
    return tuple(intent for intent in able if INTENTS[intent].flow in flows)[:MOST]


def aside(meaning: Meaning, text: str) -> Text | None:
    """The sentence that answers a question which somebody puts in the middle of something else."""
    if meaning.outcome is not Outcome.ACT or meaning.intent not in INTENTS:
        return None
    if meaning.intent == "ask_programs" and (code := _program(meaning, text)):
        return Text(f"info.prog.{code}")
    sentence = INTENTS[meaning.intent].aside
    return Text(sentence) if sentence else None


def _program(meaning: Meaning, text: str) -> str:
    """The programme that is asked about, in small letters; nothing for none, and for several."""
    code = (_one(meaning, "program") or chosen.program(text)).lower()
    return code if code in PROGRAMS else ""


def _one(meaning: Meaning, entity: str) -> str:
    """The one value of this kind; nothing where there are none, or several."""
    found = set(meaning.values(entity))
    return found.pop() if len(found) == 1 else ""


def _day(meaning: Meaning) -> str:
    days = {entity.other for entity in meaning.entities if entity.entity == "date" and entity.other}
    return days.pop() if len(days) == 1 else ""


def _reference(meaning: Meaning) -> str:
    try:
        return str(Reference(_one(meaning, "reference")))
    except ValueError:
        return ""
