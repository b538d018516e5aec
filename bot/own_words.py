"""A message in somebody's own words: asked what it seems to mean, and answered so that only the person decides."""

from bot.conversation import Lookup
from bot.digits import LONGEST
from bot.meaning import Meaning, Outcome
from bot.messages import Channel, Page, Reply, Text
from bot.run import LOST, MEANT, OPENING, STUCK, SWITCH, Playing, Run
from bot.session import Kind
from bot.turns import Answers, begin, menu, register, told, unknown
from bot.understanding import CANCEL, INTENTS, OUT_OF_SCOPE, SEVERAL_WORDS, SURE, Leads, aside, choices, leads, words
from bot.written import WHOLE

TWICE = 1  # So many messages in a row before this one were not understood: numbers and a person come now.
OUTSIDE = 0.6  # From this chance on somebody is told what we are here for.
HUSH = 9  # Somebody who was shown both, and told so, is not answered until they say something else.
NO_ANSWER = frozenset({"affirm", "deny", "inform"})  # Where nothing was asked, something else must be meant.
NOTHING_TO_LOSE = frozenset({OPENING, MEANT, LOST, STUCK, SWITCH})


def understood(run: Run, text: str) -> Playing[Meaning | None]:
    """What a text seems to mean; None where that could not be had."""
    run.guess = None
    if not words(text):
        return None
    meaning: Meaning | None = yield Lookup("meaning", text[:LONGEST], fresh=0, language=run.language)
    if meaning is None or meaning.intent not in INTENTS:
        return None
    run.event(meaning.intent, f"meant_{meaning.outcome.value}")
    run.guess = meaning
    return meaning


def begins_elsewhere(meaning: Meaning | None, flow: str) -> bool:
    """Whether it is clear that something else is meant than this flow."""
    return meaning is not None and meaning.outcome is Outcome.ACT and INTENTS[meaning.intent].flow not in ("", flow)


def at_rest(run: Run, text: str, meaning: Meaning | None) -> Playing[Page | None]:
    """Own words where no question is open, or where one is that nothing is lost with."""
    if meaning is None or not (led := _clear(run, meaning)):
        return (yield from _unclear(run, meaning))
    if led.told:
        return (yield from menu(run)) if _greeted(run, meaning) else told(run, Text(led.told))
    if meaning.intent == "register" and any(len(nik) == WHOLE for nik in meaning.values("nik")):
        return (yield from register(run, text))
    flow, given, offered = leads(meaning, text)
    if code := _other_language(run, meaning, text):
        return (yield from _switch(run, code, flow, given))
    return (yield from begin(run, flow, *given, offered=offered))


def in_talk(run: Run, text: str, meaning: Meaning | None) -> Playing[Page | None]:
    """Own words that do not answer the open question."""
    flow = run.session.talk.flow
    if meaning is None:
        return (yield from _lost_in_talk(run, text, meaning))
    if led := _clear(run, meaning):
        return (yield from _instead(run, text, meaning, led))
    offers = meaning.outcome is Outcome.OFFER and run.session.lost < TWICE and flow not in NOTHING_TO_LOSE
    if offers and (likely := choices(meaning, run.engine.flows)):
        run.missed = True
        return (yield from _offer(run, likely, back=True))
    return (yield from _lost_in_talk(run, text, meaning))


def _clear(run: Run, meaning: Meaning) -> Leads | None:
    """What a clear meaning leads to, if it leads anywhere that is switched on."""
    led = INTENTS[meaning.intent]
    able = led.flow in run.engine.flows or (bool(led.told) and meaning.intent != OUT_OF_SCOPE)
    return led if able and meaning.outcome is Outcome.ACT else None


def _instead(run: Run, text: str, meaning: Meaning, led: Leads) -> Playing[Page | None]:
    """Something else than an answer is meant: what is asked is answered; what is wanted is asked back in a talk."""
    talk = run.session.talk
    answered = any(entry.kind is Kind.ANSWER for entry in talk.journal)
    if talk.flow in NOTHING_TO_LOSE or meaning.intent == "talk_to_human":
        return (yield from at_rest(run, text, meaning))
    if sentence := aside(meaning, text):
        return (yield from beside(run, sentence))
    if led.told:
        return told(run, Text(led.told))
    if not answered:
        return (yield from at_rest(run, text, meaning))
    if led.flow == talk.flow:
        return (yield from run.go(None))
    return (yield from _offer(run, (meaning.intent,), back=True))


def interrupts(meaning: Meaning | None, text: str) -> Text | None:
    """What answers somebody who asks something where any words would be an answer, if it is sure that they ask."""
    sure = meaning is not None and meaning.outcome is Outcome.ACT and meaning.confidence >= SURE
    return aside(meaning, text) if meaning is not None and sure else None


def beside(run: Run, sentence: Text) -> Playing[Page]:
    """Answer a question, and ask the open one again: in the same message if it fits there, else in the next."""
    run.event(sentence.id, "beside")
    page = yield from run.go(None)
    question = run.reply
    if question is None:
        return page
    answer = run.engine.catalogue.reply(run.language, sentence).body
    whole = run.fit(Reply(f"{answer}\n{question.body}", question.choices, more=question.more))
    if len(whole) == 1:
        run.put(unread=())
        return whole[0]
    again = run.fit(question)
    run.put(unread=tuple(again))
    run.aside = True
    return run.fit(Reply(answer, (question.more,)))[0]


def _greeted(run: Run, meaning: Meaning) -> bool:
    return meaning.intent == "greet" and run.channel is Channel.WHATSAPP


def _unclear(run: Run, meaning: Meaning | None) -> Playing[Page | None]:
    run.missed = True
    if run.session.lost >= TWICE:
        return (yield from begin(run, LOST))
    if meaning is None:
        return (yield from unknown(run))
    may = meaning.outcome is Outcome.OFFER or meaning.intent in NO_ANSWER
    if may and (likely := choices(meaning, run.engine.flows, besides=(CANCEL,))):
        return (yield from _offer(run, likely, back=False))
    if meaning.outcome is not Outcome.OFFER and meaning.intent == OUT_OF_SCOPE and meaning.confidence >= OUTSIDE:
        return told(run, Text(INTENTS[OUT_OF_SCOPE].told))
    return (yield from unknown(run))


def _lost_in_talk(run: Run, text: str, meaning: Meaning | None) -> Playing[Page | None]:
    """Not understood. After the numbers and a person have been shown, that is said once more, and then no more."""
    flow, before = run.session.talk.flow, run.session.lost
    if flow in (LOST, STUCK) and before > TWICE:
        run.missed = True
        if before >= HUSH:
            return None
        run.put(lost=HUSH)
        return told(run, Text("sms.human"))
    if meaning is None or before < TWICE:
        return (yield from (_unclear(run, meaning) if flow in NOTHING_TO_LOSE and meaning else run.typed(text)))
    if flow in NOTHING_TO_LOSE:
        return (yield from _unclear(run, meaning))
    run.missed = True
    run.unlearn()
    run.session = run.session.park().enter(STUCK)
    return (yield from run.go(None))


def _offer(run: Run, likely: tuple[str, ...], back: bool) -> Playing[Page]:
    """The likeliest as numbered lines. `back`: the talk waits, and "0" leads back to its question."""
    given: Answers = tuple((str(n), intent) for n, intent in enumerate(likely, 1))
    if not back:
        return (yield from begin(run, MEANT, *given))
    kept = run.keeps(run.session.talk)
    run.unlearn()
    lost = run.session.lost
    run.session = run.session.park()
    run.put(lost=lost)
    run.enter(MEANT, *given, ("back", "yes"), *(() if kept else (("drop", "yes"),)))
    return (yield from run.go(None))


def _other_language(run: Run, meaning: Meaning, text: str) -> str:
    """The language to offer: somebody wrote several words in it, or twice in a row, and was never asked before."""
    session, code = run.session, meaning.language
    if code == run.language or code not in run.engine.world.languages:
        run.put(speaks="")
        return ""
    if SWITCH not in run.engine.flows or code in session.proposed.split():
        return ""
    if words(text) < SEVERAL_WORDS and session.speaks != code:
        run.put(speaks=code)
        return ""
    run.put(speaks="", proposed=f"{session.proposed} {code}".strip())
    return code


def _switch(run: Run, code: str, flow: str, given: Answers) -> Playing[Page]:
    named = run.engine.catalogue.line(code, Text("lang.name"))
    return (yield from begin(run, SWITCH, ("to", code), ("named", named), ("then", flow), *given))
