"""Reads scenarios: what people do, step by step, and what they should see."""

import random
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from loket.scenario import ScenarioError

ACTIONS = ("dial", "type", "hang_up", "drop", "repeat", "late", "reorder", "write", "press", "attach", "wait", "desk")
NAMELESS = "none"  # In the place of a number: whoever shows WhatsApp none.
DEADLINE = 20.0  # Seconds to wait for a message, where a step does not say.
_VARIABLE = re.compile(r"\$\{([A-Za-z][a-z0-9_]*)\}")
Strings = str | list[str]


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What has to be true of a page, a message or a page of the desk. All that is said counts."""

    contains: Strings = ()  # type: ignore[assignment]
    lacks: Strings = ()  # type: ignore[assignment]
    equals: str | None = None
    matches: str | None = None  # A regular expression, found anywhere.
    sentence: str | None = None  # A sentence of data/texts by its name, in the scenario's language.
    ends: bool | None = None  # The line is closed.
    save: dict[str, str] = {}  # A variable, and a regular expression whose first group is its value.
    within: float = DEADLINE  # Seconds; for messages.


class Desk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody does on the desk's pages, as a browser sends it."""

    open: str | None = None  # A path.
    follow: str | None = None  # The words of a link on the page.
    press: str | None = None  # The words of a button, or a part of its form's address.
    fill: dict[str, str] = {}  # Fields of that form, by name; `first` is the first of some round buttons.


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that happens, and what is seen after it. `on`: whose phone, or who works at the desk."""

    on: str = "me"
    dial: str | None = None  # What is dialled behind the number, such as 1*1; empty for the number alone.
    type: Strings | None = None
    hang_up: bool = False
    drop: bool = False  # The line is gone, and nobody is told.
    repeat: int = 0  # So often the gateway sends its last callback again: the answer has to be the same.
    late: int = 0  # The callback of so many turns ago comes once more: the answer has to be what it was then.
    reorder: list[str] | None = None  # Two inputs whose callbacks arrive the other way round.
    write: str | None = None  # By SMS or WhatsApp.
    press: str | None = None  # A button or a row of a list on WhatsApp, by its number.
    attach: Literal["image", "audio", "location"] | None = None  # On WhatsApp.
    by: str | None = None  # Channel and gateway of what is written, such as sms/africastalking.
    wait: Expect | None = None  # For a message to this phone.
    desk: Desk | None = None
    expect: Expect | None = None

    def __post_init__(self) -> None:
        given = [name for name in ACTIONS if getattr(self, name) not in (None, False, 0)]
        if len(given) > 1:
            raise ValueError(f"one thing a step, not {' and '.join(given)}")
        if not given and self.expect is None:
            raise ValueError(f"a step is one of {', '.join(ACTIONS)}, or expect")


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One conversation."""

    steps: list[Step]
    name: str = ""
    about: str = ""
    language: str = "id"
    ussd: str = "africastalking"
    by: str = "sms/africastalking"  # How messages are written, where a step does not say.
    phones: dict[str, str] = {}  # Numbers by name; a phone without one gets a number of its own in each run.
    values: dict[str, str] = {}
    file: str = ""


def read(path: Path) -> Scenario:
    """Raises ScenarioError with the file's own fault."""
    try:
        document = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  Strings only: 0001 stays 0001.
        scenario = msgspec.convert(document, Scenario, strict=False)
        for step in scenario.steps:
            for expected in (step.expect, step.wait):
                for pattern in [expected.matches or "", *expected.save.values()] if expected else []:
                    re.compile(_VARIABLE.sub("x", pattern))
    except (OSError, yaml.YAMLError, msgspec.ValidationError, UnicodeDecodeError, re.error) as error:
        raise ScenarioError(f"{path}: {error}") from None
    return msgspec.structs.replace(scenario, file=str(path), name=scenario.name or path.stem)


def chosen(dice: random.Random) -> dict[str, str]:
    """Values that are new in each run: numbers of people who do not exist, and never the same person twice."""

    def nik(woman: bool) -> str:
        born = f"{dice.randrange(1, 29) + 40 * woman:02}{dice.randrange(1, 13):02}{dice.randrange(40, 100):02}"
        return f"351099{born}{dice.randrange(1000, 10000)}"

    woman, man = nik(True), nik(False)
    refused = f"{man[:-4]}0010"  # The sandbox portal tells this persona no; others of a run, what it draws.
    name = "".join(dice.choice("BDGKLMNPRST") + dice.choice("AEIOU") for _ in range(4))
    return {
        "nik": woman,
        "nik4": woman[-4:],
        "nik_man": man,
        "nik_man4": man[-4:],
        "nik_refused": refused,
        "name": name,
        "Name": name.title(),
    }


def number(dice: random.Random) -> str:
    """A phone that nobody else has in this run."""
    return f"+6289{dice.randrange(10**9):09}"


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with ${name} replaced. ScenarioError where a name has no value yet."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise ScenarioError(f"${{{found[1]}}} has no value here")
        return values[found[1]]

    return _VARIABLE.sub(value, text)


def listed(value: Any) -> list[str]:
    """One or several, as a list."""
    return [value] if isinstance(value, str) else list(value or ())
