"""The forms that scenarios send are those that our gateways read, for each aggregator that is described."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from bot.messages import Inbound, Page, SessionEvent
from bot.wire import Request, Response
from loket.scenario import Failed, ScenarioError
from loket.scenario.lines import CODE, Call, Heard, Keys, Sent, line
from ussd.aggregator import Aggregator
from ussd.styles import described, styles

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
PHONE = "+6281200000001"


def request(sent: Sent) -> Request:
    url = urlsplit(sent.path)
    headers = {name.lower(): value for name, value in sent.headers.items()}
    return Request(sent.method, url.path, url.query, headers, sent.body)


def heard(response: Response) -> Heard:
    headers = {name.lower(): value for name, value in dict(getattr(response, "headers", {})).items()}
    return Heard(response.status, response.body.decode(), headers)


@pytest.mark.parametrize("style", styles())
def test_a_call_is_understood_and_its_answer_read(style: str) -> None:
    gateway = Aggregator(style, described(style, {}), ["demo"], lambda: NOW, CODE)
    form, call = line(style, Keys()), Call(PHONE)
    begun, dialogues = form.callback(call, []), set[str]()
    for typed in ([], ["1"], ["1", "2"]):
        sent = form.callback(call, typed)
        asked = request(sent)
        assert gateway.authentic(asked)
        assert gateway.unfit(asked) is None
        inbound = gateway.inbound(asked)
        assert isinstance(inbound, Inbound)
        assert inbound.event is not SessionEvent.CLOSE
        assert inbound.sender in (PHONE, "")
        dialogues.add(inbound.dialogue)
        if typed:  # Where nothing tells the first message, the session does that is known.
            said = inbound.one_input.otherwise if inbound.one_input else ""
            assert (said or inbound.text).endswith(typed[-1])
        call.turns.append((begun, Heard(200, "")))
        for ends in (False, True) if typed else (False,):
            shown = form.page(heard(gateway.response(Page("Pilih:\n1 Ya", ends=ends), inbound)))
            assert shown == ("Pilih:\n1 Ya", ends)
    assert len(dialogues) == 1


@pytest.mark.parametrize("style", [style for style in styles() if described(style, {}).end])
def test_its_end_is_told(style: str) -> None:
    gateway = Aggregator(style, described(style, {}), ["demo"], lambda: NOW, CODE)
    ended = line(style, Keys()).ended(Call(PHONE), "Incomplete")
    assert ended is not None
    inbound = gateway.inbound(request(ended))
    assert isinstance(inbound, Inbound)
    assert inbound.event is SessionEvent.CLOSE


def test_an_answer_that_is_not_as_described_is_an_error() -> None:
    with pytest.raises(Failed):
        line("plain", Keys()).page(Heard(200, "sorry"))


def test_a_connection_may_have_a_name_of_its_own() -> None:
    assert line("telkom=plain", Keys("word")).callback(Call(PHONE), []).path == "/ussd/telkom/word"
    with pytest.raises(ScenarioError, match="no form of semaphore"):
        line("semaphore", Keys())
