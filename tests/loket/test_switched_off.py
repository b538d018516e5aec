"""With any one service switched off no line and no word of the others leads to a crash: the menu is there instead."""

from dataclasses import replace
from itertools import chain

import pytest
from support.phone import NOON, Phone, engine

from bot.messages import Channel
from bot.session import Session
from loket import rehearsals
from loket.config import ROOT, read_config
from loket.rehearsals import NAME, REFS, VILLAGE, WOMAN
from loket.rehearse import Scene, Walk, messages

SERVICES = tuple(read_config(ROOT / "config.yml").services)
TYPED = (WOMAN, NAME, VILLAGE, REFS[0], "0001")  # Enough to come past every question; every line is taken anyway.


@pytest.mark.parametrize("off", ["help", "status", "objection"])  # Those that most lines of the others lead to.
def test_every_way_through_the_others_ends_on_a_screen(off: str) -> None:
    left = engine(services=[name for name in SERVICES if name != off])
    examples = replace(rehearsals.load(left.flows), typed=TYPED)
    for channel in (Channel.USSD, Channel.SMS):
        walk = Walk(examples, channel, NOON, often=1)
        ways = [Scene(name, left, inputs=inputs) for name, inputs in examples.ways.items()]
        said = () if channel is Channel.USSD else messages(left, examples, NOON)
        assert sum(1 for _ in walk.steps(chain([Scene("a known phone", left)], ways, said))) > 100
        assert list(walk.faults) == []


def test_a_line_to_a_service_that_is_off_leads_to_the_menu() -> None:
    phone = Phone(engine=engine(services=["register", "status"]), session=Session(language="id"))
    phone.dial()
    assert phone.say("1", "1", "1", "2").startswith("Pendaftaran belum selesai."), "a call back was asked for"
