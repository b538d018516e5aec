"""Every message that a citizen can get is about something, and is either needed or can be left out."""

import re

import pytest
import yaml

from bot import notices
from loket.config import ROOT

SOURCE = (ROOT / "data" / "texts" / "id.yml").read_text("utf-8")
WRITTEN = re.findall(r"^evt\.(\w+)[:.]", SOURCE, re.MULTILINE)
TEXTS = yaml.load(SOURCE, Loader=yaml.BaseLoader)  # noqa: S506  It makes strings only.


def test_every_message_is_about_something() -> None:
    """A new message needs a row in bot/notices.py, and a decision whether people can do without it."""
    assert sorted(set(WRITTEN) - notices.ABOUT.keys()) == []
    assert set(notices.ABOUT) >= notices.OPTIONAL


def test_what_protects_people_is_never_left_out() -> None:
    for sentence in ("evt.registered", "evt.registered_by_other", "evt.codes", "evt.scheduled", "evt.phone_changed"):
        assert not notices.optional(sentence)
        assert not notices.optional(f"{sentence}.no_reply")
    assert notices.optional("evt.survey")
    assert notices.optional("evt.not_eligible.no_reply")
    assert not notices.optional("evt.nobody_knows_this")
    assert notices.about("evt.nobody_knows_this") == "service"


@pytest.mark.parametrize("name", sorted(notices.TEMPLATES))
def test_a_template_has_the_values_of_its_words_and_the_message_has_all_of_them(name: str) -> None:
    """In the order of the words that were handed in for approval, which WhatsApp numbers."""
    template = notices.TEMPLATES[name]
    words = TEXTS[f"wa.tpl.{template.name}"]["text"]
    assert re.findall(r"\{(\w+)\}", words) == list(template.values)
    assert set(template.values) <= set(re.findall(r"\{(\w+)\}", TEXTS[f"evt.{name}"]["text"]))
    assert notices.template(f"evt.{name}.no_reply") == template
