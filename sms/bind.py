"""What has to be settled with an operator before its SMSC takes and brings messages by SMPP 3.4."""

from typing import Annotated, Literal

import msgspec

Seconds = Annotated[float, msgspec.Meta(gt=0, le=600)]
# How receipts write the name that the SMSC has given a message: as it was given, or in another base.
Ids = Literal["same", "decimal", "hexadecimal"]


class Bind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The terms of a bind. The address and the account are in the environment: LOKET_SMPP_*."""

    sender: Annotated[str, msgspec.Meta(max_length=20)] = ""  # Short code, number or name; empty: the SMSC's choice.
    sender_ton: Annotated[int, msgspec.Meta(ge=0, le=6)] = 0  # 1 international, 3 short code, 5 a name.
    sender_npi: Annotated[int, msgspec.Meta(ge=0, le=18)] = 0  # 1 a telephone number.
    system_type: Annotated[str, msgspec.Meta(max_length=12)] = ""
    tls: bool = False
    # Messages that may wait for the SMSC's answer at once; as many a killed process may send twice.
    window: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    receipt_ids: Ids = "same"  # decimal: given in hexadecimal and reported in decimal; hexadecimal: the other way.
    answer_seconds: Annotated[float, msgspec.Meta(gt=0, le=15)] = 10  # Shorter than the lease of a job.
    enquire_seconds: Seconds = 30  # Of silence, until the SMSC is asked whether it is there.
    confirm_seconds: Seconds = 1  # After a person's message, until it is made sure that our thanks have arrived.
    first_wait: Seconds = 1  # Until the next try where the SMSC is away or wants less; doubled each time,
    longest_wait: Seconds = 60  # up to this.


class Account(msgspec.Struct, frozen=True):
    """Where the SMSC is, and who we are to it. Its repr shows no password."""

    host: str
    port: int
    system_id: str
    password: str

    def __repr__(self) -> str:
        return f"Account({self.host}:{self.port})"


def account(address: str, system_id: str, password: str) -> Account:
    """From `host:port` and the operator's letter. Raises ValueError, which says what is wrong and quotes nothing."""
    host, colon, port = address.rpartition(":")
    if not (host and colon and port.isdecimal() and 0 < int(port) < 65536):
        raise ValueError("LOKET_SMPP_ADDRESS is host:port, as in smsc.example:2775")
    if not 0 < len(system_id) <= 15 or not system_id.isascii():
        raise ValueError("LOKET_SMPP_SYSTEM_ID has 1 to 15 letters")
    if not 0 < len(password) <= 8 or not password.isascii():
        raise ValueError("LOKET_SMPP_PASSWORD has 1 to 8 letters: SMPP 3.4 has room for no more")
    return Account(host.strip("[]"), int(port), system_id, password)
