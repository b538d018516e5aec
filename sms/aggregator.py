"""Any SMS aggregator with an HTTP form, by its description alone: what it brings, what it reports, and how it sends."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from bot.messages import Channel, Inbound, SessionEvent
from bot.wire import FORM, Request, Response, bears_token, refusal
from sms.fields import Found, deep, items
from sms.form import Form, Names, Receives, Reports
from sms.gateway import Brought, Delivery, Outbound, Receipt, SendFailed, Sent
from sms.handover import TIMEOUT, Handover
from sms.numbers import international

MOST = 64 * 1024  # Bytes of a request, which may hold several messages.
TYPES = {"query": "", "form": FORM, "json": "application/json"}
REPEAT_S = 30  # Within which the same bytes are a repeat, where the vendor gives its messages no names.


@dataclass(frozen=True, slots=True)
class Account:
    """What the vendor knows us by. `tokens`: the secret last parts of its addresses here."""

    tokens: tuple[str, ...] = field(default=(), repr=False)
    user: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    sender: str = ""
    public_url: str = ""


class Aggregator:
    """/sms/<name>/<token> and, where the vendor reports, /receipts behind it."""

    channels = frozenset({Channel.SMS})
    most = MOST

    def __init__(
        self,
        name: str,
        form: Form,
        account: Account,
        clock: Callable[[], datetime],
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        self.name, self._form, self._account, self._clock = name, form, account, clock
        tokens = [token for token in account.tokens if token]
        base = account.public_url.rstrip("/")
        receipts = f"{base}/sms/{name}/{tokens[0]}/receipts" if base and tokens and form.receipts else ""
        known = {"user": account.user, "secret": account.secret, "sender": account.sender, "receipts": receipts}
        self._handover = Handover(form.sends, known, timeout) if form.sends else None

    def addressed(self, request: Request) -> bool:
        return (
            bears_token(request, [token for token in self._account.tokens if token]) and self._part(request) is not None
        )

    def unfit(self, request: Request) -> Response | None:
        part = self._part(request)
        if part is None or request.method not in part.method:
            return refusal(405, f"{' or '.join(part.method) if part else 'no method'} only")
        said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if part.reads != "query" and said != TYPES[part.reads]:
            return refusal(415, f"{TYPES[part.reads]} only")
        if request.headers.get("content-encoding", "identity") != "identity":
            return refusal(415, "no content encoding")
        if len(request.body) + len(request.query) > self.most:
            return refusal(413, f"at most {self.most} bytes")
        return None

    def read(self, request: Request) -> Brought:
        part = self._part(request)
        match part:
            case Receives():
                return self._inbound(part, request)
            case Reports():
                return _receipts(part, request)
            case None:
                raise ValueError("nothing comes here")

    def send(self, message: Outbound) -> Sent:
        """A message whose answer was lost may have been taken; it is sent again: twice is better than never."""
        if self._handover is None:
            raise SendFailed("refused", again=False)
        return self._handover.send(message)

    def _part(self, request: Request) -> Receives | Reports | None:
        match request.path.split("/")[4:]:
            case []:
                return self._form.receives
            case ["receipts"]:
                return self._form.receipts
            case _:
                return None

    def _inbound(self, part: Receives, request: Request) -> Brought:
        heard: list[Inbound] = []
        unread = 0
        found = items(request, part.reads, part.items)
        for item in found:
            try:
                inbound = self._message(part.fields, item, request)
            except ValueError:
                if not part.items:
                    raise
                unread += 1  # The others count all the same.
                continue
            heard += [inbound] if inbound else []
        return Brought(heard, unread=unread, answer=_thanks(part.answer))

    def _message(self, names: Names, item: Found, request: Request) -> Inbound | None:
        """One message; None where an operator or a business wrote it, who could not be answered."""
        sender = deep(item, names.sender, needed=True)
        if not any(letter.isdecimal() for letter in sender) or len(sender) < 7:
            return None
        now = self._clock()
        id = deep(item, names.id, needed=True) if names.id else ""
        if names.id and not id:
            raise ValueError(f"an empty field {names.id!r}")
        if not id:
            id = f"{_mark(request)}-{int(now.timestamp()) // REPEAT_S}"
        return Inbound(
            id=id,
            channel=Channel.SMS,
            gateway=self.name,
            sender=international(sender, names.sender),
            text=_text(names, item),
            event=SessionEvent.RESUME,
            received_at=now,
        )


def _text(names: Names, item: Found) -> str:
    if names.hex and deep(item, names.coding) in names.ucs2:
        try:
            return bytes.fromhex(deep(item, names.hex, needed=True)).decode("utf-16-be")
        except ValueError:
            raise ValueError(f"not UCS-2 in field {names.hex!r}") from None
    return deep(item, names.text, needed=True)


def _receipts(part: Reports, request: Request) -> Brought:
    """A state that the description does not know is no reason to refuse the report: the message counts as under way."""
    receipts: list[Receipt] = []
    unread = 0
    states = {state.lower(): Delivery(ours) for state, ours in part.states.items()}
    for item in items(request, part.reads, part.items):
        try:
            id, state = (deep(item, name, needed=True) for name in (part.fields.id, part.fields.state))
            if not id:
                raise ValueError(f"an empty field {part.fields.id!r}")
        except ValueError:
            if not part.items:
                raise
            unread += 1
            continue
        delivery = states.get(state.lower())
        receipts.append(Receipt(id, delivery) if delivery else Receipt(id, Delivery.SENDING, "unknown_state"))
    return Brought(receipts=receipts, unread=unread, answer=_thanks(part.answer))


def _thanks(answer: str) -> Response:
    return Response(200, "text/plain; charset=utf-8", answer.encode())


def _mark(request: Request) -> str:
    return sha256(request.query.encode("utf-8", "surrogateescape") + b"|" + request.body).hexdigest()


def problems(form: Form, account: Account, sends: bool) -> Sequence[str]:
    """What the environment lacks for this description, each as it is named there."""
    used = str(form.sends.fields) + str(form.sends.headers) if form.sends and sends else ""
    lacking = [name for name in ("user", "secret", "sender") if f"{{{name}}}" in used and not getattr(account, name)]
    if form.sends and sends and form.sends.basic:
        lacking += [name for name in ("user", "secret") if name not in lacking and not getattr(account, name)]
    if (form.receives or form.receipts) and not account.tokens:
        lacking.append("token")
    if "{receipts}" in used and not account.public_url:
        lacking.append("public_url")
    return lacking
