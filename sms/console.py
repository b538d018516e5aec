"""The development gateway: a message is sent by showing it to whoever runs the process."""

import sys
from collections.abc import Callable

from bot.messages import Channel
from bot.wire import Request, Response
from sms.gateway import BODY, Brought, Outbound, Sent


def to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")


class ConsoleGateway:
    """Writes one line a message, the number masked to its last four digits. Nothing comes in this way."""

    name = "console"
    channels = frozenset({Channel.SMS, Channel.WHATSAPP})
    most = BODY

    def __init__(self, write: Callable[[str], None] = to_stderr) -> None:
        self._write = write

    def addressed(self, request: Request) -> bool:
        return False

    def unfit(self, request: Request) -> Response | None:
        return None

    def read(self, request: Request) -> Brought:
        raise ValueError("nobody writes by the console")

    def send(self, message: Outbound) -> Sent:
        self._write(f"{message.channel} to …{message.to[-4:]}: {message.body}")
        return Sent(f"console-{message.id}")
