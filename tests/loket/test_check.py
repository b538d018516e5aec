"""What `loket check` finds before a person does."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from bot.conversation import Conversation, End, Redo, Script
from bot.messages import Text
from bot.run import Flow
from bot.texts import Catalogue
from loket import areas, texts
from loket.check import Report, catalogue_of, check, rehearse, run, sentences
from loket.config import ROOT, read_config
from loket.engine import build
from loket.graph import Graph
from loket.judge import Judge
from loket.texts import DATA
from loket.walks import side_by_side

CONFIG = read_config(ROOT / "config.yml")
AREAS = areas.load(ROOT / "data" / "areas")
NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
FILES = {language: (DATA / "texts" / f"{language}.yml").read_text("utf-8") for language in CONFIG.languages}
CONSTANTS = {"ussd": "*123*456#", "sms": "99123", "call": "1500-123"}


def checked(files: dict[str, str], services: list[str] = CONFIG.services) -> Report:
    catalogue = Catalogue(files, (DATA / "placeholders.yml").read_text("utf-8"), CONSTANTS)
    config = msgspec.structs.replace(CONFIG, languages=list(files), services=services)
    return check(config, catalogue, AREAS, NOW)


def walked(script: Callable[[Conversation], Script]) -> tuple[Graph, list[str]]:
    """The rehearsal of a menu whose only service is this one, in the place of "help"."""
    config = msgspec.structs.replace(CONFIG, languages=["id"], services=["help", "update"])
    engine = build(config, texts.load(["id"], constants=CONSTANTS), AREAS)
    engine = replace(engine, flows={**engine.flows, "help": Flow(script)})
    return rehearse(engine, NOW, Judge(engine, ["id"], 160))


def without(id: str, source: str) -> str:
    head, _, tail = source.partition(f"\n{id}:\n")
    assert tail, id
    return f"{head}\n{tail.split('reviewed: false', 1)[1].lstrip()}"


def test_what_is_shipped_is_as_it_should_be() -> None:
    report = checked(FILES)
    assert report.errors == ()
    assert [note for note in report.notes if note.startswith("jv: ") and "native reader" in note]


def test_a_question_that_nobody_can_leave_is_an_error() -> None:
    trapped = {"id": FILES["id"].replace("\\n4 Sore\\n0 Kembali", "\\n4 Sore")}
    errors = checked(trapped, ["help"]).errors
    assert "id help/slot: no way back (info.callback_when)" in errors


def test_a_screen_that_takes_two_is_an_error() -> None:
    long = {
        "id": FILES["id"],
        "en": FILES["en"].replace("When may the agent come?", "When may the agent come to you? " * 4),
    }
    assert any(error.startswith("en register/slot: 2 screens") for error in checked(long, ["register", "help"]).errors)


def test_a_talk_that_would_fall_into_indonesian_is_an_error() -> None:
    files = {"id": FILES["id"], "mad": without("reg.landmark", FILES["mad"])}
    assert checked(files).errors == ("mad reg.landmark: a talk would fall into Indonesian",)


def test_a_sentence_that_nobody_wrote_is_an_error() -> None:
    files = {language: without("err.three_times", source) for language, source in FILES.items()}
    assert checked(files).errors == ("err.three_times is used, but not written",)


@pytest.mark.parametrize("id", ["reg.consent", "status.face_failed", "slot.midday", "reason.other", "evt.registered"])
def test_the_sentences_in_use_are_found_wherever_they_stand(id: str) -> None:
    assert id in sentences(CONFIG)


def test_a_letter_that_no_old_phone_shows_is_an_error() -> None:
    report = checked({"id": FILES["id"].replace("2 Pagi\\n3 Siang", "2 P\u0101gi\\n3 Siang")}, ["help"])
    assert "id help/slot: a letter outside the GSM alphabet (info.callback_when)" in report.errors


def test_an_option_that_has_another_number_in_another_language_is_an_error() -> None:
    report = checked({"id": FILES["id"], "en": FILES["en"].replace("\\n3 Afternoon", "\\n5 Afternoon")}, ["help"])
    assert any(error.startswith("en ") and "other option numbers" in error for error in report.errors)


def test_a_link_is_an_error() -> None:
    report = checked({"id": FILES["id"].replace("Kami telepon nomor ini", "Kami telepon www.loket")}, ["help"])
    assert "id help/slot: a link in an SMS (info.callback_when)" in report.errors


def test_an_sms_that_takes_two_is_an_error_where_one_screen_would_do() -> None:
    """Every SMS says who it is from."""
    screen = "x" + " x" * 77
    old = next(line for line in FILES["id"].split("\n") if "info.callback_done" in line)
    head, _, tail = FILES["id"].partition(f"{old}\n")
    files = {"id": f'{head}{old}\n  text: "{screen}"\n{tail.split(chr(10), 1)[1]}'}
    report = checked(files, ["help"])
    assert not any("screens for one sentence" in error for error in report.errors)
    assert "id help/end: 2 SMS for one sentence (info.callback_done)" in report.errors


def test_whatsapp_is_judged_by_its_own_words() -> None:
    """A message with a list holds 1024 characters, the lines of the list among them."""
    old = next(line for line in FILES["id"].split("\n") if line == "wa.consent:")
    head, _, tail = FILES["id"].partition(f"\n{old}\n")
    files = {"id": f'{head}\n{old}\n  text: "{"x" * 1000}"\n{tail.split(chr(10), 1)[1]}'}
    errors = checked(files, ["register", "help", "status", "update"]).errors
    assert errors == ("id register/consent: more than 1024 characters in a WhatsApp message (reg.consent)",)


@pytest.mark.parametrize("language", ["en", "jv", "mad"])
def test_whatsapp_is_judged_in_every_language(language: str) -> None:
    """Somebody who writes for the first time is asked for no language: what they would see in another counts too."""
    source = FILES[language]
    head, _, tail = source.partition("\nwa.consent:\n")
    files = {"id": FILES["id"], language: f'{head}\nwa.consent:\n  text: "{"x" * 1000}"\n{tail.split(chr(10), 1)[1]}'}
    report = checked(files, ["register", "help"])
    too_long = f"{language} register/consent: more than 1024 characters in a WhatsApp message (reg.consent)"
    assert too_long in report.errors
    assert all(error.startswith(f"{language} ") for error in report.errors)
    pages = {name: measure.pages for name, measure in report.totals.longest["whatsapp"].items()}
    assert pages[language] > pages["id"] * 0.95


def test_a_service_that_the_menu_has_no_number_for_is_an_error() -> None:
    assert "stuck: the menu has no number for it" in checked({"id": FILES["id"]}, ["help", "stuck"]).errors


def test_a_menu_behind_three_menus_is_an_error() -> None:
    def deep(c: Conversation) -> Script:
        for key in ("first", "second", "third"):
            if (yield from c.choose(key, Text("info.menu"), {"1": "on", "2": "end"})) == "end":
                return End(Text("err.village_office"))
        return End(Text("info.ikd"))

    faults = walked(deep)[1]
    assert "help/third: menu level 4 (info.menu)" in faults
    assert not any("help/second" in fault for fault in faults)


def test_a_question_that_leads_only_to_itself_is_a_dead_end() -> None:
    def circle(c: Conversation) -> Script:
        yield from c.choose("round", Text("err.three_times"), {"1": "on", "2": "on", "3": "on"})
        return Redo(("round",))

    assert "help/round: a dead end (err.three_times)" in walked(circle)[1]


def test_a_look_up_without_an_example_is_an_error() -> None:
    def weather(c: Conversation) -> Script:
        yield from c.lookup("weather")
        return End(Text("err.village_office"))

    assert "menu/service: no example answers the look-up weather" in walked(weather)[1]


def test_a_flow_that_does_not_expect_that_a_look_up_cannot_be_had_is_an_error() -> None:
    def trusting(c: Conversation) -> Script:
        known = yield from c.lookup("cases")
        return End(Text("err.village_office" if known["own_phone"] else "info.ikd"))

    faults = walked(trusting)[1]
    assert any(fault.startswith("menu/service at '8': TypeError") for fault in faults)


def test_whatever_a_look_up_says_is_rehearsed() -> None:
    graph, faults = walked(lambda c: of_one_case(c))
    assert not faults
    ends = {place.sentence for place in graph.places if place.flow == "help" and place.ends}
    assert ends - {"sms.unknown"} == {
        "err.village_office",
        "status.locked",
        "status.not_found",
    }


def test_what_only_two_answers_together_lead_to_is_rehearsed() -> None:
    """The second look-up's answers are not all tried behind each answer of the first: those that matter are."""

    def both(c: Conversation) -> Script:
        digits = yield from c.ask("digits", Text("status.ask_nik4"), str)
        kept = yield from c.lookup("kept")
        proof = yield from c.lookup("proof", digits)
        if kept == "" and proof == "locked":
            return End(Text("info.ikd"))
        return End(Text("status.locked" if proof == "locked" else "err.village_office"))

    graph, faults = walked(both)
    assert not faults
    assert "info.ikd" in {place.sentence for place in graph.places}


def test_that_two_look_ups_cannot_be_had_is_rehearsed_behind_every_answer() -> None:
    def trusting(c: Conversation) -> Script:
        kept = yield from c.lookup("kept")
        proof = yield from c.lookup("proof", "1")
        return End(Text("err.village_office" if kept or proof is not None else proof["id"]))

    assert any("TypeError" in fault for fault in walked(trusting)[1])


def test_processes_side_by_side_see_what_one_sees() -> None:
    config = msgspec.structs.replace(CONFIG, languages=["id"], services=["help", "update"])
    catalogue = catalogue_of(config)
    alone = check(config, catalogue, AREAS, NOW)
    assert check(config, catalogue, AREAS, NOW, lambda: side_by_side(config, NOW)) == alone
    assert alone.totals.screens > 100


def of_one_case(c: Conversation) -> Script:
    digits = yield from c.ask("digits", Text("status.ask_nik4"), str)
    found = yield from c.lookup("case", f"1:{digits}")
    return End(Text("status.locked" if found == "locked" else "err.village_office" if found else "status.not_found"))


def test_a_sentence_that_the_rehearsal_never_sees_is_noted() -> None:
    notes = checked({"id": FILES["id"]}, ["register", "help"]).notes
    (note,) = [note for note in notes if note.startswith("used in the code, but on no screen")]
    assert "reg.kec.confirm" in note  # No made-up person has a NIK of a district that exists.
    assert "reg.consent" not in note


def test_what_was_found_is_printed_and_told_to_the_caller(capsys: pytest.CaptureFixture[str]) -> None:
    config = msgspec.structs.replace(CONFIG, languages=["id"], services=["help", "update"])
    assert run(config, NOW) == 0
    said = capsys.readouterr().out
    assert "Every screen is as it should be." in said
    assert "longest on sms: id " in said
    assert run(config, NOW, as_json=True) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["errors"] == []
    assert report["totals"]["flows"] == 11
    assert report["totals"]["longest"].keys() == {"ussd", "sms", "whatsapp"}
    assert 0 < report["totals"]["longest"]["ussd"]["id"]["longest"] <= 160
