"""Which numbered line a message means: "1.", "pilih 1", "satu", yes or no, or the words that stand behind the digit."""

import re
from collections.abc import Sequence

from bot import agreed
from bot.conversation import Ask, only_options
from bot.keywords import Keywords
from bot.messages import Choice

PICK = "pick"  # What people write before a digit, such as "pilih".
DIGITS = frozenset("0123456789")

# What an option has to mean for somebody's yes or no to be its answer: a first line alone is not a yes.
YES = ("yes", "self", "agreed", "present", "save", "send", "go", "stop", "mine", "certificate", "changed")
NO = ("no", "edit", "declined", "none", "same", "not_me")
CANCEL = ("cancel", "declined")

_HEAD = re.compile(r"[,(/]")


def line(text: str, ask: Ask, choices: Sequence[Choice], keywords: Keywords) -> str:
    """The digit that is meant, or nothing. `choices`: the lines on the screen, as far as they are known."""
    if digit := _digit(text, keywords) if only_options(ask) else _bare(text):
        return digit
    if by_words := _by_words(text, choices):
        return by_words
    if not only_options(ask):
        return ""
    match keywords.answer(text) or agreed.read(text, done=not ask.own_turn):
        case "yes":
            return _meaning(ask, YES) or ("1" if len(_numbered(ask)) == 1 else "")
        case "no":
            return _meaning(ask, NO) or ("0" if ask.own_turn or len(_numbered(ask)) == 1 else "")
        case "cancel":
            return _meaning(ask, CANCEL)
        case said:
            return said if said in DIGITS else ""


def bare_line(text: str, keywords: Keywords) -> str:
    """The digit in a message that answers no open question; a word for a number counts, too."""
    said = keywords.answer(text)
    return _digit(text, keywords) or (said if said in DIGITS else "")


def _digit(text: str, keywords: Keywords) -> str:
    """A number of one or two digits, whatever stands around it, and behind a word such as "pilih" or "no"."""
    bare = _bare(text)
    if not bare:
        command = keywords.read(text)
        bare = _bare(command.rest) if command and command.verb in (PICK, "no") else ""
    return bare


def _bare(text: str) -> str:
    said = "".join(c for c in text if c.isalnum())
    return said if len(said) <= 2 and said.isascii() and said.isdecimal() else ""


def _by_words(text: str, choices: Sequence[Choice]) -> str:
    """A line that is written out, whole or to its first comma; nothing where two begin so."""
    said = _words(text)
    whole = {c.key for c in choices if said and _words(c.label) == said}
    heads = {c.key for c in choices if said and _words(_HEAD.split(c.label)[0]) == said}
    found = whole or heads
    return found.pop() if len(found) == 1 else ""


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _meaning(ask: Ask, words: Sequence[str]) -> str:
    return next((digit for word in words for digit, means in ask.options.items() if means == word), "")


def _numbered(ask: Ask) -> list[str]:
    return [digit for digit in ask.options if digit not in ("0", "9")]
