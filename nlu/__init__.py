"""From own words to an intent, a language and what is named in them. Never needed for the numbers of a menu.

One corpus (data/nlu, Rasa's format) and one config.yml; two engines: `embedded`, which lives in this process, and a
real Rasa behind `rasa_client`. What either finds is a guess, which the talk proposes to whoever wrote it.
"""

from collections.abc import Callable

from bot.meaning import Entity, Meaning, Outcome

Understand = Callable[[str, str], Meaning | None]  # text, the language that is spoken -> None: could not be had.

__all__ = ["Entity", "Meaning", "Outcome", "Understand"]
