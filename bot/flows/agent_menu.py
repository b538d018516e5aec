"""The small menu of a member of staff who dials: the day's tasks, what can be taken, and each move on one of them."""

from datetime import date, timedelta

from bot import visits
from bot.conversation import Conversation, Finish, Invalid, Leave, Options, Part, Redo, Script
from bot.flows import agent
from bot.identity import Reference
from bot.messages import Text, Value
from bot.tasks import Task, When, tasks

LISTED = 600  # Seconds for which a list stays as it was shown, so that a digit means what it meant.
A_SCREEN, DAYS_A_SCREEN = 3, 4
NEXT = "next"
WHOLE = 12  # Digits of a number that is typed as a whole.
WAYS = {"1": "mine", "2": "open", "3": "typed"}
PLACES = {"1": "home", "2": "hall"}
SLOTS = {"1": "morning", "2": "midday", "3": "afternoon"}
MOVES: Options = {"1": "detail", "2": "plan", "3": "off", "4": "end", "5": "none", "6": "back"}


def flow(c: Conversation) -> Script:
    known = tasks((yield from c.lookup("tasks", fresh=LISTED)))
    count = {when: sum(task.when is when for task in known) for when in When}
    said: dict[str, Value] = {"n": count[When.TODAY], "n2": count[When.LATE], "n3": count[When.OPEN]}
    way = yield from c.choose("way", Text("ag.menu", said), WAYS)
    match way:
        case "typed":
            number = yield from c.ask("typed", Text("ag.type_number"), _number)
        case _:
            number = yield from _picked(c, way, [task for task in known if task.mine is (way == "mine")])
    task = yield from agent.meant(c, number, "")
    what = yield from c.choose("what", Text("ag.task" if task.mine else "ag.task_open", agent.row(task)), _moves(task))
    return (yield from _made(c, task, what))


def _made(c: Conversation, task: Task, what: str) -> Part[Finish]:
    match what:
        case "detail":
            return (yield from agent.detail(c, task))
        case "take":
            return (yield from agent.take(c, task, task.ref))
        case "plan":
            day = yield from _day(c)
            slot = yield from c.choose("slot", Text("ag.pick_slot"), SLOTS)
            place = yield from c.choose("place", Text("ag.pick_place"), PLACES)
            return (yield from agent.plan(c, task, day, slot, place))
        case "off":
            return (yield from agent.set_off(c, task))
        case "none":
            return agent.told((yield from agent.move(c, task, "not_met")), task, "ag.not_met")
        case "end":
            how = "face"
            if task.verification:
                how = yield from c.choose("how", Text("ag.pick_outcome"), {"1": "face", "2": "document"})
            return (yield from agent.end(c, task, "ktp" if how == "document" else ""))
        case _:
            return agent.told((yield from agent.move(c, task, "give_back")), task, "ag.passed_on")


def _moves(task: Task) -> Options:
    """What may follow from where the task stands. A digit means the same on every task."""
    if not task.mine:
        return {"1": "detail", "7": "take"}
    if not task.verification:
        wanted = {"detail", "end", "back"}
    elif task.day is None:
        wanted = {"detail", "plan", "back"}
    else:
        wanted = set(MOVES.values())
    return {digit: move for digit, move in MOVES.items() if move in wanted}


def _picked(c: Conversation, way: str, listed: list[Task]) -> Part[str]:
    """One of the list by its place on the screen."""
    shown = listed[: agent.ROWS]
    for page, first in enumerate(range(0, len(shown), A_SCREEN)):
        here = shown[first : first + A_SCREEN]
        values: dict[str, Value] = {
            f"task{n + 1}": f"{here[n].name or '-'}, {here[n].village}" if n < len(here) else ""
            for n in range(A_SCREEN)
        }
        options = {str(n): task.ref for n, task in enumerate(here, 1)}
        if first + A_SCREEN < len(shown):
            options["9"] = NEXT
        answer = yield from c.choose(f"{way}{page}", Text("ag.pick", values), options)
        if answer != NEXT:
            return answer
    yield from c.choose("nothing", Text("ag.nothing"), {})
    raise Leave(Redo(("way",)))


def _day(c: Conversation) -> Part[date]:
    """One of the coming days, today first, a few to a screen."""
    today = c.day(c.given("regency"))
    offered = (today, *visits.days(today))
    for page, first in enumerate(range(0, len(offered), DAYS_A_SCREEN)):
        here = offered[first : first + DAYS_A_SCREEN]
        values: dict[str, Value] = {f"day{n + 1}": here[n] if n < len(here) else "" for n in range(DAYS_A_SCREEN)}
        options = {str(n): day.isoformat() for n, day in enumerate(here, 1)}
        if first + DAYS_A_SCREEN < len(offered):
            options["9"] = NEXT
        answer = yield from c.choose(f"day{page}", Text("ag.pick_day", values), options)
        if answer != NEXT:
            return date.fromisoformat(answer)
    return today + timedelta(days=1)  # Never: the last screen has no "9".


def _number(text: str) -> str:
    number, rest = agent.written(text)
    if not number or rest or (len(number) == WHOLE and not _fits(number)):
        raise Invalid
    return number


def _fits(number: str) -> bool:
    try:
        Reference(number)
    except ValueError:
        return False
    return True
