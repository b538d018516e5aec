"""BATAL by message: it may mean this step, the messages or the registration. Say what is kept, and ask which."""

from bot.conversation import Conversation, End, Goto, Options, Part, Redo, Script
from bot.flows import register
from bot.messages import Text
from bot.stages import Stage, cases


def flow(c: Conversation) -> Script:
    if c.given("gone"):
        return End(Text("reg.consent_declined"))
    drafts = register.unfinished(c.paused)
    way = yield from (_draft(c, drafts[-1]) if drafts else _nothing_left(c))
    if way == "go":
        return Goto(draft=drafts[-1]) if c.given("here") else Goto("resume", (("go", "yes"),))
    if way != "drop":
        return Goto("help", (("topic", way),))
    if (yield from c.choose("cancel", Text("reg.cancel_confirm"), {"1": "yes", "2": "no"})) == "no":
        return Redo(("draft", "cancel"))
    return Goto("cancel", (("gone", "yes"),), drop=drafts[-1])


def _draft(c: Conversation, place: int) -> Part[str]:
    """What was typed of a registration is put aside and kept."""
    messages: Options = {"3": "stop"} if "help" in c.world.services else {}
    said = Text("cancel.draft", {"step": register.step(c.paused[place])})
    return (yield from c.choose("draft", said, {"1": "go", "2": "drop", **messages}))


def _nothing_left(c: Conversation) -> Part[str]:
    """What has a number goes on, and only its owner's answer to another question ends it."""
    known = cases((yield from c.lookup("cases"))).cases
    ways: dict[str, str] = {}
    if "help" in c.world.services:
        ways["1"] = "stop"
        if any(case.stage is not Stage.WITHDRAWN for case in known):
            ways["2"] = "withdraw"
    return (yield from c.choose("way", Text("cancel.what" if ways.get("2") else "cancel.nothing"), ways))
