"""What Twilio signs: a request is believed where the signature holds and its fields can be read in one way only."""

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import parse_qs, parse_qsl, urlsplit

from bot.wire import Request
from sms.gateway import Forged

JSON = "application/json"
SHA1, SHA256 = "HMAC_SHA1", "HMAC_SHA256"
MOST_FIELDS = 200

SID = re.compile(r"(?:SM|MM)[0-9a-f]{32}")
PERSON = re.compile(r"(?:whatsapp:)?(\+[1-9][0-9]{7,14}|[A-Z]{2}\.[A-Za-z0-9]{1,128})")
SERVICE = re.compile(r"[0-9]{3,8}|[A-Za-z0-9][A-Za-z0-9 &_+-]{0,10}")  # A short code or the name of a sender.
NAME = re.compile(r"[A-Z][A-Z0-9]*[a-z][A-Za-z0-9]*")

# The fields that anything here follows from.
READ = frozenset(
    {
        "AccountSid", "Body", "ButtonPayload", "ButtonText", "ErrorCode", "ExternalUserId", "From", "Latitude",
        "ListId", "ListTitle", "Longitude", "MediaContentType0", "MediaUrl0", "MessageSid", "MessageStatus",
        "MessageType", "NumMedia", "OptOutType", "To",
    }
)  # fmt: skip
# What Twilio is known to send beside them. It adds others without notice: they count for nothing, and are no fault.
BESIDE = frozenset(
    {
        "Address", "AddOns", "ApiVersion", "CardId", "Carrier", "ChannelInstallSid", "ChannelMetadata", "ChannelPrefix",
        "ChannelStatusMessage", "ChannelToAddress", "ConversationSid", "DateCreated", "Direction", "ErrorMessage",
        "ErrorUrl", "EventType", "Forwarded", "FrequentlyForwarded", "FromCity", "FromCountry", "FromState", "FromZip",
        "Label", "MessagingServiceSid", "NumSegments", "OriginalRepliedMessageSender", "OriginalRepliedMessageSid",
        "ProfileName", "RawDlrDoneDate", "ReferralBody", "ReferralCtwaClid", "ReferralHeadline",
        "ReferralMediaContentType", "ReferralMediaId", "ReferralMediaUrl", "ReferralNumMedia", "ReferralSourceId",
        "ReferralSourceType", "ReferralSourceUrl", "SmsMessageSid", "SmsSid", "SmsStatus", "StructuredMessage",
        "ToCity", "ToCountry", "ToState", "ToZip", "WaId",
    }
)  # fmt: skip
NUMBERED = re.compile(r"Media(?:Url|ContentType|Sid)[0-9]")
TYPED = frozenset({"Body", "ButtonPayload", "ButtonText", "ListId", "ListTitle", "Label", "Address"})


@dataclass(frozen=True, slots=True)
class Signatures:
    """What proves Twilio: which algorithm and whose key is a matter of our configuration, never of the request.

    `public_url`: where Twilio finds us, https://host[:port][/path]. `key_id`: of a shared key, which signs by SHA-256;
    without one, the account's auth token signs by SHA-1.
    """

    account: str
    public_url: str
    secret: str = field(repr=False)
    key_id: str = ""

    def fields(self, request: Request) -> Mapping[str, str]:
        """The fields of a message's webhook that Twilio has signed for us. Raises Forged at any other."""
        fields = self.signed(request)
        if not self._shaped(fields) or resplit(fields):
            raise Forged
        return fields

    def signed(self, request: Request) -> Mapping[str, str]:
        """The fields as they are signed, of whatever webhook. Raises Forged where they are not."""
        if not self._settled(request.headers.get("x-twilio-webhooks-signature-settings", "")):
            raise Forged
        by_json = request.headers.get("content-type", "").partition(";")[0].strip().lower() == JSON
        fields = _from_json(request) if by_json else _from_form(request.body)
        given = request.headers.get("x-twilio-signature", "").encode("utf-8", "replace")
        proofs = self._proofs(request, {} if by_json else fields)
        if not any([hmac.compare_digest(proof, given) for proof in proofs]):  # noqa: C419  All, in equal time.
            raise Forged
        return fields

    def _settled(self, settings: str) -> bool:
        """Whether the request names the algorithm and the key that we have agreed on."""
        named = dict(part.strip().partition("=")[::2] for part in settings.split(",") if part.strip())
        if not self.key_id:
            return named.get("algorithm", SHA1) == SHA1
        return named.get("algorithm") == SHA256 and named.get("key") == self.key_id

    def _proofs(self, request: Request, fields: Mapping[str, str]) -> list[bytes]:
        """Twilio signs the address with its port or without, as it happens to have it."""
        from twilio.request_validator import RequestValidator

        validator = RequestValidator(self.secret)
        algorithm = SHA256 if self.key_id else SHA1
        behind = request.path + (f"?{request.query}" if request.query else "")
        return [
            validator.compute_signature(base + behind, fields, algorithm).encode() for base in bases(self.public_url)
        ]

    def _shaped(self, fields: Mapping[str, str]) -> bool:
        """Whether the four that each request has are what they have to be, and the account is ours."""
        return (
            SID.fullmatch(fields.get("MessageSid", "")) is not None
            and hmac.compare_digest(fields.get("AccountSid", "").encode(), self.account.encode())
            and all(_address(fields.get(name, "")) for name in ("From", "To"))
        )


def bases(public_url: str) -> tuple[str, str]:
    """The address in front of the path, without its port and with it."""
    parts = urlsplit(public_url.rstrip("/"))
    host = parts.netloc.removesuffix(f":{parts.port}") if parts.port else parts.netloc
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{host}{parts.path}", f"{parts.scheme}://{host}:{port}{parts.path}"


def resplit(fields: Mapping[str, str]) -> bool:
    """Whether the same signature could stand for other fields that mean something else.

    Twilio signs names and values as one run of letters, so whoever has a signed request can move the borders in it:
    a part of what somebody typed becomes a field that nobody knows, or the next field a part of the text.
    """
    names = sorted(fields)
    absent = READ - fields.keys()
    for before, name, behind in zip(["", *names], names, [*names[1:], ""], strict=False):
        if not NAME.fullmatch(name):
            return True
        if any(name < lost and (not behind or lost < behind) and lost in fields[name] for lost in absent):
            return True
        if _known(name):
            continue
        if before in TYPED or any((name + fields[name]).startswith(lost) for lost in absent):
            return True
    return False


def _known(name: str) -> bool:
    return name in READ or name in BESIDE or NUMBERED.fullmatch(name) is not None


def _address(text: str) -> bool:
    return (PERSON.fullmatch(text) or SERVICE.fullmatch(text)) is not None


def _from_form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,  # They are signed like the others.
            strict_parsing=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise Forged from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise Forged
    return fields


def _from_json(request: Request) -> dict[str, str]:
    """Of JSON the signature covers only the address, and the address holds the body's hash."""
    try:
        hashes = parse_qs(request.query, errors="strict", max_num_fields=MOST_FIELDS).get("bodySHA256", [])
        if len(hashes) != 1:
            raise Forged
        if not hmac.compare_digest(sha256(request.body).hexdigest().encode(), hashes[0].lower().encode()):
            raise Forged
        found = json.loads(request.body.decode(), object_pairs_hook=_once)
        fields = {name: value if isinstance(value, str) else json.dumps(value) for name, value in found.items()}
        "".join(fields.values()).encode()  # A half of a surrogate pair can neither be stored nor sent.
    except (ValueError, RecursionError, AttributeError):
        raise Forged from None
    return fields


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found
