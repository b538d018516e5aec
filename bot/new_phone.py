"""Another phone for a registration: proved by four digits that arrive there, and told to the old one.

An SMS bears its sender's number as a letter bears a name: whoever forges it could move the registration to a phone of
their own and read it there. So what is asked by SMS waits for an agent, as from a strange phone.
"""

from datetime import timedelta

from bot import parsers
from bot.conversation import Conversation, End, Finish, Invalid, Leave, Part
from bot.effects import FileUpdate, ProvePhone
from bot.identity import Msisdn, Reference
from bot.known_case import LOCKED, Known
from bot.messages import Channel, Text
from bot.stages import cases
from bot.updates import Kind

THIS, AGAIN, RIGHT = "this", "again", "yes"
SCREENS = 6  # Tries and messages together; the tries are counted where no dialling again can reset them.


def change(c: Conversation, known: Known) -> Part[Finish]:
    """From the registered phone at once; by SMS, and from any other, an agent looks at the card first."""
    mine = any(case.ref == known.case.ref for case in cases((yield from c.lookup("cases"))).cases)
    phone = yield from c.ask("phone", Text("data.phone.new"), _phone, {"1": THIS})
    if phone == THIS and mine:
        yield from c.choose("same", Text("data.phone.same"), {})
    ref = yield from c.number("update")
    if isinstance(phone, Msisdn):
        yield from _prove(c, ref, phone)
    due = c.today + timedelta(days=c.world.visit_days)
    details = {"phone": str(phone) if isinstance(phone, Msisdn) else ""}
    yield from c.do("file", FileUpdate(ref, known.case.ref, Kind.PHONE, details, due))
    if mine and c.channel is not Channel.SMS and isinstance(phone, Msisdn):
        return End(Text("data.phone.done", {"hp4": phone.last4}))
    return End(Text("data.phone.check", {"obj": ref.shown, "date": due}))


def _phone(text: str) -> Msisdn:
    try:
        return parsers.msisdn(text)
    except Invalid:
        raise Invalid(Text("data.phone.err")) from None


def _prove(c: Conversation, ref: Reference, phone: Msisdn) -> Part[None]:
    """Until the digits are right nothing changes. A wrong try and a message asked for again each take a screen."""
    sent, wrong = 1, False
    shown = {"phone": local(phone)}
    for n in range(SCREENS):
        yield from c.save(f"prove{sent}", ProvePhone(ref, phone), str(phone))
        sentence = "data.phone.wrong" if wrong else "data.phone.verify"
        typed = yield from c.ask(f"digits{n}", Text(sentence, shown), parsers.last4, {"1": AGAIN})
        if typed == AGAIN:
            sent, wrong = sent + 1, False
            continue
        found = yield from c.lookup("proof", f"{ref}:{typed}:{n}")
        if found == RIGHT:
            return
        if found == LOCKED:
            break
        wrong = True
    raise Leave(End(Text("data.phone.locked")))


def local(phone: Msisdn) -> str:
    """As people write it: 0812-3456-7890."""
    digits = f"0{str(phone).removeprefix('+62')}"
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"
