"""Every message that a citizen can get is about something, and is either needed or can be left out."""

import re

from bot import notices
from loket.config import ROOT

WRITTEN = re.findall(r"^evt\.(\w+)[:.]", (ROOT / "data" / "texts" / "id.yml").read_text("utf-8"), re.MULTILINE)


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
