"""Every sentence that is sent without being asked for has an event that sends it, once, where and how it must."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from support.databases import Factory, each_database
from support.office import Office

from bot import gsm7, notices
from bot.messages import Text
from loket.config import ROOT
from store.rights import Rights

__all__ = ["each_database"]

TEXTS = yaml.load((ROOT / "data" / "texts" / "id.yml").read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  Strings.
LONGEST = yaml.load((ROOT / "data" / "placeholders.yml").read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
EVENTS = sorted(key for key in TEXTS if key.startswith("evt.") and not key.endswith(".no_reply"))
PUSHED = ["ag.new_ticket", "ag.new_tickets", "ag.sla_warning", "ag.due_soon", "ag.due_several", "ag.visit_changed"]
# What names a programme, an amount or a reason needs a phone that its owner has called their own.
TELLING = {"prog", "amt", "reason"}


def sent_by(folder: str) -> dict[str, set[Path]]:
    """In which files each sentence stands, as a string of the code and not in a comment or a docstring."""
    found: dict[str, set[Path]] = {}
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.fullmatch(r"(evt|ag)\.\w+", node.value)
            ):
                found.setdefault(node.value, set()).add(path)
    return found


SENDERS = {key: files for folder in ("store", "loket") for key, files in sent_by(folder).items()}


@pytest.mark.parametrize("sentence", [*EVENTS, *PUSHED])
def test_an_event_sends_it(sentence: str) -> None:
    """The tests of each event say that it comes once, and when."""
    assert SENDERS.get(sentence), f"nobody sends {sentence}"


@pytest.mark.parametrize("sentence", EVENTS)
def test_what_tells_of_money_or_a_decision_is_sent_where_the_phone_is_asked_for(sentence: str) -> None:
    said = set(re.findall(r"\{(\w+)\}", TEXTS[sentence]["text"]))
    if said & TELLING:
        assert any("own_phone" in path.read_text("utf-8") for path in SENDERS[sentence]), sentence


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    yield office
    office.close()


def test_each_comes_once_as_one_sms_and_can_be_asked_about(office: Office) -> None:
    """With the longest values; whoever dials menu 8 hears that it was ours, and what it was about."""
    ref = office.register()
    office.work(minutes=1)
    contact = str(office.row("registrations")["contact_id"])
    rights = Rights(office.service.database, office.sealer, str)
    for sentence in [*EVENTS, *PUSHED]:
        office.clock.wait(seconds=1)
        office.gateway.sent.clear()
        for _ in range(2):
            with office.service.database.write() as connection:
                text = Text(sentence, dict(LONGEST))
                office.service.messages.post(connection, contact, text, f"walk:{sentence}", ref, office.clock())
        office.work()
        (message,) = office.gateway.sent
        assert gsm7.fits(message.body), sentence
        last = rights.last_sent(contact, ref)
        assert last is not None
        assert (last.about, last.at) == (notices.about(sentence), int(office.clock().timestamp())), sentence
