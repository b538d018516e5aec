"""Payments on both databases and with the real sandbox: shown in a turn within its deadline, told once each."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from support.databases import Factory, each_database
from support.office import PHONE, Office

from backend_client import Payment, PaymentStatus, Refused, Unavailable
from backend_client.sandbox import personas
from bot.conversation import Lookup
from bot.effects import ContactAgreed, FinishRegistration
from bot.identity import Reference
from bot.stages import Stage
from loket.payments import Asking
from store.cases import set_stage

__all__ = ["each_database"]

OTHER = "+6281200000002"
DAY = timedelta(days=1)


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    office.hire("Budi")
    yield office
    office.close()


def eligible(office: Office, last4: str, own: bool = True) -> str:
    """A registration whose decision is known; its reference."""
    ref = office.register(last4)
    if own:
        office.own_phone(ref)
    office.apply(office.dial(), FinishRegistration(Reference(ref)))
    office.work(minutes=1)
    office.verify(ref)
    office.work()
    office.work(seconds=30)
    assert office.row("registrations", ref=ref)["stage"] == Stage.ELIGIBLE
    return ref


def told(office: Office) -> list[str]:
    """The sentences about money, oldest first."""
    office.work(days=0)
    return [row["sentence"] for row in office.rows("messages") if row["sentence"].startswith("evt.pay")]


def money(office: Office, last4: str, status: PaymentStatus, **more: object) -> None:
    """What the sandbox has for this persona from now on."""
    personas.PAYMENTS[last4] = (personas.Money(status, **more),)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    kept = dict(personas.PAYMENTS)
    yield
    personas.PAYMENTS.clear()
    personas.PAYMENTS.update(kept)


def test_the_way_of_a_payment_is_told_step_by_step_and_each_step_once(office: Office) -> None:
    ref = eligible(office, "0014")
    assert told(office) == ["evt.pay_ready"]
    assert "PKH Rp600.000 bisa diambil di Kantor Pos Genteng s/d Sab 28 Nov" in office.gateway.bodies[-1]
    for _ in range(8):
        office.work(hours=6)
    assert told(office) == ["evt.pay_ready", "evt.pay_reminder"]
    while office.clock().date() < date(2026, 11, 28):
        office.work(hours=6)
    assert told(office) == ["evt.pay_ready", "evt.pay_reminder", "evt.pay_last_day"]
    money(office, "0014", PaymentStatus.COLLECTED)
    for _ in range(8):
        office.work(hours=6)
    assert told(office)[3:] == ["evt.pay_collected"]
    assert office.row("payments")["registration_id"] == office.row("registrations", ref=ref)["id"]


def test_a_shared_phone_hears_neither_programme_nor_amount(office: Office) -> None:
    eligible(office, "0013", own=False)
    office.work(hours=1)
    assert told(office) == []
    assert [row["sentence"] for row in office.rows("messages")].count("evt.decision_private") == 2
    for secret in ("PKH", "Rp", "600"):
        assert not any(secret in body for body in office.gateway.bodies)


def test_a_phone_that_was_called_shared_meanwhile_hears_nothing_more(office: Office) -> None:
    ref = eligible(office, "0014")
    office.apply(office.dial(), ContactAgreed(Reference(ref), own_phone=False))
    sent = len(office.gateway.bodies)
    for _ in range(30):
        office.work(hours=6)
    assert not any("PKH" in body for body in office.gateway.bodies[sent:])


def test_lost_money_is_somebodys_work(office: Office) -> None:
    ref = eligible(office, "0015")
    for _ in range(8):
        office.work(hours=6)
    assert told(office) == ["evt.pay_failed"]
    ticket = office.row("tickets", topic="payment")
    assert (ticket["case_ref"], ticket["about"], ticket["agent_id"]) == (ref, "pay_failed", "budi")


def test_a_stop_is_told_with_the_way_to_ask_why(office: Office) -> None:
    eligible(office, "0029")
    assert told(office) == ["evt.pay_stopped"]
    assert "SITI AMINAH" in office.gateway.bodies[-1]


def test_of_the_dead_nobody_is_told(office: Office) -> None:
    eligible(office, "0030")
    office.work(days=1)
    assert told(office) == []


def test_who_is_not_eligible_any_more_is_not_asked_for(office: Office) -> None:
    ref = eligible(office, "0031")
    with office.service.database.write() as connection:
        set_stage(connection, ref, Stage.WITHDRAWN, office.clock())
    office.work(hours=6)
    assert office.row("outbox", kind="portal.payments")["state"] == "done"


def test_an_outage_delays_and_loses_nothing(office: Office) -> None:
    ref = eligible(office, "0031")
    money(office, "0031", PaymentStatus.AVAILABLE)
    office.admin("POST", "fault", {"on": True})
    for _ in range(20):
        office.work(hours=1)
    assert told(office) == []
    assert office.row("outbox", kind="portal.payments")["failures"] == 0
    office.admin("POST", "fault", {"on": False})
    office.work(hours=1)
    assert told(office) == ["evt.pay_ready"]
    assert ref


def look(office: Office, argument: str, phone: str = PHONE) -> object:
    contact = office.dial(phone).contact
    return office.service.lookups.look(contact, "", Lookup("payments", argument), office.clock())


def test_money_is_looked_at_only_with_proof(office: Office) -> None:
    ref = eligible(office, "0013")
    (mine,) = look(office, ref)  # type: ignore[misc]
    assert (mine["programme"], mine["status"], mine["amount"]) == ("PKH", "available", 600_000)
    assert look(office, f"{ref}:0013", OTHER) == [mine]
    for guess in (ref, f"{ref}:0014", "000000000000:0013"):
        assert look(office, guess, OTHER) == []
    office.apply(office.dial(), ContactAgreed(Reference(ref), own_phone=False))
    assert look(office, ref) == []
    assert json.dumps(mine)


def test_a_portal_that_has_no_registration_yet_is_not_asked(office: Office) -> None:
    ref = office.register("0013")
    office.own_phone(ref)
    office.admin("POST", "fault", {"on": True})
    assert look(office, ref) == []


def test_a_portal_that_is_away_is_an_answer(office: Office) -> None:
    ref = eligible(office, "0013")
    office.admin("POST", "fault", {"on": True})
    assert look(office, ref) is None


@dataclass
class Slow:
    """A portal that answers when it is let."""

    may: threading.Event = field(default_factory=threading.Event)
    asked: int = 0

    def payments(self, nik: str, ref: str) -> Sequence[Payment]:
        self.asked += 1
        self.may.wait(10)
        return ()


def test_a_slow_portal_holds_up_no_turn() -> None:
    slow = Slow()
    asking, before = Asking(lambda: slow, deadline=0.05), time.monotonic()  # type: ignore[arg-type,return-value]
    assert [asking.ask("1", "2") for _ in range(12)] == [None] * 12
    assert time.monotonic() - before < 5
    assert slow.asked <= 8
    slow.may.set()


class Failing:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def payments(self, nik: str, ref: str) -> Sequence[Payment]:
        raise self.error


@pytest.mark.parametrize(
    ("error", "answer"),
    [(Unavailable("timeout"), None), (Refused("forbidden"), None), (Refused("not_found"), [])],
)
def test_every_failure_is_an_answer(error: Exception, answer: object) -> None:
    assert Asking(lambda: Failing(error)).ask("1", "2") == answer  # type: ignore[arg-type,return-value]
