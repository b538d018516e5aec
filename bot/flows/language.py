"""Which language to speak, and who is speaking: the very first screens, and menu 8 later."""

from bot.conversation import Conversation, Goto, Script
from bot.effects import SpeakLanguage
from bot.messages import Text

# Never renumber, as in the menu. Only what is switched on is shown.
LANGUAGES = {"1": "id", "2": "jv", "3": "mad", "4": "en"}


def flow(c: Conversation) -> Script:
    spoken = {digit: code for digit, code in LANGUAGES.items() if code in c.world.languages}
    code = yield from c.choose("language", Text("lang.choose"), spoken)
    yield from c.do("speak", SpeakLanguage(code))
    if c.given("again"):
        yield from c.choose("changed", Text("lang.changed"), {})
        return Goto("menu")
    yield from c.choose("greeting", Text("main.greeting_first"), {"1": "on"})
    return Goto("menu", (("dialled", "yes"),))
