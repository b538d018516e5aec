"""Aggregators by description: captured requests of each style through the real application, into a talk."""

from collections.abc import Iterator

import pytest
from support.aggregators import INPUT, STYLES, Answered, Captured, Desk, captured, config, desk
from support.databases import Factory, each_database, sqlite_url
from support.phone import Phone

from loket.config import Measures, UssdLine
from store.database import Database
from ussd.gateway import BODY

__all__ = ["each_database"]

INCREMENTAL = [style for style in STYLES if style != "safaricom"]
ABORTS = ["airtel", "infobip", "imimobile", "mtech", "cellulant", "hollatags", "plain"]
NEWCOMER = ("1", "1", "1", "1", "3510995708900001", "SITI")
MENU = "Loket Perlinsos (gratis)"
# The address or the field without which each of them says nothing.
NEEDED = {
    "safaricom": ["ORIG", "SESSION_ID", "USSD_PARAMS"],
    "airtel": ["MSISDN", "SessionID", "input"],
    "infobip": ["text"],
    "dmark": ["msisdn", "transactionId", "ussdRequestString"],
    "imimobile": ["msisdn", "msg"],
    "mtech": ["session_id", "data"],
    "vodacom": ["msisdn", "ussdSessionId", "request"],
    "cellulant": ["MSISDN", "sessionID", "INPUT"],
    "hollatags": ["session_msisdn", "session_id", "session_msg"],
    "plain": ["phoneNumber", "sessionId", "text"],
}


@pytest.fixture(scope="module")
def shared() -> Iterator[Desk]:
    with desk(lambda: Database(sqlite_url())) as found:
        yield found


@pytest.fixture
def line(shared: Desk) -> Desk:
    """The application with nobody known."""
    shared.lose()
    shared.typed.clear()
    shared.clock.wait(hours=1)
    return shared


@pytest.fixture
def both(each_database: Factory) -> Iterator[Desk]:
    with desk(each_database) as found:
        yield found


def expected(*inputs: str, phone: Phone | None = None) -> str:
    """The screen of the conversation itself."""
    phone = phone or Phone()
    phone.dial()
    return phone.say(*inputs)


@pytest.mark.parametrize("style", STYLES)
def test_a_talk(both: Desk, style: str) -> None:
    phone = Phone()
    answer = both.start(style)
    assert (answer.status, answer.text, answer.ends) == (200, phone.dial(), False)
    for text in NEWCOMER:
        answer = both.say(style, text)
        assert (answer.status, answer.text, answer.ends) == (200, phone.say(text), False)
    (sender,) = set(_senders(both))
    assert sender.startswith("+62812345000")


def _senders(both: Desk) -> list[str]:
    from sqlalchemy import select

    from store.schema import identities

    service = both.gateways._service
    with service.database.read() as connection:
        rows = connection.execute(select(identities.c.contact_id, identities.c.sealed)).all()
    return [service.sealer.open("identities.sealed", row[0], bytes(row[1])).decode() for row in rows]


@pytest.mark.parametrize("style", STYLES)
def test_a_talk_ends(line: Desk, style: str) -> None:
    """Whoever asks to be called needs no more than two screens."""
    line.start(style)
    answer = line.say(style, "1", "1", "8", "1", "1")
    assert (answer.text, answer.ends) == (expected("1", "1", "8", "1", "1"), True)
    assert line.rows()["tickets"] == 1
    again = line.send(captured(style, "tail").but("%2A8%2A1", "")) if style == "safaricom" else line.start(style)
    assert (again.text.split("\n")[0], again.ends) == (MENU, False)


@pytest.mark.parametrize("style", STYLES)
def test_a_repeat_gets_the_stored_page_byte_for_byte(both: Desk, style: str) -> None:
    first = both.start(style)
    before = both.rows()
    both.clock.wait(seconds=60)
    assert both.send(captured(style, "start")) == first
    assert {name: count for name, count in both.rows().items() if count != before[name]} == {}
    for text in NEWCOMER:
        both.clock.wait(seconds=10)
        request = both.typing(style, text)
        answer = both.send(request)
        before = both.rows()
        both.clock.wait(seconds=1)
        assert both.send(request) == answer
        assert both.rows() == before


@pytest.mark.parametrize("style", STYLES)
def test_a_second_1_is_another_answer(line: Desk, style: str) -> None:
    line.start(style)
    assert line.say(style, "1", wait=3).text == expected("1")
    assert line.say(style, "1", wait=3).text == expected("1", "1")


@pytest.mark.parametrize("style", INCREMENTAL)
def test_nobody_agrees_by_a_repeat(line: Desk, style: str) -> None:
    """The menu's 1 leads to the consent, whose 1 agrees: a repeat of the first must not be taken for the second."""
    line.start(style)
    consent = line.say(style, "1", "1", "1")
    assert consent.text == expected("1", "1", "1")
    request = line.typing(style, "1")
    line.clock.wait(seconds=4)
    assert line.send(request) == consent
    line.clock.wait(seconds=2)
    assert line.send(request).text == expected("1", "1", "1", "1")


def test_a_numbered_request_is_a_repeat_at_any_time_and_never_without_it(line: Desk) -> None:
    line.start("plain")
    line.clock.wait(seconds=1)
    second = captured("plain", "numbered")
    answer = line.send(second)
    assert answer.text == expected("1")
    line.clock.wait(seconds=100)
    assert line.send(second) == answer
    assert line.send(second.but("r-2", "r-3")).text == expected("1", "1")  # At once, and still another "1".


@pytest.mark.parametrize("style", ABORTS)
def test_an_abort_keeps_the_draft(both: Desk, style: str) -> None:
    both.start(style)
    both.say(style, *NEWCOMER)
    answer = both.send(captured(style, "abort"))
    assert answer.status == 200
    assert both.send(captured(style, "abort")).body == answer.body
    phone = Phone()
    phone.dial()
    phone.say(*NEWCOMER)
    phone.hang_up()
    assert both.start(style).text == phone.dial()
    assert both.say(style, "1").text == phone.say("1")


def test_whoever_hung_up_at_once_and_dials_again_is_not_answered_from_memory(line: Desk) -> None:
    """The phone is the session here, so the second start is the first one to the byte."""
    line.start("imimobile")
    line.send(captured("imimobile", "abort"))
    assert line.start("imimobile").text == expected()
    assert line.say("imimobile", "1").text == expected("1")


def test_what_is_said_to_an_abort(both: Desk) -> None:
    said = {}
    for style in ABORTS:
        both.start(style)
        answer = both.send(captured(style, "abort"))
        said[style] = (answer.body, answer.headers.get("Freeflow"), answer.headers.get("X-USSD-SESSION"))
    page = b'<?xml version="1.0" encoding="UTF-8"?><page version="2.0"><session_id>%s</session_id></page>'
    assert said == {
        "airtel": (b"", "FB", None),
        "infobip": (b'{"responseExitCode":200,"responseMessage":""}', None, None),
        "imimobile": (b"Session Ended", None, "0"),
        "mtech": (page % b"a41739890287485d968ea66e8b44bfd3", None, None),
        "cellulant": (b"", None, None),
        "hollatags": (b"", None, None),
        "plain": (b"", None, None),
    }


def test_a_flag_aborts_too(both: Desk) -> None:
    both.start("cellulant")
    assert both.send(captured("cellulant", "abort-by-flag")).body == b""
    assert both.send(captured("cellulant", "abort-by-flag").but("ABORT=1", "ABORT=null")).text == expected()


@pytest.mark.parametrize("style", STYLES)
def test_a_lost_state_begins_again_and_nothing_is_taken_for_an_answer(line: Desk, style: str) -> None:
    line.start(style)
    line.say(style, "1", "1", "1")
    line.lose()
    if style in ("infobip", "mtech"):  # Their later requests may not name the phone.
        assert line.send(captured(style, "start")).text == expected()
    answer = line.say(style, "1")
    assert answer.status == 200
    assert answer.text == {
        "safaricom": expected("1", "1", "1"),  # It repeats what was typed, so the consent is asked for again.
        "mtech": expected("1"),  # The page that it was just shown.
        "infobip": expected("1"),
    }.get(style, expected())
    assert line.rows()["consents"] == 0


def test_who_never_began_and_names_no_phone_is_refused(line: Desk) -> None:
    before = line.rows()
    for request in (captured("mtech", "input"), captured("mtech", "abort"), captured("infobip", "abort")):
        answer = line.send(request)
        assert (answer.status, answer.body) == (400, b"no phone number, and nobody has begun this dialogue")
    assert line.rows() == before


@pytest.mark.parametrize("style", STYLES)
def test_a_typed_star_is_data(line: Desk, style: str) -> None:
    line.start(style)
    line.say(style, "1", "1", "1", "1")
    assert line.say(style, "3510*99570890*0001").text == expected("1", "1", "1", "1", "3510*99570890*0001")
    assert line.say(style, "*").status == 200


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", ["Sión Ñoño", "SITI & <AMINAH>", 'A "B" | {text}', "ꦱꦶꦠꦶ", "🙂"])
def test_whatever_is_typed_is_answered(line: Desk, style: str, name: str) -> None:
    line.start(style)
    line.say(style, *NEWCOMER[:-1])
    answer = line.say(style, name)
    assert answer.status == 200
    assert answer.text.replace("|", "/") == expected(*NEWCOMER[:-1], name).replace("|", "/")


@pytest.mark.parametrize("style", STYLES)
def test_what_was_dialled_behind_the_code(line: Desk, style: str) -> None:
    answer = line.send(captured(style, "tail"))
    assert (answer.text, answer.ends) == (Phone().dial("8*1"), False)
    before = line.rows()
    answer = line.send(_with_tail(style, "8*1*1"))
    assert answer.text == Phone().dial("8*1*1")
    assert line.rows()["tickets"] == before["tickets"] + 1
    assert answer.ends is (style != "infobip")  # Its first screen may not end.
    line.clock.wait(seconds=30)
    assert line.send(_with_tail(style, "8*1*1")) == answer
    assert line.rows()["tickets"] == before["tickets"] + 1


TAILS = [
    "2*605001668634",
    "3*3*4821",
    "1",
    "1*3510995708900001",
    "77",
    "8*1",
    "7*7",
    "*",
    "#",
    "9",
    "0",
    "00",
    "1*1*1*1",
]


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("style", STYLES)
def test_no_tail_is_an_error(line: Desk, style: str, tail: str) -> None:
    answer = line.send(_with_tail(style, tail))
    assert (answer.status, bool(answer.text)) == (200, True)
    if "*" not in tail.strip("*#") and tail.strip("*#"):
        assert answer.text == Phone().dial(tail)


def _with_tail(style: str, tail: str) -> Captured:
    request = captured(style, "tail")
    old = "*8*1" if any("*8*1" in part for part in (request.query, request.body.decode())) else "%2A8%2A1"
    return request.but(old, f"*{tail}".replace("#", "%23" if style not in ("infobip", "mtech", "plain") else "#"))


@pytest.mark.parametrize(("style", "field"), [(style, field) for style in STYLES for field in NEEDED[style]])
def test_a_missing_field_is_named_and_nothing_is_kept(line: Desk, style: str, field: str) -> None:
    before = line.rows()
    answer = line.send(captured(style, "input").but(field, "x" + field.upper() + "x"))
    assert (answer.status, answer.body) == (400, f"no field '{field}'".encode())
    assert line.rows() == before


@pytest.mark.parametrize("style", STYLES)
def test_too_much_is_refused(line: Desk, style: str) -> None:
    before = line.rows()
    old, write = INPUT[style]
    answer = line.send(captured(style, "input").but(old, write("1" * BODY)))
    assert (answer.status, answer.body) == (413, f"at most {BODY} bytes".encode())
    assert line.rows() == before


@pytest.mark.parametrize("style", INCREMENTAL)
def test_more_than_anybody_can_type_is_refused(line: Desk, style: str) -> None:
    line.start(style)
    before = line.rows()
    most = 90 if style == "airtel" else 182
    assert line.say(style, "A" * most).status == 200
    before = line.rows()
    answer = line.say(style, "A" * (most + 1))
    assert (answer.status, answer.body) == (400, b"longer than anybody can type")
    assert line.rows() == before


BAD_TEXT = {"a control character": "1\x1b", "a line's end": "1\n2", "NUL": "\x00"}


@pytest.mark.parametrize("style", [style for style in STYLES if style != "mtech"])
@pytest.mark.parametrize("what", BAD_TEXT)
def test_what_no_phone_types_is_refused(line: Desk, style: str, what: str) -> None:
    line.start(style)
    before = line.rows()
    assert line.say(style, BAD_TEXT[what]).status == 400
    assert line.rows() == before


@pytest.mark.parametrize("style", STYLES)
def test_refusals_come_in_order(line: Desk, style: str) -> None:
    right = captured(style, "input")
    wrong = right.but(style, style)  # Every fault at once, taken away one by one.
    path = right.path.replace("t0ken-of-the-webhook", "another-word-of-16")
    bad = {"REQUEST_METHOD": "DELETE", "PATH_INFO": path, "CONTENT_TYPE": "text/html", "HTTP_CONTENT_ENCODING": "gzip"}
    assert line.send(wrong, **bad).status == 404
    del bad["PATH_INFO"]
    assert line.send(wrong, **bad).status == 405
    del bad["REQUEST_METHOD"]
    assert line.send(wrong, **bad).status == 415
    del bad["HTTP_CONTENT_ENCODING"]
    assert line.send(wrong, **bad).status == (200 if right.method == "GET" and line.start(style) else 415)


@pytest.mark.parametrize("style", STYLES)
def test_only_what_the_style_says_is_a_way_in(line: Desk, style: str) -> None:
    other = "POST" if captured(style, "input").method == "GET" else "HEAD"
    assert line.send(captured(style, "input"), REQUEST_METHOD=other).status == 405
    beside = captured(style, "input").path + "/more"
    assert line.send(captured(style, "input"), PATH_INFO=beside).status == 404
    assert line.send(captured(style, "input"), PATH_INFO=f"/ussd/{style}").status == 404


def test_one_vendors_word_opens_no_other_gateway() -> None:
    with desk(lambda: Database(sqlite_url())) as line:
        line.gateways._ussd["airtel"].gateway._tokens = ("quite-another-word",)  # type: ignore[attr-defined]
        assert line.start("airtel").status == 404
        assert line.start("dmark").status == 200


def test_the_answer_of_each(line: Desk) -> None:
    """To the byte, as the vendors' software reads it: while it goes on."""
    page = expected()
    xml = page.replace("\n", "<br />")
    bodies = {style: line.start(style).body.decode() for style in STYLES}
    quoted = page.replace("\n", "\\n")
    assert bodies == {
        "safaricom": f"CON {page}",
        "airtel": page,
        "infobip": f'{{"ussdMenu":"{quoted}","shouldClose":false,"responseExitCode":200,"responseMessage":""}}',
        "dmark": f'{{"responseString":"{quoted}","action":"request"}}',
        "imimobile": page,
        "mtech": '<?xml version="1.0" encoding="UTF-8"?><page version="2.0">'
        f"<session_id>a41739890287485d968ea66e8b44bfd3</session_id><div>{xml}</div>"
        '<navigation><link accesskey="*" pageId="indexX" /></navigation></page>',
        "vodacom": f'<request><headertext>{page}</headertext><options><option command="1" order="1" '
        'callback="https://loket.example/ussd/vodacom/t0ken-of-the-webhook" display="False">'
        "</option></options></request>",
        "cellulant": f"1|{page}|null|null|null|null",
        "hollatags": bodies["hollatags"],
        "plain": f'{{"text":"{quoted}","action":"continue"}}',
    }


def test_headers_of_those_that_say_it_there(line: Desk) -> None:
    def said(answer: Answered, *names: str) -> list[str | None]:
        return [answer.headers.get(name) for name in names]

    assert said(line.start("airtel"), "Freeflow", "charge", "amount") == ["FC", "N", "0"]
    assert said(line.say("airtel", "1", "1", "8", "1", "1"), "Freeflow", "charge", "amount") == ["FB", "N", "0"]
    assert said(line.start("imimobile"), "X-USSD-SESSION") == ["1"]
    assert said(line.say("imimobile", "1", "1", "8", "1", "1"), "X-USSD-SESSION") == ["0"]


def test_a_vendor_asks_whether_the_dialogue_is_open(line: Desk) -> None:
    status = captured("infobip", "status")
    no = b'{"sessionActive":false,"responseExitCode":200,"responseMessage":""}'
    assert line.send(status).body == no
    line.start("infobip")
    before = line.rows()
    assert line.send(status).body == no.replace(b"false", b"true")
    assert line.rows() == before
    line.say("infobip", "1", "1", "8", "1", "1")
    assert line.send(status).body == no


def test_zero_in_the_middle_is_an_answer_unless_it_names_the_phone(line: Desk) -> None:
    line.start("mtech")
    line.say("mtech", "1")
    line.clock.wait(seconds=10)
    assert line.send(captured("mtech", "zero")).text == expected("1", "1")
    assert line.say("mtech", "1").text == expected("1", "1", "1")
    line.clock.wait(seconds=10)
    assert line.send(captured("mtech", "start")).text == expected("1", "1", "00")


def test_a_phone_as_session_is_a_new_dialogue_after_a_while(line: Desk) -> None:
    line.start("imimobile")
    line.say("imimobile", "1", "1", "1", "1")
    line.clock.wait(minutes=11)
    phone = Phone()
    phone.dial()
    phone.say("1", "1", "1", "1")
    assert line.say("imimobile", "1").text == phone.dial()


@pytest.mark.parametrize("phone", ["+6281234500012", "6281234500012", "006281234500012", "081234500012", "81234500012"])
def test_a_phone_is_the_same_however_it_is_written(line: Desk, phone: str) -> None:
    line.start("airtel")
    line.say("airtel", "1", "1")
    written = captured("airtel", "input").but("MSISDN=81234500012", f"MSISDN={phone.replace('+', '%2B')}")
    line.clock.wait(seconds=10)
    assert line.send(written).text == expected("1", "1", "1")


@pytest.mark.parametrize(
    "phone", ["+6281234500012", "", "0", "8123", "62", "abc", "٠٨١٢٣٤٥٠٠٠١٢", "6208123450001", "08" * 9]
)
def test_what_is_no_phone_is_refused(line: Desk, phone: str) -> None:
    """A raw + is a space in a query: refused, not repaired."""
    before = line.rows()
    answer = line.send(captured("airtel", "input").but("MSISDN=81234500012", f"MSISDN={phone}"))
    assert answer.status == 400
    assert line.rows() == before


def test_a_page_fits_the_smaller_of_gateway_and_operator() -> None:
    lines = {"dmark": UssdLine(style="dmark", page=150)}
    with desk(lambda: Database(sqlite_url()), config(lines, {"telkomsel": Measures(page=80)})) as line:
        line.start("dmark")
        line.say("dmark", "1", "1")
        assert len(line.say("dmark", "1").text) <= 80
        other = captured("dmark", "input").but("81234500014", "81734500014")  # XL.
        assert len(line.send(other).text) > 80


def test_the_network_that_a_request_names_wins_over_the_number() -> None:
    lines = {"vodacom": UssdLine(style="vodacom")}
    with desk(lambda: Database(sqlite_url()), config(lines, {"xlsmart": Measures(page=70)})) as line:
        assert len(line.start("vodacom").text) > 70
        assert len(line.send(captured("vodacom", "start").but("telkomsel", "XL")).text) <= 70


def test_form_and_iso_8859_1_and_ucs2_by_config_alone() -> None:
    form = {
        "method": ["POST"],
        "reads": "form",
        "charset": "iso-8859-1",
        "fields": {"session": "sid", "phone": ["from"], "text": ["msg"], "code": "to", "dcs": "dcs"},
        "ucs2": ["8"],
        "start": [{"type": ["1"]}],
        "end": [{"type": ["3", "4"]}],
        "answer": {"writes": "form", "goes_on": {"type": "2", "msg": "{text}"}, "ends": {"type": "3", "msg": "{text}"}},
    }
    with desk(lambda: Database(sqlite_url()), config({"tri": UssdLine(form=form)})) as line:

        def post(body: str) -> Answered:
            line.clock.wait(seconds=10)
            kind = {"content-type": "application/x-www-form-urlencoded; charset=ISO-8859-1"}
            return line.send(Captured("POST", "/ussd/tri/t0ken-of-the-webhook", "", kind, body.encode()))

        say = "sid=9&from=0895123450001&to=%2A123%2A456%23&type=2&dcs=0&msg="
        first = post(say.replace("type=2", "type=1"))
        assert first.body.startswith(b"type=2&msg=Pilih+bahasa")
        for text in NEWCOMER[:-1]:
            post(say + text)
        assert b"Ketik+nama+desa" in post(say + "Si%F3n").body
        assert post(say.replace("dcs=0", "dcs=8") + "00310032").status == 200
        assert post(say.replace("dcs=0", "dcs=8") + "003").status == 400
        assert post(say.replace("type=2", "type=4")).body == b""
