"""What people write as an answer is read where it was asked, on every channel, and an option stays an option."""

import pytest
from support.phone import Phone

from bot.effects import SubmitRegistration
from bot.messages import Channel
from bot.session import Session

NIK = "3510995708900001"


def registered(*written: str, channel: Channel = Channel.SMS) -> SubmitRegistration:
    phone = Phone(session=Session(language="id"))
    for text in written:
        phone.write(text, channel)
    return next(effect for effect in phone.effects if isinstance(effect, SubmitRegistration))


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.WHATSAPP])
def test_a_registration_in_whole_sentences(channel: Channel) -> None:
    told = registered(
        "daftar",
        "setuju",
        "NIK saya 3510 9957 0890 0001 bu",
        "nama saya Hj. Siti Aminah, S.Pd",
        "saya tinggal di desa kembirtan kec genteng rt 2 rw 1",
        "1",
        "ya",
        channel=channel,
    )
    assert (str(told.nik), str(told.name), told.village) == (NIK, "SITI AMINAH", "35.10.09.2001")


def test_a_dialled_option_is_an_option_and_no_number_word() -> None:
    phone = Phone(session=Session(language="id"))
    phone.dial()
    phone.say("1", "satu")
    assert phone.screen.startswith("Salah, coba lagi.")
    phone.say("1", "1")
    assert "Belum punya KTP/KK" in phone.screen


def test_a_birth_date_of_two_digits_in_words() -> None:
    phone = Phone(session=Session(language="id"))
    phone.dial()
    phone.say("1", "1", "3510991708200004", "SITI", "kembiritan", "1", "2", "tujuh belas agustus tujuh lima")
    assert "lahir 17-08-1975" in phone.screen
