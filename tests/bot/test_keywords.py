"""Keywords in four languages, with slips, glued numbers and any separator; a word never means two things."""

import pytest
from support.phone import ENGINE

from bot.keywords import Command, Keywords

KNOWN = ENGINE.keywords


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("DAFTAR#3510#", Command("register", "3510#")),
        ("reg3510", Command("register", "3510")),
        ("  Dafter / 351", Command("register", "351")),
        ("ndaftar", Command("register")),
        ("sign up", Command("register")),
        ("CEK 4721", Command("status", "4721")),
        ("stats", Command("status")),
        ("DHUWIT durung mudhun", Command("payment", "durung mudhun")),
        ("pesse", Command("payment")),
        ("data saya", Command("mydata")),
        ("Bukan saya!", Command("not_me")),
        ("TELEPON", Command("call")),
        ("STOP.", Command("stop")),
        ("ambu", Command("stop")),
        ("BAHASA JAWA", Command("language", "JAWA")),
        ("Daft\u00e1r", Command("register")),
        ("mau daftar", None),
        ("daftarkanlah3x ya", None),
        ("cekk", None),  # Too short for a slip: it might be anything.
        ("3510", None),
        ("", None),
        ("\u0000\ud83d\ude00", None),
    ],
)
def test_what_a_message_begins_with(text: str, command: Command | None) -> None:
    assert KNOWN.read(text) == command


@pytest.mark.parametrize(
    ("text", "meant"),
    [("YA", "yes"), ("ya.", "yes"), ("Enggi", "yes"), ("inggih!", "yes"), ("tdk", "no"), ("BHUNTEN", "no"),
     ("ya, benar", ""), ("", ""), ("jawa", "jv"), ("bukan saya", "not_me")],
)  # fmt: skip
def test_what_a_whole_message_means(text: str, meant: str) -> None:
    assert KNOWN.answer(text) == meant


def test_a_word_that_would_mean_two_things_is_refused() -> None:
    with pytest.raises(ValueError, match="'CEK' means status and agent"):
        Keywords({"status": ["cek"], "agent": ["CEK"]})


@pytest.mark.parametrize(
    "text", ["durung oleh dhuwit", "harus apa", "nanti saja", "ilang kartuku", "pulang dulu", "warung"]
)
def test_an_ordinary_word_is_no_keyword_with_a_slip(text: str) -> None:
    assert KNOWN.read(text) is None
