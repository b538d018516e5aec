"""Whether a message is a command of somebody who works at the desk: the words alone say nothing, the phone decides."""

from bot.conversation import Lookup
from bot.keywords import Command
from bot.run import Playing, Run

# What members of staff write. Two of these words are the citizens' too, unless a number stands behind them.
FLOW, ONLY_STAFF = "agent", frozenset({"accept", "pass_on", "none", "done", "tasks", "set_off"})
SHARED = frozenset({"schedule", "not_me"})


def commanded(run: Run, text: str) -> Playing[tuple[tuple[str, str], ...]]:
    """What the flow is begun with; nothing for everybody else, and for other words."""
    command = run.engine.keywords.read(text)
    if command is None or FLOW not in run.engine.flows or not _theirs(command):
        return ()
    regency = yield Lookup("staff", fresh=0)
    return (("verb", command.verb), ("rest", command.rest), ("regency", regency)) if regency else ()


def _theirs(command: Command) -> bool:
    numbered = command.rest[:1].isdecimal()  # "Terima kasih" is no command.
    return (command.verb in ONLY_STAFF and (numbered or not command.rest)) or (command.verb in SHARED and numbered)
