"""Every door of messages, calls and callbacks open: nonsense by who holds a key is refused, and nothing falls."""

import random
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from support.callers import FORM, Wire
from support.captured import PUBLIC, TWILIO_ACCOUNT, twilio_signature
from support.databases import DATABASES
from support.doors import (
    VERIFY,
    WORD,
    Knock,
    by_meta,
    by_twilio,
    doors,
    form,
    infobip_page,
    jasmin_message,
    meta_events,
    meta_message,
    ringing,
    twilio_message,
    written,
)
from support.neighbours import neighbours
from support.server import Installation

pytestmark = [pytest.mark.ring, pytest.mark.xdist_group("servers")]

PHONE = "+6281299990001"
MUTANTS = 150  # Of each door's request.
RECEIPT = {"MessageSid": f"SM{9:032x}", "AccountSid": TWILIO_ACCOUNT, "From": "+6281299900000", "To": PHONE,
           "MessageStatus": "failed", "ErrorCode": "30003"}  # fmt: skip
STATUS = {"id": "wamid.x", "status": "failed", "recipient_id": PHONE[1:], "timestamp": "1795209663",
          "errors": [{"code": 131026, "title": "x"}]}  # fmt: skip
VERIFICATION = f"/whatsapp/cloudapi?hub.mode=subscribe&hub.verify_token={VERIFY}&hub.challenge=1158201444"


@pytest.fixture(scope="module", params=DATABASES)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One server for all of these."""
    with neighbours() as near, doors() as opened:
        folder = tmp_path_factory.mktemp("doors")
        installation = Installation(folder, DATABASES[request.param](), near, doors=opened)
        installation.start().ready()
        yield installation
        installation.close()


@pytest.fixture
def wire(place: Installation) -> Iterator[Wire]:
    with Wire(place.port) as line:
        yield line


@pytest.fixture(autouse=True)
def nothing_falls(place: Installation) -> Iterator[None]:
    """Whatever comes, no turn and no request fails, the server lives, and no word of a path is logged."""
    before = place.logs.read_bytes().count(b"failed")
    yield
    said = place.logs.read_bytes()
    assert said.count(b"failed") == before, said.decode("utf-8", "replace").splitlines()[-3:]
    assert WORD.encode() not in said
    assert place.running.process.poll() is None


DOORS: Mapping[str, Callable[[], Knock]] = {
    "SMS by Twilio": lambda: twilio_message("sms", PHONE, "CEK"),
    "WhatsApp by Twilio": lambda: twilio_message("whatsapp", PHONE, "CEK"),
    "a receipt of Twilio's": lambda: by_twilio("/sms/twilio/receipts", RECEIPT),
    "WhatsApp by Meta": lambda: meta_message(PHONE, written("CEK")),
    "a receipt of Meta's": lambda: by_meta(meta_events(statuses=[STATUS])),
    "Meta's verification": lambda: Knock(VERIFICATION, method="GET"),
    "SMS by an aggregator": lambda: jasmin_message(PHONE, "CEK"),
    "a receipt of an aggregator's": lambda: _behind(form("/sms/jasmin", {"id": "m", "message_status": "DELIVRD"})),
    "USSD by an aggregator": lambda: infobip_page("s-1", "start", msisdn=PHONE[1:], text=""),
    "a call by Twilio": lambda: ringing("twilio", PHONE),
    "a call by Africa's Talking": lambda: ringing("africastalking", PHONE),
}  # fmt: skip


def _behind(knock: Knock) -> Knock:
    return Knock(f"{knock.path}/receipts", knock.body, knock.headers)


@pytest.mark.parametrize("door", DOORS)
def test_each_door_opens_to_its_vendor(wire: Wire, door: str) -> None:
    assert DOORS[door]().at(wire)[0] == 200


@pytest.mark.parametrize("door", DOORS)
def test_without_the_proof_it_stays_closed(wire: Wire, door: str) -> None:
    """No signature, another's signature, another word in the path: never taken, never an error of ours."""
    good = DOORS[door]()
    bare = {name: value for name, value in good.headers.items() if not name.startswith(("X-Twilio", "X-Hub"))}
    wrong = {name: value[:-4] + "AAA=" if name.startswith("X-") else value for name, value in good.headers.items()}
    path = good.path.replace(WORD, f"{WORD}z").replace(VERIFY, "another-word")
    for knock in (Knock(path, good.body, bare, good.method), Knock(path, good.body, wrong, good.method)):
        assert knock.at(wire)[0] in (403, 404), knock.path


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("method", ["DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD"])
def test_another_method_is_no_error_of_ours(wire: Wire, door: str, method: str) -> None:
    good = DOORS[door]()
    assert 400 <= Knock(good.path, good.body, good.headers, method).at(wire)[0] < 500


SIGNED: Mapping[str, Callable[[bytes], Knock]] = {
    "Meta": by_meta,
    "Twilio's JSON": lambda body: _json_by_twilio("/sms/twilio", body),
    "an aggregator": lambda body: Knock(f"/sms/jasmin/{WORD}", body, {"Content-Type": FORM}),
    "a call": lambda body: Knock(f"/voice/africastalking/{WORD}", body, {"Content-Type": FORM}),
    "a screen": lambda body: Knock(f"/ussd/infobip/{WORD}/session/s/start", body, {"Content-Type": "application/json"}),
}
NONSENSE: Mapping[str, bytes] = {
    "nothing": b"", "NUL": b"\0" * 50, "raw bytes": bytes(range(256)), "a lone surrogate": b'{"a": "\\ud800"}',
    "null": b"null", "a number": b"1e999", "a list": b"[]", "a text": b'"x"', "NaN": b'{"object": NaN}',
    "much nesting": b"[" * 100_000, "nesting that closes": b"[" * 5000 + b"]" * 5000,
    "many digits": b'{"a": 1' + b"0" * 6000 + b"}",
    "one name twice": b'{"object": 1, "object": 2}', "a form": b"a=1&a=2&%00=%FF&=&", "a mark": b"\xef\xbb\xbf{}",
    "many fields": b"a=1&" * 15_000, "UTF-16": '{"object": 1}'.encode("utf-16"), "XML": b"<?xml version='1.0'?><a/>",
    "half an escape": b"from=%6&text=%", "too long": b"a" * 70_000,
}  # fmt: skip


def _json_by_twilio(path: str, body: bytes) -> Knock:
    path += f"?bodySHA256={sha256(body).hexdigest()}"
    headers = {"Content-Type": "application/json", "X-Twilio-Signature": twilio_signature(PUBLIC + path, {})}
    return Knock(path, body, headers)


@pytest.mark.parametrize("who", SIGNED)
@pytest.mark.parametrize("what", NONSENSE)
def test_nonsense_by_who_holds_the_key(wire: Wire, who: str, what: str) -> None:
    status, reason = SIGNED[who](NONSENSE[what]).at(wire)
    assert status in (200, *range(400, 500)), (status, reason)
    assert len(reason) < 200


# What may stand at any place of a document whose shape somebody else decides.
ODD: list[Any] = [None, True, 0, -1, 10**20, 1.5, "", " ", "\0", "x\0y", "%s%n{0}", "\u202e", "é" * 9000, "0" * 400,
                  "99999999999999", [], [[]], [None], {}, {"": ""}, {"body": None}, [{"id": None}]]  # fmt: skip


def _places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in items:
        yield from _places(value, (*path, key))


def _with(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(document) if isinstance(document, dict) else list(document)
    copy[path[0]] = _with(copy[path[0]], path[1:], value)
    return copy


DOCUMENTS = {
    "a message": {"from": PHONE[1:], "from_user_id": "ID.4566000000000001", "id": "wamid.1", "timestamp": "1795209663",
                  "type": "text", "text": {"body": "CEK"}},
    "a press": {"from": PHONE[1:], "id": "wamid.2", "timestamp": "1795209663", "type": "interactive",
                "interactive": {"type": "list_reply", "list_reply": {"id": "1", "title": "Daftar"}}},
    "a place": {"from": PHONE[1:], "id": "wamid.3", "timestamp": "1795209663", "type": "location",
                "location": {"latitude": -8.2, "longitude": 114.3}},
    "a voice": {"from": PHONE[1:], "id": "wamid.4", "timestamp": "1795209663", "type": "audio", "audio": {"id": "77"}},
}  # fmt: skip


@pytest.mark.parametrize("what", [*DOCUMENTS, "a receipt", "the whole"])
def test_anything_at_any_place_of_an_event_of_metas(wire: Wire, what: str) -> None:
    """Each place of each kind of event, with each odd value, signed: taken or refused, and the next is taken."""
    people = [{"profile": {"name": "Siti"}, "wa_id": PHONE[1:], "user_id": "ID.4566000000000001"}]
    if what == "the whole":
        events = [meta_events(messages=[DOCUMENTS["a message"]], contacts=people)]
        wholes = [_with(event, path, odd) for event in events for path in _places(event) for odd in ODD]
    else:
        part, name = (STATUS, "statuses") if what == "a receipt" else (DOCUMENTS[what], "messages")
        parts = [_with(part, path, odd) for path in _places(part) for odd in ODD]
        wholes = [meta_events(**{name: [each]}, contacts=people) for each in parts]
    for number, whole in enumerate(wholes):
        status, reason = by_meta(whole).at(wire)
        assert status in (200, 400), (status, reason, number)
    assert meta_message(PHONE, written("CEK")).at(wire)[0] == 200


@pytest.mark.parametrize("odd", [value for value in ODD if isinstance(value, str)])
def test_any_text_in_any_field_of_a_signed_form(wire: Wire, odd: str) -> None:
    """Twilio's fields, a call's and an aggregator's: one at a time, and one that nobody knows."""
    call = {"CallSid": f"CA{1:032x}", "AccountSid": TWILIO_ACCOUNT, "CallStatus": "ringing", "Direction": "inbound",
            "From": PHONE, "To": "+6281299900000"}  # fmt: skip
    letter = {"MessageSid": f"SM{1:032x}", "AccountSid": TWILIO_ACCOUNT, "From": PHONE, "To": "99123", "Body": "1",
              "NumMedia": "1", "MediaContentType0": "image/jpeg", "MediaUrl0": "x", "Latitude": "1", "Longitude": "2",
              "ButtonPayload": "1", "ErrorCode": "1", "MessageType": "text"}  # fmt: skip
    for path, fields in (("/sms/twilio", letter), ("/whatsapp/twilio", letter), ("/sms/twilio/receipts", RECEIPT),
                         ("/whatsapp/twilio/receipts", RECEIPT), ("/voice/twilio", call)):  # fmt: skip
        for name in (*fields, "Unknown"):
            assert by_twilio(path, fields | {name: odd}).at(wire)[0] in (200, 400, 403, 413), (path, name)
    ring = {"isActive": "1", "sessionId": "ATVId_1", "direction": "Inbound", "callerNumber": PHONE}
    sold = {"id": "j", "from": PHONE[1:], "content": "1", "binary": "00", "coding": "8"}
    for path, fields in (("/voice/africastalking", ring), ("/sms/jasmin", sold)):
        for name in fields:
            assert form(path, fields | {name: odd}).at(wire)[0] in (200, 400, 413), (path, name)
    receipt = {"id": "jasmin-1", "message_status": "DELIVRD"}
    for name in receipt:
        assert _behind(form("/sms/jasmin", receipt | {name: odd})).at(wire)[0] in (200, 400, 413), name
    for name in ("msisdn", "text", "shortCode", "ussdGwId"):
        said = {"msisdn": PHONE[1:], "text": "1"} | {name: odd}
        assert infobip_page("s-odd", "response", **said).at(wire)[0] in (200, 400, 413), name


@pytest.mark.parametrize("door", [door for door in DOORS if door != "Meta's verification"])
def test_bytes_that_were_changed_and_signed_again(wire: Wire, door: str) -> None:
    """By chance: octets are changed, left out, doubled and put in, a hundred times over."""
    dice = random.Random(f"20261120 {door}")  # noqa: S311  A test's own dice.
    good = DOORS[door]()
    for _ in range(MUTANTS):
        body = bytearray(good.body)
        for _ in range(dice.randrange(1, 6)):
            at = dice.randrange(len(body))
            match dice.randrange(4):
                case 0:
                    body[at] = dice.randrange(256)
                case 1:
                    del body[at : at + dice.randrange(1, 9)]
                case 2:
                    body[at:at] = body[at : at + dice.randrange(1, 40)]
                case _:
                    body[at:at] = dice.choice([b"%00", b"\\u0000", b"&", b"=", b'"', b"{", b"\xff", b"%FF", b"\\ud83d"])
            body = body or bytearray(b"x")
        changed = bytes(body)
        if "Meta" in door:
            knock = by_meta(changed)
        elif "Twilio" in door:
            knock = by_twilio(good.path, _read(changed))
        else:
            knock = Knock(good.path, changed, good.headers)
        status, reason = knock.at(wire)
        assert status in (200, *range(400, 500)), (status, reason, changed)


def _read(body: bytes) -> dict[str, str]:
    """A form's fields as somebody would sign them, whatever they are."""
    return dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True))


@pytest.mark.parametrize("query", ["", "?", "?" + "a=1&" * 900, f"?{urlencode({'hub.mode': 'x' * 3000})}", "?%FF=%00",
                                   "?hub.mode=subscribe&hub.mode=subscribe", "?hub.challenge=1"])  # fmt: skip
def test_whoever_asks_to_be_verified_otherwise(wire: Wire, query: str) -> None:
    assert wire.send("GET", f"/whatsapp/cloudapi{query}")[0] in (400, 403)
