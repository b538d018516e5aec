"""What any message can come to: a flow that is begun, the menu, or a sentence that leaves the talk where it is."""

from bot import house
from bot.conversation import Invalid, Lookup
from bot.effects import CompleteRegistration
from bot.identity import Reference
from bot.messages import Attachment, Channel, Page, Text
from bot.parsers import name
from bot.run import Playing, Run
from bot.stages import cases
from bot.written import KK, NAME, VILLAGE, located, read

Answers = tuple[tuple[str, str], ...]

BETWEEN = "#"  # Who writes it follows the form of one message, and hears what is wrong with each part.


def begin(run: Run, flow: str, *answers: tuple[str, str], offered: Answers = ()) -> Playing[Page]:
    """Leave what is being talked about for this flow."""
    run.leave()
    run.only_kept()
    run.enter(flow, *answers, offered=offered)
    return (yield from run.go(None))


def menu(run: Run) -> Playing[Page]:
    """The menu."""
    run.home()
    return (yield from run.go(None))


def told(run: Run, text: Text) -> Page:
    """A sentence that leaves the talk where it is."""
    run.event(text.id, "told")
    return run.fit(run.engine.catalogue.reply(run.language, text, ends=True))[0]


def unknown(run: Run) -> Playing[Page]:
    """What was not understood, where no question is open."""
    if run.channel is Channel.SMS:
        return told(run, Text("sms.unknown"))
    return (yield from menu(run))


def register(run: Run, rest: str) -> Playing[Page]:
    """In one message; without anything but the keyword, in a talk that asks for one thing after the other."""
    if "register" not in run.engine.flows:
        return (yield from unknown(run))
    found = answers(run, rest)
    if not found:
        return (yield from begin(run, "register"))
    kk = dict(found).get(KK)
    given = (("written", "yes"), *((("written_kk", kk),) if kk else ()))
    return (yield from begin(run, "register", *given, offered=tuple(found)))


def answers(run: Run, text: str) -> list[tuple[str, str]]:
    """The answers in a message, by the keys of their questions. Of a sentence only what can be one of them."""
    found = read(text, run.engine.world.areas, run.today)
    return found if BETWEEN in text else [answer for answer in found if _holds(run, *answer)]


def _holds(run: Run, key: str, value: str) -> bool:
    """Of a whole sentence, words that are no name and no village are just its other words."""
    try:
        if key == NAME:
            name(value)
        elif key == VILLAGE:
            return bool(located(value, run.engine.world.areas, run.engine.world.home))
    except Invalid:
        return False
    return True


def attached(run: Run, attachment: Attachment, text: str) -> Playing[Page]:
    """What cannot be read. A question that is open stays open."""
    match attachment:
        case Attachment.CALL:  # The way in for who cannot read. One call back a day is enough, however often it rings.
            again = (("again", "yes"),) if run.session.rings > 1 else ()
            return (yield from begin(run, "help", ("topic", "missed_call"), *again, offered=(("slot", "any"),)))
        case Attachment.PHOTO:
            return told(run, Text("wa.photo_refused"))
        case Attachment.LOCATION:
            return (yield from _located(run, text))
        case Attachment.VOICE if "help" in run.engine.flows:  # Whoever speaks is called.
            return (yield from begin(run, "help", ("topic", "voice"), offered=(("slot", "any"),)))
        case _:
            return told(run, Text("wa.not_understood"))


def _located(run: Run, text: str) -> Playing[Page]:
    """Where the house is, for the agent who will look for it. Nothing is kept where nobody is going to come."""
    there = house.coordinates(text)
    visit = house.next_visit(cases((yield Lookup("cases", "")))) if there else None
    if visit is None:
        return told(run, Text("wa.location_unread"))
    ref = Reference(visit.ref)
    run.effects.append(CompleteRegistration(ref, "location", there))
    return told(run, Text("wa.location_received", {"ref": ref.shown}))
