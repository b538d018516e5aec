"""WhatsApp directly by Meta's Cloud API: verification, signed events, messages with buttons, lists or templates."""

import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from bot.messages import Channel
from bot.wire import Request, Response, refusal, unfit
from sms.gateway import Brought, Forged, Outbound, SendFailed, Sent
from whatsapp.buttons import Kind, named, shown
from whatsapp.cloudapi_wire import NAME, read
from whatsapp.faults import FAULTS

MOST = 3 * 1024 * 1024  # Bytes of a request: Meta puts that many into one.
API = "https://graph.facebook.com/v25.0"
TIMEOUT = (3.05, 9.05)  # Seconds to connect and to read.
SIGNED = re.compile(r"sha256=[0-9a-f]{64}")
CHALLENGE = re.compile(r"[A-Za-z0-9_.-]{1,200}")
TEXT = 4096  # Characters of a message without buttons.


@dataclass(frozen=True, slots=True)
class Account:
    """One number of a business. `app_secrets`: what signs the events; two while one replaces the other."""

    number: str  # Meta's id of it, not its digits.
    access_token: str = field(repr=False)
    app_secrets: tuple[str, ...] = field(repr=False)
    verify_token: str = field(repr=False)
    url: str = API


class CloudApi:
    """/whatsapp/cloudapi: GET once, when Meta makes sure that we listen here; then POST."""

    name = NAME
    channels = frozenset({Channel.WHATSAPP})
    most = MOST

    def __init__(self, account: Account, clock: Callable[[], datetime], timeout: tuple[float, float] = TIMEOUT) -> None:
        self._account, self._clock, self._timeout = account, clock, timeout
        self._session: Any = None

    def addressed(self, request: Request) -> bool:
        """Meta signs, so the path holds no secret."""
        return request.path == f"/{Channel.WHATSAPP}/{self.name}"

    def unfit(self, request: Request) -> Response | None:
        if request.method == "GET":
            return None
        if request.method != "POST":
            return refusal(405, "GET or POST only")
        return unfit(request, self.most, ("application/json",))

    def read(self, request: Request) -> Brought:
        if request.method == "GET":
            return Brought(answer=self._verified(request.query))
        if not self._signed(request):
            raise Forged
        try:
            document = json.loads(request.body.decode())
            json.dumps(document, ensure_ascii=False).encode()  # Half of a surrogate pair can be neither kept nor sent.
        except (ValueError, RecursionError):
            raise ValueError("not well-formed JSON") from None
        return read(document, self._account.number, self._clock)

    def send(self, message: Outbound) -> Sent:
        """A message whose answer was lost may have been taken; it is sent again: twice is better than never."""
        import requests

        self._session = self._session or _pooled()
        failure = "connection"
        try:
            answer = self._session.post(
                f"{self._account.url.rstrip('/')}/{self._account.number}/messages",
                json=written(message),
                headers={"Authorization": f"Bearer {self._account.access_token}"},
                timeout=self._timeout,
                allow_redirects=False,
            )
            return judge(answer.status_code, answer.content)
        except requests.ConnectTimeout:
            pass
        except requests.Timeout:
            failure = "timeout"
        except requests.RequestException:
            pass
        # Raised out here, so that it does not carry the other error, which holds the number.
        raise SendFailed(failure, again=True)

    def _verified(self, query: str) -> Response:
        try:
            given = parse_qs(query, keep_blank_values=True, errors="strict", max_num_fields=16)
        except ValueError:
            raise ValueError("not a well-formed query") from None
        mode, token, challenge = (given.get(f"hub.{name}", [""]) for name in ("mode", "verify_token", "challenge"))
        ours = self._account.verify_token.encode()
        if mode != ["subscribe"] or len(token) != 1 or not hmac.compare_digest(token[0].encode(), ours) or not ours:
            raise Forged
        if len(challenge) != 1 or not CHALLENGE.fullmatch(challenge[0]):
            raise ValueError("no challenge")
        return Response(200, "text/plain; charset=utf-8", challenge[0].encode())

    def _signed(self, request: Request) -> bool:
        """By one of our secrets, over the bytes as they came."""
        given = request.headers.get("x-hub-signature-256", "")
        if not SIGNED.fullmatch(given):
            return False
        proofs = [hmac.new(secret.encode(), request.body, sha256).hexdigest() for secret in self._account.app_secrets]
        return any([hmac.compare_digest(f"sha256={proof}", given) for proof in proofs])  # noqa: C419


def written(message: Outbound) -> Mapping[str, Any]:
    """A message in the API's form: an approved template, buttons, a list, or words with numbers in them."""
    by = {"to": message.to.removeprefix("+")} if message.to.startswith("+") else {"recipient": message.to}
    return {"messaging_product": "whatsapp", "recipient_type": "individual", **by, **_content(message)}


def _content(message: Outbound) -> Mapping[str, Any]:
    if message.template:
        values = [{"type": "text", "text": value or "-"} for value in message.values]
        template: dict[str, Any] = {"name": message.template, "language": {"code": message.language or "id"}}
        if values:
            template["components"] = [{"type": "body", "parameters": values}]
        return {"type": "template", "template": template}
    kind, body, choices = shown(message.body, message.choices)
    at = message.asked_at
    match kind:
        case Kind.NUMBERS:
            return {"type": "text", "text": {"body": body[:TEXT], "preview_url": False}}
        case Kind.BUTTONS:
            buttons = [{"type": "reply", "reply": {"id": named(c, at), "title": c.label}} for c in choices]
            action: dict[str, Any] = {"buttons": buttons}
        case Kind.LIST:
            rows = [
                {"id": named(c, at), "title": c.label} | ({"description": c.detail} if c.detail else {})
                for c in choices
            ]
            action = {"button": message.list_label or "Menu", "sections": [{"rows": rows}]}
    kind_name = "button" if kind is Kind.BUTTONS else "list"
    return {"type": "interactive", "interactive": {"type": kind_name, "body": {"text": body}, "action": action}}


def judge(status: int, body: bytes) -> Sent:
    """What an answer of the API means for our one message. Raises SendFailed."""
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise _by_status(status)
    error = found.get("error")
    if isinstance(error, dict):
        code = error.get("code")
        fault = FAULTS.get(code) if isinstance(code, int) else None
        if fault is None and isinstance(code, int) and 200 <= code <= 299:
            raise SendFailed("unauthorised", again=False)  # Permissions that the token does not have.
        raise SendFailed(fault.code, again=fault.again) if fault else _by_status(status)
    match found:
        case {"messages": [{"id": str(id)}, *_]} if id and status < HTTPStatus.MULTIPLE_CHOICES:
            return Sent(id)
        case _:
            raise _by_status(status)


def _by_status(status: int) -> SendFailed:
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, 504):
        return SendFailed("busy", again=True)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return SendFailed("unauthorised", again=False)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return SendFailed("vendor_error", again=True)
    return SendFailed("bad_answer" if status < HTTPStatus.MULTIPLE_CHOICES else "refused", again=status < 300)


def _pooled() -> Any:
    """One session for all messages: a connection is kept. Loaded by whoever sends, not by whoever only listens."""
    import requests
    from requests.adapters import HTTPAdapter

    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=16))
    return session
