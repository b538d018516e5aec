"""Africa's Talking USSD: captured callbacks become turns, pages become CON and END, everything else is refused."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.messages import Channel, Choice, Inbound, Page, SessionEvent
from bot.wire import Request, Response
from ussd.africastalking import AfricasTalkingUssd
from ussd.gateway import BODY, serve

CAPTURED = Path(__file__).parents[1] / "gateways" / "africastalking"
TOKEN = "t0ken-of-the-webhook"
NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
SESSION = "ATUid_0f3c7a1b9d2e4c6f8a0b1c2d3e4f5a6b"
PHONE = "+6281234500001"
PAGE = Page("Loket Perlinsos (gratis)\n1 Daftar bansos")
PLAIN = "text/plain; charset=utf-8"


def gateway(*tokens: str) -> AfricasTalkingUssd:
    return AfricasTalkingUssd(tokens or [TOKEN], lambda: NOW)


def captured(name: str) -> Request:
    """A request as it came over the wire."""
    head, _, body = (CAPTURED / f"ussd-{name}.http").read_bytes().partition(b"\n\n")
    first, *lines = head.decode("ascii").splitlines()
    method, path, _version = first.split(" ")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    assert int(headers["content-length"]) == len(body)
    return Request(method, path, "", headers, body)


class Heard:
    """Answers every turn with a page, and keeps the turns."""

    def __init__(self, page: Page | None = PAGE) -> None:
        self._page = page
        self.turns: list[Inbound] = []

    def __call__(self, inbound: Inbound) -> Page | None:
        self.turns.append(inbound)
        return self._page


@pytest.mark.parametrize(
    ("name", "text", "event"),
    [
        ("dial", "", SessionEvent.NEW),
        ("first-input", "1", SessionEvent.RESUME),
        ("third-input", "1*1*3510991708900001", SessionEvent.RESUME),
        ("typed-star", "1*1*SITI*AMINAH*", SessionEvent.RESUME),
        ("dialled-with-tail", "3*1", SessionEvent.RESUME),
        ("words", "1*Sió & Ñoño / 50%", SessionEvent.RESUME),
        ("sandbox", "1", SessionEvent.RESUME),
        ("hops", "1", SessionEvent.RESUME),
    ],
)
def test_a_callback_is_a_turn_with_all_that_was_typed(name: str, text: str, event: SessionEvent) -> None:
    turn = gateway().inbound(captured(name))
    assert (turn.channel, turn.gateway, turn.sender, turn.dialogue) == (Channel.USSD, "africastalking", PHONE, SESSION)
    assert (turn.text, turn.transcript, turn.event, turn.received_at) == (text, text, event, NOW)


@pytest.mark.parametrize("name", ["end-success", "end-incomplete", "end-failed"])
def test_the_report_of_an_end_closes_the_dialogue(name: str) -> None:
    heard = Heard(None)
    assert serve(gateway(), heard, captured(name)) == Response(200, PLAIN, b"")
    (turn,) = heard.turns
    assert (turn.event, turn.dialogue, turn.sender) == (SessionEvent.CLOSE, SESSION, PHONE)
    assert (turn.text, turn.transcript) == ("", None)  # What it repeats of the talk is not a turn.


def test_a_report_is_acknowledged_with_nothing_even_where_there_would_be_a_page() -> None:
    assert serve(gateway(), Heard(), captured("end-success")).body == b""


def test_the_same_callback_has_the_same_id_and_no_other_has() -> None:
    names = ["dial", "first-input", "third-input", "typed-star", "end-success"]
    requests = [captured(name) for name in names]
    line = AfricasTalkingUssd([TOKEN], lambda: NOW)
    ids = [(line.ended if r.path.endswith("/events") else line.inbound)(r).id for r in requests]
    assert len(set(ids)) == len(names)
    assert line.inbound(captured("dial")).id == ids[0]
    other = replace(requests[1], body=requests[1].body.replace(b"34500001", b"34500002"))
    assert line.inbound(other).id != ids[1]  # The same dialogue from another phone is another dialogue.


def test_a_page_continues_or_ends() -> None:
    heard = Heard()
    assert serve(gateway(), heard, captured("dial")) == Response(200, PLAIN, f"CON {PAGE.body}".encode())
    assert len(heard.turns) == 1
    end = Page("Tercatat. Nomor 1234-5678-9012.", ends=True)
    assert gateway().response(end, gateway().inbound(captured("dial"))).body == b"END Tercatat. Nomor 1234-5678-9012."


def test_what_fits_a_screen_is_all_in_the_body() -> None:
    """Africa's Talking has no buttons: whoever fits a page has written its choices into it."""
    page = Page("Benar?\n1 Ya", (Choice("1", "Ya"),))
    assert gateway().response(page, gateway().inbound(captured("dial"))).body == b"CON Benar?\n1 Ya"


@pytest.mark.parametrize(
    ("path", "right"),
    [
        (f"/ussd/africastalking/{TOKEN}", True),
        (f"/ussd/africastalking/{TOKEN}/events", True),
        ("/ussd/africastalking/the-old-token", True),
        (f"/ussd/africastalking/{TOKEN[:-1]}", False),
        (f"/ussd/africastalking/{TOKEN}x", False),
        (f"/ussd/africastalking/{TOKEN.upper()}", False),
        (f"/ussd/africastalking//{TOKEN}", False),
        (f"/{TOKEN}/ussd/africastalking", False),
        ("/ussd/africastalking/", False),
        ("/ussd/africastalking", False),
        ("/ussd/africastalking/\udce9", False),
        ("/ussd/africastalking/\u00e9", False),
    ],
)
def test_the_path_proves_the_vendor(path: str, right: bool) -> None:
    request = replace(captured("dial"), path=path)
    assert gateway(TOKEN, "the-old-token", "").authentic(request) is right


def test_without_a_token_nobody_is_let_in() -> None:
    for tokens in ([], [""]):
        line = AfricasTalkingUssd(tokens, lambda: NOW)
        assert not line.authentic(replace(captured("dial"), path="/ussd/africastalking/"))


FORM = captured("dial").headers["content-type"]
WRONG_PATH = {"path": "/ussd/africastalking/wrong"}
LATER = [  # Each of these has the faults of all that follow it, and the first one is answered.
    (404, "not found", {**WRONG_PATH, "method": "GET", "headers": {}, "body": b"x" * (BODY + 1)}),
    (405, "POST only", {"method": "GET", "headers": {}, "body": b"x" * (BODY + 1)}),
    (415, f"{FORM} only", {"headers": {}, "body": b"x" * (BODY + 1)}),
    (413, f"at most {BODY} bytes", {"body": b"x" * (BODY + 1)}),
    (400, "not a well-formed form", {"body": b"x"}),
]


@pytest.mark.parametrize(("status", "reason", "changes"), LATER)
def test_what_is_wrong_is_said_in_order(status: int, reason: str, changes: dict[str, object]) -> None:
    heard = Heard()
    answer = serve(gateway(), heard, replace(captured("dial"), **changes))  # type: ignore[arg-type]
    assert answer == Response(status, PLAIN, reason.encode())
    assert heard.turns == []


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        (FORM, 200),
        (FORM.upper(), 200),
        (f"{FORM}; charset=UTF-8", 200),
        (f'{FORM}; charset="utf-8"', 200),
        (f"{FORM}; charset=ISO-8859-1", 415),
        (f"{FORM}; charset=utf-16", 415),
        (f"{FORM}+x", 415),
        ("multipart/form-data; boundary=x", 415),
        ("", 415),
    ],
)
def test_only_a_form_in_utf_8_is_read(content_type: str, status: int) -> None:
    request = replace(captured("dial"), headers={"content-type": content_type})
    assert serve(gateway(), Heard(), request).status == status


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"sessionId=", b"session=", "no field 'sessionId'"),
        (b"&text=", b"", "no field 'text'"),
        (b"&text=", b"&text=1&text=2", "a field occurs twice"),
        (b"%2B62", b"+62", "not the form of field 'phoneNumber'"),
        (b"%2B62", b"", "not the form of field 'phoneNumber'"),
        (b"%2B6281234500001", b"%2B62", "not the form of field 'phoneNumber'"),
        (b"%2B6281234500001", b"%2B" + b"%D9%A6" * 11, "not the form of field 'phoneNumber'"),
        (b"ATUid_", b"%3Cb%3E", "not the form of field 'sessionId'"),
        (b"sessionId=ATUid_0f3c7a1b9d2e4c6f8a0b1c2d3e4f5a6b", b"sessionId=", "not the form of field 'sessionId'"),
        (b"networkCode=51010", b"networkCode=telkomsel", "not the form of field 'networkCode'"),
        (b"serviceCode=%2A384", b"serviceCode=x", "not the form of field 'serviceCode'"),
        (b"&text=", b"&text=%00", "not the form of field 'text'"),
        (b"&text=", b"&text=1%0D%0A2", "not the form of field 'text'"),
        (b"&text=", b"&text=" + b"1" * 2049, "not the form of field 'text'"),
        (b"&text=", b"&text=%ED%A0%80", "not a well-formed form"),
        (b"&text=", b"&text=%FF", "not a well-formed form"),
        (b"&text=", b"&text=\xff", "not a well-formed form"),
        (b"&text=", b"&text=" + b"&a=1" * 70, "not a well-formed form"),
    ],
)
def test_what_is_not_the_form_is_refused_without_a_quotation(old: bytes, new: bytes, why: str) -> None:
    good, heard = captured("dial"), Heard()
    assert old in good.body
    answer = serve(gateway(), heard, replace(good, body=good.body.replace(old, new)))
    assert answer == Response(400, PLAIN, why.encode())
    assert heard.turns == []


def test_fields_that_nobody_has_announced_do_no_harm() -> None:
    good = captured("first-input")
    assert gateway().inbound(replace(good, body=good.body + b"&newField=1")) == gateway().inbound(good)


def test_a_request_shows_nothing_of_a_person() -> None:
    shown = repr(captured("third-input")) + repr(gateway())
    for secret in (TOKEN, "81234500001", "3510991708900001"):
        assert secret not in shown
