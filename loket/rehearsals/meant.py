"""What a rehearsal writes in its own words, and what that seems to mean."""

from collections.abc import Iterable
from datetime import date

import msgspec

from bot.meaning import Entity, Meaning, Outcome
from bot.understanding import INTENTS, MOST, PROGRAMS

# What leads to a service leads there as its keyword does; these are said by themselves.
ONES = {
    intent: f"kata {intent}"
    for intent, led in INTENTS.items()
    if led.told or intent in ("ask_requirements", "check_payment")
}
ASKED = {code: f"apa itu {code}" for code in PROGRAMS}
LIKELY = [intent for intent, led in INTENTS.items() if led.offered]
OFFERS = {f"bingung {n}": tuple(LIKELY[n : n + MOST]) for n in (0,)}
NONSENSE = "sembarang kata"
# To register, in a language that is another than the one that is spoken: one that speaks it hears no question.
OTHERWISE = {"jv": "kula badhe ndaptar bansos", "mad": "bula terro adaftara bansos"}


def _means(text: str, today: date) -> Iterable[Meaning]:
    for intent, words in ONES.items():
        if text == words:
            yield _meaning(Outcome.ACT, (intent,))
    for code, words in ASKED.items():
        if text == words:
            yield _meaning(Outcome.ACT, ("ask_programs",), Entity("program", code.upper()))
    if text in OFFERS:
        yield _meaning(Outcome.OFFER, OFFERS[text])
    for language, words in OTHERWISE.items():
        if text == words:
            yield msgspec.structs.replace(_meaning(Outcome.ACT, ("register",)), language=language)
    if text == NONSENSE:
        yield _meaning(Outcome.FALLBACK, ("out_of_scope",))


def _meaning(outcome: Outcome, intents: tuple[str, ...], *named: Entity) -> Meaning:
    return Meaning("id", intents[0], 0.9, tuple((intent, 0.9) for intent in intents), outcome, named)


LOOKUPS = {"meaning": _means}
MESSAGES = {
    **{f"{intent} in own words": (words,) for intent, words in ONES.items()},
    **{f"{code} in own words": (words,) for code, words in ASKED.items()},
    **{f"{n} choices of own words": (words,) for n, words in enumerate(OFFERS)},
    "twice not understood": (NONSENSE, NONSENSE),
    "something else in a registration": ("DAFTAR", "1", ONES["check_payment"]),
    "unclear in a registration": ("DAFTAR", "1", "bingung 0"),
}
