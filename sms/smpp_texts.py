"""What is said in a deliver_sm: parts of a person's message, or what became of one of ours. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot import gsm7
from bot.parsers import msisdn
from sms.bind import Ids
from sms.gateway import Delivery, Receipt
from sms.smpp_pdus import (
    MESSAGE_STATE,
    NEVER,
    RECEIPTED_MESSAGE_ID,
    SAR_NUMBER,
    SAR_REFERENCE,
    SAR_TOTAL,
    USSD_SERVICE_OP,
    BadPdu,
    Deliver,
)

INTERNATIONAL = 1  # The type of number that stands for a country code in front.
KIND, RECEIPT, INTERIM, HEADED = 0b0011_1100, 0b0000_0100, 0b0010_0000, 0b0100_0000  # Bits of esm_class.
PARTS = 20  # More parts of one message nobody types.
LONGEST = 8 * 1024  # Octets of one, as of a webhook.

STATES = {
    "ENROUTE": (Delivery.SENDING, ""),
    "ACCEPTD": (Delivery.SENDING, ""),
    "DELIVRD": (Delivery.DELIVERED, ""),
    "EXPIRED": (Delivery.TEMPORARY_FAILURE, "expired"),
    "DELETED": (Delivery.TECHNICAL_FAILURE, "deleted"),
    "UNDELIV": (Delivery.PERMANENT_FAILURE, "undelivered"),
    "REJECTD": (Delivery.PERMANENT_FAILURE, "rejected"),
}
OF_NUMBER = {1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD", 8: "REJECTD"}
UNKNOWN = (Delivery.SENDING, "unknown_state")

_ID = re.compile(r"\bid:\s*([^\s]{1,64})", re.IGNORECASE)
_STAT = re.compile(r"\bstat:\s*([A-Za-z]{1,10})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """A message of a person, or a part of one. `reference`: what its parts have in common, None for a whole one."""

    sender: str = field(repr=False)  # E.164.
    to: str
    payload: bytes = field(repr=False)
    coding: int
    reference: int | None = None
    number: int = 1
    total: int = 1


def is_receipt(deliver: Deliver) -> bool:
    """By its class; or by what it carries, for there are SMSCs that leave the class at nought."""
    kind = deliver.esm_class & KIND
    return kind in (RECEIPT, INTERIM) or (not kind and {RECEIPTED_MESSAGE_ID, MESSAGE_STATE} <= deliver.tlvs.keys())


def is_ussd(deliver: Deliver) -> bool:
    """Whether it belongs to a USSD dialogue, which is none of the business of messages."""
    return USSD_SERVICE_OP in deliver.tlvs


def receipts_of(deliver: Deliver, ids: Ids) -> list[Receipt]:
    """What it reports, under each name that it may mean, the likeliest first; nothing where it names no message."""
    text = deliver.payload.decode("latin-1")
    delivery, reason = _state(deliver, _STAT.search(text))
    written = [of_receipt(found, ids) for found in _ID.findall(text)[:1]]
    tlv = deliver.tlvs.get(RECEIPTED_MESSAGE_ID, b"").partition(b"\0")[0].decode("latin-1").strip()
    carried = [of_answer(tlv, ids)] if tlv else []
    # Where the two are written in different ways, only of the text it is known in which.
    names = carried + written if ids == "same" else written + carried
    return [Receipt(name, delivery, reason) for name in dict.fromkeys(names)]


def of_answer(id: str, ids: Ids) -> str:
    """The SMSC's name of a message in a submit_sm_resp, as it is kept."""
    return _counted(id, 16 if ids == "decimal" else 10) if ids != "same" else id


def of_receipt(id: str, ids: Ids) -> str:
    """The same name in the text of a receipt."""
    return _counted(id, 10 if ids == "decimal" else 16) if ids != "same" else id


def piece_of(deliver: Deliver) -> Piece | None:
    """The message; None where no person wrote it who could be answered. Raises BadPdu."""
    sender = _sender(deliver)
    if sender is None:
        return None
    if len(deliver.payload) > LONGEST:
        raise BadPdu("too long", NEVER)
    _alphabet(deliver.data_coding)
    reference, total, number, payload = _concatenated(deliver)
    if total < 2:
        return Piece(sender, deliver.destination, payload, deliver.data_coding)
    if not 1 <= number <= total <= PARTS:
        raise BadPdu("no such part", NEVER)
    return Piece(sender, deliver.destination, payload, deliver.data_coding, reference, number, total)


def decoded(payload: bytes, coding: int) -> str:
    """The words. What cannot be read becomes a sign that says so; raises BadPdu where they are no words."""
    alphabet = _alphabet(coding)
    return gsm7.decode(payload) if alphabet == "gsm" else payload.decode(alphabet, "replace")


def _alphabet(coding: int) -> str:
    """By data_coding: 0 the SMSC's default, 1 ASCII, 3 Latin 1, 8 UCS-2; or a message class with one of them."""
    match coding:
        case 1:
            return "ascii"
        case 3:
            return "latin-1"
        case 8 | 0x18 | 0x19 | 0x1A | 0x1B:
            return "utf-16-be"
        case 0 | 0x10 | 0x11 | 0x12 | 0x13 | 0xF0 | 0xF1 | 0xF2 | 0xF3:
            return "gsm"
        case _:
            raise BadPdu("no words", NEVER)


def _sender(deliver: Deliver) -> str | None:
    """In E.164; None for a short code or a name: an operator's advertisement."""
    address = deliver.source.removeprefix("+")
    if not re.fullmatch(r"[0-9]{7,15}", address):
        return None
    if deliver.source_ton == INTERNATIONAL or deliver.source.startswith("+"):
        return f"+{address}"
    try:
        return str(msisdn(address))
    except ValueError:
        return f"+{address}" if address[0] != "0" else None


def _concatenated(deliver: Deliver) -> tuple[int, int, int, bytes]:
    """Reference, how many parts, which one, and its octets without the header: by header or by parameters."""
    if deliver.esm_class & HEADED:
        length = deliver.payload[0] + 1 if deliver.payload else 1
        if length > len(deliver.payload):
            raise BadPdu("a header without an end", NEVER)
        header, rest = deliver.payload[1:length], deliver.payload[length:]
        return (*next(_concatenations(header), (0, 1, 1)), rest)
    tlvs = deliver.tlvs
    if {SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER} <= tlvs.keys():
        reference, total, number = (int.from_bytes(tlvs[tag]) for tag in (SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER))
        return reference, total, number, deliver.payload
    return 0, 1, 1, deliver.payload


def _concatenations(header: bytes) -> Iterator[tuple[int, int, int]]:
    """The elements of a header that tell of parts: those with a reference of 8 bits and of 16."""
    while len(header) >= 2:
        element, length = header[0], header[1]
        value, header = header[2 : 2 + length], header[2 + length :]
        match element, len(value):
            case (0x00, 3) | (0x08, 4):
                yield int.from_bytes(value[:-2]), value[-2], value[-1]
            case _:
                pass


def _state(deliver: Deliver, written: re.Match[str] | None) -> tuple[Delivery, str]:
    """By the word in the text, else by the number beside it."""
    number = int.from_bytes(deliver.tlvs.get(MESSAGE_STATE, b"\0")[:1])
    named = STATES.get(written[1].upper()) if written else None
    return named or STATES.get(OF_NUMBER.get(number, ""), UNKNOWN)


def _counted(id: str, base: int) -> str:
    """The number that a name writes to this base, in decimal; the name itself where it is none."""
    try:
        return str(int(id, base))
    except ValueError:
        return id
