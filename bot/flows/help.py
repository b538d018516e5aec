"""Help: have a person call, what digital aid is, why no smartphone is needed, one's own data, and the language.

It can be entered at any of its topics: a word in an SMS leads to the same question as a number in the menu.
"""

from bot import privacy, questions
from bot.conversation import Conversation, End, Finish, Goto, Part, Script
from bot.messages import Text

# Never renumber: people know these by heart. Each is understood on both pages.
TOPICS = {
    "1": "callback",
    "2": "programs",
    "3": "ikd",
    "4": "privacy",
    "5": "stop",
    "6": "language",
    "7": "genuine",
    "8": "bring",
}
MORE = "more"
PROGRAM = "prog_"  # Before a programme that somebody has asked about in their own words.


def flow(c: Conversation) -> Script:
    topic = c.given("topic") or (yield from c.choose("topic", Text("info.menu"), TOPICS | {"9": MORE}))
    if topic == MORE:
        topic = yield from c.choose(MORE, Text("info.more"), TOPICS)
    if right := privacy.RIGHTS.get(topic):
        return (yield from right(c))
    match topic:
        case "language":
            return Goto("language", (("again", "yes"),))
        case "programs":
            yield from c.choose("program1", Text("info.program1"), {"9": "on"})
            yield from c.choose("program2", Text("info.program2"), {})
            return Goto("menu")
        case "ikd" | "bring":  # An agent comes to whoever is registered.
            return (yield from _register(c, topic))
        case _ if topic.startswith(PROGRAM):
            return (yield from _register(c, topic))
        case "missed_call":
            slot = yield from c.choose("slot", Text("info.callback_when"), questions.SLOTS)
            if not c.given("again"):
                yield from questions.call_back(c, slot, topic)
            return End(Text("sms.missed_call", {"slot": Text(f"slot.{slot}")}))
        case _:
            slot = yield from c.choose("slot", Text("info.callback_when"), questions.SLOTS)
            return (yield from questions.call_back(c, slot, topic))


def _register(c: Conversation, topic: str) -> Part[Finish]:
    told = Text("info.ikd") if topic == "ikd" else Text("info.bring")
    if topic.startswith(PROGRAM):
        told = Text(f"info.prog.{topic.removeprefix(PROGRAM)}")
    yield from c.choose(topic, told, {"1": "register"} if "register" in c.world.services else {})
    return Goto("register")
