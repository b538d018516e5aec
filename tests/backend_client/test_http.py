"""What the JSON client says when it calls, and what it makes of every answer that a service could give."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from flask import Flask, Response, request

from backend_client import BackendError, Intent, Refused, Unavailable
from backend_client.http import JsonClient, WsgiAdapter, pooled_session
from backend_client.portal import PortalClient


@dataclass
class Service:
    """A service that gives one answer to everything and keeps what it was told."""

    answer: Response = field(default_factory=lambda: Response('{"ok": true}'))
    headers: list[dict[str, str]] = field(default_factory=list)

    def client(self) -> JsonClient:
        return JsonClient("http://service/", "token-1", pooled_session(WsgiAdapter(self.app())))

    def portal(self) -> PortalClient:
        return PortalClient("http://service", "token-1", pooled_session(WsgiAdapter(self.app())))

    def app(self) -> Flask:
        app = Flask("service")

        @app.route("/<path:_>", methods=["GET", "POST", "PATCH"])
        def everything(_: str) -> Response:
            self.headers.append(dict(request.headers))
            return self.answer

        return app


def fails(service: Service) -> BackendError:
    with pytest.raises(BackendError) as caught:
        service.client().call("GET", "/thing")
    return caught.value


def test_a_call_says_who_calls_which_call_it_is_and_whence() -> None:
    service = Service()
    client = service.client()
    assert client.call("POST", "/thing", {"a": 1}, key="k-1", channel="ussd") == {"ok": True}
    client.call("GET", "/thing")
    first, second = service.headers
    assert first["Authorization"] == "Bearer token-1"
    assert first["Idempotency-Key"] == '"k-1"'
    assert (first["X-Channel"], first["Accept-Language"], first["Content-Type"]) == ("ussd", "id", "application/json")
    assert first["X-Correlation-Id"] != second["X-Correlation-Id"]
    assert not {"Idempotency-Key", "X-Channel"} & second.keys()


@pytest.mark.parametrize(
    ("status", "code", "away"),
    [
        (408, "busy", True),
        (425, "busy", True),
        (429, "busy", True),
        (502, "away", True),
        (503, "away", True),
        (504, "away", True),
        (401, "credentials", True),
        (500, "fault", False),
        (501, "fault", False),
        (302, "answer", False),
    ],
)
def test_again_later(status: int, code: str, away: bool) -> None:
    error = fails(Service(Response("gone fishing", status, {"Location": "http://elsewhere/"})))
    assert isinstance(error, Unavailable)
    assert (error.code, error.away, error.retry_after) == (code, away, None)


@pytest.mark.parametrize("body", ["", "no json", "[1]", '"text"', "\xff"])
def test_an_answer_of_another_form_is_again_later(body: str) -> None:
    error = fails(Service(Response(body.encode("latin-1"))))
    assert (type(error), error.code) == (Unavailable, "answer")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('{"code": "window_closed"}', "window_closed"),
        ('{"code": "NIK 3510990101870001 is unknown"}', "http_422"),
        ('{"code": "nik_3510990101870001"}', "http_422"),
        ('{"code": ["window_closed"]}', "http_422"),
        ('{"detail": "Siti"}', "http_422"),
        ("<html>", "http_422"),
    ],
)
def test_never_and_the_code_is_clean(body: str, code: str) -> None:
    error = fails(Service(Response(body, 422)))
    assert (type(error), error.code, str(error)) == (Refused, code, code)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "999999"}, 3600.0),
        ({"Retry-After": "Mon, 02 Feb 2026 03:01:00 GMT", "Date": "Mon, 02 Feb 2026 03:00:00 GMT"}, 60.0),
        ({"Retry-After": "Mon, 02 Feb 2026 02:00:00 GMT", "Date": "Mon, 02 Feb 2026 03:00:00 GMT"}, 0.0),
        ({"Retry-After": "Mon, 02 Feb 2026 03:01:00 GMT"}, None),
        ({"Retry-After": "Mon, 02 Feb 2026 03:01:00 GMT", "Date": "Mon, 02 Feb 2026 03:00:00 -0000"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "\u0667"}, None),
    ],
)
def test_how_long_the_service_asked_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    raw = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    error = fails(Service(Response("", 503, raw)))
    assert isinstance(error, Unavailable)
    assert error.retry_after == seconds


@pytest.mark.parametrize(
    "body",
    [
        '{"status": "eligible", "decided_on": "yesterday"}',
        '{"status": "a state of next year"}',
        '{"status": "eligible", "programme": {"code": "PKH"}}',
        '{"status": "eligible", "reason_codes": "asset_land"}',
        "{}",
    ],
)
def test_a_state_that_is_not_understood_is_asked_for_again(body: str) -> None:
    with pytest.raises(Unavailable, match=r"^answer$"):
        Service(Response(body)).portal().follow("x")


@pytest.mark.parametrize("body", ['{"status": "received"}', '{"status": "received", "intent_id": 7}'])
def test_an_intent_without_a_name_was_not_taken(body: str) -> None:
    taken = Intent("512377880001", "3510990101870001", "ussd", "id", "c-1", datetime(2026, 2, 2, tzinfo=UTC))
    with pytest.raises(Unavailable, match=r"^answer$"):
        Service(Response(body)).portal().submit(taken, "k")
