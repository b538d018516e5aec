"""HTTP without a framework: gateways are functions of bytes, and captured requests are their tests."""

import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import unquote_plus

import msgspec

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 64


class Request(msgspec.Struct, frozen=True):
    """One HTTP request. Its repr shows neither path nor body: both may hold a token or personal data."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]  # Lower-case names.
    body: bytes
    remote: str = ""

    def __repr__(self) -> str:
        return f"Request({self.method})"


class Response(msgspec.Struct, frozen=True):
    """One HTTP response."""

    status: int
    content_type: str
    body: bytes


ACCEPTED = Response(200, "text/plain; charset=utf-8", b"")


def refusal(status: int, reason: str) -> Response:
    """A refusal that says why, and nothing else."""
    return Response(status, "text/plain; charset=utf-8", reason.encode())


def unfit(request: Request, most: int) -> Response | None:
    """The refusal of what cannot be a vendor's form of at most so many bytes."""
    if request.method != "POST":
        return refusal(405, "POST only")
    content_type, _, parameters = request.headers.get("content-type", "").partition(";")
    if content_type.strip().lower() != FORM:
        return refusal(415, f"{FORM} only")
    charset = parameters.partition("charset=")[2].strip(' "').lower()
    if charset not in ("", "utf-8", "utf8"):
        return refusal(415, "UTF-8 only")
    if request.headers.get("content-encoding", "identity") != "identity":
        return refusal(415, "no content encoding")
    if len(request.body) > most:
        return refusal(413, f"at most {most} bytes")
    return None


def bears_token(request: Request, tokens: Sequence[str]) -> bool:
    """Whether the path, /channel/gateway/<token>[/...], holds one of the secrets; all are compared, in equal time."""
    parts = request.path.split("/")
    given = (parts[3] if len(parts) > 3 else "").encode("utf-8", "surrogateescape")
    return any([hmac.compare_digest(given, token.encode()) for token in tokens])  # noqa: C419


def form(request: Request, *needed: str) -> dict[str, str]:
    """A URL-encoded form with every needed field present. ValueError names the field at fault and quotes nothing."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise ValueError("not a form")
    try:
        pairs = [_pair(part) for part in request.body.decode("ascii").split("&", MOST_FIELDS)]
    except ValueError:
        raise ValueError("not a well-formed form") from None  # The cause would quote the body.
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a field occurs twice")
    for name in needed:
        if name not in fields:
            raise ValueError(f"no field {name!r}")
    return fields


def _pair(part: str) -> tuple[str, str]:
    """`name=value`, decoded. parse_qsl does the same, and takes four times as long."""
    name, equals, value = part.partition("=")
    if not equals or not name or "&" in value:
        raise ValueError
    if "%" in part or "+" in part:
        return unquote_plus(name, errors="strict"), unquote_plus(value, errors="strict")
    return name, value
