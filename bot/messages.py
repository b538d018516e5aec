"""What passes between a channel and the conversation: a message in, a sentence by name, a reply, a fitted page.

What a replay makes by the dozen is a msgspec.Struct: it costs an eighth of a frozen dataclass to make.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Union

import msgspec


class Channel(StrEnum):
    USSD = "ussd"
    SMS = "sms"
    WHATSAPP = "whatsapp"


class SessionEvent(StrEnum):
    NEW = "new"
    RESUME = "resume"
    CLOSE = "close"


class Attachment(StrEnum):
    """What came with a message, or instead of words. `text` then holds what is said below."""

    NONE = ""
    PHOTO = "photo"  # Its caption. Nothing of the picture itself is fetched or kept.
    VOICE = "voice"  # The vendor's name of the recording.
    LOCATION = "location"  # "latitude,longitude" in degrees.
    OTHER = "other"  # Its caption.
    CALL = "call"  # Nothing: the phone rang once and was turned down. The answer is a message.


class OneInput(msgspec.Struct, frozen=True):
    """Of a gateway that sends one input a turn and nothing of those before: what the state has to tell apart."""

    numbered: bool = False  # The message's id tells a repeat from the same input typed again.
    window: int = 2  # Seconds in which the same message again is a repeat, where nothing numbers the turns.
    life: int = 600  # Seconds of silence after which a dialogue is over, should its id come again.
    otherwise: str | None = None  # What was typed, should the dialogue that this seems to begin be open already.

    def __repr__(self) -> str:
        return "OneInput()"


class Inbound(msgspec.Struct, frozen=True):
    """One message from a person, whatever vendor brought it. Its repr shows nothing that was typed."""

    id: str  # Equal for a gateway's retry of the same message. It may hold what was typed: never store it plain.
    channel: Channel
    gateway: str
    sender: str  # E.164 where there is a number; else the channel's own id.
    text: str  # What was typed now.
    event: SessionEvent
    received_at: datetime  # Aware, UTC.
    dialogue: str = ""  # The gateway's session id.
    transcript: str | None = None  # All that was typed in this dialogue, where the gateway repeats it.
    attachment: Attachment = Attachment.NONE
    also: str = ""  # The channel's own id of the same person, where the vendor tells it beside the number.
    one_input: OneInput | None = None  # Where a gateway of screens does not repeat it.
    network: str = ""  # What the gateway calls the operator, where it names one.

    def __repr__(self) -> str:
        return f"Inbound({self.channel} {self.gateway} {self.event})"


Value = Union[str, int, date, "Text"]
NO_VALUES: Mapping[str, Value] = MappingProxyType({})


class Text(msgspec.Struct, frozen=True):
    """A sentence of the catalogue, by name, with the values for its placeholders. A value may itself be a sentence."""

    id: str
    values: Mapping[str, Value] = NO_VALUES

    def __repr__(self) -> str:
        return f"Text({self.id})"


class Choice(msgspec.Struct, frozen=True):
    """One numbered option as a person sees it; `detail`: what a list says below it."""

    key: str
    label: str
    detail: str = ""


class Reply(msgspec.Struct, frozen=True):
    """What is to be said, before it is fitted to a screen. `more`: how a page says that another is behind it."""

    body: str
    choices: tuple[Choice, ...] = ()
    ends: bool = False
    more: Choice = Choice("9", "Lanjut")

    def __repr__(self) -> str:
        return f"Reply({len(self.body)} characters)"


class Page(msgspec.Struct, frozen=True):
    """What is said on one screen or in one message, fitted to its channel.

    `choices` are what a channel shows as buttons or a list; elsewhere they are lines of the body.
    """

    body: str
    choices: tuple[Choice, ...] = ()
    ends: bool = False

    def __repr__(self) -> str:
        return f"Page({len(self.body)} characters)"
