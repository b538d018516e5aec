"""Where an application stands, and who may hear of it."""

from datetime import date

import pytest
from support.phone import ENGINE, Phone

from bot.filed import OBJECTION
from bot.flows.status import LINES, lines
from bot.identity import Reference
from bot.messages import Text
from bot.session import Session
from bot.stages import SENTENCES, Case, Stage

REF, OTHER = (str(Reference.of(f"status {n}".encode())) for n in range(2))
# What each Indonesian line means; the other languages have the same numbers.
MEANINGS = {
    "Tidak jadi, tetap daftar": "keep",
    "Aktifkan lagi": "renew",
    "Artinya": "why",
    "Minta ditelepon": "call",
    "Ditelepon": "call",
    "Minta agen": "agent",
    "Nomor agen": "codes",
}
MEANINGS |= dict.fromkeys(("Ubah", "Ubah waktu", "Atur waktu", "Atur waktu baru"), "change") | {"Info uang": "money"}
MEANINGS |= dict.fromkeys(("Lengkapi sekarang", "Perbaiki data"), "update")
MEANINGS |= {
    "Sanggah": "object",
    "Sanggah lagi": "object",
    "Tambah keterangan": "add",
    "Tarik sanggahan": "undo",
}
MEANINGS |= dict.fromkeys(("Lihat pendaftaran", "Lihat hasil", "Lihat hasil baru"), "case")
SERVICES = frozenset({"status", "objection", "visit"})
VARIANTS = {"status.not_eligible.refused", "status.leaving", "status.not_eligible.closed", "status.objected.evidence"}


def case(stage: Stage, name: str = "SITI", **more: str) -> Case:
    return Case(REF, name, stage, date(2026, 12, 4), **more)  # type: ignore[arg-type]


def test_every_line_leads_where_its_words_say() -> None:
    assert LINES.keys() >= set(SENTENCES.values())
    assert LINES.keys() - set(SENTENCES.values()) - set(OBJECTION.values()) == VARIANTS
    for sentence, leads in LINES.items():
        values = dict.fromkeys(("name", "agent", "date", "slot", "place", "need", "prog", "reason", "obj", "time"), "x")
        for choice in ENGINE.catalogue.reply("id", Text(sentence, values)).choices:
            if choice.label in MEANINGS:
                assert leads[choice.key] == MEANINGS[choice.label], sentence
            else:
                assert choice.key not in leads, sentence
                assert choice.label == "Menu", (sentence, choice.label)


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_has_a_screen_with_a_way_to_the_menu(stage: Stage) -> None:
    phone = Phone(session=Session(language="id"))
    phone.book.own_phone = True
    phone.book.mine.append(case(stage, reason="other"))
    phone.dial()
    assert phone.say("2").startswith("SITI: ")
    assert phone.screen.endswith("0 Menu")
    menu = "Loket" if stage is Stage.WITHDRAWN else "SITI: "  # Nothing of it goes on.
    assert phone.say("0").startswith(menu)


def test_the_numbers_of_a_visit_are_shown_only_where_there_are_any() -> None:
    planned = case(Stage.SCHEDULED, agent_number="4821", visit_number="735")
    assert lines(case(Stage.SCHEDULED), "status.scheduled", SERVICES) == {}
    assert lines(planned, "status.scheduled", SERVICES) == {"1": "change", "2": "codes"}
    assert lines(planned, "status.scheduled", frozenset({"status"})) == {"2": "codes"}


def test_a_line_to_a_service_that_is_off_is_not_shown() -> None:
    refused = case(Stage.NOT_ELIGIBLE)
    assert lines(refused, "status.not_eligible", SERVICES) == {"1": "object", "2": "why", "3": "call"}
    assert lines(refused, "status.not_eligible", frozenset({"status"})) == {"2": "why", "3": "call"}


def test_an_objection_that_was_filed_elsewhere_takes_no_notes_here() -> None:
    assert lines(case(Stage.OBJECTED), "status.objected", SERVICES) == {}


def test_a_wrong_number_and_a_wrong_nik_look_the_same() -> None:
    screens = []
    for ref, nik4 in ((REF, "0002"), (OTHER, "0001")):
        phone = Phone(session=Session(language="id"))
        phone.book.others.append(case(Stage.ELIGIBLE, programme="PKH"))
        phone.book.nik4[REF] = "0001"
        phone.dial()
        phone.say("2", ref, nik4)
        screens.append([page.body for page in phone.pages])
    assert screens[0] == screens[1]


def test_before_the_digits_a_shared_phone_shows_neither_name_nor_stage() -> None:
    phone = Phone(session=Session(language="id"))
    phone.book.mine += [case(Stage.ELIGIBLE, "SITI AMINAH", programme="PKH"), case(Stage.NOT_ELIGIBLE, "BUDI")]
    phone.dial()
    phone.say("2", "1")
    shown = "\n".join(page.body for page in phone.pages)
    for secret in ("SITI", "AMINAH", "BUDI", "PKH", "layak", "LAYAK"):
        assert secret not in shown


def test_the_digits_of_one_case_do_not_open_another() -> None:
    phone = Phone(session=Session(language="id"))
    phone.book.others += [case(Stage.RECEIVED), Case(OTHER, "BUDI", Stage.RECEIVED, date(2026, 12, 4))]
    phone.book.nik4 |= {REF: "0001", OTHER: "0002"}
    phone.dial()
    assert phone.say("2", REF, "0001").startswith("SITI: ")
    assert "4 angka terakhir NIK" in phone.say(OTHER)
    assert phone.say("0001").startswith("Nomor dan NIK tidak cocok.")
