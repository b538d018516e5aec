"""Whatever is to be said, an SMS is one segment of the GSM alphabet."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot import gsm7
from bot.messages import Choice, Page, Reply
from sms.segments import fit

words = st.text(st.one_of(st.sampled_from("abc {}[]€\n\u2019â"), st.characters()), max_size=400)


@given(words, st.lists(st.builds(Choice, st.just("1"), words), max_size=3).map(tuple), st.booleans())
@settings(max_examples=300, deadline=None)
def test_one_segment_always(body: str, choices: tuple[Choice, ...], ends: bool) -> None:
    (page,) = fit()(Reply(body, choices, ends))
    assert gsm7.fits(page.body, 160)
    assert page.body.strip()
    assert (page.choices, page.ends) == ((), ends)


def test_what_fits_is_left_alone_and_options_are_lines() -> None:
    assert fit()(Reply("Loket: " + "a" * 153)) == [Page("Loket: " + "a" * 153)]
    assert fit()(Reply("Benar?", (Choice("1", "Ya"), Choice("2", "Tidak")))) == [Page("Benar?\n1 Ya\n2 Tidak")]


def test_what_is_too_long_is_cut_at_a_word() -> None:
    (page,) = fit()(Reply("satu dua " * 30))
    assert page.body.endswith(("satu...", "dua..."))
    assert len(page.body) > 150
    assert fit()(Reply("a" * 157 + " bb cc")) == [Page("a" * 157 + "...")]
    assert fit()(Reply("a" * 200)) == [Page("a" * 157 + "...")]
