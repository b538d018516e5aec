"""A call on a feature phone: a transcript whose turns are not known here, and a line that drops."""

from bot.effects import LineDropped
from bot.messages import Page
from bot.run import DRAFT, LANGUAGE, OPENING, Playing, Run, Unheard
from bot.session import Kind


def fold(run: Run, inputs: tuple[str, ...], restart: bool) -> Playing[Page]:
    """Take up a transcript whose turns are not known here: its answers count, but nobody agreed to anything in it.

    It is read from the first screen on. Where a newcomer's makes no sense there, it was dialled behind the number
    by somebody who knows the menu by heart.
    """
    if restart:
        run.event("", "restarted")
    run.leave()
    run.only_kept()
    start = run.session
    run.folding = True
    for opening in (OPENING,) if start.language else (LANGUAGE, OPENING):
        run.session = start
        run.effects.clear()
        run.enter(opening)
        page = yield from _read(run, inputs)
        if not (run.session.misses and run.session.talk.flow == LANGUAGE):
            break
    run.folding = False
    if page.ends or not (run.unheard or run.session.misses):
        return page
    run.unlearn()
    run.put(unread=(), misses=0)
    return (yield from run.go(None))


def _read(run: Run, inputs: tuple[str, ...]) -> Playing[Page]:
    """The page after these inputs, or after the first that means nothing in a menu."""
    page = yield from run.go(None)
    for text in inputs:
        try:
            if run.on_screen and run.on_screen.own_turn and len(text) > 2:
                # Dialled without the consent, such as 1*NIK: it is asked for in any case, and the rest is kept.
                yield from run.typed(next(iter(run.on_screen.options)))
            page = yield from run.typed(text)
        except Unheard:
            break
        if page.ends or (run.session.misses and run.session.talk.flow in (LANGUAGE, OPENING)):
            break
    return page


def dropped(run: Run) -> None:
    """The line was closed; who stood in the middle of something is told how to go on."""
    talk = run.session.talk
    watched = talk.find(Kind.SAVED, DRAFT)
    if watched is not None and talk.find(Kind.DONE, "submit") is None:
        run.effects.append(LineDropped(int(watched.value)))
    run.leave()
