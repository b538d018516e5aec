"""The gateways' own forms of a call, as the vendors send them, and what proves them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, Protocol
from urllib.parse import urlencode
from uuid import uuid4

from loket.demo_accounts import META_NUMBER, TWILIO_ACCOUNT, WORD
from loket.scenario import Failed, ScenarioError
from ussd.styles import styles

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CODE = "*123*456#"


class Sent(NamedTuple):
    """One request of a gateway; sent again it is the same, byte for byte."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"


class Heard(NamedTuple):
    status: int
    body: str
    headers: Mapping[str, str] = MappingProxyType({})  # Lower-case names.


Post = Callable[[Sent], Heard]


@dataclass(frozen=True, slots=True)
class Keys:
    """What proves the vendors: the secret last part of the paths, and what Twilio and Meta sign by. The demo's are
    those that nobody names. `public_url`: where Twilio finds the server, which it signs too."""

    token: str = field(default=WORD, repr=False)
    public_url: str = ""
    twilio_account: str = TWILIO_ACCOUNT
    twilio_token: str = field(default=WORD, repr=False)
    meta_number: str = META_NUMBER
    meta_secret: str = field(default=WORD, repr=False)


@dataclass(slots=True)
class Call:
    """One dialogue on a line: what was typed in it, and every callback with its answer."""

    phone: str
    session: str = field(default_factory=lambda: f"ATUid_{uuid4().hex}")
    typed: list[str] = field(default_factory=list)
    turns: list[tuple[Sent, Heard]] = field(default_factory=list)
    open: bool = True


class AfricasTalkingLine:
    """A form that repeats all that was typed; CON or END in front of the page."""

    def __init__(self, keys: Keys) -> None:
        self._path = f"/ussd/africastalking/{keys.token}"

    def callback(self, call: Call, typed: Sequence[str]) -> Sent:
        return Sent(self._path, FORM, urlencode(self._fields(call) | {"text": "*".join(typed)}, safe="*").encode())

    def ended(self, call: Call, status: str) -> Sent:
        fields = self._fields(call) | {
            "status": status,
            "input": "*".join(call.typed),
            "hopsCount": str(len(call.turns)),
        }
        return Sent(f"{self._path}/events", FORM, urlencode(fields, safe="*").encode())

    def page(self, heard: Heard) -> tuple[str, bool]:
        """The page, and whether the line is closed. Failed where an operator would show an error."""
        if heard.status != 200 or not heard.body.startswith(("CON ", "END ")):
            raise Failed(
                "the operator shows an error", "a page behind CON or END", f"HTTP {heard.status}\n{heard.body}"
            )
        return heard.body[4:], heard.body.startswith("END ")

    def _fields(self, call: Call) -> dict[str, str]:
        return {"sessionId": call.session, "phoneNumber": call.phone, "networkCode": "99999", "serviceCode": CODE}


class Line(Protocol):
    """One gateway's form of a call."""

    def callback(self, call: Call, typed: Sequence[str]) -> Sent: ...
    def ended(self, call: Call, status: str) -> Sent | None: ...
    def page(self, heard: Heard) -> tuple[str, bool]: ...


def line(name: str, keys: Keys) -> Line:
    """The form of a call at this gateway: `africastalking`, a style of data/gateways, or `name=style` where a
    connection has another name. ScenarioError where nobody wrote it down."""
    if name == "africastalking":
        return AfricasTalkingLine(keys)
    from loket.scenario.described import DescribedLine

    connection, _, style = name.partition("=")
    if (style or connection) not in styles():
        raise ScenarioError(f"ussd: no form of {style or connection} is known, only {', '.join(styles())}")
    return DescribedLine(connection, style or connection, keys)
