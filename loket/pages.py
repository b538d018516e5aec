"""Everything that is not a gateway's call: the desk, the simulator, and what operators and probes ask for."""

import os
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from flask import Flask, Response, redirect
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy.exc import SQLAlchemyError

from bot.windows import zone
from handoff.desk.web import blueprint as desk_blueprint
from loket import metrics
from loket.service import Service
from store.migrate import missing
from store.staff import Staff
from store.tickets import Desk

if TYPE_CHECKING:
    from loket.simulator.stage import Stage

FORM = 16 * 1024  # Bytes of any form here.


def create_pages(service: Service, stage: "Stage | None" = None) -> Flask:
    """`stage`: of a demo, what its phones can do beside calling."""
    demo = service.environment.demo
    app = Flask("loket", static_folder=None)
    app.config.update(
        SECRET_KEY=service.sealer.secret("cookie"),
        MAX_CONTENT_LENGTH=FORM,
        MAX_FORM_MEMORY_SIZE=FORM,
        MAX_FORM_PARTS=50,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=8),
    )
    app.before_request(service.sealer.refresh)
    tickets = Desk(service.database, service.sealer, service.messages, service.areas, service.clock, service.wake)
    desk = desk_blueprint(
        tickets, Staff(service.database, service.sealer), service.clock, zone, secure=not demo, framed=demo
    )
    app.register_blueprint(desk)
    if demo:
        from loket.simulator import blueprint as simulator_blueprint

        app.register_blueprint(
            simulator_blueprint(
                service.messages.to_number, code=service.config.numbers.ussd, desk_frame=True, stage=stage
            )
        )
    app.add_url_rule("/", "home", lambda: redirect("/simulator" if demo else "/desk/"))
    app.add_url_rule("/healthz", "healthz", lambda: Response("ok\n", mimetype="text/plain"))
    app.add_url_rule("/readyz", "readyz", partial(_ready, service))
    app.add_url_rule("/metrics", "metrics", partial(_metrics, service))
    return app


def _ready(service: Service) -> Response:
    """Whether this process can take turns: its database answers and has the tables it needs."""
    try:
        behind = missing(service.database)
    except SQLAlchemyError as error:
        return Response(f"the database does not answer: {type(error).__name__}\n", 503, mimetype="text/plain")
    if behind:
        return Response("the database lacks migrations: run loket migrate\n", 503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")


def _metrics(service: Service) -> Response:
    """What this process has counted; where several serve, what all of them have."""
    due, dead, age = service.outbox.ages(service.clock())
    metrics.OUTBOX_DUE.set(due)
    metrics.OUTBOX_DEAD.set(dead)
    metrics.OUTBOX_AGE.set(age)
    registry = REGISTRY
    if metrics.SHARED in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
