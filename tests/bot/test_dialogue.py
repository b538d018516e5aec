"""What of a message is new."""

from datetime import UTC, datetime

import pytest

from bot.dialogue import Closed, Dial, Lost, News, Repeat, Typed, news
from bot.messages import Channel, Inbound, Page, SessionEvent
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
