"""Whatever is to be said on WhatsApp, no message is too long, and everything that can be chosen can be chosen."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages import Choice, Page, Reply
from whatsapp.buttons import BODY, BUTTON, BUTTONS, DETAIL, ROW, ROWS, Kind, fit, shown

words = st.text(st.one_of(st.sampled_from("abc \n0123456789"), st.characters(codec="utf-8")), max_size=1500)
labels = st.text(st.sampled_from("abc de\u00e9\n"), min_size=1, max_size=90)
choices = st.lists(st.builds(Choice, st.from_regex(r"[0-9]{1,2}", fullmatch=True), labels), max_size=14).map(tuple)
replies = st.builds(Reply, words, choices, st.booleans())


def squeezed(text: str) -> str:
    return "".join(text.split())


@given(replies)
@settings(max_examples=300, deadline=None)
def test_no_message_is_too_long_and_nothing_is_lost(reply: Reply) -> None:
    pages = fit()(reply)
    assert all(0 < len(page.body) <= BODY for page in pages)
    assert [page.ends for page in pages] == [False] * (len(pages) - 1) + [reply.ends]
    assert all(page.choices[-1] == reply.more for page in pages[:-1])
    said = squeezed("".join(page.body.removesuffix("9 Lanjut") for page in pages[:-1]) + pages[-1].body)
    for choice in reply.choices:
        assert squeezed(f"{choice.key} {choice.label}") in said
        assert choice in [kept for page in pages for kept in page.choices]
    assert squeezed(reply.body) in said or not reply.body.split()


@given(replies)
@settings(max_examples=300, deadline=None)
def test_what_can_be_pressed_is_within_the_limits_and_stands_for_every_line(reply: Reply) -> None:
    for page in fit()(reply):
        kind, body, pressed = shown(page.body, page.choices)
        if kind is Kind.NUMBERS:
            assert (body, pressed) == (page.body, ())
            continue
        most, room = (BUTTONS, BUTTON) if kind is Kind.BUTTONS else (ROWS, ROW)
        assert 0 < len(pressed) <= most
        assert [choice.key for choice in pressed] == [choice.key for choice in page.choices]
        assert all(0 < len(choice.label) <= room and len(choice.detail) <= DETAIL for choice in pressed)
        assert len({choice.label for choice in pressed}) == len(pressed)
        assert body
        for choice in page.choices:
            assert any(squeezed(choice.label) in (squeezed(p.label), squeezed(p.detail)) for p in pressed)


def question(*labels: str) -> Page:
    (page,) = fit()(Reply("Pilih:", tuple(Choice(str(n), label) for n, label in enumerate(labels, 1))))
    return page


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (("Ya", "Tidak"), Kind.BUTTONS),
        (("a" * 20, "Tidak", "Kembali"), Kind.BUTTONS),
        (("a" * 21, "Tidak", "Kembali"), Kind.LIST),
        (("Ya", "Tidak", "Ubah", "Kembali"), Kind.LIST),
        (tuple("abcdefghij"), Kind.LIST),
        (tuple("abcdefghijk"), Kind.NUMBERS),
        (("Ya", "Ya"), Kind.NUMBERS),
        (("Ubah nomor telepon yang terdaftar", "Tidak"), Kind.LIST),
        (("x" * 73, "Tidak"), Kind.NUMBERS),
        ((), Kind.NUMBERS),
    ],
)
def test_up_to_three_are_buttons_up_to_ten_a_list(labels: tuple[str, ...], kind: Kind) -> None:
    page = question(*labels)
    assert shown(page.body, page.choices).kind is kind


def test_the_numbers_leave_the_words_where_something_can_be_pressed() -> None:
    page = question("Ya", "Tidak")
    assert page.body == "Pilih:\n1 Ya\n2 Tidak"  # Complete in itself: for a phone without buttons.
    assert shown(page.body, page.choices) == (Kind.BUTTONS, "Pilih:", page.choices)


def test_a_long_label_is_cut_at_a_word_and_stands_whole_below() -> None:
    page = question("Ubah nomor telepon yang terdaftar", "Tidak")
    first = shown(page.body, page.choices).choices[0]
    assert (first.label, first.detail) == ("Ubah nomor telepon..", "Ubah nomor telepon yang terdaftar")


def test_what_nine_means_comes_last_of_all() -> None:
    reply = Reply("kata " * 300, (Choice("9", "Bukan semua itu"), Choice("0", "Kembali")))
    first, last = fit()(reply)
    assert first.choices == (Choice("9", "Lanjut"),)
    assert last.choices == (Choice("0", "Kembali"), Choice("9", "Bukan semua itu"))
