"""A bare digit by message: it answers what a message of ours has asked since the talk, before what the talk asks."""

import re
from typing import NamedTuple

import msgspec

from bot.conversation import Ask, Lookup, only_options
from bot.inquiries import BY_MESSAGE, QUESTIONS, inquiry
from bot.lines import bare_line
from bot.messages import Page, Text
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


class Tap(NamedTuple):
    """A button of ours that was pressed: which one, and of the question that was asked when."""

    digit: str
    asked_at: int


_TAP = re.compile(r"([0-9]{1,2}):([0-9]{9,11})")


def tap(text: str) -> Tap | None:
    """What a button's own name says; None where something was written."""
    found = _TAP.fullmatch(text)
    return Tap(found[1], int(found[2])) if found else None


def over(run: Run) -> Playing[Page]:
    """The question of that button has been answered or left: what is asked now, if anything is, stands below."""
    run.event("wa.question_over", "told")
    told = run.fit(run.engine.catalogue.reply(run.language, Text("wa.question_over"), ends=True))[0]
    session = run.session
    if session.closed or session.unread or session.talk.flow not in run.engine.flows:
        return told
    page = yield from run.go(None)
    return msgspec.structs.replace(page, body=f"{told.body}\n\n{page.body}")
