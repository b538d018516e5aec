"""A bare digit by message: it answers what a message of ours has asked since the talk, before what the talk asks."""

from bot.conversation import Ask, Lookup, only_options
from bot.inquiries import BY_MESSAGE, QUESTIONS, inquiry
from bot.lines import bare_line
from bot.messages import Page
from bot.run import ASKED, Playing, Run
from bot.screen import BACK


def answered(run: Run, text: str) -> Playing[Page | None]:
    """A digit by itself answers the message that came last: one of ours may have asked something since the talk."""
    digit = bare_line(text, run.engine.keywords)
    if len(digit) != 1 or digit == BACK or run.session.unread or ASKED not in run.engine.flows:
        return None
    asked = inquiry((yield Lookup("asked", fresh=0)))
    if asked is None or asked.at < run.session.at or QUESTIONS[asked.subject].sentence not in BY_MESSAGE:
        return None
    run.leave()
    run.only_kept()
    run.enter(ASKED)
    yield from run.go(None)
    return (yield from run.typed(digit))


def asks_nothing(ask: Ask) -> bool:
    """Whether a page's only line leads back: what comes behind it is no answer to it."""
    return only_options(ask) and not ask.options
