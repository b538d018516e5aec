"""The portal client against the real sandbox: what a caller sees when it goes well, repeats, and fails."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
import requests
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from backend_client import (
    BackendError,
    Intent,
    IntentStatus,
    Objected,
    Objection,
    ObjectionStatus,
    Portal,
    Progress,
    Refused,
    Submitted,
    Unavailable,
)
from backend_client.http import WsgiAdapter, pooled_session
from backend_client.portal import PortalClient
from backend_client.sandbox import create_sandbox

TOKEN = "word-of-the-sandbox"
NIK = "351099410187"  # and four digits that choose the persona
START = datetime(2026, 2, 2, 3, 0, tzinfo=UTC)


@dataclass
class Clocks:
    """A wall clock and a monotonic one that move only when told."""

    wall: datetime = START
    ticks: float = 100.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.ticks

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def pass_time(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.ticks += seconds


@dataclass
class Town:
    """A client, its sandbox, and the sandbox's admin pages."""

    clocks: Clocks
    app: Flask
    session: requests.Session
    portal: Portal

    def admin(self, method: str, page: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        answer = self.session.request(method, f"http://portal/__sandbox__/{page}", json=body, headers=headers)
        assert answer.ok
        return answer.json() if answer.content else None

    def walk(self, last4: str, outcome: str = "verified_face") -> Progress:
        """Submit this persona, complete the visit, wait for the decision."""
        intent_id = self.portal.submit(intent(last4), f"s-{last4}").intent_id
        self.portal.complete(intent_id, outcome, f"c-{last4}")
        self.clocks.pass_time(6)
        return self.portal.follow(intent_id)


@pytest.fixture
def town() -> Town:
    clocks = Clocks()
    app = create_sandbox(token=TOKEN, clock=clocks.now, sleep=clocks.sleep)
    session = pooled_session(WsgiAdapter(app))
    return Town(clocks, app, session, PortalClient("http://portal", TOKEN, session, clock=clocks.monotonic))


def intent(last4: str = "3333", ref: str = "") -> Intent:
    return Intent(
        ref=ref or f"51237788{last4}",
        nik=NIK + last4,
        channel="ussd",
        language="jv",
        consent_id="consent-1",
        captured_at=START,
        name="Siti Rahayu",
        village_code="35.10.16.2003",
        phone_e164="+6281234500001",
        phone_is_own=True,
        visit_mode="home",
        visit_needs=("walking",),
    )


def failure(call: Any, *arguments: Any) -> BackendError:
    with pytest.raises(BackendError) as caught:
        call(*arguments)
    return caught.value


def test_a_registration_goes_its_whole_way(town: Town) -> None:
    submitted = town.portal.submit(intent("0009"), "key-1")
    assert submitted.status is IntentStatus.RECEIVED
    town.portal.amend(submitted.intent_id, {"kk": "3510990101200001", "contact_time": "pagi"}, "key-2")
    assert town.portal.follow(submitted.intent_id) == Progress(IntentStatus.RECEIVED)
    town.portal.complete(submitted.intent_id, "verified_face", "key-3")
    seen = []
    for _ in range(4):
        seen.append(town.portal.follow(submitted.intent_id).status)
        town.clocks.pass_time(2)
    assert seen == ["verified", "submitted_to_portal", "under_review", "eligible"]
    assert town.portal.follow(submitted.intent_id) == Progress(
        IntentStatus.ELIGIBLE, programme="PKH", decided_on=date(2026, 2, 2)
    )


@pytest.mark.parametrize(
    ("last4", "progress"),
    [
        ("0001", Progress(IntentStatus.ELIGIBLE, (), "PKH", None, date(2026, 2, 2))),
        ("0004", Progress(IntentStatus.INVALID, ("nik_inactive",))),
        ("0005", Progress(IntentStatus.DECEASED)),
        ("0007", Progress(IntentStatus.DUPLICATE)),
        ("0010", Progress(IntentStatus.NOT_ELIGIBLE, ("asset_land",), "PKH", date(2026, 3, 4), date(2026, 2, 2))),
        ("0011", Progress(IntentStatus.OBJECTION_OPEN, ("income_above",), "PKH", date(2026, 3, 4), date(2026, 2, 2))),
        ("0012", Progress(IntentStatus.FINAL, ("income_above",), "PKH", date(2026, 2, 1), date(2026, 1, 2))),
    ],
)
def test_each_persona_ends_as_its_table_says(town: Town, last4: str, progress: Progress) -> None:
    assert town.walk(last4) == progress


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        ("verified_document", "eligible"),
        ("not_met", "unreachable"),
        ("deceased", "deceased"),
        ("refused", "withdrawn"),
        ("data_differs", "under_review"),
    ],
)
def test_the_outcome_of_the_visit_decides_how_it_goes_on(town: Town, outcome: str, status: str) -> None:
    assert town.walk("0009", outcome).status == status


def test_a_person_who_was_not_met_can_still_be_verified(town: Town) -> None:
    intent_id = town.portal.submit(intent("0009"), "s").intent_id
    town.portal.complete(intent_id, "not_met", "c1")
    town.clocks.pass_time(3600)
    town.portal.complete(intent_id, "verified_face", "c2")
    assert town.portal.follow(intent_id).status == "verified"


def test_everyone_else_is_decided_the_same_way_each_time_in_the_stated_shares(town: Town) -> None:
    decided = [town.walk(f"{number:04}").status for number in range(1000, 1400)]
    shares = {status: decided.count(status) / 4 for status in set(decided)}
    assert shares.keys() == {IntentStatus.ELIGIBLE, IntentStatus.WAITLIST, IntentStatus.NOT_ELIGIBLE}
    assert abs(shares[IntentStatus.ELIGIBLE] - 31) < 6
    assert abs(shares[IntentStatus.WAITLIST] - 9) < 4
    town.admin("POST", "reset")
    assert [town.walk(f"{number:04}").status for number in range(1000, 1100)] == decided[:100]


def test_the_same_key_has_one_effect_and_one_answer(town: Town) -> None:
    first = town.portal.submit(intent(), "key-1")
    assert town.portal.submit(intent(), "key-1") == first
    for _ in range(3):
        town.portal.amend(first.intent_id, {"rt": "04"}, "key-2")
        town.portal.complete(first.intent_id, "verified_face", "key-3")
    assert town.admin("GET", "ledger") == {intent().ref: {"submitted": 1, "amended": 1, "completed": 1}}


def test_a_key_never_stands_for_two_different_calls(town: Town) -> None:
    submitted = town.portal.submit(intent(), "key-1")
    other = failure(town.portal.submit, replace(intent(), rt="05"), "key-1")
    assert (type(other), other.code) == (Refused, "key_reused")
    assert failure(town.portal.complete, submitted.intent_id, "verified_face", "key-1").code == "key_reused"
    assert failure(town.portal.submit, intent(), "").code == "key_missing"


def test_the_same_person_under_another_key_is_a_duplicate(town: Town) -> None:
    town.portal.submit(intent(), "key-1")
    second = town.portal.submit(replace(intent(), ref="999900001111"), "key-2")
    assert town.portal.follow(second.intent_id).status == "duplicate"


def test_nothing_changes_after_the_decision(town: Town) -> None:
    town.walk("0009")
    intent_id = town.portal.submit(intent("0009"), "s-0009").intent_id
    assert failure(town.portal.amend, intent_id, {"rt": "01"}, "a").code == "decided"
    assert failure(town.portal.complete, intent_id, "refused", "b").code == "decided"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"nik": "9999990101870001"}, "not_synthetic"),
        ({"nik": "35109941018"}, "invalid_request"),
        ({"language": "fr"}, "invalid_request"),
        ({"captured_at": datetime(2026, 2, 2)}, "invalid_request"),  # noqa: DTZ001  Without a zone, on purpose.
        ({"village_code": "3510162003"}, "invalid_request"),
    ],
)
def test_what_breaks_the_contract_is_refused_for_good(town: Town, changed: dict[str, Any], code: str) -> None:
    error = failure(town.portal.submit, replace(intent(), **changed), "key")
    assert (type(error), error.code) == (Refused, code)


def test_the_other_calls_are_refused_with_a_code_too(town: Town) -> None:
    intent_id = town.portal.submit(intent(), "s").intent_id
    assert failure(town.portal.follow, "none").code == "not_found"
    assert failure(town.portal.complete, intent_id, "answered", "a").code == "unknown_outcome"
    assert failure(town.portal.amend, intent_id, {"nik": NIK + "0001"}, "b").code == "invalid_request"
    assert failure(town.portal.amend, intent_id, {}, "c").code == "no_change"
    with pytest.raises(KeyError, match="shoe_size"):
        town.portal.amend(intent_id, {"shoe_size": "41"}, "d")


def test_an_unsure_portal_is_tried_again_under_the_same_key(town: Town) -> None:
    for _ in range(2):
        error = failure(town.portal.submit, intent("0020"), "key")
        assert isinstance(error, Unavailable)
        assert error.away
    assert town.portal.submit(intent("0020"), "key").status == "received"
    assert town.admin("GET", "ledger")[intent("0020").ref]["submitted"] == 1


def test_a_call_that_breaks_the_portal_by_itself_is_told_from_an_outage(town: Town) -> None:
    error = failure(town.portal.submit, intent("0019"), "key")
    assert isinstance(error, Unavailable)
    assert (error.code, error.away) == ("fault", False)


def test_a_busy_portal_says_how_long_to_wait(town: Town) -> None:
    error = failure(town.portal.submit, intent("0026"), "key")
    assert isinstance(error, Unavailable)
    assert (error.code, error.retry_after, error.away) == ("busy", 5.0, True)
    town.clocks.pass_time(2.5)
    assert failure(town.portal.submit, intent("0026"), "key").retry_after == 3.0  # type: ignore[attr-defined]
    town.clocks.pass_time(2.5)
    assert town.portal.submit(intent("0026"), "key").status == "received"


def test_a_wrong_token_loses_no_intent(town: Town) -> None:
    error = failure(PortalClient("http://portal", "old", town.session).submit, intent(), "key")
    assert isinstance(error, Unavailable)
    assert (error.code, error.away) == ("credentials", True)


def test_an_outage_opens_the_breaker_and_one_call_closes_it(town: Town) -> None:
    town.admin("POST", "fault", {"on": True})
    codes = [failure(town.portal.submit, intent(), "key").code for _ in range(7)]
    assert codes == ["away"] * 5 + ["open"] * 2
    assert len(town.admin("GET", "requests")) == 5
    town.clocks.pass_time(4)
    error = failure(town.portal.follow, "x")
    assert isinstance(error, Unavailable)
    assert error.retry_after == 6.0
    town.clocks.pass_time(6)
    assert [failure(town.portal.submit, intent(), "key").code for _ in range(2)] == ["away", "open"]  # One trial.
    town.admin("POST", "fault", {"on": False})
    town.clocks.pass_time(10)
    assert town.portal.submit(intent(), "key").status == "received"
    assert town.portal.follow(town.portal.submit(intent(), "key").intent_id).status == "received"


def test_refusals_do_not_open_the_breaker(town: Town) -> None:
    assert [failure(town.portal.follow, "none").code for _ in range(8)] == ["not_found"] * 8


def test_one_slow_person_waits_for_the_time_that_the_table_says(town: Town) -> None:
    town.portal.submit(intent("0018"), "key")
    town.portal.submit(intent("0018"), "key")
    assert town.clocks.slept == [12.0]  # The repeat found the answer ready.


def test_the_admin_pages_and_errors_know_nobody(town: Town) -> None:
    failure(town.portal.submit, replace(intent(), name=""), "key-0")
    town.portal.submit(intent(), "key-1")
    seen = town.admin("GET", "requests")
    assert seen == [
        {"method": "POST", "route": "/v1/intents", "status": 422, "key": "key-0"},
        {"method": "POST", "route": "/v1/intents", "status": 202, "key": "key-1"},
    ]
    everything = repr((intent(), failure(town.portal.submit, replace(intent(), nik="1" * 16), "k2"), seen))
    assert not [each for each in (intent().nik, "Siti", "81234500001", "1111", "consent-1") if each in everything]


def test_the_portal_is_asked_about_programmes_windows_and_by_receipt() -> None:
    windows = [{"area": "35.10", "opens": "2026-01-01"}, {"area": "64.71", "opens": "2026-02-01"}]
    app = create_sandbox(token=TOKEN, clock=lambda: START, windows=windows)
    session = pooled_session(WsgiAdapter(app))
    session.headers["Authorization"] = f"Bearer {TOKEN}"
    submitted = PortalClient("http://portal", TOKEN, session).submit(intent(), "key")
    assert session.get("http://portal/v1/windows?area=64.71").json() == {"windows": windows[1:]}
    assert session.get("http://portal/v1/programmes").json()["programmes"][0]["code"] == "PKH"
    asked = {"nik": intent().nik, "ticket_code": intent().ref}
    assert session.post("http://portal/v1/intents/query", json=asked).json()["intent_id"] == submitted.intent_id
    stranger = session.post("http://portal/v1/intents/query", json=asked | {"ticket_code": "1"})
    assert (stranger.status_code, stranger.headers["Content-Type"]) == (404, "application/problem+json")


def test_the_sandbox_is_never_the_production_portal() -> None:
    with pytest.raises(ValueError, match="production"):
        create_sandbox(token=TOKEN, clock=lambda: START, production=True)


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """A test's server tells nobody."""


@dataclass
class Served:
    url: str
    woken: Event
    asleep: Event


@pytest.fixture
def served() -> Iterator[Served]:
    """The sandbox behind a real socket on loopback. Its slow answers wait until they are woken."""
    woken, asleep = Event(), Event()

    def sleep(_: float) -> None:
        asleep.set()
        assert woken.wait(10)

    app = create_sandbox(token=TOKEN, clock=lambda: START, sleep=sleep)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield Served(f"http://127.0.0.1:{server.server_port}", woken, asleep)
    woken.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_over_a_real_socket(served: Served) -> None:
    with pooled_session() as session:
        portal = PortalClient(served.url, TOKEN, session)
        submitted = portal.submit(intent(), "key")
        assert portal.follow(submitted.intent_id) == Progress(IntentStatus.RECEIVED)
        assert failure(portal.follow, "../../__sandbox__/ledger").code == "not_found"


def test_an_answer_that_comes_too_late_costs_nothing(served: Served) -> None:
    with pooled_session() as session:
        portal = PortalClient(served.url, TOKEN, session, timeout=(3.05, 0.1))
        error = failure(portal.submit, intent("0018"), "key")
        assert (error.code, str(error), error.__cause__, error.__context__) == ("timeout", "timeout", None, None)
        assert served.asleep.wait(10)
        assert failure(portal.submit, intent("0018"), "key").code == "busy"  # The first is still running.
        served.woken.set()
        patient = PortalClient(served.url, TOKEN, session)
        while not isinstance(answer := attempt(patient), Submitted):
            assert answer.code == "busy"
        assert answer.status is IntentStatus.RECEIVED
        ledger = session.get(f"{served.url}/__sandbox__/ledger", headers={"Authorization": f"Bearer {TOKEN}"}).json()
        assert ledger == {intent("0018").ref: {"submitted": 1, "amended": 0, "completed": 0}}


def attempt(portal: Portal) -> Submitted | BackendError:
    try:
        return portal.submit(intent("0018"), "key")
    except BackendError as error:
        return error


def test_a_portal_that_is_not_there_is_away() -> None:
    server = make_server("127.0.0.1", 0, Flask(__name__))
    port = server.server_port
    server.server_close()
    with pooled_session() as session:
        error = failure(PortalClient(f"http://127.0.0.1:{port}", TOKEN, session).submit, intent(), "key")
    assert isinstance(error, Unavailable)
    assert (error.code, error.away, error.__context__) == ("connection", True, None)


# Objections.


def objecting(town: Town, last4: str, key: str = "o") -> Objected:
    town.walk(last4)
    return town.portal.object_to(objection(town, last4), f"{key}-{last4}")


def objection(town: Town, last4: str) -> Objection:
    intent_id = town.portal.submit(intent(last4), f"s-{last4}").intent_id  # The same key: the same intent.
    return Objection(intent_id, "income", "ussd", "jv", "Saya buruh tani")


@pytest.mark.parametrize(
    ("last4", "ends", "intent_is"),
    [
        ("0040", ObjectionStatus.UPHELD, IntentStatus.ELIGIBLE),
        ("0041", ObjectionStatus.PARTIALLY_UPHELD, IntentStatus.WAITLIST),
        ("0042", ObjectionStatus.REJECTED, IntentStatus.FINAL),
        ("0043", ObjectionStatus.NEEDS_EVIDENCE, IntentStatus.OBJECTION_REVIEW),
        ("0044", ObjectionStatus.WITHDRAWN, IntentStatus.NOT_ELIGIBLE),
    ],
)
def test_an_objection_goes_its_way(town: Town, last4: str, ends: ObjectionStatus, intent_is: IntentStatus) -> None:
    filed = objecting(town, last4)
    assert filed.status is ObjectionStatus.SUBMITTED
    assert filed.window_closes_on == date(2026, 3, 4)
    intent_id = objection(town, last4).intent_id
    town.clocks.pass_time(3)
    assert town.portal.follow_objection(filed.objection_id).status is ObjectionStatus.FIELD_CHECK
    assert town.portal.follow(intent_id).status is IntentStatus.OBJECTION_REVIEW
    town.clocks.pass_time(3)
    answer = town.portal.follow_objection(filed.objection_id)
    assert answer.status is ends
    assert answer.reason_codes == (("asset_land",) if ends is ObjectionStatus.REJECTED else ())
    assert town.portal.follow(intent_id).status is intent_is


def test_evidence_that_never_comes_lets_an_objection_expire(town: Town) -> None:
    filed = objecting(town, "0043")
    town.clocks.pass_time(31 * 86400)
    assert town.portal.follow_objection(filed.objection_id).status is ObjectionStatus.EXPIRED


def test_the_same_objection_under_the_same_key_is_one(town: Town) -> None:
    assert objecting(town, "0040") == town.portal.object_to(objection(town, "0040"), "o-0040")
    assert next(iter(town.admin("GET", "ledger").values()))["objected"] == 1


@pytest.mark.parametrize(
    ("last4", "code"), [("0009", "nothing_to_object_to"), ("0012", "window_closed"), ("0040", "objection_open")]
)
def test_what_cannot_be_objected_to_is_refused(town: Town, last4: str, code: str) -> None:
    town.walk(last4)
    if last4 == "0040":
        town.portal.object_to(objection(town, last4), "first")
    with pytest.raises(Refused) as refused:
        town.portal.object_to(objection(town, last4), "second")
    assert refused.value.code == code


def test_before_the_decision_nobody_can_object(town: Town) -> None:
    with pytest.raises(Refused, match="nothing_to_object_to"):
        town.portal.object_to(objection(town, "0040"), "early")


def test_an_unknown_objection_is_not_found(town: Town) -> None:
    with pytest.raises(Refused, match="not_found"):
        town.portal.follow_objection("none")


@pytest.mark.parametrize("change", [{"kind": "other"}, {"statement": "x" * 501}, {"reason_code": ""}, {"surprise": 1}])
def test_the_sandbox_takes_only_the_contracts_form_of_an_objection(town: Town, change: dict[str, Any]) -> None:
    body = {"intent_or_application_id": "x", "kind": "self", "reason_code": "income", "contact": {"language": "id"}}
    headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": '"k"'}
    answer = town.session.request("POST", "http://portal/v1/objections", json=body | change, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_what_an_objection_says_is_in_no_repr() -> None:
    assert "buruh" not in repr(Objection("i", "income", "ussd", "id", "Saya buruh tani"))
