"""One way to call a JSON service: pooled, timed, idempotent by key, with a breaker; failing as again-later or never."""

import re
import threading
import uuid
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from io import BytesIO
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from werkzeug.test import Client

from backend_client import Refused, Unavailable

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

TIMEOUT = (3.05, 9.05)  # Seconds to connect and between two reads. A worker's patience, not a turn's.
BUSY = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
AWAY = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
LONGEST_WAIT = 3600.0  # Seconds. A Retry-After beyond this is taken for a mistake of the other side.


class Breaker:
    """Spares a system that is away: five failures in a row open it; after ten seconds one call may try again."""

    def __init__(self, clock: Callable[[], float], failures: int = 5, pause: float = 10.0) -> None:
        self._clock, self._limit, self._pause = clock, failures, pause
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_until = 0.0

    def enter(self) -> None:
        """Pass, or raise Unavailable at once. A caller that passes must tell the result."""
        with self._lock:
            if self._failures < self._limit:
                return
            wait = self._closed_until - self._clock()
            if wait > 0:
                raise Unavailable("open", retry_after=wait)
            self._closed_until = (
                self._clock() + self._pause
            )  # This call is the one that tries; the others go on waiting.

    def tell(self, *, alive: bool) -> None:
        with self._lock:
            self._failures = 0 if alive else self._failures + 1
            if self._failures >= self._limit:
                self._closed_until = self._clock() + self._pause


class JsonClient:
    """Calls one service. Neither its errors nor its repr hold an address, a body or a token."""

    def __init__(
        self,
        base_url: str,
        token: str,
        session: requests.Session | None = None,
        *,
        timeout: tuple[float, float] = TIMEOUT,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._base_url, self._token, self._timeout = base_url.rstrip("/"), token, timeout
        self._session = session or pooled_session()
        self._breaker = Breaker(clock)

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, key: str = "", channel: str = ""
    ) -> dict[str, Any]:
        """Call once, and answer with the JSON object. Raises Unavailable or Refused."""
        answer = self._call(method, path, body, key, channel)
        if not isinstance(answer, dict):
            raise Unavailable("answer")
        return answer

    def ask(self, path: str, body: Mapping[str, Any]) -> list[Any]:
        """Ask once for a list by what may not stand in an address. Raises Unavailable or Refused."""
        answer = self._call("POST", path, body, "", "")
        if not isinstance(answer, list):
            raise Unavailable("answer")
        return answer

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None, key: str, channel: str) -> Any:
        headers = {"Accept": "application/json", "Accept-Language": "id", "X-Correlation-Id": uuid.uuid4().hex}
        if key:
            headers["Idempotency-Key"] = f'"{key}"'
        if channel:
            headers["X-Channel"] = channel
        self._breaker.enter()
        code, response = "connection", None
        try:
            response = self._session.request(
                method,
                self._base_url + path,
                json=body,
                headers=headers,
                auth=self._sign,
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.ConnectTimeout:
            pass
        except requests.Timeout:
            code = "timeout"
        except requests.RequestException:
            pass
        finally:
            self._breaker.tell(alive=response is not None and response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR)
        if response is None:
            raise Unavailable(
                code
            )  # Raised out here, so that it does not carry the library's error, which holds the address.
        return read(response)

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = (
            f"Bearer {self._token}"  # As an auth callable, or a .netrc of the host would win.
        )
        return request


def read(response: requests.Response) -> dict[str, Any] | list[Any]:
    """The JSON of a 2xx answer; else the error that the status stands for."""
    status = response.status_code
    payload = _json(response)
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        if payload is None:
            raise Unavailable("answer")
        return payload
    code = clean_code(payload.get("code") if isinstance(payload, dict) else None)
    wait = retry_after(response.headers)
    if status in BUSY or (status == HTTPStatus.CONFLICT and code == "in_progress"):
        raise Unavailable("busy", wait)
    if status in AWAY:
        raise Unavailable("away", wait)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Unavailable("fault", wait)
    if status == HTTPStatus.UNAUTHORIZED:
        raise Unavailable("credentials", wait)
    if status >= HTTPStatus.BAD_REQUEST:
        raise Refused(code or f"http_{status}")
    raise Unavailable("answer")


def clean_code(code: object) -> str:
    """A problem's code if it is plain lower-case words, so that nobody's number can pass; else nothing."""
    return code if isinstance(code, str) and len(code) <= 40 and re.fullmatch(r"[a-z]+(?:_[a-z]+)*", code) else ""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from either form of Retry-After. A date counts from the answer's Date: clocks may differ."""
    wait = headers.get("Retry-After", "")
    if wait.isascii() and wait.isdecimal():
        return min(float(wait), LONGEST_WAIT)
    try:
        seconds = (parsedate_to_datetime(wait) - parsedate_to_datetime(headers.get("Date", ""))).total_seconds()
    except (ValueError, TypeError):  # Absent or unreadable; or one with a zone and one without.
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)


def pooled_session(adapter: BaseAdapter | None = None) -> requests.Session:
    """A session that keeps connections open and never tries again by itself: the outbox does that."""
    session = requests.Session()
    adapter = adapter or HTTPAdapter(pool_connections=4, pool_maxsize=16, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


class WsgiAdapter(BaseAdapter):
    """Carries a session's requests to a WSGI application in this process: the same bytes without a socket."""

    def __init__(self, app: "WSGIApplication") -> None:
        super().__init__()
        self._client = Client(app, use_cookies=False)

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        url = urlsplit(request.url or "")
        answer = self._client.open(
            path=str(url.path),
            query_string=str(url.query),
            method=request.method or "GET",
            headers=list(request.headers.items()),
            data=request.body,
        )
        response = requests.Response()
        response.status_code, response.url, response.request = answer.status_code, request.url or "", request
        response.headers.update(answer.headers)
        response.raw = BytesIO(answer.data)
        return response

    def close(self) -> None:
        """Nothing is held open."""


def _json(response: requests.Response) -> dict[str, Any] | list[Any] | None:
    try:
        payload = response.json()
    except requests.JSONDecodeError:
        return None
    return payload if isinstance(payload, dict | list) else None
