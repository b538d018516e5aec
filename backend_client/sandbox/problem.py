"""How the sandbox says that it cannot do what was asked: problem details (RFC 9457) with a code, without the person."""

from http import HTTPStatus

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException


class Problem(Exception):
    """An answer that is an error. `errors`: pairs of a field's pointer and what is wrong with it, never its value."""

    def __init__(
        self, status: HTTPStatus, code: str, errors: tuple[tuple[str, str], ...] = (), retry_after: int | None = None
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.errors, self.retry_after = status, code, errors, retry_after


def answer_problems(app: Flask) -> None:
    """Let every error of this application be a problem document."""

    @app.errorhandler(Problem)
    def problem(error: Problem) -> Response:
        return _document(error)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
        return _document(Problem(status, status.name.lower()))


def _document(error: Problem) -> Response:
    body: dict[str, object] = {
        "type": "about:blank",
        "title": error.status.phrase,
        "status": error.status.value,
        "code": error.code,
        "correlation_id": request.headers.get("X-Correlation-Id", ""),
    }
    if error.errors:
        body["errors"] = [{"pointer": pointer, "code": code} for pointer, code in error.errors]
    if error.retry_after is not None:
        body["retry_after_s"] = error.retry_after
    response = jsonify(body)
    response.status_code = error.status
    response.content_type = "application/problem+json"
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response
