"""Registering people for others: a cadre or an agent holds the phone, and the person beside them agrees."""

from bot import parsers
from bot.conversation import Conversation, Finish, Goto, Invalid, Leave, Part
from bot.details import VIA
from bot.effects import Assisted, FilledBy, FinishRegistration
from bot.identity import Msisdn, PersonName, Reference
from bot.messages import Text

ASSISTANT, BY, TODAY = "assistant", "by", "today"  # What a registration for somebody else is entered with.
REF, NAME, DECLINED = "ref", "name", "declined"  # And what came of it, for the helper's next screen.
CONSENT = "consent_assisted"
NO_PHONE = "none"


def consent(c: Conversation) -> Part[FilledBy]:
    """The words are read to the person, who has to be there; a turn of its own, for each person anew."""
    options = {"1": "agreed", "2": DECLINED, "0": DECLINED}
    if (yield from c.choose(CONSENT, Text("assist.consent"), options, own_turn=True)) == DECLINED:
        raise Leave(Goto("assist", ((ASSISTANT, c.given(ASSISTANT)), (DECLINED, "yes"))))
    return FilledBy(c.given(BY))


def reach(c: Conversation) -> Part[Assisted | None]:
    """The person's own phone, which hears of everything; without one, through whom an agent finds them."""
    if not c.given(ASSISTANT):
        return None
    phone = yield from c.ask("citizen_phone", Text("assist.phone"), _phone, {"1": NO_PHONE})
    if isinstance(phone, Msisdn):
        return Assisted(c.given(ASSISTANT), phone)
    via = yield from c.choose("citizen_via", Text("reg.contact.via"), VIA)
    return Assisted(c.given(ASSISTANT), via=via)


def finish(c: Conversation, ref: Reference, name: PersonName | None) -> Part[Finish]:
    """Back to the helper, who is told the number: nothing of this person is left to be taken up on their phone."""
    yield from c.do("finish", FinishRegistration(ref))
    today = str(int(c.given(TODAY) or 0) + 1)
    done = ((ASSISTANT, c.given(ASSISTANT)), (REF, str(ref)), (NAME, str(name or "")), (TODAY, today))
    return Goto("assist", done)


def _phone(text: str) -> Msisdn:
    try:
        return parsers.msisdn(text)
    except Invalid:
        raise Invalid(Text("assist.phone_err")) from None
