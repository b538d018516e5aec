"""Twice not understood: what most people want as numbers, and a person."""

from bot import questions
from bot.conversation import Conversation, Goto, Script
from bot.flows import register
from bot.messages import Text

WAYS = {"1": "register", "2": "status"}
CALL = "call"


def flow(c: Conversation) -> Script:
    built = {digit: name for digit, name in WAYS.items() if name in c.world.services}
    way = yield from c.choose("lost", Text("talk.lost"), {**built, "3": CALL})
    if way == CALL:
        return (yield from questions.call_back(c, "any", "stuck"))
    return Goto("resume" if way == "register" and register.unfinished(c.paused) else way)
