"""Own words that could mean several things: the likeliest as numbered lines, and only what is chosen begins."""

from bot.conversation import Conversation, Goto, Script
from bot.messages import Text, Value
from bot.understanding import INTENTS, MOST

RETURN = "return"
BACK, DROP = "back", "drop"  # Given where a question was open: to come back to it, and that only then it is needed.


def flow(c: Conversation) -> Script:
    meant = {str(n): intent for n in range(1, MOST + 1) if (intent := c.given(str(n)))}
    values: dict[str, Value] = {f"choice{n}": "" for n in range(1, MOST + 1)}
    values |= {f"choice{n}": Text(f"meant.{intent}") for n, intent in meant.items()}
    returns = {"0": RETURN} if c.given(BACK) else {}
    sentence = Text("talk.meant_back" if returns else "talk.meant", values)
    chosen = yield from c.choose("which", sentence, meant | returns)
    left = len(c.paused) - 1
    if chosen == RETURN:
        return Goto(draft=left)
    led = INTENTS[chosen]
    return Goto(led.flow, led.given, drop=left if c.given(DROP) else None)
