"""From an objection to its answer: the portal hears of it once, and the person hears what it has come to."""

from collections.abc import Iterator
from datetime import date

import pytest
from support.databases import Factory, each_database
from support.office import PHONE, TOKEN, Office

from bot.effects import AddToObjection, ContactAgreed, FileObjection
from bot.identity import Reference
from bot.stages import Stage
from store.cases import set_stage
from store.erasure import Erasure

__all__ = ["each_database"]

REF = Reference.of(b"an objection")
UPHELD, PARTLY, REJECTED, EVIDENCE, WITHDRAWN = (f"00{n}" for n in range(40, 45))
ELIGIBLE, CLOSED = "0009", "0012"
BEFORE = {"evt.registered", "evt.submitted", "evt.assigned", "evt.not_eligible", "evt.eligible"}


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    yield office
    office.close()


def decided(office: Office, last4: str, own: bool = True) -> str:
    """A registration that the portal has decided about; its number."""
    ref = office.register(last4)
    if own:
        office.own_phone(ref)
    office.work(minutes=11)
    office.verify(ref)
    office.work()
    office.work(seconds=10)
    return ref


def object_to(office: Office, case: str, whose: str = "refusal", ref: Reference = REF) -> None:
    due, answer_by = date(2026, 12, 4), date(2026, 12, 20)
    office.apply(
        office.dial(), FileObjection(ref, whose, case, "income", "", "3510", due, answer_by, "Saya buruh tani")
    )


def answered(office: Office, case: str) -> None:
    """The objection is filed, handed over, and looked at until nothing changes any more."""
    object_to(office, case)
    for _ in range(4):
        office.work(seconds=6)


def told(office: Office) -> list[str]:
    return [row["sentence"] for row in office.rows("messages") if row["sentence"] not in BEFORE]


@pytest.mark.parametrize(
    ("last4", "standing", "stage", "sentence"),
    [
        (UPHELD, "upheld", Stage.ELIGIBLE, "evt.obj_accepted"),
        (PARTLY, "partially_upheld", Stage.WAITLIST, "evt.obj_accepted"),
        (REJECTED, "rejected", Stage.FINAL, "evt.obj_rejected"),
        (WITHDRAWN, "withdrawn", Stage.NOT_ELIGIBLE, ""),
    ],
)
def test_the_answer_moves_the_case_and_is_told_once(
    office: Office, last4: str, standing: str, stage: Stage, sentence: str
) -> None:
    ref = decided(office, last4)
    answered(office, ref)
    assert office.row("objections", ref=str(REF))["standing"] == standing
    assert office.row("registrations", ref=ref)["stage"] == stage
    assert told(office) == ["evt.obj_received", *([sentence] if sentence else [])]
    assert office.row("tickets", topic="objection")["status"] == "cancelled"
    assert office.admin("GET", "ledger")[ref]["objected"] == 1
    written = len(office.rows("messages"))
    office.work(hours=1)
    assert len(office.rows("messages")) == written


def test_the_words_of_an_answer(office: Office) -> None:
    answered(office, decided(office, UPHELD))
    office.work(hours=20)
    (said,) = [body for body in office.gateway.bodies if "DITERIMA" in body]
    assert said == f"Loket: sanggahan {REF.shown} DITERIMA. SITI AMINAH kini layak. Rincian: *123*456# pilih 2."


def test_a_refused_objection_says_why(office: Office) -> None:
    answered(office, decided(office, REJECTED))
    office.work(hours=20)
    (said,) = [body for body in office.gateway.bodies if "belum diterima" in body]
    assert "Alasan: tercatat punya tanah/kendaraan lebih." in said
    assert said.endswith("*123*456# pilih 8")


def test_a_shared_phone_hears_only_that_there_is_news(office: Office) -> None:
    answered(office, decided(office, UPHELD, own=False))
    assert [s for s in told(office) if s != "evt.decision_private"] == ["evt.obj_received_private"]
    assert told(office).count("evt.decision_private") == 2, "of the decision, and of the answer"


def test_a_phone_that_was_called_shared_meanwhile_is_neutral(office: Office) -> None:
    ref = decided(office, UPHELD)
    object_to(office, ref)
    office.apply(office.dial(PHONE), ContactAgreed(Reference(ref), own_phone=False))
    for _ in range(4):
        office.work(seconds=6)
    assert told(office) == ["evt.obj_received", "evt.decision_private"]


def test_missing_evidence_is_asked_for_once_and_time_runs_out(office: Office) -> None:
    ref = decided(office, EVIDENCE)
    answered(office, ref)
    assert office.row("objections", ref=str(REF))["standing"] == "needs_evidence"
    assert office.row("registrations", ref=ref)["stage"] == Stage.OBJECTED
    for _ in range(3):
        office.work(minutes=5)
    assert told(office) == ["evt.obj_received", "evt.obj_needs_evidence"]
    office.work(days=32)
    assert office.row("objections", ref=str(REF))["standing"] == "expired"
    assert office.row("registrations", ref=ref)["stage"] == Stage.FINAL
    assert told(office)[2:] == ["evt.decision_private"]


def test_an_objection_that_the_portal_calls_too_late_has_expired(office: Office) -> None:
    ref = decided(office, CLOSED)
    answered(office, ref)
    assert office.row("objections", ref=str(REF))["standing"] == "expired"
    assert office.row("registrations", ref=ref)["stage"] == Stage.FINAL


def test_what_the_portal_will_never_take_goes_to_people(office: Office) -> None:
    ref = decided(office, ELIGIBLE)
    object_to(office, ref, "stopped")
    office.work()
    assert office.row("outbox", kind="portal.objection")["state"] == "dead"
    assert office.row("tickets", about="dead_job")["case_ref"] == ref
    assert office.row("registrations", ref=ref)["stage"] == Stage.ELIGIBLE, "nothing is being checked there"


def test_an_answer_that_got_lost_makes_no_second_objection(office: Office) -> None:
    ref = decided(office, UPHELD)
    object_to(office, ref)
    office.lost = 1
    office.work()
    office.lost = 0
    for _ in range(6):
        office.work(minutes=5)
    assert office.admin("GET", "ledger")[ref]["objected"] == 1
    assert office.row("objections", ref=str(REF))["standing"] == "upheld"


def test_an_outage_of_the_portal_delays_and_loses_nothing(office: Office) -> None:
    ref = decided(office, UPHELD)
    office.admin("POST", "fault", {"on": True})
    object_to(office, ref)
    for _ in range(20):
        office.work(minutes=20)
    assert office.row("outbox", kind="portal.objection")["state"] == "due"
    office.admin("POST", "fault", {"on": False})
    for _ in range(6):
        office.work(minutes=20)
    assert office.row("objections", ref=str(REF))["standing"] == "upheld"


def test_a_registration_that_was_withdrawn_meanwhile_stays_so(office: Office) -> None:
    ref = decided(office, UPHELD)
    object_to(office, ref)
    office.work()
    with office.database.write() as connection:
        set_stage(connection, ref, Stage.WITHDRAWN, office.clock())
    for _ in range(4):
        office.work(seconds=6)
    assert office.row("registrations", ref=ref)["stage"] == Stage.WITHDRAWN
    assert told(office) == ["evt.obj_received"]


def test_what_was_said_can_be_erased(office: Office) -> None:
    ref = decided(office, UPHELD)
    object_to(office, ref)
    Erasure(office.database, office.service.sealer).expire(office.clock(), office.clock(), 10)
    row = office.row("objections", ref=str(REF))
    opened = office.service.sealer.open("objections.sealed", row["id"], bytes(row["sealed"]))
    assert b"buruh" in opened, "an objection that is open keeps its case"
    for _ in range(4):
        office.work(seconds=6)
    office.clock.wait(days=400)
    Erasure(office.database, office.service.sealer).expire(office.clock(), office.clock(), 10)
    row = office.row("objections", ref=str(REF))
    assert b"buruh" not in office.service.sealer.open("objections.sealed", row["id"], bytes(row["sealed"]))
    office.apply(office.dial(), AddToObjection(REF, "lagi"))
    assert office.service.registry.filed(str(REF)) == ""


def test_after_a_withdrawn_one_there_may_be_another(office: Office) -> None:
    ref = decided(office, WITHDRAWN)
    answered(office, ref)
    second = Reference.of(b"another objection")
    object_to(office, ref, ref=second)
    office.work()
    assert office.row("objections", ref=str(second))["joins"] == ""
    assert office.admin("GET", "ledger")[ref]["objected"] == 2


def test_its_owner_withdraws_it_here_and_at_the_portal(office: Office) -> None:
    ref = decided(office, REJECTED)
    object_to(office, ref)
    office.work()
    assert f"Sanggahan {REF.shown} ditarik" in office.talk("1", "1", "2", "2", "1")
    assert office.row("objections", ref=str(REF))["standing"] == "withdrawn"
    assert office.row("registrations", ref=ref)["stage"] == Stage.NOT_ELIGIBLE
    assert office.row("tickets", topic="objection")["status"] == "cancelled"
    office.work()
    for _ in range(4):
        office.work(seconds=6)
    assert office.row("registrations", ref=ref)["stage"] == Stage.NOT_ELIGIBLE
    assert office.admin("GET", "ledger")[ref]["objection_withdrawn"] == 1
    assert told(office) == ["evt.obj_received"]
    object_to(office, ref, ref=Reference.of(b"another objection"))
    office.work()
    assert office.admin("GET", "ledger")[ref]["objected"] == 2


def test_one_that_is_withdrawn_before_it_was_sent_never_reaches_the_portal(office: Office) -> None:
    ref = decided(office, REJECTED)
    object_to(office, ref)
    office.talk("1", "1", "2", "2", "1")
    office.work(minutes=1)
    assert "objected" not in office.admin("GET", "ledger")[ref]
    assert {row["state"] for row in office.rows("outbox") if row["kind"].startswith("portal.objection")} == {"done"}


def test_one_that_is_withdrawn_while_its_answer_was_lost_is_called_back(office: Office) -> None:
    ref = decided(office, REJECTED)
    object_to(office, ref)
    office.lost = 1
    office.work()
    office.talk("1", "1", "2", "2", "1")
    for _ in range(5):
        office.work(seconds=1)
    ledger = office.admin("GET", "ledger")[ref]
    assert (ledger["objected"], ledger["objection_withdrawn"]) == (1, 1)


def test_one_that_the_portal_refuses_for_good_says_so_and_goes_to_people(office: Office) -> None:
    ref = decided(office, ELIGIBLE)
    object_to(office, ref, whose="stopped")  # The portal knows of nothing to object to.
    for _ in range(4):
        office.work(seconds=6)
    assert office.row("objections", ref=str(REF))["standing"] == "refused"
    assert office.row("registrations", ref=ref)["stage"] == Stage.ELIGIBLE
    assert "evt.news_private" in told(office)
    assert office.row("tickets", about="dead_job")["case_ref"] == ref
    assert office.row("tickets", topic="objection")["status"] == "open"
    office.talk("1", "1")
    assert office.talk("2", str(REF), ELIGIBLE).startswith("Portal tidak bisa menerima sanggahan")


def test_a_refusal_that_could_not_be_objected_to_shows_both(office: Office) -> None:
    ref = decided(office, REJECTED)
    intent = {"intent_or_application_id": office.row("registrations", ref=ref)["intent_id"], "kind": "self",
              "reason_code": "income", "contact": {"language": "id"}}  # fmt: skip
    headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": "elsewhere"}
    answer = office.session.post("http://portal/v1/objections", json=intent, headers=headers)
    assert answer.status_code == 202, answer.text
    object_to(office, ref)
    office.work()
    page = office.talk("1", "1", "2")
    assert "TIDAK LAYAK. Portal tidak menerima sanggahan" in page
    assert "1 Sanggah lagi" in page
