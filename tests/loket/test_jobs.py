"""What follows a registration, on both databases and with the real sandbox: each step once, whatever fails between."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from msgspec.structs import replace as changed
from support.databases import Factory, each_database
from support.office import NIK, PHONE, START, VILLAGE, Office

from backend_client import OUTAGES, IntentStatus
from backend_client.sandbox.personas import DECISIONS, Decision
from bot.effects import AwaitWindow, CompleteRegistration, FinishRegistration, OpenTicket
from bot.identity import Reference
from bot.stages import Stage
from loket.config import Period
from loket.sweep import sweep
from sms.gateway import SendFailed
from store.cases import set_stage
from store.outbox import FAILURES
from store.quarantine import DEAD_JOB

__all__ = ["each_database"]

OTHER = "+6281200000002"


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    yield office
    office.close()


def stage(office: Office, ref: str) -> str:
    return str(office.row("registrations", ref=ref)["stage"])


def errors(office: Office) -> set[str]:
    return {row["error"] for row in office.rows("outbox") if row["error"]}


def submitted(office: Office, ref: str) -> int:
    counts = office.admin("GET", "ledger").get(ref)
    return int(counts["submitted"]) if counts else 0


def test_a_registration_goes_all_the_way(office: Office) -> None:
    office.hire("Budi")
    ref = office.register("0001")
    office.own_phone(ref)
    office.work(minutes=1)
    assert stage(office, ref) == Stage.ASSIGNED
    office.work(minutes=10)
    office.verify(ref)
    office.work()
    assert stage(office, ref) == Stage.PROCESSING
    office.work(seconds=30)
    row = office.row("registrations", ref=ref)
    assert (row["stage"], row["programme"], row["object_until"]) == (Stage.ELIGIBLE, "PKH", "")
    said = [row["sentence"] for row in office.rows("messages")]
    steps = ["evt.registered", "evt.assigned", "evt.submitted", "evt.eligible", "evt.pay_ready"]
    assert sorted(said) == sorted(steps)
    assert {row["kind"] for row in office.rows("outbox") if row["state"] != "done"} == {"portal.payments"}
    assert office.admin("GET", "ledger") == {ref: {"submitted": 1, "amended": 0, "completed": 1}}
    assert "LAYAK PKH" in office.gateway.bodies[-2]
    assert "SITI" in office.gateway.bodies[-2]
    assert "PKH Rp600.000" in office.gateway.bodies[-1]


def test_it_is_submitted_when_the_talk_ends_or_ten_minutes_after_the_receipt(office: Office) -> None:
    first, second = office.register(), office.register("4444")
    office.work(minutes=1)
    assert (submitted(office, first), submitted(office, second)) == (0, 0)
    office.apply(office.dial(), FinishRegistration(Reference(first)))
    office.work()
    assert (submitted(office, first), submitted(office, second)) == (1, 0)
    office.work(minutes=10)
    assert submitted(office, second) == 1


def test_all_that_is_known_goes_into_the_intent(office: Office) -> None:
    ref = office.register()
    number = Reference(ref)
    cause = office.dial()
    office.apply(
        cause,
        CompleteRegistration(number, "kk", "3510990101200007"),
        CompleteRegistration(number, "place", "home_ill"),
        CompleteRegistration(number, "slot", "morning"),
        CompleteRegistration(number, "landmark", "utara musala"),
        CompleteRegistration(number, "via", "rt"),
    )
    office.own_phone(ref)
    seen: list[dict[str, object]] = []
    office.sandbox.before_request(lambda: seen.append(dict(_json())))
    office.work(minutes=10)
    (body,) = [each for each in seen if each.get("nik")]
    assert body.pop("consent_id")
    assert body == {
        "offline_ref": ref,
        "nik": NIK + "3333",
        "channel": "ussd",
        "captured_at": START.isoformat(),
        "filled_by": {"who": "self"},
        "name": "SITI AMINAH",
        "kk": "3510990101200007",
        "village_code": VILLAGE,
        "address_note": "utara musala",
        "phone_e164": PHONE,
        "phone_is_own": True,
        "contact": {"language": "id", "by": "rt"},
        "visit": {"mode": "home", "part": "morning", "needs": ["ill"]},
    }


def _json() -> dict[str, object]:
    from flask import request

    return request.get_json(silent=True) or {}


def test_the_portal_is_away_for_a_day_and_nobody_is_bothered(office: Office) -> None:
    office.admin("POST", "fault", {"on": True})
    ref = office.register()
    for _ in range(96):
        office.work(minutes=15)
    row = office.row("outbox", kind="portal.submit")
    assert (row["state"], row["failures"]) == ("due", 0)
    assert row["attempt"] > FAILURES
    office.admin("POST", "fault", {"on": False})
    office.work(minutes=15)
    office.work(minutes=15)
    assert submitted(office, ref) == 1
    assert office.row("registrations", ref=ref)["intent_id"]
    assert [row for row in office.rows("tickets") if row["about"] == DEAD_JOB] == []
    told = [row["ref"] for row in office.rows("messages") if row["sentence"] == "evt.outage_over"]
    assert told == [ref], "who waited is told once that it got through"
    office.work(minutes=15)
    assert any("layanan sudah normal. Permintaan Anda tadi sudah kami proses: menunggu agen." in said
               for said in office.gateway.bodies)  # fmt: skip


def test_who_waited_for_a_moment_only_hears_nothing_of_it(office: Office) -> None:
    ref = office.register()
    office.admin("POST", "fault", {"on": True})
    office.work(minutes=11)
    assert errors(office) & OUTAGES
    office.admin("POST", "fault", {"on": False})
    office.work(minutes=15)
    assert submitted(office, ref) == 1
    assert "evt.outage_over" not in {row["sentence"] for row in office.rows("messages")}


def lacking(office: Office, last4: str = "0050") -> str:
    """A verified registration of which the portal lacks something."""
    office.hire("Budi")
    ref = office.register(last4)
    office.work(minutes=11)
    office.verify(ref)
    office.work()
    office.work(seconds=10)
    return ref


def test_what_the_portal_lacks_is_asked_for_once_and_then_it_decides(office: Office) -> None:
    ref = lacking(office)
    assert stage(office, ref) == Stage.NEED_DATA
    for _ in range(3):
        office.work(seconds=10)
    assert [row["sentence"] for row in office.rows("messages")].count("evt.need_data") == 1
    said = next(body for body in office.gateway.bodies if "belum bisa dinilai" in body)
    assert "kurang Nomor KK. Hubungi *123*456# pilih 2" in said
    assert "Jum 4 Des" in said
    assert "SITI" not in said, "the phone may be shared"
    office.talk("1", "1")
    assert "Kurang: data KTP/KK" in office.talk("2", "1", "0050")
    office.apply(office.dial(), CompleteRegistration(Reference(ref), "kk", "3510990101200001"))
    office.work(seconds=1)
    office.work(seconds=4)
    assert stage(office, ref) == Stage.PROCESSING
    office.work(seconds=30)
    assert stage(office, ref) == Stage.ELIGIBLE


def test_two_things_that_lack_are_both_named(office: Office) -> None:
    lacking(office, "0051")
    assert any("kurang Nomor KK, patokan rumah." in said for said in office.gateway.bodies)


@pytest.mark.parametrize("lost", [1, 3])
def test_the_answer_to_a_submission_is_lost(office: Office, lost: int) -> None:
    """Meanwhile the person adds something: the repeat is the same call all the same, and an amendment follows it."""
    ref = office.register()
    office.lost = lost
    office.work(minutes=10)
    assert office.row("registrations", ref=ref)["intent_id"] is None
    office.apply(office.dial(), CompleteRegistration(Reference(ref), "landmark", "utara musala"))
    for _ in range(lost + 1):
        office.work(minutes=1)
    assert office.row("registrations", ref=ref)["intent_id"]
    assert office.admin("GET", "ledger") == {ref: {"submitted": 1, "amended": 1, "completed": 0}}
    assert {row["state"] for row in office.rows("outbox") if row["kind"].startswith("portal.")} == {"done"}


def test_what_is_added_after_the_submission_is_amended(office: Office) -> None:
    office.hire("Budi")
    ref = office.register()
    office.work(minutes=10)
    office.lost = 1
    office.apply(office.dial(), CompleteRegistration(Reference(ref), "slot", "morning"))
    office.work()
    office.apply(office.dial(), CompleteRegistration(Reference(ref), "slot", "midday"))
    office.work(minutes=1)
    assert errors(office) == set()
    assert {row["state"] for row in office.rows("outbox") if row["kind"] == "portal.amend"} == {"done"}


def test_where_the_house_is_stays_here(office: Office) -> None:
    ref = office.register()
    office.work(minutes=10)
    office.apply(office.dial(), CompleteRegistration(Reference(ref), "location", "-8.219200,114.369100"))
    office.work(minutes=1)
    assert office.admin("GET", "ledger") == {ref: {"submitted": 1, "amended": 0, "completed": 0}}
    assert not [row for row in office.rows("outbox") if row["kind"] == "portal.amend"]


def test_a_fault_of_the_portal_is_counted_and_ends_at_people(office: Office) -> None:
    office.hire("Dewi", "dinas", district="3510")
    office.hire("Budi")
    ref = office.register("0019")
    for _ in range(FAILURES + 2):
        office.work(minutes=16)
    row = office.row("outbox", kind="portal.submit")
    assert (row["state"], row["failures"], row["error"]) == ("dead", FAILURES, "fault")
    ticket = office.row("tickets", about=DEAD_JOB)
    assert (ticket["topic"], ticket["status"], ticket["agent_id"]) == ("question", "assigned", "dewi")
    assert (ticket["case_ref"], ticket["regency"]) == (ref, "3510")
    history = [(e["what"], e["detail"]) for e in office.rows("ticket_events") if e["ticket_id"] == ticket["id"]]
    assert history == [("opened", ""), (DEAD_JOB, "portal.submit: fault"), ("assign", "dinas")]


def test_what_the_portal_refuses_ends_at_people_at_once(office: Office) -> None:
    ref = office.register()
    with office.service.database.write() as connection:
        connection.exec_driver_sql("UPDATE registrations SET language = 'xx'")
    office.work(minutes=10)
    assert office.row("outbox", kind="portal.submit")["error"] == "invalid_request"
    assert office.row("tickets", about=DEAD_JOB)["case_ref"] == ref


def test_a_busy_portal_is_left_alone_as_long_as_it_asked(office: Office) -> None:
    ref = office.register("0026")
    office.work(minutes=10)
    row = office.row("outbox", kind="portal.submit")
    assert (row["error"], row["failures"]) == ("busy", 0)
    assert row["due_at"] >= int(office.clock().timestamp() * 1000) + 5000
    office.work(seconds=30)
    assert submitted(office, ref) == 1


def test_who_refuses_before_the_submission_is_never_submitted(office: Office) -> None:
    ref = office.register()
    with office.service.database.write() as connection:
        set_stage(connection, ref, Stage.WITHDRAWN, office.clock())
    office.work(minutes=10)
    assert office.row("outbox", kind="portal.submit")["state"] == "done"
    assert (submitted(office, ref), office.row("registrations", ref=ref)["sealed_intent"]) == (0, None)


def test_a_visit_that_ends_before_the_submission_waits_for_it(office: Office) -> None:
    ref = office.register()
    office.verify(ref)
    office.work(minutes=1)
    row = office.row("outbox", kind="portal.complete")
    assert (row["error"], row["failures"], row["state"]) == ("waits_for_submission", 0, "due")
    assert stage(office, ref) == Stage.RECEIVED
    office.work(minutes=10)
    office.work(minutes=15)
    assert office.row("outbox", kind="portal.complete")["state"] == "done"


def test_the_answer_to_the_visit_is_lost(office: Office) -> None:
    ref = office.register()
    office.work(minutes=10)
    office.verify(ref)
    office.lost = 1
    office.work()
    assert stage(office, ref) == Stage.RECEIVED
    office.work(seconds=10)
    assert stage(office, ref) == Stage.PROCESSING
    assert office.admin("GET", "ledger")[ref]["completed"] == 1
    assert [m["sentence"] for m in office.rows("messages")].count("evt.submitted") == 1


def test_a_portal_that_has_lost_everything_gets_it_again(office: Office) -> None:
    office.hire("Budi")
    ref = office.register("0009")
    office.own_phone(ref)
    office.work(minutes=11)
    office.verify(ref)
    office.work()
    assert stage(office, ref) == Stage.PROCESSING
    office.admin("POST", "reset")
    office.work(minutes=1)
    office.work(minutes=1)
    assert submitted(office, ref) == 1
    assert stage(office, ref) == Stage.ELIGIBLE
    assert sum("dikirim ke Portal" in body for body in office.gateway.bodies) == 1
    assert "dead" not in {row["state"] for row in office.rows("outbox")}


def test_a_visit_that_verified_nobody_is_told_to_the_portal_and_moves_nothing(office: Office) -> None:
    ref = office.register()
    office.work(minutes=10)
    office.verify(ref, "moved")
    office.work()
    assert office.admin("GET", "ledger")[ref]["completed"] == 1
    assert stage(office, ref) == Stage.RECEIVED
    assert not [row for row in office.rows("outbox") if row["kind"] == "portal.follow"]


def decided(office: Office, last4: str, own: bool) -> tuple[str, list[str]]:
    ref = office.register(last4)
    if own:
        office.own_phone(ref)
    office.work(minutes=10)
    office.verify(ref)
    office.work()
    assert office.row("outbox", kind="portal.follow")["state"] == "due"
    office.work(seconds=5)  # The sandbox has not decided yet.
    office.work(seconds=5)
    row = office.row("outbox", kind="portal.follow")
    assert (row["state"], row["failures"]) == ("done", 0)
    told = [m["sentence"] for m in office.rows("messages") if m["key"] == f"decision:{ref}"]
    return stage(office, ref), told


@pytest.mark.parametrize(
    ("last4", "ends", "told"),
    [
        ("0001", Stage.ELIGIBLE, "evt.eligible"),
        ("0010", Stage.NOT_ELIGIBLE, "evt.not_eligible"),
        ("0011", Stage.NOT_ELIGIBLE, "evt.not_eligible"),
        ("0012", Stage.FINAL, "evt.decision_private"),
        ("0007", Stage.DUPLICATE, "evt.decision_private"),
        ("0005", Stage.WITH_FAMILY, ""),
    ],
)
def test_the_decision_is_told_to_the_owner_of_the_phone(office: Office, last4: str, ends: Stage, told: str) -> None:
    ended, sentences = decided(office, last4, own=True)
    assert ended == ends
    assert [s.removesuffix(".no_reply") for s in sentences] == ([told] if told else [])


def test_on_a_shared_phone_no_decision_is_told(office: Office) -> None:
    ended, sentences = decided(office, "0010", own=False)
    assert (ended, sentences) == (Stage.NOT_ELIGIBLE, ["evt.decision_private"])
    assert not any("SITI" in body for body in office.gateway.bodies[-1:])


def test_a_refusal_has_a_reason_and_a_last_day(office: Office) -> None:
    decided(office, "0010", own=True)
    row = office.row("registrations")
    assert (row["reason"], row["object_until"]) == ("asset_land", "2026-12-20")
    assert "tercatat punya tanah/kendaraan lebih" in office.gateway.bodies[-1]


def test_a_reason_without_a_sentence_sends_people_to_somebody_who_knows(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of this reason we have never heard."""
    unsayable = Decision(IntentStatus.NOT_ELIGIBLE, ("something_new", "explain"))
    monkeypatch.setitem(DECISIONS, "0010", unsayable)
    decided(office, "0010", own=True)
    assert office.row("registrations")["reason"] == "other"
    assert "tanyakan kepada petugas" in office.gateway.bodies[-1]


def test_a_message_that_the_vendor_takes_later(office: Office) -> None:
    office.register()
    office.gateway.failing = SendFailed("no_credit", again=True)
    for _ in range(2 * FAILURES):
        office.work(minutes=15)
    row = office.row("outbox", kind="message.send")
    assert (row["state"], row["failures"]) == ("due", 0)
    office.gateway.failing = None
    office.work(minutes=15)
    assert len(office.gateway.sent) == 1
    assert office.row("messages")["delivery"] == "sending"


@pytest.mark.parametrize(("code", "again", "tries"), [("vendor_error", True, FAILURES), ("invalid_number", False, 1)])
def test_a_message_that_no_vendor_takes(office: Office, code: str, again: bool, tries: int) -> None:
    ref = office.register()
    office.gateway.failing = SendFailed(code, again=again)
    for _ in range(FAILURES + 1):
        office.work(minutes=16)
    row = office.row("outbox", kind="message.send")
    assert (row["state"], row["attempt"], row["error"]) == ("dead", tries, code)
    assert office.row("messages")["delivery"] == "permanent_failure"
    assert office.row("tickets", about=DEAD_JOB)["case_ref"] == ref


def test_one_case_has_one_ticket_for_all_that_fails_in_it(office: Office) -> None:
    office.hire("Budi")
    office.register("0019")
    office.gateway.failing = SendFailed("invalid_number", again=False)
    for _ in range(FAILURES + 2):
        office.work(minutes=16)
    ticket = office.row("tickets", about=DEAD_JOB)
    history = [e["detail"] for e in office.rows("ticket_events") if e["ticket_id"] == ticket["id"]]
    assert sorted(filter(None, history)) == [
        "message.send: invalid_number",
        "message.send: invalid_number",
        "portal.submit: fault",
    ]


def test_the_agent_of_the_village_gets_the_ticket_and_the_citizen_the_name(office: Office) -> None:
    office.hire("Budi")
    office.hire("Agus", village="35.10.15.2007")
    office.hire("Sari", "coordinator")
    ref = office.register()
    office.work()
    ticket = office.row("tickets")
    assert (ticket["status"], ticket["agent_id"], ticket["version"]) == ("assigned", "budi", 2)
    assert [(e["what"], e["detail"]) for e in office.rows("ticket_events")] == [("opened", ""), ("assign", "village")]
    assert stage(office, ref) == Stage.ASSIGNED
    (told,) = [body for body in office.gateway.bodies if "Budi" in body]
    assert "nomor agen" in told.lower()
    assert office.work(minutes=1) == 0


def test_nobody_has_room_until_somebody_has(office: Office) -> None:
    office.hire("Budi", capacity=1)
    office.hire("Rina", absent=1)
    office.hire("Joko", active=0)
    office.hire("Jauh", regency="6471", district="647101")
    first, second = office.register(), office.register("4444")
    for _ in range(2 * FAILURES):
        office.work(minutes=15)
    assert sorted((stage(office, first), stage(office, second))) == [Stage.ASSIGNED, Stage.RECEIVED]
    waiting = office.row("tickets", status="open")
    job = office.row("outbox", subject=waiting["id"])
    assert (job["state"], job["failures"], job["error"]) == ("due", 0, "nobody_has_room")
    office.hire("Sari", "coordinator")
    office.work(minutes=15)
    assert office.row("tickets", id=waiting["id"])["agent_id"] == "sari"


def test_a_ticket_that_somebody_took_meanwhile_is_left_alone(office: Office) -> None:
    office.hire("Budi")
    office.register()
    with office.service.database.write() as connection:
        connection.exec_driver_sql("UPDATE tickets SET status = 'assigned', agent_id = 'other', version = 2")
    office.work()
    assert office.row("tickets")["agent_id"] == "other"
    assert office.row("outbox", kind="handoff.assign")["state"] == "done"


def test_a_callback_has_nothing_to_say_about_face_verification(office: Office) -> None:
    office.hire("Budi")
    due = START.date() + timedelta(days=2)
    number = Reference.of(b"callback")
    office.apply(office.dial(), OpenTicket(number, "callback", VILLAGE, "351015", due, about="help"))
    office.work()
    assert office.row("tickets")["agent_id"] == "budi"
    assert office.gateway.bodies == []


def test_two_phones_with_one_nik_are_one_intent(office: Office) -> None:
    office.hire("Budi")
    first = office.register()
    second = office.register(phone=OTHER)
    office.work(minutes=10)
    assert office.admin("GET", "ledger").keys() == {first}
    office.verify(second)
    office.work()
    assert office.row("outbox", kind="portal.complete")["state"] == "done"
    assert {row["stage"] for row in office.rows("disputes")} == {Stage.ASSIGNED}


def test_a_job_that_nobody_knows_ends_at_people_and_not_in_a_circle(office: Office) -> None:
    from store.outbox import enqueue

    with office.service.database.write() as connection:
        enqueue(connection, "x", "fax.send", "nobody", office.clock())
    office.work()
    ticket = office.row("tickets")
    assert (ticket["about"], ticket["regency"], ticket["contact_id"]) == (DEAD_JOB, "3510", "")
    with office.service.database.write() as connection:
        connection.exec_driver_sql("UPDATE tickets SET topic = 'nonsense'")
    for _ in range(FAILURES + 1):
        office.work(minutes=16)
    assert office.row("outbox", kind="handoff.assign")["error"] == "ValueError"
    assert office.row("outbox", kind="handoff.assign")["state"] == "dead"
    assert len(office.rows("tickets")) == 1


def test_who_waits_for_a_window_is_told_once_when_it_opens(office: Office) -> None:
    office.service = _with_window(office, START + timedelta(days=1))
    cause = office.dial()
    office.apply(cause, AwaitWindow("3510"), AwaitWindow("3510"))
    office.apply(office.dial(OTHER), AwaitWindow("6471"))
    sweep(office.service, office.clock())
    assert office.rows("messages") == []
    office.clock.wait(days=1)
    sweep(office.service, office.clock())
    sweep(office.service, office.clock())
    office.work()
    (told,) = office.gateway.sent
    assert told.to == PHONE
    assert "Banyuwangi" in told.body
    assert [row["regency"] for row in office.rows("waiting")] == ["6471"]


def _with_window(office: Office, opens):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    windows = {"3510": Period(opens.date(), opens.date() + timedelta(days=30)),
               "6471": Period(opens.date() + timedelta(days=60), opens.date() + timedelta(days=90))}  # fmt: skip
    return replace(office.service, config=changed(office.service.config, windows=windows))


def test_tries_and_sessions_are_forgotten_when_they_count_no_more(office: Office) -> None:
    from sqlalchemy import insert

    from store.database import ms
    from store.schema import staff_sessions, tries

    office.hire("Budi")
    at = ms(office.clock())
    with office.service.database.write() as connection:
        connection.execute(insert(tries).values(scope="ref", idx=b"x" * 32, at=at))
        started = {"staff_id": "budi", "epoch": 0, "started_at": at, "seen_at": at}
        connection.execute(insert(staff_sessions).values(digest="d", **started))
    office.clock.wait(hours=23)
    sweep(office.service, office.clock())
    assert (len(office.rows("tries")), len(office.rows("staff_sessions"))) == (1, 1)
    office.clock.wait(hours=26)
    sweep(office.service, office.clock())
    assert (office.rows("tries"), office.rows("staff_sessions")) == ([], [])
