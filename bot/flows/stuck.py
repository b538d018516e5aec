"""Three answers that could not be used: a person, another try, or the village office."""

from bot import questions
from bot.conversation import Conversation, End, Goto, Script
from bot.messages import Text


def flow(c: Conversation) -> Script:
    way = yield from c.choose("way", Text("err.three_times"), {"1": "call", "2": "again", "3": "office"})
    if way == "again":
        return Goto(draft=len(c.paused) - 1)
    if way == "office":
        return End(Text("err.village_office"))
    return (yield from questions.call_back(c, "any", "stuck"))
