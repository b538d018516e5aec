"""`loket nlu suggest`: what was not understood, in groups, and where in data/nlu its like belongs."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from bot.meaning import Outcome
from loket.privacy import books
from nlu.corpus import load
from nlu.masking import Masker, unmasked
from nlu.suggestions import Group, Suggestions, Unclear, suggest
from nlu.text import bags
from store.unclear import kept

if TYPE_CHECKING:
    from nlu.embedded import Embedded

LINES: Final = 20_000  # Of a file; what is behind them is not read.
OUTSIDE: Final = "out_of_scope"
NOTHING: Final = (
    "Nothing waits to be understood. What people write by SMS or WhatsApp and what leads to nothing, or to an offer\n"
    "of which they choose nothing, is kept here: masked, without whose it was, for `retention: unclear` days of\n"
    "config.yml (0: not at all). Texts from elsewhere: `loket nlu suggest --from FILE`."
)


def of_lines(lines: Iterable[str], understand: "Embedded") -> Iterator[Unclear]:
    """A text a line, masked before anything else is done with it, and what it seems to mean."""
    masker = Masker.of(load())
    for count, line in enumerate(lines):
        if count == LINES:
            break
        meaning = understand(line.strip())
        if masked := masker(line.strip(), meaning.entities):
            yield Unclear(masked, meaning.language, meaning.intent, meaning.confidence)


def of_kept(understand: "Embedded") -> Iterator[Unclear]:
    """What people wrote that led to nothing, but for what is understood by now. Raises NotReady."""
    with books() as open_books:
        rows = list(kept(open_books.database, open_books.sealer))
    clear: dict[str, bool] = {}
    for row in rows:
        if row.text not in clear:
            clear[row.text] = understand(unmasked(row.text)).outcome is Outcome.ACT
        if not clear[row.text]:
            yield Unclear(row.text, row.language, row.intent, row.chance)


def grouped(messages: Iterable[Unclear], understand: "Embedded") -> Suggestions:
    chosen = understand.settings
    usual = understand.classifier.usual
    return suggest(list(messages), lambda text: bags(text, usual, chosen.shortest, chosen.longest))


def told(found: Suggestions, most: int) -> Iterator[str]:
    """The biggest groups for people to read, each with what is to be done with it."""
    if not found.messages:
        yield NOTHING
        return
    for number, group in enumerate(found.groups[:most], 1):
        languages = ", ".join(f"{language} {count}" for language, count in group.languages.items())
        intents = ", ".join(f"{intent} {share:.0%}" for intent, share in group.intents)
        yield f"{number}. {group.messages} messages ({languages}); taken for {intents}"
        yield from (f"     {example}" for example in group.examples)
        yield f"   > {_advice(group)}\n"
    left = f"{len(found.groups) - most} smaller groups are not shown (--clusters). " if len(found.groups) > most else ""
    yield f"{_messages(found.messages)}: {len(found.groups)} groups, {found.alone} like no other. {left}".rstrip()
    if found.compared < found.messages:
        yield f"The {found.compared} most frequent and sampled ones were compared."
    if found.groups:
        yield (
            "Write their like in words of your own, with names and numbers that you make up; then `loket nlu train`\n"
            "and `loket nlu eval`. A new intent only where Loket does something new (bot/understanding.py)."
        )


def _advice(group: Group) -> str:
    files = " or ".join(f"data/nlu/{name}" for name in group.files) or "data/nlu"
    if group.likely == OUTSIDE:
        return f"If Loket cannot help with it: `- intent: {OUTSIDE}` in {files}; else the intent that it has."
    if group.likely:
        return f"If they do mean it: `- intent: {group.likely}` in {files}."
    return f"Read what they have in common, and choose the intent; in {files}."


def _messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count} messages"
