"""HTTP without a framework: gateways are functions of bytes, and captured requests are their tests."""

import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import unquote_plus

import msgspec

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 64
UTF_8 = frozenset({"", "utf-8", "utf8"})


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
    headers: Mapping[str, str] = {}


ACCEPTED = Response(200, "text/plain; charset=utf-8", b"")


def refusal(status: int, reason: str) -> Response:
    """A refusal that says why, and nothing else."""
    return Response(status, "text/plain; charset=utf-8", reason.encode())


def unfit(request: Request, most: int, types: Sequence[str] = (FORM,)) -> Response | None:
    """The refusal of what cannot be a vendor's form of at most so many bytes."""
    if request.method != "POST":
        return refusal(405, "POST only")
    if media_type(request) not in types:
        return refusal(415, f"{' or '.join(types)} only")
    if charset(request) not in UTF_8:
        return refusal(415, "UTF-8 only")
    if request.headers.get("content-encoding", "identity") != "identity":
        return refusal(415, "no content encoding")
    if len(request.body) > most:
        return refusal(413, f"at most {most} bytes")
    return None


def media_type(request: Request) -> str:
    """What the body is said to be, in lower case, without parameters; nothing where nothing is said."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def charset(request: Request) -> str:
    """The charset that the body is said to be in, in lower case; nothing where nothing is said."""
    return request.headers.get("content-type", "").lower().partition("charset=")[2].partition(";")[0].strip(' "')


def bears_token(request: Request, tokens: Sequence[str]) -> bool:
    """Whether the path, /channel/gateway/<token>[/...], holds one of the secrets; all are compared, in equal time."""
    parts = request.path.split("/")
    given = (parts[3] if len(parts) > 3 else "").encode("utf-8", "surrogateescape")
    return any([hmac.compare_digest(given, token.encode()) for token in tokens])  # noqa: C419


def form(request: Request, *needed: str) -> dict[str, str]:
    """A URL-encoded form with every needed field present. ValueError names the field at fault and quotes nothing."""
    if media_type(request) != FORM:
        raise ValueError("not a form")
    fields = urlencoded(request.body)
    for name in needed:
        if name not in fields:
            raise ValueError(f"no field {name!r}")
    return fields


def urlencoded(raw: bytes, encoding: str = "utf-8") -> dict[str, str]:
    """`name=value&...`, decoded. ValueError quotes nothing."""
    try:
        pairs = [_pair(part, encoding) for part in raw.decode("ascii").split("&", MOST_FIELDS)]
    except ValueError:
        raise ValueError("not a well-formed form") from None  # The cause would quote the body.
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a field occurs twice")
    return fields


def _pair(part: str, encoding: str) -> tuple[str, str]:
    """`name=value`, decoded. parse_qsl does the same, and takes four times as long."""
    name, equals, value = part.partition("=")
    if not equals or not name or "&" in value:
        raise ValueError
    if "%" in part or "+" in part:
        return unquote_plus(name, encoding, "strict"), unquote_plus(value, encoding, "strict")
    return name, value
