"""What Twilio signs: a request is believed where the signature over our own address and its fields holds."""

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.wire import Request, urlencoded
from voice.gateway import Forged

SHA1, SHA256 = "HMAC_SHA1", "HMAC_SHA256"
SETTINGS = "x-twilio-webhooks-signature-settings"


@dataclass(frozen=True, slots=True)
class Signatures:
    """Which algorithm and whose key is a matter of our configuration, never of the request.

    `public_url`: where Twilio finds us, https://host[:port][/path]. `key_id`: of a shared key, which signs by SHA-256;
    without one, the account's auth token signs by SHA-1.
    """

    account: str
    public_url: str
    secret: str = field(repr=False)
    key_id: str = ""

    def fields(self, request: Request) -> Mapping[str, str]:
        """The fields of a form that Twilio has signed for us. Raises Forged at any other."""
        try:
            fields = urlencoded(request.body)
        except ValueError:
            raise Forged from None
        given = request.headers.get("x-twilio-signature", "").encode("utf-8", "replace")
        proofs = [self._proof(address, request, fields) for address in addresses(self.public_url)]
        proven = any([hmac.compare_digest(proof, given) for proof in proofs])  # noqa: C419  All, in equal time.
        ours = hmac.compare_digest(fields.get("AccountSid", "").encode(), self.account.encode())
        if not (proven and ours and self._settled(request.headers.get(SETTINGS, ""))):
            raise Forged
        return fields

    def _settled(self, settings: str) -> bool:
        """Whether the request names the algorithm and the key that we have agreed on."""
        named = dict(part.strip().partition("=")[::2] for part in settings.split(",") if part.strip())
        if not self.key_id:
            return named.get("algorithm", SHA1) == SHA1
        return named.get("algorithm") == SHA256 and named.get("key") == self.key_id

    def _proof(self, address: str, request: Request, fields: Mapping[str, str]) -> bytes:
        signed = address + request.path + (f"?{request.query}" if request.query else "")
        signed += "".join(f"{name}{fields[name]}" for name in sorted(fields))
        digest = hmac.digest(self.secret.encode(), signed.encode(), "sha256" if self.key_id else "sha1")
        return base64.b64encode(digest)


def addresses(public_url: str) -> tuple[str, str]:
    """What stands in front of the path, without its port and with it: Twilio signs either."""
    parts = urlsplit(public_url.rstrip("/"))
    host = parts.netloc.removesuffix(f":{parts.port}") if parts.port else parts.netloc
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{host}{parts.path}", f"{parts.scheme}://{host}:{port}{parts.path}"
