"""Somebody writes in another language than we speak: whether to change, once; and on to what they wanted."""

from bot.conversation import Conversation, Goto, Script
from bot.effects import SpeakLanguage
from bot.messages import Text
from bot.session import Kind

TO, NAMED, THEN = "to", "named", "then"  # The language, its name, and the flow that comes next.


def flow(c: Conversation) -> Script:
    change = yield from c.choose("switch", Text("lang.switch", {"basa": c.given(NAMED)}), {"1": "yes", "2": "no"})
    if change == "yes":
        yield from c.do("speak", SpeakLanguage(c.given(TO)))
    given = tuple((entry.key, str(entry.value)) for entry in c.talk.journal if entry.kind is Kind.GIVEN)
    return Goto(c.given(THEN), tuple(each for each in given if each[0] not in (TO, NAMED, THEN)))
