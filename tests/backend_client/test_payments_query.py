"""Payments by the portal's contract: what the personas have, and what is no answer."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask, jsonify

from backend_client import Intent, Payment, PaymentStatus, Refused, Unavailable
from backend_client.http import WsgiAdapter, pooled_session
from backend_client.portal import PortalClient
from backend_client.sandbox import create_sandbox

TOKEN = "word-of-the-sandbox"
NIK = "351099410187"  # and four digits that choose the persona
START = datetime(2026, 2, 2, 3, 0, tzinfo=UTC)
TODAY = date(2026, 2, 2)
DAY = timedelta(days=1)


class Clock:
    now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Iterator[Clock]:
    return Clock()  # type: ignore[return-value]


def client(app: Flask) -> PortalClient:
    return PortalClient("http://portal", TOKEN, pooled_session(WsgiAdapter(app)))


@pytest.fixture
def portal(clock: Clock) -> PortalClient:
    return client(create_sandbox(token=TOKEN, clock=clock))


def test_the_personas_have_their_money(portal: PortalClient) -> None:
    assert portal.payments(NIK + "0013", "512377880013") == (
        Payment("PKH", PaymentStatus.AVAILABLE, "2026-1", 600_000, "BRI", "BRI Unit Genteng", TODAY + 30 * DAY, TODAY),
    )
    (post,) = portal.payments(NIK + "0014", "512377880014")
    assert (post.channel, post.place, post.until) == ("POS", "Kantor Pos Genteng", TODAY + 8 * DAY)
    (returned,) = portal.payments(NIK + "0015", "512377880015")
    assert (returned.status, returned.reason) == (PaymentStatus.RETURNED, "account_closed")
    assert [each.programme for each in portal.payments(NIK + "0032", "512377880032")] == ["PKH", "SEMBAKO"]


def test_of_everybody_else_it_follows_the_decision(portal: PortalClient, clock: Clock) -> None:
    asked = Intent("512377880001", NIK + "0001", "ussd", "id", "consent-1", START)
    assert portal.payments(asked.nik, asked.ref) == ()
    id = portal.submit(asked, "key").intent_id
    portal.complete(id, "verified_face", "done")
    assert portal.payments(asked.nik, asked.ref) == ()
    seen = []
    for _ in range(3):
        clock.now += timedelta(seconds=6)
        seen += [each.status for each in portal.payments(asked.nik, asked.ref)]
    assert seen == [PaymentStatus.PLANNED, PaymentStatus.AVAILABLE, PaymentStatus.AVAILABLE]


def test_somebody_elses_receipt_opens_nothing(portal: PortalClient) -> None:
    asked = Intent("512377880013", NIK + "0013", "ussd", "id", "consent-1", START)
    assert portal.payments(asked.nik, asked.ref)
    portal.submit(asked, "key")
    assert portal.payments(asked.nik, asked.ref) == (), "nothing is decided"
    with pytest.raises(Refused, match="not_found"):
        portal.payments(asked.nik, "512377880014")


GOOD = {"programme": "PKH", "status": "available", "amount_idr": 600_000, "collect_by": "2026-03-01"}


def answering(answer: Any) -> PortalClient:
    app = Flask("portal")
    app.add_url_rule("/v1/payments/query", view_func=lambda: jsonify(answer), methods=["POST"])
    return client(app)


def test_what_may_be_left_out_is_left_open() -> None:
    assert answering([{"programme": "PKH", "status": "at_bank"}]).payments("1", "2") == (
        Payment("PKH", PaymentStatus.AT_BANK),
    )


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [1],
        [GOOD | {"status": "teleported"}],
        [GOOD | {"programme": ""}],
        [GOOD | {"programme": None}],
        [GOOD | {"amount_idr": "600000"}],
        [GOOD | {"amount_idr": True}],
        [GOOD | {"amount_idr": -1}],
        [GOOD | {"collect_by": "tomorrow"}],
        [GOOD | {"place_hint": ["BRI"]}],
    ],
)
def test_what_is_not_the_contracts_form_is_no_answer(answer: Any) -> None:
    with pytest.raises(Unavailable, match="answer"):
        answering(answer).payments("1", "2")
