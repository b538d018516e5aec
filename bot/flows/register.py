"""Registration for social aid: a receipt after seven inputs, and afterwards what makes the agent's visit easier."""

from collections.abc import Mapping
from datetime import date, timedelta

from bot import assisted, details, parsers, questions
from bot.areas import Village, notes, second_look
from bot.conversation import Conversation, End, Goto, Invalid, Leave, Part, Redo, Script
from bot.effects import (
    ContactAgreed,
    FilledBy,
    FinishRegistration,
    KeepDraft,
    OpenTicket,
    SubmitRegistration,
)
from bot.identity import Nik, PersonName, Reference, years_between
from bot.messages import Text, Value
from bot.session import Kind, Talk
from bot.stages import cases
from bot.windows import Phase, local_day

KEEPS = True  # What was answered is kept when the line drops.

CONSENT, CONSENT_INFO = Text("reg.consent"), Text("reg.consent_info")
NO_CARD, AS_PRINTED, SKIP, UNKNOWN = "none", "as_printed", "skip", "unknown"
FIRST_STEP = ("consent", "consent_info", "consent_other", "nik", "nik_again", "minor", "helper", assisted.CONSENT)
NIK_KEYS = ("nik", "nik_again", "minor", "known", "born", "born_on")
NIK_COMPLAINTS = {"reg.nik.err_form": {"1": AS_PRINTED}, "reg.nik.err_dummy": {}}
CALL_BACK = Goto("help", (("topic", "callback"),), keep=True)
OLD = 100  # An age at which a birth date is read back.


def flow(c: Conversation) -> Script:
    written = bool(c.given("written"))  # In one message: it is read back, and the answer to that is the consent.
    filled_by = FilledBy.SELF if written else (yield from _consent(c))
    yield from _room_for_one_more(c)
    nik = yield from _nik(c)
    begun = c.begun
    yield from c.save("draft", KeepDraft(begun), str(begun))
    name = yield from _name(c)
    village = yield from questions.village(c, nik.area, _wanted(c, questions.VILLAGE_PROMPT))
    regency = yield from _open_window(c, nik, village)
    stated = yield from _birth_date(c, nik)
    said = _said(c, nik, name, village, stated)
    helped = yield from assisted.reach(c)
    phone = yield from details.number_of_the_nameless(c)
    yield from (_agree(c, said) if written else _confirm(c, said))

    ref = yield from c.number("ref")
    visit_by = local_day(c.answered_at("confirm"), regency) + timedelta(days=c.world.visit_days)
    odd = notes(nik, c.world.areas, village) + second_look(nik, c.world.areas)
    remarks = odd + (("born_differs",) if stated is not None else ())
    code, born = village.code if village else "", stated if isinstance(stated, date) else None
    consent = c.consented(*_agreed(c))
    intent = SubmitRegistration(ref, nik, name, born, code, regency, filled_by, consent, remarks, visit_by, helped)
    yield from c.do("submit", intent)
    if phone:
        yield from c.save("reach", ContactAgreed(ref, own_phone=False, phone=phone), str(phone))
    if written:
        return (yield from _receipt(c, ref, nik, said, visit_by))
    if helped:
        return (yield from assisted.finish(c, ref, name))
    more = yield from c.choose("more", Text("reg.done_extra", {"ref": ref.shown}), {"1": "yes", "2": "no"})
    if more == "yes":
        yield from details.ask(c, ref, nik, said)
    yield from c.do("finish", FinishRegistration(ref))
    return End(Text("reg.done", {"ref": ref.shown, "date": visit_by}))


def step(talk: Talk) -> int:
    """Which of the six steps a talk without a receipt stopped at."""
    return 1 if talk.asked in FIRST_STEP else 2 if talk.asked == "name" else 3


def unfinished(paused: tuple[Talk, ...]) -> list[int]:
    """The places of the talks that no number was given out in."""
    return [place for place, talk in enumerate(paused) if not receipt(talk)]


def receipt(talk: Talk) -> str:
    """The number that was given out in a talk, once it was."""
    ref = talk.find(Kind.FACT, "number:ref")
    return str(ref.value) if ref and talk.find(Kind.DONE, "submit") else ""


def _consent(c: Conversation) -> Part[FilledBy]:
    if c.given(assisted.ASSISTANT):
        return (yield from assisted.consent(c))
    whom = yield from c.choose(
        "consent", CONSENT, {"1": "self", "2": "family", "3": "info", "0": "declined"}, own_turn=True
    )
    if whom == "info":
        yield from c.choose("consent_info", CONSENT_INFO, {"1": "self"}, own_turn=True)
    if whom == "declined":
        raise Leave(End(Text("reg.consent_declined")))
    if whom != "family":
        return FilledBy.SELF
    options = {"1": "present", "2": "absent", "0": "declined"}
    present = yield from c.choose("consent_other", Text("reg.consent_other"), options, own_turn=True)
    if present == "declined":
        raise Leave(End(Text("reg.consent_declined")))
    return FilledBy.FAMILY_PRESENT if present == "present" else FilledBy.FAMILY_ABSENT


def _agreed(c: Conversation) -> tuple[str, ...]:
    """The questions that were agreed to."""
    if c.given("written"):
        return ("confirm",)
    if c.given(assisted.ASSISTANT):
        return (assisted.CONSENT,)
    keys = ("consent_info",) if c.given("consent_info") else ("consent",)
    return (*keys, "consent_other") if c.given("consent_other") else keys


def _room_for_one_more(c: Conversation) -> Part[None]:
    if receipt(c.talk) or c.given(assisted.ASSISTANT):  # A helper's room is counted by the day.
        return
    known = cases((yield from c.lookup("cases")))
    if len(known.cases) >= c.world.people_per_phone:
        raise Leave(End(Text("who.max_reached.no_reply", {"n": len(known.cases)})))


def _nik(c: Conversation) -> Part[Nik]:
    read = _nik_by_message if c.given("written") else parsers.nik
    nik = yield from c.ask("nik", _wanted(c, "reg.nik"), read, {"1": NO_CARD}, NIK_COMPLAINTS)
    if isinstance(nik, Nik) and second_look(nik, c.world.areas):
        nik = yield from c.ask("nik_again", Text("reg.nik.again"), parsers.nik, {"1": NO_CARD}, NIK_COMPLAINTS)
    if not isinstance(nik, Nik):
        raise Leave((yield from _without_nik(c, nik)))
    age = nik.age(c.today)
    if age is None:
        raise Leave(Redo(NIK_KEYS, Text("reg.nik.err_form")))
    if age < c.world.adult_age:
        yield from _too_young(c)
    ref = "" if receipt(c.talk) else (yield from c.lookup("registered", str(nik)))
    if ref:
        dup = Text("reg.nik.dup_mine", {"ref": Reference(ref).shown})
        change = {"2": "update"} if "update" in c.world.services else {}
        way = yield from c.choose("known", dup, {"1": "status", **change, "0": "menu"})
        raise Leave(Goto("menu") if way == "menu" else Goto(way, (("case", ref),)))
    return nik


def _wanted(c: Conversation, sentence: str) -> Text:
    """The question; where people write whole messages, everything that is still missing in one."""
    if not c.given("written"):
        return Text(sentence)
    missing = [Text(f"field.{key}") for key in ("nik", "name", questions.VILLAGE) if not c.has(key)]
    need: Text | None = None
    for field in reversed(missing):
        need = Text("field.and", {"first": field, "rest": need}) if need else field
    return Text("sms.daftar_missing", {"need": need}) if need else Text(sentence)


def _nik_by_message(text: str) -> Nik:
    try:
        return parsers.nik(text)
    except Invalid as invalid:
        if invalid.why and invalid.why.id == "reg.nik.err_len":
            raise Invalid(Text("sms.daftar_bad_nik", invalid.why.values)) from None
        raise


def _too_young(c: Conversation) -> Part[None]:
    yield from c.choose("minor", Text("reg.nik.minor", {"n": c.world.adult_age}), {"1": "other"})
    raise Leave(Redo(NIK_KEYS))


def _without_nik(c: Conversation, why: str) -> Part[End | Goto]:
    """No card, or one whose number cannot be right: people help, and the person is not sent away."""
    sentence = "reg.noid" if why == NO_CARD else "reg.nik.review"
    way = yield from c.choose("helper", Text(sentence), {"1": "agent", "2": "call"})
    if way == "call":
        return CALL_BACK
    village = yield from questions.village(c)
    ref = yield from c.number("helper")
    due = c.today + timedelta(days=c.world.visit_days)
    code, district = (village.code, village.district_code) if village else ("", c.world.home)
    yield from c.do(
        "helper", OpenTicket(ref, "data_update", code, district, due, "any", "no_card" if why == NO_CARD else "odd_nik")
    )
    return End(Text("data.done", {"obj": ref.shown, "date": due}))


def _name(c: Conversation) -> Part[PersonName | None]:
    name = yield from c.ask("name", _wanted(c, "reg.name"), parsers.name, {"1": SKIP})
    return name if isinstance(name, PersonName) else None


def _open_window(c: Conversation, nik: Nik, village: Village | None) -> Part[str]:
    """The regency that the registration counts for, if it takes registrations now."""
    regency = village.regency if village else nik.regency if nik.regency in c.world.windows else c.world.home
    window = c.world.windows.get(regency)
    if window is None:
        way = yield from c.choose("outside", Text("reg.village.out"), {"1": "other", "2": "call"})
        if way == "call":
            raise Leave(CALL_BACK)
        raise Leave(Redo((*questions.VILLAGE_KEYS, "outside")))
    agreed = c.answered_at(_agreed(c)[0])
    finished = c.answered_at("confirm") if receipt(c.talk) else c.now
    # The instant of the consent decides, if the talk is finished the same day.
    instant = agreed if local_day(agreed, regency) == local_day(finished, regency) else finished
    if window.phase(instant) is Phase.OPEN:
        return regency
    if c.given("confirm"):  # It closed while the summary was on the screen.
        raise Leave(Redo(("confirm",)))
    raise Leave((yield from questions.window_closed(c, window, instant)))


def _birth_date(c: Conversation, nik: Nik) -> Part[date | str | None]:
    """The stated birth date or UNKNOWN, asked only where the NIK's looks odd; None: the NIK's own holds."""
    born, age = nik.birth_date(c.today), nik.age(c.today)
    if born is None or age is None or age < OLD:
        return None
    said = Text("reg.dob.confirm", {"dob": f"{born:%d-%m-%Y}", "sex": Text(f"sex.{nik.sex}")})
    if (yield from c.choose("born", said, {"1": "yes", "2": "no"})) == "yes":
        return None
    stated = yield from c.ask(
        "born_on", Text("reg.dob.type"), lambda text: parsers.birth_date(text, c.today), {"1": UNKNOWN}
    )
    if isinstance(stated, date) and years_between(stated, c.today) < c.world.adult_age:
        yield from _too_young(c)
    return stated


def _confirm(c: Conversation, said: Mapping[str, Value]) -> Part[None]:
    """Read back what was typed, and only that; let one answer be corrected."""
    summary = Text("reg.summary_core", said)
    answer = yield from c.choose("confirm", summary, {"1": "save", "2": "edit", "0": "cancel"}, own_turn=True)
    if answer == "edit":
        what = yield from c.choose("edit", Text("reg.edit_core"), {"1": "nik", "2": "name", "3": "village"})
        raise Leave(Redo((*_keys(what), "confirm", "edit")))
    if answer == "cancel":
        sure = yield from c.choose("cancel", Text("reg.cancel_confirm"), {"1": "yes", "2": "no"})
        raise Leave(End(Text("reg.consent_declined")) if sure == "yes" else Redo(("confirm", "cancel")))


def _agree(c: Conversation, said: Mapping[str, Value]) -> Part[None]:
    """The same by message: one answer agrees and confirms."""
    summary = Text("sms.daftar_confirm", said)
    answer = yield from c.choose("confirm", summary, {"1": "save", "2": "edit", "0": "cancel"}, own_turn=True)
    if answer == "cancel":
        raise Leave(End(Text("reg.consent_declined")))
    if answer == "edit":
        what = yield from c.choose("edit", Text("reg.edit_core"), {"1": "nik", "2": "name", "3": "village"})
        raise Leave(Redo((*_keys(what), "confirm", "edit")))


def _receipt(c: Conversation, ref: Reference, nik: Nik, said: Mapping[str, Value], visit_by: date) -> Part[End]:
    """One message with the number; what else would help is asked at the visit."""
    if kk := details.usable_kk(c.given("written_kk"), nik):
        yield from details.keep(c, ref, "kk", kk)
    yield from c.do("finish", FinishRegistration(ref))
    return End(Text("evt.registered", {"name": said["name"], "ref": ref.shown, "date": visit_by}))


def _keys(what: str) -> tuple[str, ...]:
    """What is forgotten when one answer is corrected."""
    return {"nik": NIK_KEYS, "name": ("name",), "village": questions.VILLAGE_KEYS}[what]


def _said(
    c: Conversation, nik: Nik, name: PersonName | None, village: Village | None, stated: date | str | None
) -> Mapping[str, Value]:
    """What a person has typed about themselves, as a screen may show it."""
    born = stated or nik.birth_date(c.today)
    return {
        "name": str(name) if name else Text("name.unknown"),
        "nik4": nik.last4,
        "dob": f"{born:%d-%m-%Y}" if isinstance(born, date) else Text("unknown.yet"),
        "desa": village.short if village else Text("unknown.yet"),
        "village": village.label if village else Text("unknown.yet"),
    }
