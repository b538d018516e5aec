"""What led to nothing is left for those who extend the examples: masked, once, and only if it really led to nothing."""

from dataclasses import dataclass
from datetime import date

import pytest
from support.phone import Phone

from bot.effects import NotUnderstood
from bot.meaning import Meaning, Outcome
from bot.messages import Channel
from bot.run import MEANT
from bot.session import Session

WRITTEN = (Channel.SMS, Channel.WHATSAPP)
NIK = "3510995708900001"


@dataclass
class Engine:
    """Understands everything in the same way, and masks it."""

    outcome: Outcome = Outcome.FALLBACK
    top: tuple[str, ...] = ("check_payment", "check_status")
    masking: bool = True

    def __call__(self, text: str) -> Meaning:
        top = tuple((intent, 0.4) for intent in self.top)
        masked = f"[{text}]" if self.masking and self.outcome is not Outcome.ACT else ""
        return Meaning("jv", self.top[0], 0.4, top, self.outcome, masked=masked)


def phone(*written: str, channel: Channel = Channel.SMS, outcome: Outcome = Outcome.FALLBACK, **more: bool) -> Phone:
    answering = Phone(session=Session(language="id"))
    answering.book.understand = Engine(outcome, **more)
    for text in written:
        answering.write(text, channel)
    return answering


def left(answering: Phone) -> list[str]:
    return [effect.text for effect in answering.effects if isinstance(effect, NotUnderstood)]


@pytest.mark.parametrize("channel", WRITTEN)
def test_what_leads_to_nothing_is_left_with_its_day_and_what_it_seemed_to_mean(channel: Channel) -> None:
    answering = phone("kata apa saja", channel=channel)
    (effect,) = [effect for effect in answering.effects if isinstance(effect, NotUnderstood)]
    today = date.fromisoformat(f"{answering.now:%Y-%m-%d}")
    assert effect == NotUnderstood("[kata apa saja]", "jv", "check_payment", 0.4, today)
    assert "kata" not in repr(effect)


@pytest.mark.parametrize("channel", WRITTEN)
def test_what_is_understood_leaves_nothing(channel: Channel) -> None:
    assert left(phone("kapan cair bu", channel=channel, outcome=Outcome.ACT)) == []


def test_where_nothing_is_to_be_kept_nothing_is() -> None:
    assert left(phone("kata apa saja", "kata lain lagi", masking=False)) == []
    assert left(phone("kata apa saja", "menu", outcome=Outcome.OFFER, masking=False)) == []


@pytest.mark.parametrize("channel", WRITTEN)
def test_of_an_offer_nothing_is_left_while_it_is_open_or_when_something_is_chosen(channel: Channel) -> None:
    answering = phone("kata apa saja", channel=channel, outcome=Outcome.OFFER)
    assert answering.session.talk.flow == MEANT
    assert left(answering) == []
    answering.write("1", channel)
    assert answering.session.talk.flow == "payment"
    answering.write("menu", channel)
    assert left(answering) == []


@pytest.mark.parametrize("after", ["menu", "daftar", "3", "kata lain lagi"])
def test_of_an_offer_of_which_nothing_is_chosen_the_message_is_left_once(after: str) -> None:
    answering = phone("kata apa saja", outcome=Outcome.OFFER)
    answering.book.understand = Engine(Outcome.ACT, ("register",))
    answering.write(after)
    answering.write("menu")
    assert left(answering).count("[kata apa saja]") == 1


def test_an_offer_is_left_behind_by_a_call_too() -> None:
    answering = phone("kata apa saja", outcome=Outcome.OFFER)
    answering.dial()
    assert left(answering) == ["[kata apa saja]"]


def test_two_unclear_messages_are_two() -> None:
    answering = phone("kata apa saja", "kata lain lagi", "menu", outcome=Outcome.OFFER)
    assert sorted(left(answering)) == ["[kata apa saja]", "[kata lain lagi]"]


def test_whoever_goes_back_to_the_open_question_has_chosen_nothing() -> None:
    answering = phone("daftar")
    answering.book.understand = Engine(Outcome.OFFER)
    answering.write("kata apa saja")
    assert answering.session.talk.flow == MEANT
    answering.write("0")
    assert answering.session.talk.flow == "register"
    assert left(answering) == ["[kata apa saja]"]


@pytest.mark.parametrize("channel", WRITTEN)
@pytest.mark.parametrize("outcome", [Outcome.FALLBACK, Outcome.OFFER])
@pytest.mark.parametrize("start", [("daftar", "1"), ("daftar", "1", NIK), ("daftar", "1", NIK, "siti")])
def test_what_should_have_answered_a_question_about_a_person_is_not_left(
    start: tuple[str, ...], outcome: Outcome, channel: Channel
) -> None:
    answering = phone(*start, channel=channel)
    before = len(left(answering))
    answering.book.understand = Engine(outcome)
    answering.write("qz xw! vorquelith 12", channel)
    answering.write("qz xw! vorquelith 13", channel)
    answering.write("menu", channel)
    assert len(left(answering)) == before
