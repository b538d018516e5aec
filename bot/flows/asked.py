"""What this phone is asked when it dials next: one digit, and on to the menu."""

from bot.conversation import Conversation, Goto, Script
from bot.effects import AnswerInquiry
from bot.identity import Reference
from bot.inquiries import CALL, CHANGED, LATER, QUESTIONS, inquiry
from bot.known_case import CALL_BACK
from bot.messages import Text


def flow(c: Conversation) -> Script:
    asked = inquiry((yield from c.lookup("asked")))
    if asked is None:  # Somebody else has answered meanwhile.
        return Goto("menu")
    question = QUESTIONS[asked.subject]
    ref = Reference(asked.ref).shown
    said = Text(question.sentence, {"ref": ref, "obj": ref, "name": asked.who or Text("name.unknown")})
    answer = yield from c.choose("answer", said, {**question.options, "0": LATER}, own_turn=True)
    if answer == LATER:
        return Goto("menu")
    yield from c.do("answer", AnswerInquiry(asked.id, answer))
    if answer == CALL:
        return CALL_BACK
    if answer == CHANGED:
        return Goto("update", (("case", asked.ref),))
    yield from c.choose("thanks", Text(question.thanks[answer]), {})
    return Goto("menu")
