"""Registrations by a helper: whose they are, who hears of them, and who may help."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from sqlalchemy import update
from support.databases import Factory, each_database
from support.handset import Handset
from support.office import NIK, PHONE, Office

from loket.cli import main
from store.helpers import Helpers
from store.phones import Proofs
from store.schema import helpers

__all__ = ["each_database"]

HELPER, CITIZEN = PHONE, "+6281200000002"
PERSON = ("1", NIK + "3333", "SITI", "KEM", "1")


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    yield office
    office.close()


def hire(office: Office, phone: str = "", agent: str = "") -> str:
    helpers = Helpers(office.service.database, office.sealer)
    return helpers.add("KADER RINI", "3510", phone, agent, office.clock())


def called(office: Office, phone: str = HELPER) -> Handset:
    caller = Handset(office, phone)
    caller.dial()
    return caller


def told(office: Office) -> list[str]:
    office.work(seconds=1)
    return [message.to for message in office.gateway.sent]


def test_the_persons_own_phone_hears_of_it_and_the_helpers_does_not(office: Office) -> None:
    number, helper = hire(office), called(office)
    screen = helper.say("77", number, *PERSON, CITIZEN.replace("+62", "0"), "1")
    assert screen.startswith("SITI tercatat, nomor ")
    assert told(office) == [CITIZEN]
    row = office.row("registrations")
    assert (row["filled_by"], row["helper_id"]) == ("assistant", office.row("helpers")["id"])
    assert office.service.registry.cases(row["contact_id"]).cases
    assert helper.dial().startswith("Loket Perlinsos (gratis)\n1 Daftar bansos"), "the helper's phone has no case of it"


def test_the_consent_is_the_one_that_was_read_aloud(office: Office) -> None:
    helper = called(office)
    helper.say("77", hire(office), *PERSON, "1", "2", "1")
    consent = office.row("consents")
    assert (consent["sentence"], consent["answer"]) == ("assist.consent", "agreed")
    assert consent["contact_id"] == office.row("registrations")["contact_id"]


def test_somebody_without_a_phone_is_registered_and_nobody_is_written_to(office: Office) -> None:
    helper = called(office)
    helper.say("77", hire(office), *PERSON, "1", "2", "1")
    assert told(office) == []
    office.work(minutes=11)
    assert office.row("registrations")["intent_id"]
    assert office.row("tickets", topic="face_verification")["case_ref"] == office.row("registrations")["ref"]


def test_who_helped_is_in_the_audit_and_at_the_portal(office: Office) -> None:
    agent = office.hire("Agus")
    helper = called(office)
    helper.say("77", hire(office, agent=agent), *PERSON, "1", "2", "1")
    row = office.row("audit", verb="assisted")
    assert (row["actor"], row["subject"]) == (office.row("helpers")["id"], office.row("registrations")["ref"])
    assert office.row("registrations")["filled_by"] == "agent"
    office.work(minutes=11)
    assert office.admin("GET", "ledger")[office.row("registrations")["ref"]]["submitted"] == 1


def test_so_many_in_a_day_and_no_more(office: Office) -> None:
    number, helper, most = hire(office), called(office), office.service.config.assisted_a_day
    for n in range(most):
        helper.hang_up().dial()
        helper.say("77", number, "1", NIK + f"{4000 + n}", "1", "1", "1", "4", "1")
    assert "Hari ini sudah 30 warga" in helper.say("1")
    helper.dial()
    assert "Hari ini sudah 30 warga" in helper.say("77", number)
    office.clock.wait(days=1)
    helper.dial()
    assert "Bacakan" in helper.say("77", number)


def test_a_number_counts_from_its_own_phone_and_until_it_is_stopped(office: Office) -> None:
    number = hire(office, HELPER)
    stranger, helper = called(office, CITIZEN), called(office)
    assert "Nomor tidak aktif" in stranger.say("77", number)
    assert "Bacakan" in helper.say("77", number)
    assert Helpers(office.service.database, office.sealer).stop(number)
    helper.dial()
    assert "Nomor tidak aktif" in helper.say("77", number)


def test_three_wrong_numbers_lock_the_phone_for_a_day(office: Office) -> None:
    number, helper = hire(office), called(office)
    wrong = [text for text in ("1111", "2222", "3333", "4444") if text != number][:3]
    assert "Terlalu banyak salah" in helper.say("77", *wrong)
    helper.dial()
    assert "Terlalu banyak salah" in helper.say("77", number)
    office.clock.wait(hours=25)
    helper.dial()
    assert "Bacakan" in helper.say("77", number)


def test_a_helper_who_was_stopped_goes_no_further(office: Office) -> None:
    number, helper = hire(office), called(office)
    helper.say("77", number, *PERSON, "1", "2", "1")
    Helpers(office.service.database, office.sealer).stop(number)
    assert helper.say("1").startswith("Loket Perlinsos (gratis)")


def test_names_of_helpers_are_sealed(office: Office) -> None:
    hire(office, HELPER)
    assert "RINI" not in str(office.rows("helpers"))
    assert HELPER not in str(office.rows("helpers"))


@pytest.mark.parametrize("given", [
    ["X1", "--regency", "3510"], ["Rini", "--regency", "0010"], ["Rini", "--regency", "3510", "--phone"],
    ["Rini", "--regency", "35"],
])  # fmt: skip
def test_the_command_refuses_what_is_not_so(given: list[str], tmp_path: object) -> None:
    environment = {"LOKET_DATABASE_URL": f"sqlite:///{tmp_path}/loket.db", "LOKET_KEYS_FILE": f"{tmp_path}/keys.json"}
    runner = CliRunner(env=environment)
    assert runner.invoke(main, ["keys", "generate"]).exit_code == 0
    assert runner.invoke(main, ["migrate"]).exit_code == 0
    assert runner.invoke(main, ["helpers", "add", *given], input="12\n").exit_code == 1


def test_helpers_are_added_listed_and_stopped(tmp_path: object) -> None:
    environment = {"LOKET_DATABASE_URL": f"sqlite:///{tmp_path}/loket.db", "LOKET_KEYS_FILE": f"{tmp_path}/keys.json"}
    runner = CliRunner(env=environment)
    runner.invoke(main, ["keys", "generate"])
    runner.invoke(main, ["migrate"])
    number = runner.invoke(main, ["helpers", "add", "Rini", "--regency", "3510"]).output.split()[0]
    assert len(number) == 6
    assert number in runner.invoke(main, ["helpers", "list"]).output
    assert '"name": "RINI"' in runner.invoke(main, ["helpers", "list", "--json"]).output
    assert runner.invoke(main, ["helpers", "stop", number]).exit_code == 0
    assert "(stopped)" in runner.invoke(main, ["helpers", "list"]).output
    assert runner.invoke(main, ["helpers", "stop", "0000"]).exit_code == 1


def test_a_number_checks_itself_and_a_slip_is_no_try(office: Office) -> None:
    number, helper = hire(office), called(office)
    assert len(number) == 6
    slip = number[:-1] + str((int(number[-1]) + 1) % 10)
    helper.say("77", slip)
    assert [row for row in office.rows("tries") if row["scope"] == "assist"] == []
    assert "Bacakan" in helper.say(number)


def test_a_number_of_four_digits_that_was_given_out_before_holds(office: Office) -> None:
    hire(office)
    with office.service.database.write() as connection:
        connection.execute(update(helpers).values(number="4821"))
    assert "Bacakan" in called(office).say("77", "4821")


def test_a_try_that_a_gateway_repeats_counts_once(office: Office) -> None:
    cause = office.dial()
    known = Helpers(office.service.database, office.sealer)
    assert [known.who(cause.contact, "1111:0", office.clock()) for _ in range(4)] == [""] * 4
    assert known.who(cause.contact, "2222:1", office.clock()) == ""
    assert known.who(cause.contact, "3333:2", office.clock()) == "locked"
    proofs = Proofs(office.service.database, office.sealer)
    assert [proofs.look(cause.contact, "123456789012:1111:0", office.clock()) for _ in range(4)] == [""] * 4
    assert [proofs.look(cause.contact, f"123456789012:1111:{n}", office.clock()) for n in (1, 2)] == ["", "locked"]
