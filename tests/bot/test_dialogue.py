"""What of a message is new."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.dialogue import Closed, Dial, Lost, News, Repeat, Typed, identity, news, spoken
from bot.messages import Channel, Inbound, OneInput, Page, SessionEvent
from bot.session import Dialogue

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
PAGE, LAST = Page("Pilih:"), Page("Selesai.", ends=True)


def heard(
    known: Dialogue | None, transcript: str | None, id: str = "s1", text: str = "", event: str = "resume"
) -> News:
    return news(known, Inbound("m", Channel.USSD, "at", "+62", text, SessionEvent(event), NOW, id, transcript))


def known(transcript: str | None, page: Page = PAGE, gateway: str = "at") -> Dialogue:
    return Dialogue(gateway, "s1", transcript, page)


@pytest.mark.parametrize(
    ("before", "transcript", "expected"),
    [
        (None, "", Dial()),
        (None, "1*2", Lost(("1", "2"), restart=False)),
        (known(""), "", Repeat(PAGE)),
        (known(""), "1", Typed("1")),
        (known(""), "1*2", Typed("1*2")),  # A person may type a star on the very first screen.
        (known("1"), "1", Repeat(PAGE)),
        (known("1"), "1*2", Typed("2")),
        (known("1"), "1*2*3", Typed("2*3")),
        (known("1"), "1*", Typed("")),
        (known("1"), "1**", Typed("*")),
        (known("1"), "12", Lost(("12",), restart=True)),
        (known("1*2"), "1", Lost(("1",), restart=True)),
        (known("1*2"), "", Dial()),
        (known("1*2"), "3*4", Lost(("3", "4"), restart=True)),
        (known("1", LAST), "1", Repeat(LAST)),
        (known("1", LAST), "1*2", Typed("2")),  # Behind the end: never read from the start again.
        (known("1", gateway="other"), "1*2", Lost(("1", "2"), restart=False)),
    ],
)
def test_a_transcript_is_compared_with_the_one_before(before: Dialogue | None, transcript: str, expected: News) -> None:
    assert heard(before, transcript) == expected


def test_another_dialogue_knows_nothing_of_this_one() -> None:
    assert heard(known("1"), "1*2", id="s2") == Lost(("1", "2"), restart=False)
    assert heard(known("1"), "", id="s2") == Dial()


def test_a_gateway_without_transcripts_sends_what_was_typed() -> None:
    assert heard(None, None, event="new") == Dial()
    assert heard(None, None, text="8", event="new") == Typed("8")
    assert heard(known(None), None, text="8") == Typed("8")


def test_a_line_is_closed_whether_it_is_known_or_not() -> None:
    assert heard(known("1"), None, event="close") == Closed(known=True)
    assert heard(known("1"), None, id="s2", event="close") == Closed(known=False)
    assert heard(None, None, event="close") == Closed(known=False)


def one(known: Dialogue | None, text: str, id: str = "m", after: float = 0, event: str = "resume", **said: Any) -> News:
    """A message of a gateway that sends one input a turn, `after` seconds."""
    inbound = Inbound(
        id, Channel.USSD, "at", "+62", text, SessionEvent(event), NOW + timedelta(seconds=after), "s1",
        one_input=OneInput(**said),
    )  # fmt: skip
    return news(known, inbound)


def was(id: str, page: Page = PAGE, binding: bool = False) -> Dialogue:
    inbound = Inbound(id, Channel.USSD, "at", "+62", "", SessionEvent.RESUME, NOW, "s1", one_input=OneInput())
    return spoken(inbound, page, binding)


def test_one_input_without_a_number_is_a_repeat_for_a_moment_only() -> None:
    assert one(was("m"), "1", after=2) == Repeat(PAGE)
    assert one(was("m"), "1", after=2.1) == Typed("1")
    assert one(was("other"), "1") == Typed("1")
    assert one(was("m"), "1", window=0) == Typed("1")
    assert one(was("m"), "1", numbered=True) == Typed("1")  # Its id tells, and the inbox has it.


def test_where_an_agreement_is_asked_for_the_moment_is_longer() -> None:
    assert one(was("m", binding=True), "1", after=5) == Repeat(PAGE)
    assert one(was("m", binding=True), "1", after=5.1) == Typed("1")
    assert one(was("m", binding=True), "1", after=1, window=0) == Typed("1")


def test_an_input_that_answers_no_known_screen_answers_none() -> None:
    assert one(None, "1") == Dial()
    assert one(was("m"), "1", after=601) == Dial()
    assert one(was("m"), "1", after=599) == Typed("1")


def test_what_may_be_a_beginning_is_one_where_nothing_is_open() -> None:
    assert one(None, "", event="new", otherwise="1") == Dial()
    assert one(None, "8*1", event="new", otherwise="123*8*1") == Lost(("8", "1"), restart=False)
    assert one(was("x"), "", event="new", otherwise="1") == Typed("1")
    assert one(was("x", LAST), "", event="new", otherwise="1") == Dial()
    assert one(was("x"), "", event="new") == Dial()  # It says so itself.


def test_the_same_input_again_is_another_turn_and_twice_at_once_is_one() -> None:
    message = Inbound("m", Channel.USSD, "at", "+62", "1", SessionEvent.RESUME, NOW, "s1", one_input=OneInput())
    assert identity(message, 4) == identity(message, 4) != identity(message, 5)
    numbered = replace(message, one_input=OneInput(numbered=True))
    assert identity(numbered, 4) == identity(numbered, 5) == "m"
    assert identity(replace(message, one_input=None), 4) == "m"


@pytest.mark.parametrize("known", [None, was("m"), was("x")])
def test_a_close_closes_what_is_known(known: Dialogue | None) -> None:
    assert one(known, "", event="close") == Closed(known is not None)
