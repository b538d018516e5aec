"""A death is reported: with respect, and so that a mistake or a lie changes nothing."""

from datetime import date, timedelta

from bot import parsers
from bot.conversation import Conversation, End, Finish, Goto, Invalid, Leave, Part, Redo
from bot.effects import FileUpdate
from bot.identity import Msisdn, Nik, PersonName
from bot.known_case import Known
from bot.messages import Text
from bot.updates import Kind

BY_NAME, SKIP, UNSURE, NOBODY = "name", "skip", "unsure", "agent"
# Whoever cannot read the number any more says the name.
NIK_COMPLAINTS = {id: {"1": BY_NAME} for id in ("reg.nik.err_len", "reg.nik.err_form")} | {
    id: {} for id in ("reg.nik.err_char", "reg.nik.err_dummy")
}
RELATIONS = {"1": "spouse", "2": "child", "3": "parent", "4": "neighbour"}
WITNESSES = {"1": "family", "2": "rt", "3": "clinic"}
KEYS = ("who", "nik", "name", "died", "relation", "witness", "witness_phone", "confirm")


def report(c: Conversation, known: Known) -> Part[Finish]:
    """Who, when, who says so, and who else can confirm it; all of it is read back before it counts."""
    nik, name = yield from _who(c)
    died = yield from c.ask("died", Text("data.death.date"), lambda text: _day(c, text), {"1": UNSURE})
    relation = yield from c.choose("relation", Text("data.death.rel"), RELATIONS)
    witness = yield from c.choose("witness", Text("data.death.witness"), WITNESSES)
    phone = yield from c.ask("witness_phone", Text("data.death.phone"), _phone, {"1": NOBODY})
    day = died if isinstance(died, date) else None
    yield from _confirm(c, nik, name, day)
    ref = yield from c.number("update")
    details = {
        "nik": str(nik or ""),
        "name": str(name or ""),
        "date": day.isoformat() if day else "",
        "relation": relation,
        "witness": witness,
        "witness_phone": str(phone) if isinstance(phone, Msisdn) else "",
    }
    due = c.today + timedelta(days=c.world.visit_days)
    yield from c.do("file", FileUpdate(ref, known.case.ref, Kind.DEATH, details, due))
    return End(Text("data.death.done", {"obj": ref.shown}))


def _who(c: Conversation) -> Part[tuple[Nik | None, PersonName | None]]:
    """The NIK where it is known, and a name: whoever is asked to confirm has to know of whom we speak."""
    nik: Nik | None = None
    if (yield from c.choose("who", Text("data.death.who"), {"1": "nik", "2": BY_NAME})) == "nik":
        typed = yield from c.ask("nik", Text("data.death.nik"), parsers.nik, {"1": BY_NAME}, NIK_COMPLAINTS)
        nik = typed if isinstance(typed, Nik) else None
    name = yield from c.ask("name", Text("data.death.name"), parsers.name, {"1": SKIP} if nik else {})
    return nik, name if isinstance(name, PersonName) else None


def _day(c: Conversation, text: str) -> date:
    try:
        return parsers.birth_date(text, c.today)
    except Invalid:
        raise Invalid(Text("data.death.date_err")) from None


def _phone(text: str) -> Msisdn:
    try:
        return parsers.msisdn(text)
    except Invalid:
        raise Invalid(Text("data.death.phone_err")) from None


def _confirm(c: Conversation, nik: Nik | None, name: PersonName | None, died: date | None) -> Part[None]:
    """Read back what was typed: who confirms it must have seen it."""
    who = str(name) if name else f"NIK ..{nik.last4}" if nik else Text("unknown.yet")
    said = Text("data.death.confirm", {"name": who, "dob": f"{died:%d-%m-%Y}" if died else Text("unknown.yet")})
    way = yield from c.choose("confirm", said, {"1": "send", "2": "edit", "0": "cancel"}, own_turn=True)
    if way == "edit":
        raise Leave(Redo(KEYS))
    if way == "cancel":
        raise Leave(Goto("menu"))
