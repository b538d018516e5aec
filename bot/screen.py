"""A question as it is shown: its sentence, and those of the numbered lines that mean something where it is asked."""

from collections.abc import Callable, Mapping

import msgspec

from bot.conversation import Ask
from bot.messages import Choice, Reply, Text, Value
from bot.texts import Catalogue

# Where there is room, a sentence is said in fuller words; its numbered lines stay.
FULLER = {
    "main.new": "wa.greeting",
    "reg.consent": "wa.consent",
    "reg.nik": "wa.ask_nik",
    "reg.done": "wa.done",
    "evt.registered": "wa.done",
}
BACK, MORE, MENU = "0", "9", "Menu"
TOLD = Text("err.prefix")


class Screen(msgspec.Struct, frozen=True):
    """A reply, the sentence that it says, and whether its "0" was labelled as the way to the menu."""

    reply: Reply
    sentence: str
    exits: bool


def worded(catalogue: Catalogue, language: str, text: Text, fuller: bool, common: Mapping[str, Value]) -> Reply:
    """A sentence with its options, in its fuller words where there is room for them and the language has them.

    `common`: values that any of the fuller sentences may name.
    """
    reply = catalogue.reply(language, text)
    id = FULLER.get(text.id, "") if fuller else ""
    if not id or not catalogue.has(language, id):
        return reply
    body = catalogue.line(language, Text(id, {**common, **text.values}))
    return msgspec.structs.replace(reply, body=body)


def screen(
    catalogue: Catalogue, language: str, ask: Ask, why: Text | None, again: bool, words: Callable[[Text], Reply]
) -> Screen:
    """A question, or the complaint `why` in its place; `again`: what was typed could not be used."""
    text = why or ask.prompt
    reply = words(text)
    options = ask.complaints.get(text.id, ask.options)
    choices = [c for c in reply.choices if c.key in options or c.key == BACK]
    if ask.beside:
        shown = {c.key for c in choices}
        beside = catalogue.reply(language, ask.beside).choices
        choices = sorted([*choices, *(c for c in beside if c.key in options and c.key not in shown)], key=_order)
    body = f"{catalogue.line(language, TOLD).strip()}\n{reply.body}" if again and not why else reply.body
    exits = any(c.key == BACK and c.label == MENU and BACK not in options for c in choices)
    return Screen(Reply(body, tuple(choices), more=reply.more), text.id, exits)


def _order(choice: Choice) -> tuple[bool, str]:
    """Services by number; then 9, the way on; then 0, the way back."""
    return (choice.key in (BACK, MORE), "" if choice.key == MORE else choice.key)
