"""What `loket check` finds before a person does."""

from datetime import UTC, datetime

import msgspec
import pytest

from bot.texts import Catalogue
from loket import areas
from loket.check import Report, check, run, sentences
from loket.config import ROOT, read_config
from loket.texts import DATA

CONFIG = read_config(ROOT / "config.yml")
AREAS = areas.load(ROOT / "data" / "areas")
NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
FILES = {language: (DATA / "texts" / f"{language}.yml").read_text("utf-8") for language in CONFIG.languages}
CONSTANTS = {"ussd": "*123*456#", "sms": "99123", "call": "1500-123"}


def checked(files: dict[str, str]) -> Report:
    catalogue = Catalogue(files, (DATA / "placeholders.yml").read_text("utf-8"), CONSTANTS)
    return check(msgspec.structs.replace(CONFIG, languages=list(files)), catalogue, AREAS, NOW)


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
    errors = checked(trapped).errors
    assert "id help/slot: no way back (info.callback_when)" in errors


def test_a_screen_that_takes_two_is_an_error() -> None:
    long = {
        "id": FILES["id"],
        "en": FILES["en"].replace("When may the agent come?", "When may the agent come to you? " * 4),
    }
    assert any(error.startswith("en register/slot: 2 screens") for error in checked(long).errors)


def test_a_talk_that_would_fall_into_indonesian_is_an_error() -> None:
    files = {"id": FILES["id"], "mad": without("reg.landmark", FILES["mad"])}
    assert checked(files).errors == ("mad reg.landmark: a talk would fall into Indonesian",)


def test_a_sentence_that_nobody_wrote_is_an_error() -> None:
    files = {language: without("err.three_times", source) for language, source in FILES.items()}
    assert checked(files).errors == ("err.three_times is used, but not written",)


@pytest.mark.parametrize("id", ["reg.consent", "status.face_failed", "slot.midday", "reason.other", "evt.registered"])
def test_the_sentences_in_use_are_found_wherever_they_stand(id: str) -> None:
    assert id in sentences(CONFIG)


def test_what_was_found_is_printed_and_told_to_the_caller(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(msgspec.structs.replace(CONFIG, languages=["id"]), NOW) == 0
    assert "Every screen is as it should be." in capsys.readouterr().out
