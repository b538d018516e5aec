"""The development gateway: a message is sent by showing it to whoever runs the process."""

import sys
from collections.abc import Callable, Sequence

from bot.messages import Channel, Inbound
from bot.wire import Request
from sms.gateway import Outbound, Receipt, Sent


def to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")


class ConsoleGateway:
    """Writes one line a message, the number masked to its last four digits. Nothing comes in this way."""

    name = "console"
    channels = frozenset({Channel.SMS, Channel.WHATSAPP})

    def __init__(self, write: Callable[[str], None] = to_stderr) -> None:
        self._write = write

    def authentic(self, request: Request) -> bool:
        return False

    def inbound(self, request: Request) -> Sequence[Inbound]:
        raise ValueError("nobody writes by the console")

    def receipts(self, request: Request) -> Sequence[Receipt]:
        raise ValueError("the console reports nothing")

    def send(self, message: Outbound) -> Sent:
        self._write(f"{message.channel} to …{message.to[-4:]}: {message.body}")
        return Sent(f"console-{message.id}")
