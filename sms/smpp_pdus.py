"""PDUs of SMPP 3.4, by smpplib: written as it writes them, read more strictly than it reads them."""

import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from smpplib import command, consts
from smpplib.command_codes import get_command_code
from smpplib.ptypes import ostr

HEADER = 16
LONGEST = 70 * 1024  # Octets of a PDU: a message_payload has up to 64 KiB. More is no PDU.
RESPONSE = 0x80000000
COMMANDS = (
    "bind_transceiver", "submit_sm", "deliver_sm", "enquire_link", "unbind", "generic_nack", "alert_notification",
)  # fmt: skip
NAMES: dict[int, str] = {get_command_code(name): name for name in COMMANDS}

# The parameters behind the message that anybody here asks for.
RECEIPTED_MESSAGE_ID, MESSAGE_STATE, MESSAGE_PAYLOAD, USSD_SERVICE_OP = 0x001E, 0x0427, 0x0424, 0x0501
SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER = 0x020C, 0x020E, 0x020F

OK = consts.SMPP_ESME_ROK
BAD_LENGTH, BAD_COMMAND = consts.SMPP_ESME_RINVCMDLEN, consts.SMPP_ESME_RINVCMDID
NOT_NOW, NEVER, NOT_WANTED = 0x64, 0x65, 0x66  # ESME_RX_T_APPN, ESME_RX_P_APPN, ESME_RX_R_APPN


class BadPdu(ValueError):
    """A PDU that cannot be what it says. `status` is what it is answered with; the text quotes nothing."""

    def __init__(self, why: str, status: int = BAD_LENGTH) -> None:
        super().__init__(why)
        self.status = status


class BadStream(Exception):
    """What comes is no SMPP: where the next PDU begins cannot be known any more."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One PDU with its body as it came. `name` is the command's, the same for a request and its response."""

    name: str
    response: bool
    status: int
    sequence: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Deliver:
    """What an SMSC hands us: a message or a receipt. `tlvs`: every optional parameter by its tag, known or not."""

    source: str = field(repr=False)
    source_ton: int
    destination: str = field(repr=False)
    esm_class: int
    data_coding: int
    payload: bytes = field(repr=False)
    tlvs: dict[int, bytes] = field(repr=False)


class Frames:
    """Cuts a stream into PDUs."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, octets: bytes) -> Iterator[Pdu]:
        """The PDUs that are whole by now. Raises BadStream."""
        self._rest += octets
        while len(self._rest) >= HEADER:
            length, code, status, sequence = struct.unpack(">LLLL", self._rest[:HEADER])
            if not HEADER <= length <= LONGEST:
                raise BadStream
            if len(self._rest) < length:
                return
            body, self._rest = self._rest[HEADER:length], self._rest[length:]
            yield Pdu(NAMES.get(code & ~RESPONSE, NAMES.get(code, "")), code >= RESPONSE, status, sequence, body)


def read_deliver(body: bytes) -> Deliver:
    """The body of a deliver_sm. Raises BadPdu."""
    found: Any = StrictDeliver()
    found.parse_params(body)
    tlvs: dict[int, bytes] = found.tlvs
    payload = found.short_message or tlvs.get(MESSAGE_PAYLOAD, b"")
    source, destination = found.source_addr.decode("latin-1"), found.destination_addr.decode("latin-1")
    return Deliver(source, found.source_addr_ton, destination, found.esm_class, found.data_coding, payload, tlvs)


def read_message_id(body: bytes) -> str:
    """The SMSC's name of a message, from a submit_sm_resp; empty where it gives none."""
    return body.partition(b"\0")[0].decode("latin-1").strip()


def write(name: str, sequence: int, status: int = OK, **fields: Any) -> bytes:
    """The octets of a PDU. smpplib takes text for addresses and octets for the message."""
    pdu: Any = command.factory(name, client=_Numbered, status=status, **fields)
    pdu.sequence = sequence
    octets: bytes = pdu.generate()
    return octets


class _Numbered:
    """smpplib asks for a number for each PDU that it makes; ours is written over it."""

    sequence = 0

    @staticmethod
    def next_sequence() -> int:
        return 0


class StrictDeliver(command.DeliverSM):  # type: ignore[misc]  # The library has no types.
    """smpplib's deliver_sm, but nothing in it is taken on trust.

    As it comes, a parameter that it does not list ends the reader with a KeyError (ussd_service_op is one), one of
    another length shifts all that follow, and a text without its end starts the reading anew.
    """

    def __init__(self) -> None:
        self.tlvs: dict[int, bytes] = {}
        super().__init__("deliver_sm", need_sequence=False)

    def parse_params(self, data: bytes) -> None:
        parsers = {int: self._parse_int, str: self._parse_string, ostr: self._parse_ostring}
        pos = 0
        for name in itertools.takewhile(lambda name: not self.field_is_optional(name), self.params_order):
            data, pos = parsers[self.params[name].type](name, data, pos)
        self.parse_optional_params(data[pos:])

    def parse_optional_params(self, data: bytes) -> None:
        while data:
            tag, length = struct.unpack(">HH", data[:4]) if len(data) >= 4 else (0, len(data))
            if len(data) < 4 + length:
                raise BadPdu("a parameter without an end", consts.SMPP_ESME_RINVOPTPARSTREAM)
            self.tlvs[tag], data = data[4 : 4 + length], data[4 + length :]

    def _parse_int(self, name: str, data: bytes, pos: int) -> tuple[bytes, int]:
        if pos >= len(data):
            raise BadPdu("it ends too early")
        setattr(self, name, data[pos])  # Every number before the message has one octet.
        return data, pos + 1

    def _parse_string(self, name: str, data: bytes, pos: int, length: int | None = None) -> tuple[bytes, int]:
        end = data.find(b"\0", pos, pos + self.params[name].max)
        if end < 0:
            raise BadPdu("a text without an end")
        setattr(self, name, data[pos:end])
        return data, end + 1

    def _parse_ostring(self, name: str, data: bytes, pos: int, length: int | None = None) -> tuple[bytes, int]:
        end = pos + self.sm_length
        if end > len(data):
            raise BadPdu("it ends too early")
        setattr(self, name, data[pos:end])
        return data, end
