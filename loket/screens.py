"""What the screens hold behind each USSD gateway and with each operator: every page is fitted to it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from ussd.form import Screen, faults_of_screen
from ussd.styles import described

if TYPE_CHECKING:
    from loket.config import Config, Measures, UssdLine

AFRICASTALKING = Screen(page=160, prefix=4)
MEASURES = ("page", "input", "reply")


def screen_of(line: "UssdLine") -> Screen:
    """What a connection's screens hold. ValueError names the key at fault."""
    screen = described(line.style, line.form).screen if line.described else AFRICASTALKING
    said = {name: value for name in (*MEASURES, "prefix") if (value := getattr(line, name)) is not None}
    screen = msgspec.structs.replace(screen, **said)
    for fault in faults_of_screen(screen):
        raise ValueError(fault)
    return screen


def narrower(screen: Screen, measures: "Measures") -> Screen:
    """Where the gateway and the operator differ, the smaller counts: each of them cuts."""
    said = {name: value for name in MEASURES if (value := getattr(measures, name)) is not None}
    return msgspec.structs.replace(screen, **{name: min(value, getattr(screen, name)) for name, value in said.items()})


def faults(config: "Config") -> Iterator[str]:
    """What cannot be, by its key."""
    for name, line in config.ussd.items():
        try:
            screen = screen_of(line)
        except ValueError as error:
            yield f"ussd.{name}.{error}"
            continue
        for operator, measures in config.operators.items():
            for fault in faults_of_screen(narrower(screen, measures)):
                yield f"operators.{operator} at ussd.{name}: {fault}"


def smallest(config: "Config") -> int:
    """The septets of the smallest page, as a gateway with a prefix of four would call it."""
    screens = [screen_of(line) for line in config.ussd.values()]
    screens += [narrower(screen, measures) for screen in screens for measures in config.operators.values()]
    return min(screen.page - screen.prefix for screen in screens) + AFRICASTALKING.prefix
