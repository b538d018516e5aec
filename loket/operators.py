"""Which operator a call came through: by what the gateway says, or by the number, for nobody takes theirs along."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import yaml


class Operator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How gateways name it, its codes of MCC and MNC, and how its numbers begin."""

    names: list[str]
    codes: list[str]
    prefixes: list[str]


class Operators:
    """The table of data/operators.yml."""

    def __init__(self, table: Mapping[str, Operator]) -> None:
        self.names = sorted(table)
        self._said = {said: name for name, each in table.items() for said in (name, *each.names, *each.codes)}
        self._prefixes = {prefix: name for name, each in table.items() for prefix in each.prefixes}

    def of(self, network: str, phone: str) -> str:
        """The operator, or nothing where it is none of ours."""
        return self._said.get(network.strip().lower()) or self._prefixes.get(phone[1:6], "")


def load(path: Path) -> Operators:
    document = yaml.load(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    return Operators(msgspec.convert(document, dict[str, Operator]))
