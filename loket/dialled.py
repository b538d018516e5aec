"""The connections to USSD gateways, as config.yml and the environment describe them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from bot.messages import Inbound, SessionEvent
from bot.run import Fit
from loket.config import OPERATORS, Config, Environment, UssdLine
from loket.operators import Operators, load
from loket.screens import narrower, screen_of
from store.dialogues import Dialogues
from ussd.africastalking import AfricasTalkingUssd
from ussd.aggregator import Aggregator
from ussd.form import Screen
from ussd.gateway import UssdGateway
from ussd.page import fit
from ussd.styles import described


@dataclass(frozen=True, slots=True)
class Dialled:
    """One connection: its gateway, and what the screens behind it hold, by operator."""

    gateway: UssdGateway
    screen: Screen
    by_operator: Mapping[str, Screen]
    operators: Operators
    fits: Mapping[Screen, Fit]
    dialogues: Dialogues | None  # Where the vendor names the phone only once.

    def screen_of(self, inbound: Inbound) -> Screen:
        if not self.by_operator:
            return self.screen
        return self.by_operator.get(self.operators.of(inbound.network, inbound.sender), self.screen)

    def fit(self, inbound: Inbound) -> Fit:
        return self.fits[self.screen_of(inbound)]

    def admit(self, inbound: Inbound) -> Inbound:
        """The message with its sender. ValueError: nobody has begun this dialogue, or nobody could type so much."""
        if self.dialogues:
            inbound = self._whose(self.dialogues, inbound)
        if inbound.one_input:
            typed = inbound.one_input.otherwise or inbound.text
            if len(typed) > self.screen_of(inbound).input:
                raise ValueError("longer than anybody can type")
        return inbound

    def _whose(self, dialogues: Dialogues, inbound: Inbound) -> Inbound:
        if inbound.sender:
            if inbound.event is SessionEvent.NEW:
                dialogues.keep(inbound.gateway, inbound.dialogue, inbound.sender, inbound.received_at)
            return inbound
        sender = dialogues.caller(inbound.gateway, inbound.dialogue)
        if sender is None:
            raise ValueError("no phone number, and nobody has begun this dialogue")
        return msgspec.structs.replace(inbound, sender=sender)


def connections(
    config: Config, environment: Environment, dialogues: Dialogues, clock: Callable[[], datetime]
) -> Mapping[str, Dialled]:
    """Every connection by its name in config.yml."""
    operators = load(OPERATORS)
    found = {}
    for name, line in config.ussd.items():
        gateway, remembers = _gateway(name, line, config, environment, clock)
        screen = screen_of(line)
        by_operator = {operator: narrower(screen, measures) for operator, measures in config.operators.items()}
        fits = {each: fit(each.page, each.prefix) for each in (screen, *by_operator.values())}
        found[name] = Dialled(gateway, screen, by_operator, operators, fits, dialogues if remembers else None)
    return found


def _gateway(
    name: str, line: UssdLine, config: Config, environment: Environment, clock: Callable[[], datetime]
) -> tuple[UssdGateway, bool]:
    """The gateway, and whether its vendor names the phone only once."""
    if not line.described:
        return AfricasTalkingUssd(environment.africastalking_tokens, clock), False
    form, tokens = described(line.style, line.form), environment.tokens_of(name)
    callback = f"{environment.public_url}/ussd/{name}/{tokens[0] if tokens else ''}"
    code = line.code or config.numbers.ussd
    return Aggregator(name, form, tokens, clock, code, callback), "phone" in form.optional
