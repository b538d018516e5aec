"""A line without a database: the real gateway and conversation, with sessions and sent messages in dictionaries."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from flask import Flask, Response, request
from support.phone import ENGINE

from bot.engine import advance
from bot.messages import Channel, Inbound, Page
from bot.run import Engine
from bot.session import Session
from bot.stages import Cases, to_fact
from bot.wire import Request
from loket.simulator import blueprint
from store.messages import Posted
from ussd.africastalking import AfricasTalkingUssd
from ussd.gateway import serve
from ussd.page import fit


@dataclass
class Line:
    """Answers calls as the service does. `requests`: every form that came, by path."""

    engine: Engine = ENGINE
    sessions: dict[str, Session] = field(default_factory=lambda: defaultdict(Session))
    sent: dict[str, list[Posted]] = field(default_factory=lambda: defaultdict(list))
    requests: list[tuple[str, str]] = field(default_factory=list)
    facts: dict[tuple[str, str], Any] = field(default_factory=lambda: {("cases", ""): to_fact(Cases())})
    now: datetime = field(default_factory=lambda: datetime(2026, 11, 20, 5, 0, tzinfo=UTC))
    lock: Lock = field(default_factory=Lock)

    def answer(self, inbound: Inbound) -> Page | None:
        facts: dict[tuple[str, str], Any] = {}
        with self.lock:
            while True:
                session = self.sessions[inbound.sender]
                turn = advance(self.engine, session, inbound, fit(160), self.now, b"seed" * 8, facts)
                if turn.needs is None:
                    break
                key = (turn.needs.name, turn.needs.argument)
                facts[key] = self.facts.get(key, "")
            self.sessions[inbound.sender] = turn.session
        return turn.page

    def post(self, phone: str, body: str) -> None:
        """An SMS to a number."""
        self.sent[phone].append(Posted(Channel.SMS, body, int(self.now.timestamp() * 1000)))

    def call(self) -> Response:
        """One callback of the gateway, over HTTP."""
        body = request.get_data()
        self.requests.append((request.path, body.decode()))
        headers = {"content-type": request.content_type or ""}
        given = serve(
            AfricasTalkingUssd(["demo"], lambda: self.now),
            self.answer,
            Request(request.method, request.path, "", headers, body),
        )
        return Response(given.body, given.status, content_type=given.content_type)

    def app(self, **options: Any) -> Flask:
        """The simulator and the gateway's route, as the demo serves them."""
        app = Flask("line", static_folder=None)
        app.register_blueprint(blueprint(lambda name, kind: self.sent[name], **options))
        for rule in ("/ussd/africastalking/demo", "/ussd/africastalking/demo/events"):
            app.add_url_rule(rule, rule, self.call, methods=["POST"])
        app.add_url_rule("/desk/", "desk", lambda: "<p>The desk</p>")
        return app
