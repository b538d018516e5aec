"""What members of staff do by message, as at the desk: take a ticket, plan it, end it, give it back; and their list."""

import re
from dataclasses import replace
from datetime import date

import msgspec

from bot import appointments
from bot.conversation import Conversation, End, Finish, Goto, Invalid, Leave, Part, Script
from bot.effects import MoveTicket
from bot.identity import Reference
from bot.messages import Text, Value
from bot.tasks import DONE, GONE, OVER, TOO_MANY, WRONG, Found, Task, When, found, opened, tasks

MENU = "menu"  # The verb of whoever has dialled.
ROWS = 40  # Of a list: about ten messages.
NONE = "none"  # The citizen has no visit number to say.
DOCUMENT = frozenset({"ktp", "kk", "dokumen", "document"})
# Why a move was refused, in the desk's words.
REFUSED = {
    GONE: "ag.changed",
    OVER: "ag.slot_over",
    "status": "ag.changed",
    "day": "ag.day",
    "schedule_first": "ag.schedule_first",
    "full": "ag.full",
    "too_early": "ag.too_early",
    "not_today": "ag.not_today",
}
WHEN = {When.LATE: "ag.when_late", When.UNPLANNED: "ag.when_unplanned", When.OPEN: "ag.when_open"}

_WRITTEN = re.compile(r"(\d{4}[ .-]?\d{4}[ .-]?\d{4}|\d{4})(?!\d)[\s#*/,;:.!?-]*(.*)", re.DOTALL)


def flow(c: Conversation) -> Script:
    verb, (number, rest) = c.given("verb"), written(c.given("rest"))
    if verb == "tasks" and not number:
        return (yield from _list(c, c.given("rest").strip()))
    if not number:
        return End(Text("ag.form"))
    task = yield from meant(c, number, rest)
    match verb:
        case "tasks":
            return (yield from detail(c, task))
        case "accept":
            return (yield from take(c, task, number))
        case "schedule":
            return (yield from _schedule(c, task, rest))
        case "set_off":
            return (yield from set_off(c, task))
        case "none":
            return told((yield from move(c, task, "not_met")), task, "ag.not_met")
        case "done":
            return (yield from end(c, task, rest))
        case _:
            return told((yield from move(c, task, "give_back")), task, "ag.passed_on")


def written(text: str) -> tuple[str, str]:
    """A ticket's or a case's number, or its last four digits, and what stands behind it; or nothing."""
    match = _WRITTEN.match(text)
    return (re.sub(r"\D", "", match[1]), match[2].strip()) if match else ("", "")


def meant(c: Conversation, number: str, rest: str) -> Part[Task]:
    """The one ticket that the number stands for, of those that this member of staff may move."""
    known = found((yield from c.lookup("task", number, 0)))
    if known.task is not None and (known.task.mine or c.given("verb") in ("accept", "tasks", MENU)):
        return known.task
    if known.several:
        raise Leave(End(Text("ag.several")))
    if known.village:
        raise Leave(_taken(number, known))
    raise Leave(_as_citizen(c.given("verb"), number, rest) or End(Text("ag.unknown")))


def _as_citizen(verb: str, number: str, rest: str) -> Goto | None:
    """Staff are citizens too: these words with the number of a registration mean the same from them as from anybody."""
    if rest or len(number) == len("1188"):
        return None
    match verb:
        case "schedule":
            return Goto("visit", (("what", "see"), ("case", number)))
        case "not_me":
            return Goto("help", (("topic", "not_me"), ("written", "yes"), ("case", number)))
        case _:
            return None


def _taken(number: str, known: Found) -> End:
    return End(Text("ag.taken", {"ref": _shown(number), "desa": known.village, "n": known.open}))


def take(c: Conversation, task: Task, number: str) -> Part[Finish]:
    """Whoever has it already hears the same."""
    outcome = DONE if task.mine else (yield from move(c, task, "take"))
    if outcome == GONE:
        known = found((yield from c.lookup("task_now", number, 0)))
        if known.village:
            return _taken(number, known)
    return told(outcome, task, "ag.claimed", date=task.due)


def _schedule(c: Conversation, task: Task, rest: str) -> Part[Finish]:
    planned = appointments.appointment(rest, c.day(c.given("regency")))
    if planned is None:
        return End(Text("ag.when", {"ref4": task.ref[-4:]}))
    return (yield from plan(c, task, planned.day, planned.slot, planned.place or task.place))


def plan(c: Conversation, task: Task, day: date, slot: str, place: str) -> Part[Finish]:
    """A visit, and the number that whoever makes it has to show."""
    number = str((yield from c.number("acode")))[:4]
    outcome = yield from move(c, task, "schedule", day=day, slot=slot, place=place, agent_number=number)
    said: dict[str, Value] = {"date": day, "slot": Text(f"slot.{slot}"), "acode": number}
    return told(outcome, task, "ag.scheduled", place=Text(f"ag.place.{place}"), **said)


def set_off(c: Conversation, task: Task) -> Part[Finish]:
    """The citizen is told who comes; whoever comes has that number at hand."""
    outcome = yield from move(c, task, "set_off")
    if outcome != DONE:
        return told("schedule_first" if task.day is None else outcome, task, "")
    return told(outcome, task, "ag.set_off", acode=task.agent_number)


def end(c: Conversation, task: Task, rest: str) -> Part[Finish]:
    """Somebody verified; of any other ticket, that it is answered. Other endings are the desk's.

    Without the citizen's number the word of one person is not enough: the coordinator looks at it.
    """
    if not task.verification:
        return told((yield from move(c, task, "resolve", outcome="answered")), task, "ag.done")
    words = rest.lower().split()
    outcome = "verified_document" if DOCUMENT & set(words) else "verified_face"
    said = next((word for word in words if len(word) == 3 and word.isdecimal() and word.isascii()), "")
    if not said and task.day is not None:
        asked = Text("ag.ask_number", {"ref": _shown(task.ref)})
        said = yield from c.ask("number", asked, _visit_number, {"1": NONE})
    number = "" if said == NONE or task.day is None else said
    came_to = yield from move(c, task, "resolve", outcome=outcome, visit_number=number)
    if came_to.startswith(WRONG):
        left = int(came_to.removeprefix(WRONG))
        return End(Text("ag.bad_code" if left else "ag.spent", {**_numbers(task), "n": left}))
    return told(came_to, task, "ag.done" if number else "ag.done_review")


def _visit_number(text: str) -> str:
    digits = "".join(text.split())
    if len(digits) != 3 or not (digits.isascii() and digits.isdecimal()):
        raise Invalid
    return digits


def move(c: Conversation, task: Task, move: str, **details: "date | str") -> Part[str]:
    """What came of a move: it is tried first, and made unless the desk would refuse it. A wrong number counts, too."""
    effect = msgspec.convert({"ticket": task.id, "version": task.version, "move": move, **details}, MoveTicket)
    outcome: str = (yield from c.lookup("move", msgspec.json.encode(effect).decode(), 0)) or ""
    if outcome == DONE or outcome.startswith(WRONG):
        yield from c.do("move", replace(effect, expected=outcome))
    return outcome


def told(outcome: str, task: Task, sentence: str, **values: Value) -> End:
    """What was done, or why it was not."""
    said = {**values, **_numbers(task)}
    return End(Text(sentence if outcome == DONE else REFUSED.get(outcome, "ag.later"), said))


def _list(c: Conversation, wanted: str) -> Part[Finish]:
    """The day's visits, what has no date yet, and what nobody has taken; or the one with this number in the list."""
    known = tasks((yield from c.lookup("tasks", fresh=0)))
    listed = [task for task in known if task.when is not When.LATER][:ROWS]
    if wanted.isascii() and wanted.isdecimal() and 0 < int(wanted[:3]) <= len(listed):
        return (yield from detail(c, listed[int(wanted[:3]) - 1]))
    if not listed:
        return End(Text("ag.no_tasks", {"n": len(known)}))
    counted = {when: sum(task.when is when for task in known) for when in When}
    rows: Value = ""
    for place, task in reversed(list(enumerate(listed, 1))):
        rows = Text("ag.row", {"step": place, **row(task), "more": rows})
    return End(Text("ag.today", {"n": counted[When.TODAY], "n2": counted[When.LATE], "list": rows}))


def row(task: Task) -> dict[str, Value]:
    """No more than the first name and the village: the list stays in the phone."""
    return {
        "name": task.name or Text("name.unknown"),
        "desa": task.village,
        "when": _when(task),
        "ref4": task.ref[-4:],
    }


def _when(task: Task) -> Value:
    if task.when in WHEN or task.day is None:
        return Text(WHEN.get(task.when, "ag.when_unplanned"))
    return Text("ag.when_at", {"date": task.day, "slot": Text(f"slot.{task.slot}")})


def detail(c: Conversation, task: Task) -> Part[Finish]:
    """What is needed to go there. It is a look at somebody's data, written down and limited as at the desk."""
    fact = yield from c.lookup("opened", task.id, 0)
    if fact == TOO_MANY:
        return End(Text("ag.too_many"))
    if not fact:
        return told("", task, "")
    seen, listed = opened(fact), row(task)
    landmark = f" {seen.landmark}" if seen.landmark else ""
    shown: dict[str, Value] = {"ref": _shown(task.ref), "landmark": landmark, "phone": seen.phone or "-"}
    more: Value = ""
    if task.when is When.LATE:
        more = Text(
            "ag.sla_warning", {"ref": shown["ref"], "name": listed["name"], "desa": task.village, "date": task.due}
        )
    elif seen.agent_number:
        more = Text("ag.number", {"acode": seen.agent_number})
    return End(Text("ag.detail", {**listed, **shown, "date": task.due, "more": more}))


def _numbers(task: Task) -> dict[str, Value]:
    return {"ref": _shown(task.ref), "ref4": task.ref[-4:]}


def _shown(number: str) -> str:
    return Reference(number).shown if len(number) > len("1188") else number
