"""A database server that restarts between two turns: the person notices nothing, and nothing is done twice."""

from datetime import UTC, datetime

import psycopg
from sqlalchemy import func, select
from support.databases import postgresql_url
from support.office import SEALER

from bot.messages import Channel, Inbound, Page, SessionEvent
from loket.config import ROOT, Environment, read_config
from loket.service import Service, compose
from store.schema import events
from ussd.page import fit

NOW = datetime(2026, 11, 20, 5, tzinfo=UTC)


def _say(service: Service, transcript: str) -> Page | None:
    event = SessionEvent.RESUME if transcript else SessionEvent.NEW
    inbound = Inbound(
        transcript, Channel.USSD, "africastalking", "+6281200000001", transcript, event, NOW, "1", transcript
    )
    return service.desk.answer(inbound, fit())[0]


def test_a_lost_connection_costs_no_turn() -> None:
    url = postgresql_url().render_as_string(hide_password=False)
    service = compose(read_config(ROOT / "config.yml"), Environment(database_url=url), lambda: NOW, SEALER)
    _say(service, "")
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    page = _say(service, "1")
    assert page is not None
    assert page.body.startswith("Layanan pendaftaran bansos")
    with service.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(events)) == 2
    service.database.close()
