"""Requests that no gateway sends, against the real server: refused in order, alike, and without a row."""

import socket
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from support.callers import FORM, Wire, callback
from support.databases import sqlite_url
from support.neighbours import neighbours
from support.server import PATH, TOKEN, Installation, Running

from loket.bench.processes import memory_mb
from store.schema import metadata
from ussd.gateway import BODY

pytestmark = [pytest.mark.ring, pytest.mark.xdist_group("servers")]

MIB = 1024 * 1024
GROWTH_MB = 20.0
GOOD = urlencode(callback("ATUid_hostile", "+6281299990001", ["1"])).encode()
SMS = f"/sms/africastalking/{TOKEN}"
BESIDE = {  # Paths that do not bear the word.
    "no word": "/ussd/africastalking/",
    "no end": "/ussd/africastalking",
    "one letter off": PATH[:-1] + "z",
    "a letter more": PATH + "z",
    "a letter less": PATH[:-1],
    "in capitals": PATH.upper().replace("/USSD/AFRICASTALKING", "/ussd/africastalking"),
    "in the query": f"/ussd/africastalking/?token={TOKEN}",
    "one room further": f"/ussd/africastalking//{TOKEN}",
    "of another vendor": f"/ussd/aggregator/{TOKEN}",
    "of another channel": f"/sms/console/{TOKEN}/receipts",
    "where SMS are reported": "/sms/africastalking/wrong/receipts",
    "no vendor": f"/ussd//{TOKEN}",
    "nothing at all": "/ussd/",
    "not ASCII": "/ussd/africastalking/%C3%A9%FF%00",
    "very long": "/ussd/africastalking/" + "x" * 4000,
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One server for all of these: the gateway looks at a request before any database does."""
    with neighbours() as near:
        installation = Installation(tmp_path_factory.mktemp("hostile"), sqlite_url(), near)
        installation.start().ready()
        yield installation
        installation.close()


@pytest.fixture(scope="module")
def server(place: Installation) -> Running:
    return place.running


@pytest.fixture
def wire(place: Installation) -> Iterator[Wire]:
    with Wire(place.port) as line:
        yield line


def rows(place: Installation) -> dict[str, int]:
    """What the server does by the clock, such as forgetting by age, is nobody's request."""
    return {name: len(place.rows(name)) for name in metadata.tables if name != "chores"}


@pytest.fixture(autouse=True)
def no_row(place: Installation) -> Iterator[None]:
    """Whatever a test here sends, nothing of it is kept and the word of the path is not logged."""
    before = rows(place)
    yield
    assert rows(place) == before
    assert TOKEN.encode() not in place.logs.read_bytes()


@pytest.mark.parametrize("where", BESIDE)
@pytest.mark.parametrize("method", ["POST", "GET", "PUT", "DELETE"])
def test_without_the_word_there_is_nothing(wire: Wire, where: str, method: str) -> None:
    """Whatever else is wrong with the request, the answer is the same to the byte."""
    for kind, body in ((FORM, GOOD), ("application/json", b"{}"), ("", b"\xff" * 9000)):
        assert wire.send(method, BESIDE[where], body, {"Content-Type": kind}) == (404, b"not found")
        assert wire.send(method, BESIDE[where] + "/events", body, {"Content-Type": kind})[0] == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", [PATH, f"{PATH}/events", SMS, f"{SMS}/receipts"])
def test_only_post(wire: Wire, method: str, path: str) -> None:
    assert wire.send(method, path, b"\xff" * 9000, {"Content-Type": "text/plain"}) == (405, b"POST only")


@pytest.mark.parametrize(
    "kind",
    ["", "application/json", "multipart/form-data; boundary=x", "text/plain", f"{FORM}; charset=utf-16", f"{FORM}x"],
)
def test_only_a_form_in_utf_8(wire: Wire, kind: str) -> None:
    status, reason = wire.send("POST", PATH, b"\xff" * 9000, {"Content-Type": kind})
    assert (status, reason.endswith(b" only")) == (415, True)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "identity, gzip"])
def test_nothing_is_unpacked(wire: Wire, coding: str) -> None:
    headers = {"Content-Type": FORM, "Content-Encoding": coding}
    assert wire.send("POST", PATH, GOOD, headers) == (415, b"no content encoding")


def test_no_more_than_fits_a_talk(wire: Wire) -> None:
    body = GOOD + b"1" * (BODY + 1 - len(GOOD))
    assert wire.send("POST", PATH, body, {"Content-Type": FORM}) == (413, b"at most 8192 bytes")


@pytest.mark.parametrize("body", [b"1" * MIB, b"&a=1" * 10_000])
def test_what_is_much_too_long_is_not_read_to_its_end(wire: Wire, body: bytes) -> None:
    """Who still sends when the answer comes may see nothing but a closed line."""
    assert wire.send("POST", PATH, GOOD + body, {"Content-Type": FORM})[0] in (413, 0)


def test_a_body_of_64_mib_costs_no_memory(place: Installation, server: Running) -> None:
    before = memory_mb(server.pid)
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: {64 * MIB}\r\n\r\n"
    assert flood(place.port, head.encode(), b"a" * MIB, 64) in (413, 0)  # 0: it hung up before the end.
    assert memory_mb(server.pid) - before < GROWTH_MB


def test_chunks_without_an_end_cost_no_memory(place: Installation, server: Running) -> None:
    before = memory_mb(server.pid)
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = f"{MIB:x}\r\n".encode() + b"a" * MIB + b"\r\n"
    assert flood(place.port, head.encode(), chunk, 64) in (413, 0)
    assert memory_mb(server.pid) - before < GROWTH_MB


def flood(port: int, head: bytes, piece: bytes, times: int) -> int:
    """Send until the server has answered or hung up; the status, or 0."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        try:
            line.sendall(head)
            line.settimeout(0.02)
            for _ in range(times):
                try:
                    answer = line.recv(4096)
                except TimeoutError:
                    line.settimeout(10)
                    line.sendall(piece)
                    line.settimeout(0.02)
                else:
                    break
            else:
                line.settimeout(10)
                answer = line.recv(4096)
        except OSError:
            return 0
    return int(answer.split()[1]) if answer else 0


FIELDS = callback("ATUid_hostile", "+6281299990001", ["1"])
BAD: dict[str, bytes] = {
    "empty": b"",
    "no field": b"x=1",
    **{f"no {name}": urlencode({k: v for k, v in FIELDS.items() if k != name}).encode() for name in FIELDS},
    **{f"{name} twice": GOOD + f"&{name}=1".encode() for name in FIELDS},
    "a raw plus": GOOD.replace(b"%2B62", b"+62"),
    "a number without plus": GOOD.replace(b"%2B62", b"62"),
    "a number that is none": GOOD.replace(b"%2B6281299990001", b"%2Babc"),
    "digits of another script": GOOD.replace(b"6281299990001", "٦٢٨١٢٩٩٩٩٠٠٠١".encode()),
    "NUL": GOOD + b"%00",
    "a raw NUL": GOOD + b"\x00",
    "a control character": GOOD + b"%1B",
    "a line's end": GOOD + b"%0A",
    "invalid UTF-8": GOOD + b"%FF%FE",
    "a lone surrogate": GOOD + b"%ED%A0%80",
    "an overlong slash": GOOD + b"%C0%AF",
    "raw bytes": GOOD + b"\xff\xfe",
    "a half escape": GOOD + b"%f0%9f",
    "an empty session": GOOD.replace(b"ATUid_hostile", b""),
    "a session with a quote": GOOD.replace(b"ATUid_hostile", b"a'--"),
    "a session without end": GOOD.replace(b"ATUid_hostile", b"a" * 500),
    "a text without end": GOOD + b"1" * 3000,
    "two thousand fields": GOOD + b"&a=1" * 1900,
    "fields without names": GOOD + b"&=1&=2",
    "fields without values": GOOD + b"&a&b",
    "only marks": b"&" * 4000,
    "JSON": b'{"sessionId": 1}',
    "a form of arrays": GOOD.replace(b"text=", b"text[]="),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_not_the_form_is_refused_with_a_reason(wire: Wire, what: str) -> None:
    status, reason = wire.send("POST", PATH, BAD[what], {"Content-Type": FORM})
    assert status == 400
    assert 0 < len(reason) < 60
    assert b"6281299990001" not in reason


WRITTEN = {
    "id": "ATXid_hostile",
    "from": "+6281299990001",
    "to": "99123",
    "text": "CEK",
    "date": "2026-11-20T05:00:00Z",
}
LETTER = urlencode(WRITTEN).encode()
BAD_LETTERS: dict[str, bytes] = {
    "empty": b"",
    **{f"no {name}": urlencode({k: v for k, v in WRITTEN.items() if k != name}).encode() for name in WRITTEN},
    **{f"{name} twice": LETTER + f"&{name}=1".encode() for name in WRITTEN},
    "no day": LETTER.replace(b"2026-11-20", b"2026-13-40"),
    "a number too long": LETTER.replace(b"6281299990001", b"6281299990001" * 3),
    "digits of another script": LETTER.replace(b"6281299990001", "٦٢٨١٢٩٩٩٩٠٠٠١".encode() + b"0000000"),
    "an empty id": LETTER.replace(b"ATXid_hostile", b""),
    "invalid UTF-8": LETTER.replace(b"CEK", b"%FF%FE"),
    "a lone surrogate": LETTER.replace(b"CEK", b"%ED%A0%80"),
    "JSON": b'{"id": 1}',
    "two thousand fields": LETTER + b"&a=1" * 1900,
}


@pytest.mark.parametrize("what", BAD_LETTERS)
def test_a_message_that_is_not_the_form_is_refused_with_a_reason(wire: Wire, what: str) -> None:
    status, reason = wire.send("POST", SMS, BAD_LETTERS[what], {"Content-Type": FORM})
    assert status == 400
    assert 0 < len(reason) < 60
    assert b"6281299990001" not in reason


@pytest.mark.parametrize("kind", ["", "application/json", "text/plain", f"{FORM}; charset=utf-16"])
def test_messages_and_reports_come_as_forms_of_no_great_length(wire: Wire, kind: str) -> None:
    for path in (SMS, f"{SMS}/receipts"):
        assert wire.send("POST", path, LETTER, {"Content-Type": kind})[0] == 415
        assert wire.send("POST", path, LETTER + b"1" * BODY, {"Content-Type": FORM})[0] in (413, 0)


@pytest.mark.parametrize(
    "path",
    [
        f"/sms/africastalking/{TOKEN}z",
        f"{SMS}/more",
        "/sms/africastalking",
        "/sms//x",
        f"/whatsapp/africastalking/{TOKEN}",
        f"/voice/africastalking/{TOKEN}",
        "/voice",
    ],
)
def test_no_other_room_has_a_door(wire: Wire, path: str) -> None:
    assert wire.send("POST", path, LETTER, {"Content-Type": FORM}) == (404, b"not found")


@pytest.mark.parametrize("sender", ["TELKOMSEL", "99123", ""])
def test_what_no_person_wrote_is_thanked_for_and_not_kept(wire: Wire, sender: str) -> None:
    """An answer to an operator's advertisement would be answered by its machine."""
    body = urlencode(WRITTEN | {"from": sender}).encode()
    assert wire.send("POST", SMS, body, {"Content-Type": FORM})[0] == 200


@pytest.mark.parametrize("status", ["Done", "", "success", "Failed\x00"])
def test_a_report_of_an_end_has_to_say_which(wire: Wire, status: str) -> None:
    body = urlencode({k: v for k, v in FIELDS.items() if k != "text"} | {"status": status}).encode()
    assert wire.send("POST", f"{PATH}/events", body, {"Content-Type": FORM})[0] == 400


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET\r\n\r\n",
        b"POST " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
        b"POST " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 3000 + b"\r\n",
        b"POST " + b"/" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_what_is_not_http_gets_a_4xx_or_nothing(place: Installation, raw: bytes) -> None:
    assert flood(place.port, raw, b"", 1) in (0, *range(400, 500))


def test_an_answer_says_nothing_of_another_origin(wire: Wire) -> None:
    """No header of a proxy changes what is refused."""
    headers = {
        "Content-Type": FORM,
        "X-Forwarded-For": "196.201.214.200",
        "X-Original-URL": PATH,
        "Host": "evil.example",
    }
    assert wire.send("POST", BESIDE["one letter off"], GOOD, headers) == (404, b"not found")
