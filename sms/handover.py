"""Hands a message to an aggregator as its description says, and judges the answer by it."""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from sms.fields import deep
from sms.form import PLACEHOLDER, Sends, Test
from sms.gateway import Outbound, SendFailed, Sent
from sms.numbers import written

TIMEOUT = (3.05, 9.05)  # Seconds to connect and to read.
BUSY = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}


class Handover:
    """`known`: what the placeholders stand for, apart from the message's own."""

    def __init__(self, sends: Sends, known: Mapping[str, str], timeout: tuple[float, float] = TIMEOUT) -> None:
        self._sends, self._known, self._timeout = sends, known, timeout
        self._session: Any = None

    def send(self, message: Outbound) -> Sent:
        """Raises SendFailed, which carries no other error: those hold the number."""
        import requests

        self._session = self._session or _pooled()
        failure = "connection"
        try:
            answer = self._session.request(
                self._sends.method,
                self._sends.url,
                timeout=self._timeout,
                allow_redirects=False,
                **self._request(message),
            )
            return judge(self._sends, answer.status_code, answer.content)
        except requests.ConnectTimeout:
            pass
        except requests.Timeout:
            failure = "timeout"
        except requests.RequestException:
            pass
        raise SendFailed(failure, again=True)

    def _request(self, message: Outbound) -> dict[str, Any]:
        sends = self._sends
        own = {"to": written(message.to, sends.number), "text": message.body, "id": message.id}
        values = {**self._known, **own}
        fields = _filled(sends.fields, values)
        given: dict[str, Any] = {"headers": _filled(sends.headers, values)}
        match sends.writes:
            case "query":
                given["params"] = "&".join(f"{quote(k, '')}={quote(v, '')}" for k, v in fields.items())
            case "form":
                given["data"] = fields
            case "json":
                given["json"] = fields
        if sends.basic:
            given["auth"] = (self._known["user"].encode(), self._known["secret"].encode())
        return given


def judge(sends: Sends, status: int, body: bytes) -> Sent:
    """What an answer means for our one message: a fault that is described, success, or what HTTP says of it."""
    text = body.decode("utf-8", "replace")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    for fault in sends.faults:
        if _holds(fault.when, status, text, document):
            raise SendFailed(fault.code, again=fault.again)
    if _holds(sends.success, status, text, document):
        return Sent(_id(sends, text, document))
    if status in BUSY:
        raise SendFailed("busy", again=True)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise SendFailed("unauthorised", again=False)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise SendFailed("vendor_error", again=True)
    raise SendFailed("bad_answer" if status < HTTPStatus.MULTIPLE_CHOICES else "refused", again=status < 300)


def _holds(test: Test, status: int, text: str, document: Any) -> bool:
    value = deep(document, test.field) if test.field else text
    if test.status and status not in test.status:
        return False
    if test.values and value not in test.values:
        return False
    return not test.matches or re.search(test.matches, value) is not None


def _id(sends: Sends, text: str, document: Any) -> str:
    """By what name the vendor will report; one that has none reports nothing."""
    if sends.id_field:
        return deep(document, sends.id_field)
    found = re.search(sends.id_matches, text) if sends.id_matches else None
    return found[1] if found else ""


def _filled(form: Any, values: Mapping[str, str]) -> Any:
    match form:
        case str():
            return PLACEHOLDER.sub(lambda found: values[found[1]], form)
        case dict():
            return {name: _filled(value, values) for name, value in form.items()}
        case list():
            return [_filled(value, values) for value in form]
        case _:
            return form


def _pooled() -> Any:
    """One session for all messages. Loaded by whoever sends, not by whoever only listens."""
    import requests
    from requests.adapters import HTTPAdapter

    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=16))
    return session
