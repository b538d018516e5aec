"""The services under their permanent numbers. Only what is switched on is shown."""

from bot.conversation import Conversation, Goto, Script
from bot.flows import register
from bot.messages import Text
from bot.stages import LABELS, Case, Stage, cases

# Never renumber: people know these by heart, and direct dialling uses them.
SERVICES = {
    "1": "register",
    "2": "status",
    "3": "visit",
    "4": "payment",
    "5": "update",
    "6": "objection",
    "7": "report",
    "8": "help",
}
# Dialled behind the number, or typed; on no screen, for most people have no use for it.
UNSHOWN = {"77": "assist"}
BY_MESSAGE = frozenset({"agent"})  # Services that nobody gets to by a menu.
ON_ONE_SCREEN = 4  # With a name and a status above them, in every language.


def flow(c: Conversation) -> Script:
    if c.given("dialled") and "agent" in c.world.services and (regency := (yield from c.lookup("dialled"))):
        return Goto("agent_menu", (("verb", "menu"), ("regency", str(regency))))
    if c.given("dialled") and (yield from c.lookup("asked")):
        return Goto("asked")
    known = cases((yield from c.lookup("cases")))
    built = {digit: name for digit, name in SERVICES.items() if name in c.world.services}
    unshown = {digits: name for digits, name in UNSHOWN.items() if name in c.world.services}
    head = _head(c, known.cases, known.own_phone)
    if len(built) <= ON_ONE_SCREEN or c.roomy:
        service = yield from c.choose("service", head, built | unshown, beside=Text("main.more"))
    else:
        service = yield from c.choose("service", head, built | unshown | {"9": "more"})
        if service == "more":
            service = yield from c.choose("more", Text("main.more"), built | unshown)
    if service == "register" and register.unfinished(c.paused):
        return Goto("resume")
    return Goto(service)


def _head(c: Conversation, known: tuple[Case, ...], own_phone: bool) -> Text:
    if register.unfinished(c.paused):
        return Text("main.draft")
    if not known:
        return Text("main.new")
    if not own_phone:
        return Text("main.active_neutral")
    going_on = [case for case in known if case.stage is not Stage.WITHDRAWN]
    if not going_on:  # "1" registers this very person again, not somebody else.
        return Text("main.new")
    latest = going_on[-1]
    label = Text(LABELS[latest.stage], {"date": latest.day or latest.visit_by})
    return Text("main.active", {"name": latest.name or Text("name.unknown"), "status": label})
