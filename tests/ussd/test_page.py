"""Whatever is to be said, every screen is within the operator's limit and nothing that can be chosen is lost."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import gsm7
from bot.messages import Choice, Page, Reply
from ussd.page import fit

BACK, MENU = Choice("0", "Kembali"), Choice("00", "Menu")
words = st.text(st.one_of(st.sampled_from("abc {}[]€\n\r\t\u2019â0123456789"), st.characters()), max_size=220)
keys = st.from_regex(r"[0-9]{1,2}", fullmatch=True)
choices = st.lists(st.builds(Choice, keys, words), max_size=12).map(tuple)
replies = st.builds(Reply, words, choices, st.booleans(), st.builds(Choice, st.just("9"), words))


@given(replies, st.integers(80, 182), st.integers(0, 8))
@settings(max_examples=400, deadline=None)
def test_no_page_is_over_the_limit_or_empty(reply: Reply, limit: int, prefix: int) -> None:
    pages = fit(limit, prefix)(reply)
    for page in pages:
        assert gsm7.septets(page.body) + prefix <= limit
        assert page.body.strip()
        assert page.choices == ()
    assert [page.ends for page in pages] == [False] * (len(pages) - 1) + [reply.ends]


@given(replies)
@settings(max_examples=400, deadline=None)
def test_nothing_is_lost(reply: Reply) -> None:
    said = _squeezed("\n".join(page.body for page in fit()(reply)))
    for choice in reply.choices:
        assert _squeezed(gsm7.plain(f"{choice.key} {choice.label}")).strip()[:20] in said
    for word in gsm7.plain(reply.body).split():
        assert word in said or len(word) > 60


@given(
    st.builds(Reply, words, st.lists(st.builds(Choice, keys, st.text("abc de", max_size=30)), max_size=12).map(tuple))
)
@settings(deadline=None)
def test_every_page_but_the_last_ends_with_the_way_on(reply: Reply) -> None:
    *before, last = fit()(reply)
    assert all(page.body.endswith("\n9 Lanjut") for page in before)
    assert not last.body.endswith("\n9 Lanjut")


def test_what_fits_stays_on_one_page() -> None:
    eight = tuple(Choice(str(n), "Desa") for n in range(1, 9))
    assert fit()(Reply("Pilih:", eight, ends=True)) == [
        Page("Pilih:\n" + "\n".join(f"{n} Desa" for n in range(1, 9)), ends=True)
    ]
    assert fit()(Reply("a" * 156)) == [Page("a" * 156)]
    assert len(fit()(Reply("a" * 157))) == 2
    assert len(fit(prefix=0)(Reply("a" * 160))) == 1


def test_many_options_go_to_several_pages_with_the_way_back_on_each() -> None:
    villages = tuple(Choice(str(n), f"Desa {n}") for n in range(1, 9))
    first, second = fit()(Reply("Pilih desa:", (*villages, BACK), more=Choice("9", "Terus")))
    assert first.body == "Pilih desa:\n1 Desa 1\n2 Desa 2\n3 Desa 3\n4 Desa 4\n0 Kembali\n9 Terus"
    assert second.body == "5 Desa 5\n6 Desa 6\n7 Desa 7\n8 Desa 8\n0 Kembali"


@given(st.text("abc def\n", max_size=400), st.integers(0, 11))
@settings(deadline=None)
def test_six_lines_to_choose_from_at_most_and_back_on_every_page(body: str, count: int) -> None:
    options = tuple(Choice(str(n + 10), "Desa Kebaman/Srono") for n in range(count))
    pages = fit()(Reply(body, (*options, BACK, MENU)))
    for page in pages:
        lines = page.body.split("\n")
        assert "0 Kembali" in lines
        assert "00 Menu" in lines
        chosen = sum(re.match(r"\d{1,2} ", line) is not None for line in lines)
        assert chosen <= (8 if len(pages) == 1 else 6)


def test_an_option_of_its_own_called_nine_waits_for_the_last_page() -> None:
    """Before that, nine means: go on reading."""
    villages = [Choice(str(n), f"Sumberkencono/Wongsorejo {n}") for n in range(1, 8)]
    *before, last = fit()(Reply("Pilih desa:", (villages[0], Choice("9", "Lainnya"), *villages[1:], BACK)))
    assert before
    assert not any("9 Lainnya" in page.body for page in before)
    assert last.body.count("9 Lainnya") == 1


def test_a_word_without_an_end_fills_its_pages_to_the_last_septet() -> None:
    first, second, third = fit()(Reply("a" * 400, (BACK,)))
    assert len(first.body) == len(second.body) == 156
    assert third.body.endswith("a\n0 Kembali")


def test_an_option_is_not_broken_in_the_middle_of_its_line() -> None:
    options = tuple(Choice(str(n), "Kelurahan Gunung Samarinda Baru") for n in range(1, 9))
    lines = [line for page in fit()(Reply("Pilih desa:", options)) for line in page.body.split("\n")]
    assert [line for line in lines if "Kelurahan" in line] == [f"{c.key} {c.label}" for c in options]


def test_long_words_at_the_end_of_a_talk_need_the_next_page_first() -> None:
    first, second = fit()(Reply("Terima kasih. " * 15, ends=True))
    assert (first.ends, second.ends) == (False, True)
    assert not first.body.startswith(" ")
    assert first.body.removesuffix("\n9 Lanjut").endswith(("Terima", "kasih."))


def test_a_screen_that_could_say_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="60 septets"):
        fit(60, 4)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)
