"""An agent at the desk of a real server: signs in, opens tickets, sends their forms."""

import re
from html import unescape
from urllib.parse import urlencode

from support.callers import FORM, Wire

HIDDEN = re.compile(r'<input[^>]*name="(\w+)"[^>]*type="hidden"[^>]*value="([^"]*)"|'
                    r'<input[^>]*type="hidden"[^>]*name="(\w+)"[^>]*value="([^"]*)"')  # fmt: skip


class Clerk:
    """A browser with a cookie jar and no more."""

    def __init__(self, wire: Wire, port: int) -> None:
        self._wire = wire
        self._origin = f"http://127.0.0.1:{port}"
        self._cookies: dict[str, str] = {}

    def get(self, page: str) -> str:
        status, text = self._send("GET", page)
        assert status == 200, (page, status)
        return text

    def fill(self, page: str, to: str = "", **fields: str) -> int:
        """Send the form on a page, with what it hides, to itself or elsewhere; the answer's status."""
        _, text = self._send("GET", page)
        hidden = {a or c: unescape(b or d) for a, b, c, d in HIDDEN.findall(text)}
        status, _ = self._send("POST", to or page, urlencode(hidden | fields).encode())
        return status

    def _send(self, method: str, page: str, body: bytes | None = None) -> tuple[int, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": cookies, "Origin": self._origin, "Content-Type": FORM}
        status, answer, sent = self._wire.exchange(method, page, body, headers)
        for name, value in sent:
            if name.lower() == "set-cookie":
                key, _, kept = value.partition(";")[0].partition("=")
                self._cookies[key] = kept
        return status, answer.decode()
