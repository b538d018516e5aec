"""What was not understood is left for the people who extend the examples: masked, and without whose it was."""

import msgspec

from bot.effects import NotUnderstood
from bot.meaning import Outcome
from bot.run import MEANT, STUCK, Run
from bot.session import Entry, Kind, Talk

UNCLEAR = "unclear"  # The key under which an offer keeps what it was made for, until something is chosen or not.


def settle(run: Run, before: Talk) -> None:
    """At the end of a turn: leave what led to nothing. `before`: the talk that the turn began with."""
    waiting = before.find(Kind.GIVEN, UNCLEAR) if before.flow == MEANT else None
    if waiting is not None and not run.chosen and waiting != run.session.talk.find(Kind.GIVEN, UNCLEAR):
        _leave(run, *waiting.value)
    guess, talk = run.guess, run.session.talk
    if not run.missed or guess is None or not guess.masked or _may_be_an_answer(before):
        return
    if guess.outcome is Outcome.OFFER and talk.flow == MEANT and talk.find(Kind.GIVEN, UNCLEAR) is None:
        kept = Entry(Kind.GIVEN, UNCLEAR, [guess.masked, guess.language, guess.intent, guess.confidence], run.at)
        run.put(talk=msgspec.structs.replace(talk, journal=(*talk.journal, kept)))
    else:
        _leave(run, guess.masked, guess.language, guess.intent, guess.confidence)


def _may_be_an_answer(before: Talk) -> bool:
    """Whether a question about a person waits behind this talk: what is written may still be meant for that one."""
    return before.flow == STUCK or (before.flow == MEANT and before.find(Kind.GIVEN, "back") is not None)


def _leave(run: Run, text: str, language: str, intent: str, chance: float) -> None:
    run.effects.append(NotUnderstood(text, language, intent, chance, run.today))
