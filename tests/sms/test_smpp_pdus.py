"""What an SMSC may send: read as the standard says, and refused with a status where it cannot be read."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.smsc import deliver_body, pdu, receipt, tlv

from sms.bind import account
from sms.gateway import Delivery, Receipt
from sms.smpp_pdus import BadPdu, BadStream, Frames, read_deliver, write
from sms.smpp_texts import decoded, is_receipt, piece_of, receipts_of

FROM = "6281200000001"


def test_pdus_are_cut_out_of_the_stream_wherever_it_is_torn() -> None:
    stream = pdu(0x80000004, 0x58, 7) + pdu(0x05, 0, 8, deliver_body(FROM, b"1")) + pdu(0x80000000, 3, 9)
    for size in (1, 3, 16, len(stream)):
        frames = Frames()
        found = [one for at in range(0, len(stream), size) for one in frames.feed(stream[at : at + size])]
        assert [(one.name, one.response, one.status, one.sequence) for one in found] == [
            ("submit_sm", True, 0x58, 7),
            ("deliver_sm", False, 0, 8),
            ("generic_nack", True, 3, 9),
        ]


@pytest.mark.parametrize("length", [0, 15, 2**20])
def test_a_length_that_cannot_be_ends_the_stream(length: int) -> None:
    with pytest.raises(BadStream):
        list(Frames().feed(struct.pack(">LLLL", length, 5, 0, 1)))


def test_what_is_written_is_what_the_standard_says() -> None:
    octets = write("submit_sm", 5, source_addr_ton=5, source_addr="Loket", dest_addr_ton=1, dest_addr_npi=1,
                   destination_addr=FROM, registered_delivery=1, data_coding=0, short_message=b"\0a")  # fmt: skip
    body = b"\0" + b"\x05\0Loket\0" + b"\x01\x01" + FROM.encode() + b"\0" + bytes(3) + bytes(2)
    assert octets == pdu(0x04, 0, 5, body + b"\x01\0\0\0" + b"\x02\0a")
    assert write("deliver_sm_resp", 6, 0x64) == pdu(0x80000005, 0x64, 6, b"\0")
    assert write("enquire_link", 7) == pdu(0x15, 0, 7)


def test_every_parameter_is_there_by_its_tag() -> None:
    tlvs = tlv(0x0501, b"\x02") + tlv(0x1400, b"vendor") + tlv(0x0427, b"\x00\x00\x02") + tlv(0x130C, b"")
    found = read_deliver(deliver_body(FROM, b"", tlvs=tlvs))
    assert found.tlvs == {0x0501: b"\x02", 0x1400: b"vendor", 0x0427: b"\x00\x00\x02", 0x130C: b""}


@given(st.integers(0, 60))
def test_a_message_that_is_cut_is_refused(at: int) -> None:
    body = deliver_body(FROM, b"hello", tlvs=tlv(0x1400, b"vendor"))
    whole = (len(body), len(body) - 10)  # With its parameter, and without.
    if at not in whole and at < len(body):
        with pytest.raises(BadPdu):
            read_deliver(body[:at])


@given(st.binary(max_size=300), st.integers(0, 255), st.integers(0, 255), st.binary(max_size=40))
def test_nothing_else_than_a_refusal_comes_of_nonsense(body: bytes, esm_class: int, coding: int, tlvs: bytes) -> None:
    for tried in (body, deliver_body(FROM, body[:254], esm_class=esm_class, coding=coding, tlvs=tlvs)):
        with suppress(BadPdu):
            found = read_deliver(tried)
            if is_receipt(found):
                receipts_of(found, "decimal")
            elif piece := piece_of(found):
                decoded(piece.payload, piece.coding)


@pytest.mark.parametrize(
    ("payload", "coding", "text"),
    [
        (b"\x00\x1b\x65 Siti", 0, "@€ Siti"),
        (b"Siti`", 1, "Siti`"),
        (b"Jos\xe9", 3, "José"),
        ("Siti 😀".encode("utf-16-be"), 8, "Siti 😀"),
        (b"\xd8\x3d", 8, "\ufffd"),
    ],
)
def test_alphabets(payload: bytes, coding: int, text: str) -> None:
    assert decoded(payload, coding) == text


def test_other_headers_stand_beside_the_one_of_parts() -> None:
    header = bytes((0x0B, 0x05, 4, 0, 1, 0, 2, 0x00, 3, 9, 3, 2))
    piece = piece_of(read_deliver(deliver_body(FROM, header + b"abc", esm_class=0x40)))
    assert piece is not None
    assert (piece.reference, piece.number, piece.total, piece.payload) == (9, 2, 3, b"abc")


@pytest.mark.parametrize(
    ("source", "ton", "sender"),
    [
        (FROM, 1, "+" + FROM),
        ("+" + FROM, 0, "+" + FROM),
        (FROM, 0, "+" + FROM),
        ("081200000001", 0, "+" + FROM),
        ("81200000001", 2, "+" + FROM),
        ("60123456789", 1, "+60123456789"),
        ("3355", 3, None),
        ("TELKOMSEL", 5, None),
        ("", 0, None),
    ],
)
def test_senders(source: str, ton: int, sender: str | None) -> None:
    piece = piece_of(read_deliver(deliver_body(source, b"1", ton=ton)))
    assert (piece.sender if piece else None) == sender


@pytest.mark.parametrize(
    ("text", "tlvs", "ids", "found"),
    [
        (receipt("abc-1", "DELIVRD"), b"", "same", [("abc-1", Delivery.DELIVERED, "")]),
        (b"ID:7 STAT:undeliv", b"", "same", [("7", Delivery.PERMANENT_FAILURE, "undelivered")]),
        (b"", tlv(0x1E, b"7\0") + tlv(0x427, b"\x03"), "same", [("7", Delivery.TEMPORARY_FAILURE, "expired")]),
        (b"id:8 stat:X", tlv(0x1E, b"7") + tlv(0x427, b"\x02"), "same",
         [("7", Delivery.DELIVERED, ""), ("8", Delivery.DELIVERED, "")]),
        (b"id:255 stat:DELIVRD", tlv(0x1E, b"FF\0"), "decimal", [("255", Delivery.DELIVERED, "")]),
        (b"id:00FF stat:DELIVRD", b"", "hexadecimal", [("255", Delivery.DELIVERED, "")]),
        (b"stat:DELIVRD", b"", "same", []),
    ],
)  # fmt: skip
def test_receipts(text: bytes, tlvs: bytes, ids: str, found: list[tuple[str, Delivery, str]]) -> None:
    deliver = read_deliver(deliver_body(FROM, text, esm_class=0x04, tlvs=tlvs))
    assert receipts_of(deliver, ids) == [Receipt(*one) for one in found]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("address", "system_id", "password", "named"),
    [
        ("smsc.example", "loket", "secret", "ADDRESS"),
        ("smsc.example:0", "loket", "secret", "ADDRESS"),
        ("", "", "", "ADDRESS"),
        ("h:2775", "a-name-of-sixteen", "secret", "SYSTEM_ID"),
        ("h:2775", "loket", "nine-char", "PASSWORD"),
    ],
)
def test_an_account_that_cannot_be_is_refused(address: str, system_id: str, password: str, named: str) -> None:
    with pytest.raises(ValueError, match=f"LOKET_SMPP_{named}") as caught:
        account(address, system_id, password)
    assert password == "" or password not in str(caught.value)
    assert "secret" not in repr(account("[::1]:2775", "loket", "secret"))
