"""A registration that lapsed because nobody was met: taken up again under its number, with a consent of its own."""

from datetime import timedelta

from bot import known_case, questions
from bot.conversation import Conversation, End, Finish, Part
from bot.effects import RenewRegistration
from bot.identity import Reference
from bot.known_case import CALL_BACK, Known
from bot.messages import Text
from bot.stages import cases
from bot.windows import Phase, local_day


def renew(c: Conversation, known: Known) -> Part[Finish]:
    """On the phone of the registration only: whoever agrees has to be the one who may."""
    found = known.case
    if not any(mine.ref == found.ref for mine in cases((yield from c.lookup("cases"))).cases):
        yield from c.choose("other_phone", Text("info.other_phone"), {"1": "call"})
        return CALL_BACK
    regency = found.regency or c.world.home
    window = c.world.windows.get(regency)
    if window is None:
        yield from c.choose("no_window", Text("renew.no_window"), {"1": "call"})
        return CALL_BACK
    agreed = c.answered_at("renew")
    if window.phase(agreed) is not Phase.OPEN:
        return (yield from questions.window_closed(c, window, agreed))
    consent = Text("renew.consent", {"name": known_case.named(found)})
    yield from c.choose("renew", consent, {"1": "agreed"}, own_turn=True)
    visit_by = local_day(c.answered_at("renew"), regency) + timedelta(days=c.world.visit_days)
    yield from c.do("renewed", RenewRegistration(Reference(found.ref), c.consented("renew"), regency, visit_by))
    return End(Text("renew.done", {"ref": Reference(found.ref).shown, "date": visit_by}))
