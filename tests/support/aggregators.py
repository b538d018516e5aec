"""Aggregators as they would call: captured requests through the real application, and their answers read back."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote_plus, unquote
from wsgiref.types import WSGIEnvironment

import msgspec
from support.databases import Factory
from support.office import SEALER, Clock

from loket.app import Gateways
from loket.config import ROOT, Config, Environment, Measures, UssdLine, read_config
from loket.service import compose
from store.schema import metadata

CAPTURED = Path(__file__).parents[1] / "ussd" / "gateways"
TOKEN = "t0ken-of-the-webhook"
STYLES = ("safaricom", "airtel", "infobip", "dmark", "imimobile", "mtech", "vodacom", "cellulant", "hollatags", "plain")


@dataclass(frozen=True)
class Captured:
    """A request as it came over the wire."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    def but(self, old: str, new: str) -> "Captured":
        """The same with something replaced, wherever it stands."""
        assert any(old in part for part in (self.path, self.query, self.body.decode())), old
        body = self.body.decode().replace(old, new).encode("utf-8", "surrogateescape")
        return Captured(self.method, self.path.replace(old, new), self.query.replace(old, new), self.headers, body)


def captured(style: str, name: str) -> Captured:
    head, _, body = (CAPTURED / style / f"{name}.http").read_bytes().partition(b"\n\n")
    first, *lines = head.decode("ascii").splitlines()
    method, target, _version = first.split(" ")
    path, _, query = target.partition("?")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    assert method == "GET" or int(headers["content-length"]) == len(body)
    return Captured(method, path, query, headers, body)


# What stands for the input in input.http, and how another one is written there.
INPUT: dict[str, tuple[str, Callable[[str], str]]] = {
    "safaricom": ("456%2A1", lambda text: quote_plus(f"456*{text}")),
    "airtel": ("input=1", lambda text: f"input={quote_plus(text)}"),
    "infobip": ('"text": "1"', lambda text: f'"text": {json.dumps(text)}'),
    "dmark": ("ussdRequestString=1", lambda text: f"ussdRequestString={quote_plus(text)}"),
    "imimobile": ("msg=1", lambda text: f"msg={quote_plus(text)}"),
    "mtech": ("<data>1<", lambda text: f"<data>{text.replace('&', '&amp;').replace('<', '&lt;')}<"),
    "vodacom": ("request=1", lambda text: f"request={quote_plus(text)}"),
    "cellulant": ("INPUT=1", lambda text: f"INPUT={quote_plus(text)}"),
    "hollatags": ("session_msg=1", lambda text: f"session_msg={quote_plus(text)}"),
    "plain": ('"text": "1"', lambda text: f'"text": {json.dumps(text)}'),
}


@dataclass(frozen=True)
class Answered:
    """What came back. `text` and `ends` as the vendor's own software would read them."""

    status: int
    headers: dict[str, str]
    body: bytes
    style: str = ""

    @property
    def text(self) -> str:
        body = self.body.decode()
        match self.style:
            case "safaricom":
                return body[4:]
            case "infobip":
                return str(json.loads(body)["ussdMenu"])
            case "dmark":
                return str(json.loads(body)["responseString"])
            case "plain":
                return str(json.loads(body)["text"])
            case "mtech":
                return unescape(re.findall("<div>(.*)</div>", body)[0].replace("<br />", "\n"))
            case "vodacom":
                return unescape(re.findall("<headertext>(.*)</headertext>", body, re.DOTALL)[0])
            case "cellulant":
                return body.split("|")[1]
            case "hollatags":
                return parse_qs(body)["session_msg"][0]
        return body

    @property
    def ends(self) -> bool:
        body = self.body.decode()
        match self.style:
            case "safaricom":
                return body.startswith("END ")
            case "airtel":
                return self.headers["Freeflow"] == "FB"
            case "imimobile":
                return self.headers["X-USSD-SESSION"] == "0"
            case "infobip":
                return bool(json.loads(body)["shouldClose"])
            case "mtech":
                return "<navigation>" not in body
            case "vodacom":
                return "<options>" not in body
            case "cellulant":
                return body.split("|")[4] == "end"
        return '"action":"end"' in body or "session_operation=end" in body


@dataclass
class Desk:
    """The application with every style connected under its own name."""

    gateways: Gateways
    clock: Clock
    tokens: dict[str, str]
    typed: dict[str, list[str]] = field(default_factory=dict)  # Where a vendor repeats it.

    def send(self, request: Captured, **environ: Any) -> Answered:
        heard: list[Any] = []
        given: WSGIEnvironment = {
            "REQUEST_METHOD": request.method,
            "PATH_INFO": unquote(request.path),
            "QUERY_STRING": request.query,
            "CONTENT_TYPE": request.headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(request.body)) if request.method != "GET" else "",
            "wsgi.input": BytesIO(request.body),
            **environ,
        }
        body = b"".join(self.gateways(given, lambda status, headers: heard.extend((status, headers))))  # type: ignore[arg-type, misc]
        return Answered(int(heard[0].split()[0]), dict(heard[1]), body, request.path.split("/")[2])

    def start(self, style: str, wait: float = 10) -> Answered:
        self.clock.wait(seconds=wait)
        self.typed[style] = []
        return self.send(captured(style, "start"))

    def typing(self, style: str, text: str) -> Captured:
        """The request of the next input."""
        self.typed.setdefault(style, []).append(text)
        old, write = INPUT[style]
        said = "*".join(self.typed[style]) if style == "safaricom" else text
        return captured(style, "input").but(old, write(said))

    def say(self, style: str, *inputs: str, wait: float = 10) -> Answered:
        """Type these one after the other, at a person's speed; the last answer."""
        for text in inputs:
            self.clock.wait(seconds=wait)
            answer = self.send(self.typing(style, text))
        return answer

    def rows(self) -> dict[str, int]:
        with self.gateways._service.database.read() as connection:
            return {name: len(connection.execute(table.select()).all()) for name, table in metadata.tables.items()}

    def lose(self) -> None:
        """Everything that was known of anybody is gone."""
        with self.gateways._service.database.write() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())


def config(lines: dict[str, UssdLine] | None = None, operators: dict[str, Measures] | None = None) -> Config:
    styles = {style: UssdLine(style=style, page=160) for style in STYLES}
    return msgspec.structs.replace(
        read_config(ROOT / "config.yml"), ussd=lines or styles, operators=operators or {}, sending_hours=(0, 24)
    )


@contextmanager
def desk(each_database: Factory, configured: Config | None = None) -> Iterator[Desk]:
    database, clock, found = each_database(), Clock(), configured or config()
    tokens = tuple(f"{name}={TOKEN}" for name in found.ussd)
    environment = Environment(
        database_url=database.url.render_as_string(hide_password=False),
        ussd_tokens=tokens,
        public_url="https://loket.example",
    )
    service = compose(found, environment, clock, SEALER)
    yield Desk(Gateways(service, nobody), clock, dict(entry.split("=") for entry in tokens))
    service.database.close()


def nobody(environ: WSGIEnvironment, start: Any) -> list[bytes]:
    raise AssertionError("no page was asked for")
