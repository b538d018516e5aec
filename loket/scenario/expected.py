"""Compares what was seen with what was expected, and shows the difference."""

import difflib
import re
from collections.abc import Mapping

from bot.texts import BASE, Catalogue
from loket.scenario import Failed
from loket.scenario.script import Expect, filled, listed

_PLACEHOLDER = re.compile(r"\\\{[a-z][a-z0-9_]*\\\}")
_OPTION = re.compile(r"\d{1,2} ")


def judge(expect: Expect, seen: str, ends: bool, values: dict[str, str], catalogue: Catalogue, language: str) -> None:
    """Raises Failed at the first thing that is otherwise; keeps the values that are to be saved."""
    _words(expect, seen, values)
    if expect.matches is not None and not re.search(pattern := _pattern(expect.matches, values), seen):
        raise Failed("it does not match", pattern, seen)
    if expect.sentence is not None:
        _sentence(expect.sentence, seen, catalogue, language)
    if expect.ends is not None and expect.ends != ends:
        state = {True: "the line is closed", False: "the line is open"}
        raise Failed("the line", f"[{state[expect.ends]}]", f"{seen}\n[{state[ends]}]")
    for name, pattern in expect.save.items():
        found = re.search(_pattern(pattern, values), seen)
        if found is None:
            raise Failed(f"nothing to save as {name}", pattern, seen)
        values[name] = found[1] if found.re.groups else found[0]


def _words(expect: Expect, seen: str, values: Mapping[str, str]) -> None:
    """What has to stand there word by word, and what must not."""
    for wanted in listed(expect.contains):
        if (words := filled(wanted, values)) not in seen:
            raise Failed("it does not contain this", words, seen)
    for unwanted in listed(expect.lacks):
        if (words := filled(unwanted, values)) in seen:
            raise Failed("it contains this", f"anything but: {words}", seen)
    if expect.equals is not None and (words := filled(expect.equals, values).strip()) != seen.strip():
        raise Failed("it is not the same", words, seen)


def difference(expected: str, seen: str) -> str:
    """Both, line by line: - was expected, + was seen."""
    lines = difflib.ndiff(expected.splitlines(), seen.splitlines())
    return "\n".join(line for line in lines if not line.startswith("?"))


def _pattern(pattern: str, values: Mapping[str, str]) -> str:
    """What was saved is meant as it is, whatever signs are in it."""
    return filled(pattern, {name: re.escape(value) for name, value in values.items()})


def _sentence(id: str, seen: str, catalogue: Catalogue, language: str) -> None:
    """The words of a sentence with anything in its places; which of its lines are shown is the flow's affair."""
    source = catalogue.wording(language if catalogue.has(language, id) else BASE, id)
    body = "\n".join(line for line in source.split("\n") if not _OPTION.match(line))
    pattern = _PLACEHOLDER.sub(".*?", re.escape(body).replace("\\\n", "\n"))
    if not re.search(pattern, seen, re.DOTALL):
        raise Failed(f"it is not the sentence {id}", source, seen)
