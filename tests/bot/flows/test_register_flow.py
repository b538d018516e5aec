"""Registration, where a whole talk does not show it."""

from datetime import UTC, date, datetime
from hashlib import sha256

import pytest
from support.phone import WINDOWS, Phone, engine

from bot.effects import CompleteRegistration, ContactAgreed, OpenTicket, SubmitRegistration
from bot.session import Session
from loket.config import Period

WOMAN, MAN, BALIKPAPAN = "3510995708900001", "3510991708900002", "6471995708900006"
SUMMARY = ["1", "1", WOMAN, "SITI", "KEM", "1"]
RECEIPT = [*SUMMARY, "1"]


def dialled(now: datetime | None = None, **periods: Period) -> Phone:
    phone = Phone(session=Session(language="id"))
    if periods:
        phone.engine = engine(windows={key.removeprefix("r"): period for key, period in periods.items()})
    phone.now = now or phone.now
    phone.dial()
    return phone


def submitted(phone: Phone) -> SubmitRegistration:
    [effect] = [effect for effect in phone.effects if isinstance(effect, SubmitRegistration)]
    return effect


def test_a_nik_that_somebody_else_registered_looks_like_any_other() -> None:
    """The talk asks only whether this phone has registered it; the store settles the rest after the page."""
    stranger, first = dialled(), dialled()
    stranger.book.niks = {MAN: "000000000000"}
    assert stranger.say(*RECEIPT) == first.say(*RECEIPT)
    assert [page.body for page in stranger.pages] == [page.body for page in first.pages]


def test_the_visit_is_counted_from_the_day_in_the_regency() -> None:
    """At 16:30 in London's winter it is still Friday in Banyuwangi, but Saturday in Balikpapan."""
    open_long = Period(date(2026, 11, 1), date(2026, 12, 31))
    late = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
    here, there = (dialled(late, r3510=open_long, r6471=open_long) for _ in range(2))
    here.say(*RECEIPT)
    there.say("1", "1", BALIKPAPAN, "SITI", "sepinggan raya", "1", "1")
    assert submitted(here).visit_by == date(2026, 12, 4)
    assert submitted(there).visit_by == date(2026, 12, 5)


@pytest.mark.parametrize(("nik", "regency"), [(WOMAN, "3510"), (BALIKPAPAN, "6471")])
def test_without_a_village_the_nik_names_the_regency(nik: str, regency: str) -> None:
    open_long = Period(date(2026, 11, 1), date(2026, 12, 31))
    phone = dialled(r3510=open_long, r6471=open_long)
    phone.say("1", "1", nik, "SITI", "1", "1")
    assert submitted(phone).regency == regency


def test_the_window_is_the_village_s_and_not_the_nik_s() -> None:
    phone = dialled()
    assert "Balikpapan dibuka" in phone.say("1", "1", WOMAN, "SITI", "sepinggan raya", "1")
    assert phone.session.talk.answer("village") == "sepinggan raya"


def test_what_an_agent_should_look_at_is_noted() -> None:
    elsewhere, serial, old = dialled(), dialled(), dialled()
    elsewhere.say("1", "1", BALIKPAPAN, "SITI", "KEM", "1", "1")
    assert submitted(elsewhere).notes == ("area_differs",)
    serial.say("1", "1", "3510995708900000", "3510995708900000", "SITI", "KEM", "1", "1")
    assert submitted(serial).notes == ("serial",)
    old.say("1", "1", "3510991708200004", "SARI", "KEM", "1", "2", "17081930", "1")
    assert submitted(old).notes == ("born_differs",)
    assert submitted(old).birth_date == date(1930, 8, 17)


def test_the_consent_is_recorded_with_its_words_and_its_instant() -> None:
    phone = dialled()
    phone.say("1")
    asked = phone.screen
    phone.wait(minutes=1)
    instant = int(phone.now.timestamp())
    phone.say("1")
    phone.wait(minutes=5).say(*RECEIPT[2:])
    consent = submitted(phone).consent
    assert (consent.sentence, consent.language, consent.answer, consent.at) == ("reg.consent", "id", "self", instant)
    assert consent.wording == sha256(asked.encode()).hexdigest()


def test_the_consent_stays_in_the_language_that_it_was_given_in() -> None:
    phone = Phone(session=Session(language="jv"))
    phone.dial()
    phone.say("1", "1", RECEIPT[2])
    phone.say("00", "8", "6", "4")
    phone.dial()
    phone.say(RECEIPT[2][-4:], *RECEIPT[3:])
    assert phone.session.language == "en"
    assert submitted(phone).consent.language == "jv"


def test_the_consent_of_a_relative_says_who_was_there() -> None:
    phone = dialled()
    phone.say("1", "2", "1", *RECEIPT[2:])
    consent = submitted(phone).consent
    assert (consent.sentence, consent.answer) == ("reg.consent+reg.consent_other", "family:present")


def test_after_the_receipt_nothing_is_checked_again() -> None:
    """A day later this phone has a case, the eighth even, and the period is over: the details can still be given."""
    phone = dialled(r3510=Period(date(2026, 11, 1), date(2026, 11, 20)))
    phone.say(*RECEIPT, "1")
    phone.hang_up()
    phone.engine = engine(windows=WINDOWS | {"3510": Period(date(2026, 11, 1), date(2026, 11, 20))}, people_per_phone=1)
    phone.wait(hours=20).dial()
    assert phone.say("0001").startswith("(4/6)")
    phone.say("3510991201150005")
    assert isinstance(phone.effects[-1], CompleteRegistration)


def test_a_kk_that_cannot_be_one_is_explained() -> None:
    phone = dialled()
    phone.say("1", "1", MAN, "BUDI", "KEM", "1", "1", "1")
    assert phone.say(MAN).startswith("Nomor KK dan NIK sama.")
    assert phone.say(WOMAN).startswith("Itu NIK, bukan Nomor KK.")
    assert phone.say("3510991201150005").startswith("(5/6)")


def test_a_correction_of_the_contact_replaces_what_was_agreed() -> None:
    phone = dialled()
    phone.say(*RECEIPT, "1", "1", "1", "1", "4", "4", "1", "1")
    phone.say("2", "5", "2", "081234567890")
    agreed = [effect for effect in phone.effects if isinstance(effect, ContactAgreed)]
    assert [(effect.own_phone, str(effect.phone)) for effect in agreed] == [(True, "None"), (False, "+6281234567890")]


def test_whoever_asks_for_a_call_keeps_the_draft() -> None:
    phone = dialled()
    phone.say("1", "1", "1", "2", "1")
    assert [type(effect) for effect in phone.effects] == [OpenTicket]
    phone.dial()
    assert phone.screen.startswith("Tadi terputus di langkah 1")
    assert phone.say("1").startswith("Belum punya KTP/KK")


def test_beginning_anew_on_ones_own_phone_leaves_no_draft() -> None:
    phone = dialled()
    phone.book.own_phone = True
    phone.say(*SUMMARY)
    phone.hang_up().dial()
    phone.say("2", "1", MAN)
    assert phone.session.paused == ()


@pytest.mark.parametrize(
    ("inputs", "step"),
    [([], 1), (["2"], 1), (["1"], 1), (["1", "1"], 1), (["1", MAN], 2), (["1", MAN, "SITI"], 3), (SUMMARY[1:], 3)],
)
def test_the_step_that_a_talk_stopped_at(inputs: list[str], step: int) -> None:
    phone = dialled()
    phone.book.own_phone = True
    phone.say("1", *inputs)
    phone.hang_up().dial()
    assert phone.screen.startswith(f"Tadi terputus di langkah {step} " if inputs else "Loket")
