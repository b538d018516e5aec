"""The systems outside, on loopback, alive while servers die: a portal that counts, a vendor that keeps every SMS."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from flask import Flask, Response, jsonify, request
from support.browser import served

from backend_client.sandbox import create_sandbox
from loket.service import now

PORTAL_TOKEN = "word-of-the-portal"


@dataclass
class Vendor:
    """Africa's Talking's send API on loopback: takes every message and keeps it. Nothing is shown on a screen."""

    sent: list[tuple[str, str]] = field(default_factory=list)  # To whom, and the words.
    _lock: Lock = field(default_factory=Lock)

    def app(self) -> Flask:
        app = Flask("vendor", static_folder=None)
        app.add_url_rule("/version1/messaging", "send", self._send, methods=["POST"])
        return app

    def _send(self) -> tuple[Response, int]:
        to, body = request.form["to"], request.form["message"]
        with self._lock:
            self.sent.append((to, body))
            id = f"ATXid_{len(self.sent)}"
        recipient = {"statusCode": 101, "number": to, "status": "Success", "cost": "IDR 320.0", "messageId": id}
        return jsonify({"SMSMessageData": {"Message": "Sent to 1/1", "Recipients": [recipient]}}), 201


@dataclass
class Neighbours:
    """The portal and the vendor of SMS. They live on when a server is killed, so they remember what really reached
    them."""

    portal_url: str
    vendor_url: str
    vendor: Vendor
    portal: Flask

    def ledger(self) -> dict[str, dict[str, int]]:
        """How often the portal has acted on each receipt number."""
        return dict(self._admin("GET", "ledger").get_json())

    def away(self, on: bool) -> None:
        """Switch the portal off, or on again."""
        self._admin("POST", "fault", {"on": on})

    def _admin(self, method: str, page: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {PORTAL_TOKEN}"}
        return self.portal.test_client().open(f"/__sandbox__/{page}", method=method, json=body, headers=headers)


@contextmanager
def neighbours() -> Iterator[Neighbours]:
    vendor, portal = Vendor(), create_sandbox(token=PORTAL_TOKEN, clock=now)
    with served(portal) as portal_url, served(vendor.app()) as vendor_url:
        yield Neighbours(portal_url, f"{vendor_url}/version1", vendor, portal)
