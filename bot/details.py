"""What is asked after the receipt: each answer is kept as it comes, and each may be left out."""

from collections.abc import Mapping

from bot import parsers
from bot.conversation import Conversation, Invalid, Leave, Part, Redo
from bot.effects import CompleteRegistration, ContactAgreed
from bot.identity import Kk, Msisdn, Nik, Reference
from bot.messages import Text, Value

LATER, SKIP = "later", "skip"
REACHABLE, NO_NUMBER = "reachable", "no_number"
WITHOUT = frozenset(
    {NO_NUMBER, "tidak ada", "tidak", "tdk ada", "ora ana", "ora duwe", "tada'", "tadha'", "none", "no"}
)
SLOTS = {"1": "morning", "2": "midday", "3": "afternoon", "4": "any"}
PLACES = {"1": "home", "2": "hall", "3": "home_ill", "4": SKIP}
NEEDS = {"1": "none", "2": "walking", "3": "seeing", "4": "hearing"}
VIA = {"1": "family", "2": "rt", "3": "cadre", "4": "house"}
CONTACT_KEYS = ("contact", "own", "phone", "via")


def ask(c: Conversation, ref: Reference, nik: Nik, said: Mapping[str, Value]) -> Part[None]:
    """KK, contact, time, place, needs and landmark; then all of it read back, to be corrected one by one."""
    kk = yield from c.ask("kk", Text("reg.kk"), lambda text: _kk(text, nik), {"1": LATER})
    if isinstance(kk, Kk):
        yield from keep(c, ref, "kk", str(kk))
    yield from _contact(c, ref)
    slot = yield from c.choose("slot", Text("reg.slot"), SLOTS)
    yield from keep(c, ref, "slot", slot)
    place = yield from c.choose("place", Text("reg.place"), PLACES)
    yield from keep(c, ref, "place", place)
    if place != "home_ill":
        yield from keep(c, ref, "needs", (yield from c.choose("needs", Text("reg.needs"), NEEDS)))
    landmark = yield from c.ask("landmark", Text("reg.landmark"), parsers.free_text, {"1": SKIP})
    yield from keep(c, ref, "landmark", landmark)
    shown = f"..{kk.last4}" if isinstance(kk, Kk) else Text("unknown.yet")
    summary = Text("reg.summary", {**said, "kk": shown, "slot": Text(f"slot.{slot}")})
    if (yield from c.choose("summary", summary, {"1": "send", "2": "edit"})) == "edit":
        what = yield from c.choose("edit_details", Text("reg.edit"), {"2": "kk", "5": "contact", "6": "slot"})
        keys = CONTACT_KEYS if what == "contact" else (what,)
        raise Leave(Redo((*keys, "summary", "edit_details")))


def number_of_the_nameless(c: Conversation) -> Part[Msisdn | None]:
    """Who writes under a name of WhatsApp's shows no number: the agent needs one, if there is one."""
    if not (c.roomy and (yield from c.lookup("nameless"))):
        return None
    phone = yield from c.ask(
        REACHABLE, Text("wa.ask_phone"), _number_or_none, {"1": NO_NUMBER}, {"reg.contact.err": {}}
    )
    return phone if isinstance(phone, Msisdn) else None


def _number_or_none(text: str) -> Msisdn | str:
    if " ".join(text.lower().split()) in WITHOUT:
        return NO_NUMBER
    return parsers.msisdn(text)


def usable_kk(text: str, nik: Nik) -> str:
    """A KK that was written unasked; nothing where it cannot be one."""
    try:
        return str(_kk(text, nik)) if text else ""
    except Invalid:
        return ""


def _kk(text: str, nik: Nik) -> Kk:
    kk = parsers.kk(text)
    if str(kk) == str(nik):
        raise Invalid(Text("reg.kk.same_as_nik"))
    return kk


def _contact(c: Conversation, ref: Reference) -> Part[None]:
    """How the agent reaches the person; a phone counts as shared until its owner says that it is not."""
    if c.given(REACHABLE):
        return
    way = yield from c.choose("contact", Text("reg.contact"), {"1": "this", "2": "other", "3": "none", "4": SKIP})
    if way == "other":
        phone = yield from c.ask(
            "phone", Text("reg.contact.other"), parsers.msisdn, {}, {"reg.contact.err": {"1": "this"}}
        )
        if isinstance(phone, Msisdn):
            yield from c.save("reach", ContactAgreed(ref, own_phone=False, phone=phone), str(phone))
            return
        way = "this"
    if way == "this":
        own = yield from c.choose("own", Text("reg.phone_own"), {"1": "own", "2": "shared"})
        yield from c.save("reach", ContactAgreed(ref, own_phone=own == "own"), own)
    elif way == "none":
        via = yield from c.choose("via", Text("reg.contact.via"), VIA)
        yield from keep(c, ref, "via", via)


def keep(c: Conversation, ref: Reference, field: str, value: str) -> Part[None]:
    """One detail of a registration, unless it was left out."""
    if value != SKIP:
        yield from c.save(f"keep.{field}", CompleteRegistration(ref, field, value), value)
