"""Hands messages to Twilio, and says what its errors mean: for this message, for this number, or for us."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import requests
from requests.adapters import HTTPAdapter

from sms.gateway import Delivery, SendFailed, Sent

TIMEOUT = (3.05, 9.05)  # Seconds to connect and to read: the SDK would wait for ever.
API = "https://api.twilio.com"
BUSY = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}


class Fault(NamedTuple):
    """Our name for one of Twilio's errors, whether the same may go through later, and what it is in a receipt."""

    code: str
    again: bool
    delivery: Delivery


_OURS, _THEIRS, _NOW = Delivery.TECHNICAL_FAILURE, Delivery.PERMANENT_FAILURE, Delivery.TEMPORARY_FAILURE
FAULTS: Mapping[int, Fault] = {
    14107: Fault("busy", True, _NOW),
    20003: Fault("unauthorised", False, _OURS),
    20429: Fault("busy", True, _NOW),
    21211: Fault("invalid_number", False, _THEIRS),
    21408: Fault("unroutable", False, _OURS),  # The region is not switched on for the account.
    21606: Fault("sender_rejected", False, _OURS),
    21610: Fault("opted_out", False, _THEIRS),
    21612: Fault("unroutable", False, _OURS),
    21614: Fault("invalid_number", False, _THEIRS),
    21617: Fault("too_long", False, _OURS),
    21655: Fault("template_rejected", False, _OURS),
    21656: Fault("template_rejected", False, _OURS),
    30001: Fault("busy", True, _NOW),
    30003: Fault("unreachable", True, _NOW),
    30004: Fault("blocked", False, _THEIRS),
    30005: Fault("unknown_number", False, _THEIRS),
    30006: Fault("unsupported_number", False, _THEIRS),
    30007: Fault("filtered", False, _THEIRS),
    30008: Fault("undelivered", True, _NOW),
    30018: Fault("sender_rejected", False, _OURS),
    30024: Fault("sender_rejected", False, _OURS),
    63003: Fault("not_on_whatsapp", False, _THEIRS),
    63013: Fault("refused", False, _THEIRS),
    63016: Fault("window_closed", False, _THEIRS),
    63017: Fault("busy", True, _NOW),
    63018: Fault("busy", True, _NOW),
    63024: Fault("not_on_whatsapp", False, _THEIRS),
    63027: Fault("template_rejected", False, _OURS),
    63032: Fault("refused", False, _THEIRS),
    63033: Fault("blocked", False, _THEIRS),
    63038: Fault("busy", True, _NOW),  # The account has used up its day.
}


def judge(status: int, code: int | None) -> SendFailed:
    """What an answer that is no success means."""
    if fault := FAULTS.get(code or 0):
        return SendFailed(fault.code, again=fault.again)
    if status in BUSY:
        return SendFailed("busy", again=True)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return SendFailed("unauthorised", again=False)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return SendFailed("vendor_error", again=True)
    if status < HTTPStatus.BAD_REQUEST:
        return SendFailed("bad_answer", again=True)
    return SendFailed("refused", again=False)


class Rest:
    """The account's messages. Made at the first one: a process that only takes requests never loads the SDK."""

    def __init__(
        self, account: str, auth_token: str, base_url: str = "", timeout: tuple[float, float] = TIMEOUT
    ) -> None:
        self._account, self._auth_token = account, auth_token
        self._base_url, self._timeout = base_url.rstrip("/"), timeout
        self._client: Any = None

    def send(self, fields: Mapping[str, str]) -> Sent:
        """One message in the SDK's own words. Raises SendFailed without the SDK's error, which holds the number."""
        from twilio.base.exceptions import TwilioException

        self._client = self._client or _client(self._account, self._auth_token, self._base_url, self._timeout)
        try:
            taken = self._client.messages.create(**fields)
            if taken.sid and not taken.error_code:
                return Sent(taken.sid)
            failed = judge(HTTPStatus.OK, taken.error_code) if taken.sid else SendFailed("bad_answer", again=True)
        except TwilioException as error:
            failed = judge(getattr(error, "status", 0), getattr(error, "code", None))
        except requests.ConnectTimeout:
            failed = SendFailed("connection", again=True)
        except requests.Timeout:
            failed = SendFailed("timeout", again=True)
        except requests.RequestException:
            failed = SendFailed("connection", again=True)
        except (ValueError, AttributeError, TypeError):  # An answer that is no JSON, or no object.
            failed = SendFailed("bad_answer", again=True)
        raise failed


def _client(account: str, auth_token: str, base_url: str, timeout: tuple[float, float]) -> Any:
    """The SDK with what it lacks: time limits, and another server where one is named."""
    from twilio.http import HttpClient
    from twilio.http.response import Response
    from twilio.rest import Client

    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=16))

    class Pooled(HttpClient):  # type: ignore[misc]  # The SDK has no types.
        def request(self, method: str, url: str, **given: Any) -> Response:
            sent = {name: given.get(name) for name in ("params", "data", "headers", "auth")}
            if base_url:
                url = url.replace(API, base_url, 1)
            answer = session.request(method, url, timeout=timeout, allow_redirects=False, **sent)
            return Response(answer.status_code, answer.text)

    return Client(account, auth_token, http_client=Pooled(None, False, None))
