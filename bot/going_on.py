"""BATAL and LANJUT by message: to leave off, and to go on with what was left."""

from bot.messages import Page
from bot.run import CANCEL, DIALLED, OPENING, RESUME, Playing, Run

GO = ("go", "yes")


def cancel(run: Run) -> Playing[Page]:
    """Whoever was asked something this very moment may go on without showing again who they are."""
    before = run.session.paused
    run.leave()
    here = (("here", "yes"),) if run.on_screen is not None and run.session.paused != before else ()
    run.only_kept()
    run.enter(CANCEL, *here)
    return (yield from run.go(None))


def go_on(run: Run) -> Playing[Page]:
    """The rest of a long answer, the question that waits, what was left unfinished, or the menu."""
    if run.session.unread:
        return (yield from run.typed("9"))
    if run.on_screen is not None:
        return (yield from run.go(None))
    return (yield from resumed(run, GO))


def resumed(run: Run, *how: tuple[str, str]) -> Playing[Page]:
    """What was left unfinished, or the menu: where somebody stands who says nothing more than a digit, or LANJUT."""
    run.leave()
    run.only_kept()
    if run.session.paused:
        run.enter(RESUME, *how)
    else:
        run.enter(OPENING, (DIALLED, "yes"))
    return (yield from run.go(None))
