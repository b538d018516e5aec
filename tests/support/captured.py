"""Requests of vendors as they come over the wire, from files in tests/gateways."""

import base64
import hmac
from collections.abc import Mapping
from hashlib import sha1, sha256
from pathlib import Path
from urllib.parse import urlencode

from bot.wire import FORM, Request

GATEWAYS = Path(__file__).parents[1] / "gateways"
PUBLIC = "https://loket.example"
TWILIO_ACCOUNT = "AC" + "0123456789abcdef" * 2
TWILIO_TOKEN = "auth-token-of-tests"
META_SECRET = "app-secret-of-tests"
META_NUMBER = "106540352242922"


def captured(gateway: str, name: str) -> Request:
    """A request as it came."""
    head, _, body = (GATEWAYS / gateway / f"{name}.http").read_bytes().partition(b"\n\n")
    first, *lines = head.decode("ascii").splitlines()
    method, address, _version = first.split(" ")
    path, _, query = address.partition("?")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    assert int(headers.get("content-length", "0")) == len(body)
    return Request(method, path, query, headers, body)


def twilio_signature(address: str, fields: Mapping[str, str], key: str = TWILIO_TOKEN, sha: bool = False) -> str:
    """As Twilio's documentation says it is made."""
    signed = address + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(key.encode(), signed.encode(), sha256 if sha else sha1).digest()).decode()


def from_twilio(path: str, fields: Mapping[str, str], **headers: str) -> Request:
    """A form signed for the path at our public address."""
    signed = {"content-type": FORM, "x-twilio-signature": twilio_signature(PUBLIC + path, fields)}
    address, _, query = path.partition("?")
    return Request("POST", address, query, signed | headers, urlencode(fields).encode())


def from_meta(body: bytes) -> Request:
    """Events signed over their bytes."""
    proof = hmac.new(META_SECRET.encode(), body, sha256).hexdigest()
    headers = {"content-type": "application/json", "x-hub-signature-256": f"sha256={proof}"}
    return Request("POST", "/whatsapp/cloudapi", "", headers, body)
