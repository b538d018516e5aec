"""A portal to develop and test against: the real contract with synthetic people, and faults on request."""

import hmac
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify, request

from backend_client.sandbox.book import UNVERIFIED, VERIFIED, Book, Seen
from backend_client.sandbox.forms import (
    check_change,
    check_changes,
    check_intent,
    check_objection,
    check_right,
    check_withdrawal,
)
from backend_client.sandbox.personas import PROGRAMME, SLOW_SECONDS, Fault
from backend_client.sandbox.problem import Problem, answer_problems

PROGRAMMES = (
    {"code": PROGRAMME, "name": "Program Keluarga Harapan"},
    {"code": "SEMBAKO", "name": "Program Sembako (BPNT)"},
)
OUTCOMES = VERIFIED | UNVERIFIED.keys()
LARGEST_BODY = 64 * 1024


def create_sandbox(
    *,
    token: str,
    clock: Callable[[], datetime],
    seed: str = "loket",
    decision_after: timedelta = timedelta(seconds=6),
    retry_after: timedelta = timedelta(seconds=5),
    sleep: Callable[[float], None] = time.sleep,
    programmes: Sequence[dict[str, str]] = PROGRAMMES,
    windows: Sequence[dict[str, str]] = (),
    production: bool = False,
) -> Flask:
    """The sandbox as a WSGI application. `clock` tells aware UTC; a decision comes `decision_after` the verification.

    `programmes` and `windows` (each with an `area` code) are served under those names. ValueError in production.
    """
    if production:
        raise ValueError("the sandbox portal is not for production")
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    book = Book(clock, seed, decision_after, retry_after)
    answer_problems(app)
    _guard(app, book, token)
    _intents(app, book, sleep)
    _rights(app, book)
    _payments(app, book)
    _updates(app, book)
    _objections(app, book)
    _reference_data(app, programmes, windows)
    _admin(app, book)
    return app


def _guard(app: Flask, book: Book, token: str) -> None:
    expected = f"Bearer {token}".encode()

    @app.before_request
    def guard() -> None:
        given = request.headers.get("Authorization", "").encode()
        if not token or not hmac.compare_digest(given, expected):
            raise Problem(HTTPStatus.UNAUTHORIZED, "unauthorized")
        if book.fault and request.path.startswith("/v1/"):
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "away")

    @app.after_request
    def record(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "?"
        if route.startswith("/v1/"):
            book.see(Seen(request.method, route, response.status_code, _key()))
        return response


def _intents(app: Flask, book: Book, sleep: Callable[[float], None]) -> None:
    @app.post("/v1/intents")
    def submit() -> tuple[Response, int]:
        body = _body()
        check_intent(body)

        def act() -> dict[str, Any]:
            fault = book.trip(body["nik"])
            answer = book.submit(body, _key())
            if fault is Fault.SLOW:
                sleep(SLOW_SECONDS)
            return answer

        return _once(book, body, act), HTTPStatus.ACCEPTED

    @app.patch("/v1/intents/<intent_id>")
    def amend(intent_id: str) -> Response:
        changes = _body()
        check_changes(changes)
        return _once(book, changes, lambda: book.amend(intent_id, changes))

    @app.post("/v1/handoffs/<intent_id>/complete")
    def complete(intent_id: str) -> Response:
        body = _body()
        outcome = body.get("outcome")
        if outcome not in OUTCOMES:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_outcome", (("/outcome", "unknown"),))
        return _once(book, body, lambda: book.complete(intent_id, outcome))

    @app.get("/v1/intents/<intent_id>")
    def show(intent_id: str) -> Response:
        return jsonify(book.show(intent_id))

    @app.post("/v1/intents/query")
    def query() -> Response:
        body = _body()
        return jsonify(book.find(str(body.get("nik")), str(body.get("ticket_code"))))


def _rights(app: Flask, book: Book) -> None:
    @app.post("/v1/intents/<intent_id>/withdraw")
    def withdraw(intent_id: str) -> Response:
        body = _body()
        check_withdrawal(body)
        return _once(book, body, lambda: book.withdraw(intent_id))

    @app.post("/v1/consents/<consent_id>/withdraw")
    def withdraw_consent(consent_id: str) -> Response:
        body = _body()
        check_withdrawal(body)
        return _once(book, body, lambda: book.withdraw_consent(consent_id))

    @app.post("/v1/subject-requests")
    def ask_right() -> tuple[Response, int]:
        body = _body()
        check_right(body)
        return _once(book, body, lambda: book.ask_right(body)), HTTPStatus.ACCEPTED


def _payments(app: Flask, book: Book) -> None:
    @app.post("/v1/payments/query")
    def payments() -> Response:
        body = _body()
        auth = body.get("auth")
        if not isinstance(auth, dict) or not auth.get("ticket_code"):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", (("/auth", "missing"),))
        return jsonify(book.payments(str(body.get("nik")), str(auth["ticket_code"])))


def _updates(app: Flask, book: Book) -> None:
    @app.post("/v1/updates")
    def report() -> tuple[Response, int]:
        body = _body()
        check_change(body)
        return _once(book, body, lambda: book.change(body, _key())), HTTPStatus.ACCEPTED

    @app.get("/v1/updates/<update_id>")
    def became(update_id: str) -> Response:
        return jsonify(book.changed(update_id))


def _objections(app: Flask, book: Book) -> None:
    @app.post("/v1/objections")
    def object_to() -> tuple[Response, int]:
        body = _body()
        check_objection(body)
        if body["kind"] != "self":  # About somebody else: there is no number of theirs to file it under.
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "not_taken_here", (("/kind", "not_taken_here"),))
        return _once(book, body, lambda: book.object_to(body["intent_or_application_id"], _key())), HTTPStatus.ACCEPTED

    @app.post("/v1/objections/<objection_id>/withdraw")
    def withdraw_objection(objection_id: str) -> Response:
        body = _body()
        check_withdrawal(body)
        return _once(book, body, lambda: book.withdraw_objection(objection_id))

    @app.get("/v1/objections/<objection_id>")
    def show_objection(objection_id: str) -> Response:
        return jsonify(book.show_objection(objection_id))


def _reference_data(app: Flask, programmes: Sequence[dict[str, str]], windows: Sequence[dict[str, str]]) -> None:
    @app.get("/v1/programmes")
    def list_programmes() -> Response:
        return jsonify({"programmes": list(programmes)})

    @app.get("/v1/windows")
    def list_windows() -> Response:
        area = request.args.get("area")
        return jsonify({"windows": [window for window in windows if area in (None, window.get("area"))]})


def _admin(app: Flask, book: Book) -> None:
    @app.get("/__sandbox__/requests")
    def requests() -> Response:
        return jsonify([asdict(seen) for seen in book.seen()])

    @app.get("/__sandbox__/ledger")
    def ledger() -> Response:
        return jsonify(book.ledger())

    @app.post("/__sandbox__/reset")
    def reset() -> tuple[str, int]:
        book.reset()
        return "", HTTPStatus.NO_CONTENT

    @app.post("/__sandbox__/fault")
    def fault() -> Response:
        book.fault = _body().get("on") is True
        return jsonify({"on": book.fault})


def _once(book: Book, body: dict[str, Any], act: Callable[[], dict[str, Any]]) -> Response:
    """Act once for a key; a repeat gets the first answer, and a failure leaves the key free."""
    key = _key()
    if not key:
        raise Problem(HTTPStatus.BAD_REQUEST, "key_missing")
    answer = book.claim(key, (request.method, request.path, body))
    if answer is None:
        try:
            answer = act()
        finally:
            book.settle(key, answer)
    return jsonify(answer)


def _key() -> str:
    """The idempotency key, quoted as the draft standard has it, or bare."""
    header = request.headers.get("Idempotency-Key", "")
    found = re.fullmatch(r'"([!#-~]{1,255})"|([!#-~]{1,255})', header)
    return (found[1] or found[2]) if found else ""


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Problem(HTTPStatus.BAD_REQUEST, "not_json")
    return body
