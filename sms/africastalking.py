"""SMS by Africa's Talking: its send API through the vendor's SDK, its inbound messages and its delivery reports."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from bot.messages import Channel, Inbound, SessionEvent
from bot.wire import Request, Response, bears_token, form, unfit
from sms.gateway import BODY, Brought, Delivery, Outbound, Receipt, SendFailed, Sent

TIMEOUT = (3.05, 9.05)  # Seconds to connect and to read. The vendor's staff name 2 s, its users saw 10.
BUSY = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
NUMBER = re.compile(r"[+ ]?([1-9][0-9]{7,14})")  # A plus that was not escaped in a form arrives as a space.

# The vendor's verdict on one recipient: our code, and whether the same message may go through later.
VERDICTS = {
    401: ("risk_hold", False),
    402: ("sender_rejected", False),
    403: ("invalid_number", False),
    404: ("unsupported_number", False),
    405: ("no_credit", True),
    406: ("opted_out", False),
    407: ("unroutable", True),
    409: ("do_not_disturb", False),
    500: ("vendor_error", True),
    501: ("operator_error", True),
    502: ("operator_rejected", False),
}

STATES = {
    "sent": Delivery.SENDING,
    "submitted": Delivery.SENDING,
    "buffered": Delivery.SENDING,
    "success": Delivery.DELIVERED,
    "rejected": Delivery.PERMANENT_FAILURE,
    "failed": Delivery.TEMPORARY_FAILURE,
    "expired": Delivery.TEMPORARY_FAILURE,
    "absentsubscriber": Delivery.TEMPORARY_FAILURE,
}
# Where a failure has a reason, the reason decides. The vendor's own pages differ in spelling: compared in lower case.
REASONS = {
    "insufficientcredit": ("no_credit", Delivery.TECHNICAL_FAILURE),
    "invalidlinkid": ("invalid_link", Delivery.TECHNICAL_FAILURE),
    "usernotsubscribedtoproduct": ("not_subscribed", Delivery.TECHNICAL_FAILURE),
    "userisinactive": ("inactive", Delivery.TEMPORARY_FAILURE),
    "useraccountsuspended": ("suspended", Delivery.TEMPORARY_FAILURE),
    "deliveryfailure": ("undelivered", Delivery.TEMPORARY_FAILURE),
    "userinblacklist": ("opted_out", Delivery.PERMANENT_FAILURE),
    "notnetworksubscriber": ("unknown_number", Delivery.PERMANENT_FAILURE),
    "userdoesnotexist": ("unknown_number", Delivery.PERMANENT_FAILURE),
}
FAILURES = frozenset({"rejected", "failed"})


class AfricasTalkingGateway:
    """One account. `tokens` are the secret last parts of the webhooks' paths: two while one replaces the other."""

    name = "africastalking"
    channels = frozenset({Channel.SMS})
    most = BODY

    def __init__(
        self,
        username: str,
        api_key: str,
        tokens: Sequence[str],
        *,
        sender: str | None = None,
        base_url: str | None = None,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        """`sender`: the registered sender id. `base_url` (…/version1): another server than the vendor's."""
        self._tokens = tuple(token for token in tokens if token)
        self._sender, self._timeout = sender, timeout
        self._account = (username, api_key, base_url)
        self._sdk: Any = None

    def addressed(self, request: Request) -> bool:
        """The vendor signs nothing, so the path carries a secret: /sms/africastalking/<token>[/receipts]."""
        return bears_token(request, self._tokens) and request.path.split("/")[4:] in ([], ["receipts"])

    def unfit(self, request: Request) -> Response | None:
        return unfit(request, self.most)

    def read(self, request: Request) -> Brought:
        if request.path.endswith("/receipts"):
            return Brought(receipts=self.receipts(request))
        if "senderId" in form(request):
            return Brought(stopped=self.stopped(request))
        return Brought(self.inbound(request))

    def inbound(self, request: Request) -> Sequence[Inbound]:
        fields = form(request, "date", "from", "id", "text", "to")
        if not fields["id"]:
            raise ValueError("an empty field 'id'")
        received_at = _instant(fields["date"])
        if not re.search(r"[0-9]{7}", fields["from"]):
            return ()  # A short code or a name: an operator's advertisement, not a person who could be answered.
        number = NUMBER.fullmatch(fields["from"])
        if number is None:
            raise ValueError("not an international number in field 'from'")
        return (
            Inbound(
                id=fields["id"],
                channel=Channel.SMS,
                gateway=self.name,
                sender=f"+{number[1]}",
                text=fields["text"],
                event=SessionEvent.RESUME,
                received_at=received_at,
            ),
        )

    def stopped(self, request: Request) -> Sequence[str]:
        """Who told the operator to stop our messages: nothing more would reach them, not even an answer to this."""
        number = NUMBER.fullmatch(form(request, "senderId", "phoneNumber")["phoneNumber"])
        if number is None:
            raise ValueError("not an international number in field 'phoneNumber'")
        return (f"+{number[1]}",)

    def receipts(self, request: Request) -> Sequence[Receipt]:
        """A state that nobody has documented yet is no reason to refuse the report: the message counts as under way."""
        fields = form(request, "id", "status")
        if not fields["id"]:
            raise ValueError("an empty field 'id'")
        status, failure = fields["status"].lower(), fields.get("failureReason", "").lower()
        delivery = STATES.get(status)
        if delivery is None:
            return (Receipt(fields["id"], Delivery.SENDING, "unknown_state"),)
        if status not in FAILURES or not failure:
            return (Receipt(fields["id"], delivery),)
        reason, delivery = REASONS.get(failure, ("unknown_reason", delivery))
        return (Receipt(fields["id"], delivery, reason),)

    def send(self, message: Outbound) -> Sent:
        """A message whose answer was lost may have been taken; it is sent again: twice is better than never."""
        failure = "connection"
        try:
            self._sdk = self._sdk or _sdk(*self._account)
            response: requests.Response = self._sdk.send(
                message.body, [message.to], self._sender, timeout=self._timeout
            )
            return judge(response)
        except requests.ConnectTimeout:
            pass
        except requests.Timeout:
            failure = "timeout"
        except requests.RequestException:
            pass
        except ValueError:  # The SDK's own check of the number.
            failure = "invalid_number"
        # Raised out here, so that it does not carry the other error, which holds the number.
        raise SendFailed(failure, again=failure != "invalid_number")


def judge(response: requests.Response) -> Sent:
    """What an answer of the send API means for our one recipient. HTTP 201 alone says nothing. Raises SendFailed."""
    status = response.status_code
    if status == HTTPStatus.UNAUTHORIZED:
        raise SendFailed("unauthorised", again=False)
    if status in BUSY:
        raise SendFailed("busy", again=True)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise SendFailed("vendor_error", again=True)
    if status >= HTTPStatus.MULTIPLE_CHOICES:
        raise SendFailed("refused", again=False)
    summary, recipient = _recipient(response.text)
    if recipient is None:
        if summary == "InvalidSenderId":
            raise SendFailed("sender_rejected", again=False)
        raise SendFailed("bad_answer", again=True)
    verdict = recipient.get("statusCode")
    if verdict in (100, 101, 102):  # Processed, sent, queued.
        return Sent(str(recipient.get("messageId", "")))
    code, again = VERDICTS.get(verdict if isinstance(verdict, int) else 0, ("unknown_verdict", True))
    raise SendFailed(code, again=again)


def _recipient(text: str) -> tuple[str, Mapping[str, Any] | None]:
    """The summary and the one recipient of an answer, whatever its Content-Type: the SDK knows one spelling."""
    try:
        data = json.loads(text)["SMSMessageData"]
        recipients = data["Recipients"]
        return str(data.get("Message")), recipients[0] if recipients and isinstance(recipients[0], dict) else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", None


def _instant(written: str) -> datetime:
    """When the vendor got a message: with T and Z, with fractions, or plain; all of them UTC."""
    try:
        moment = datetime.fromisoformat(written)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError("not a date in field 'date'") from None


def _sdk(username: str, api_key: str, base_url: str | None) -> Any:
    """The vendor's SMS service with what it lacks: kept connections (it opens one a message) and the status code.

    Imported here, so that neither a deployment without this vendor nor a process that only takes requests loads it.
    """
    from africastalking.SMS import SMSService

    session = requests.Session()
    session.mount("https://", HTTPAdapter(pool_maxsize=16))
    session.mount("http://", HTTPAdapter(pool_maxsize=16))

    class Pooled(SMSService):  # type: ignore[misc]  # The SDK has no types.
        def _make_request(self, url: str, method: str, **given: Any) -> requests.Response:
            del given["callback"]
            return session.request(method, url, allow_redirects=False, **given)

    service = Pooled(username, api_key)
    if base_url:
        service._baseUrl = base_url.rstrip("/")
    return service
