"""The whole counter for messages: vendors' requests into the web process, the worker's messages out to fake vendors."""

import json
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import WSGIEnvironment

from msgspec.structs import replace as changed
from sqlalchemy import update
from support.captured import META_NUMBER, META_SECRET, PUBLIC, TWILIO_ACCOUNT, TWILIO_TOKEN
from support.office import Office
from support.vendor import Got, Vendor

from bot.messages import Text
from bot.wire import Request
from loket import outside
from loket.app import Gateways
from loket.config import Config, Environment
from loket.sending import Sending
from loket.work import build
from store.schema import contacts

TOKEN = "token-of-the-webhooks-of-tests"


class Counter:
    """An office whose messages come and go by the vendors that `switched` names."""

    def __init__(self, office: Office, vendor: Vendor, **switched: Any) -> None:
        self.office, self.vendor = office, vendor
        config: Config = changed(office.service.config, **switched)
        environment = Environment(
            public_url=PUBLIC, twilio_account=TWILIO_ACCOUNT, twilio_auth_token=TWILIO_TOKEN, twilio_url=vendor.url,
            twilio_sms_sender="LOKET", twilio_whatsapp_sender="+6281299900000", cloudapi_number=META_NUMBER,
            cloudapi_access_token="access", cloudapi_app_secrets=(META_SECRET,), cloudapi_verify_token="v",
            cloudapi_url=vendor.url, africastalking_tokens=(TOKEN,), africastalking_username="loket",
            africastalking_api_key="key", africastalking_url=f"{vendor.url}/version1",
            sms_tokens=(f"jasmin={TOKEN}",), sms_accounts=("jasmin=loket:secret",),
        )  # fmt: skip
        self.service = replace(office.service, config=config, environment=environment)
        lines = outside.lines(config, environment, office.clock)
        sending = Sending(lines, self.service.messages, self.service.catalogue, office.clock)
        self.worker = build(self.service, {**office.handlers, "message.send": sending.send})
        self.app = Gateways(self.service, lambda environ, start: [])

    def take(self, request: Request) -> tuple[str, bytes]:
        """One request through the web process: status and body."""
        statuses: list[str] = []
        answer = self.app(environ(request), lambda status, headers: statuses.append(status))  # type: ignore[arg-type,return-value]
        return statuses[0], b"".join(answer)

    def work(self, **time: float) -> None:
        self.office.clock.wait(**time)
        self.worker.run_due()

    def tell(self, contact: str, text: Text, key: str = "told:1") -> None:
        """Something happens that this contact is told of."""
        with self.service.database.write() as connection:
            self.service.messages.post(connection, contact, text, key, "", self.office.clock())

    def speaks(self, contact: str, language: str) -> None:
        with self.service.database.write() as connection:
            connection.execute(update(contacts).where(contacts.c.id == contact).values(language=language))

    def sent(self) -> list[tuple[str, Mapping[str, Any]]]:
        """What reached the vendors: by which channel, and the fields."""
        return [_sent(got) for got in self.vendor.got]


def _sent(got: Got) -> tuple[str, Mapping[str, Any]]:
    if got.path == f"/{META_NUMBER}/messages":
        return "whatsapp", json.loads(got.body)
    fields = dict(parse_qsl(got.body, keep_blank_values=True, strict_parsing=True))
    return ("whatsapp" if fields.get("To", "").startswith("whatsapp:") else "sms"), fields


def environ(request: Request) -> WSGIEnvironment:
    """As a server would hand it over."""
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()}
    return named | {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query,
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.input": BytesIO(request.body),
    }
