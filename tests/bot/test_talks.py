"""The recorded talks still go as they were read and approved."""

import difflib

import pytest
from support.phone import Phone
from support.talks import FOLDER, LANGUAGES, names, path, played, script

from bot.effects import SubmitRegistration
from bot.session import Session


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", names())
def test_a_talk_goes_as_recorded(name: str, language: str) -> None:
    recorded = path(name, language).read_text("utf-8")
    now = played(script(path(name, LANGUAGES[0]).read_text("utf-8")), language)
    changes = difflib.unified_diff(recorded.splitlines(), now.splitlines(), "recorded", "now", lineterm="", n=6)
    assert recorded == now, "\n".join(["`make talks` records it anew:", *changes])


def test_every_talk_is_there_in_every_language_and_nothing_else() -> None:
    wanted = {path(name, language).name for name in names() for language in LANGUAGES}
    assert {file.name for file in FOLDER.iterdir()} == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_known_phone_has_its_receipt_after_seven_inputs(language: str) -> None:
    inputs = ["1", "1", "3510995708900001", "SITI", "KEM", "1", "1"]
    phone = Phone(session=Session(language=language))
    phone.dial()
    phone.say(*inputs[:-1])
    assert not any(isinstance(effect, SubmitRegistration) for effect in phone.effects)
    phone.say(inputs[-1])
    effect = phone.effects[-1]
    assert isinstance(effect, SubmitRegistration)
    assert effect.ref.shown in phone.screen
    assert len(inputs) == 7
