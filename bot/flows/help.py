"""Help: have a person call, what digital aid is, why no smartphone is needed, and the language."""

from bot import questions
from bot.conversation import Conversation, Goto, Script
from bot.messages import Text

TOPICS = {"1": "callback", "2": "programs", "3": "ikd", "6": "language"}


def flow(c: Conversation) -> Script:
    topic = c.given("topic") or (yield from c.choose("topic", Text("info.menu"), TOPICS))
    if topic == "language":
        return Goto("language", (("again", "yes"),))
    if topic == "programs":
        yield from c.choose("program1", Text("info.program1"), {"9": "on"})
        yield from c.choose("program2", Text("info.program2"), {})
        return Goto("menu")
    if topic == "ikd":  # An agent comes to whoever is registered.
        yield from c.choose("ikd", Text("info.ikd"), {"1": "register"} if "register" in c.world.services else {})
        return Goto("register")
    slot = yield from c.choose("slot", Text("info.callback_when"), questions.SLOTS)
    return (yield from questions.call_back(c, slot, topic))
