"""By message people answer in words: what they meant is taken, and nothing that they did not mean."""

import pytest
from support.phone import NOON, WINDOWS, Phone, engine

from bot.effects import ChooseMessages, FileReport, SubmitRegistration
from bot.messages import Channel
from bot.session import Session
from bot.stages import Case, Stage

NIK = "3510995708900001"


def phone(*written: str, channel: Channel = Channel.SMS) -> Phone:
    answering = Phone(session=Session(language="id"))
    for text in written:
        answering.write(text, channel)
    return answering


@pytest.mark.parametrize(
    "text",
    ["1.", "1)", "#1", " 1 ", "pilih 1", "No. 1", "ketik 1", "satu", "siji", "1\ufe0f\u20e3", "Diminta uang",
     "DIMINTA UANG."],
)  # fmt: skip
def test_a_line_is_chosen_in_many_ways(text: str) -> None:
    assert "Mau disebut namanya?" in phone("lapor", text).screen


@pytest.mark.parametrize("text", ["0", "nol", "Kembali", "balik", "back"])
def test_the_way_back_has_words(text: str) -> None:
    assert "Lapor apa?" in phone("lapor", "1", text).screen


@pytest.mark.parametrize("text", ["1", "1.", "1 ya", "satu"])
def test_a_digit_without_a_question_is_the_menu_s(text: str) -> None:
    asked = phone("halo", text).screen
    assert ("Setuju?" in asked) or text == "1 ya"


@pytest.mark.parametrize("text", ["tidak", "no", "mboten", "batal"])
def test_who_does_not_agree_is_not_registered_for_their_family(text: str) -> None:
    assert "data tidak disimpan" in phone("daftar", text).screen


@pytest.mark.parametrize("text", ["tidak", "batal", "kembali"])
def test_who_does_not_want_to_stop_is_not_asked_to_delete(text: str) -> None:
    assert "hapus" not in phone("menu", "8", "5", text).screen


@pytest.mark.parametrize("text", ["tidak", "ya", "ora"])
def test_yes_and_no_say_nothing_of_whether_a_name_is_told(text: str) -> None:
    stays = phone("lapor", "1", text)
    assert stays.screen.startswith("Loket: Salah, coba lagi.\nMau disebut namanya?")


def test_no_special_help_is_no_help() -> None:
    before = phone("daftar", "1", NIK, "siti", "kembiritan", "ya", "ya", "1", "4", "4", "1")
    assert "Perlu bantuan khusus?" in before.screen
    before.write("tidak")
    assert [effect.value for effect in before.effects if getattr(effect, "detail", "") == "needs"] == ["none"]


@pytest.mark.parametrize(
    "text",
    ["Tolong diperiksa, agen Budi minta uang 50rb", "Uang 200rb dipotong pak", "agen 1234 minta uang",
     "Stop minta uang itu", "Info dari tetangga: dipotong", "bantuan saya dipotong RT 3", "no 5 belakang masjid"],
)  # fmt: skip
def test_what_is_told_may_begin_with_any_word(text: str) -> None:
    told = phone("lapor", "1", "1", "1", text)
    assert [effect.statement for effect in told.effects if isinstance(effect, FileReport)] == [text]
    assert not any(isinstance(effect, ChooseMessages) for effect in told.effects)


@pytest.mark.parametrize("name", ["Mulai", "Lara", "Menu Wati", "Rabi", "Asli", "Sake", "Tolong Mulyono"])
def test_a_name_may_be_a_keyword(name: str) -> None:
    registered = phone("daftar", "1", NIK, name, "kembiritan", "ya")
    assert [str(e.name) for e in registered.effects if isinstance(e, SubmitRegistration)] == [name.upper()]


@pytest.mark.parametrize(
    ("text", "screen"),
    [("STOP", "SMS dihentikan"), ("stop sms", "SMS dihentikan"), ("TELPON", "Kami telepon nomor ini"),
     ("menu", "Pendaftaran belum selesai"), ("bantu", "Ketik DAFTAR")],
)  # fmt: skip
def test_a_keyword_that_stands_alone_is_heard_where_a_name_is_asked(text: str, screen: str) -> None:
    assert screen in phone("daftar", "1", NIK, text).screen


def test_a_number_that_says_what_it_is_counts_in_the_menu() -> None:
    asked = phone("menu")
    asked.book.mine.append(Case("154437001442", "SITI", Stage.RECEIVED, NOON.date()))
    asked.book.nik4["154437001442"] = "0001"
    assert "4 angka terakhir NIK" in asked.write("1544-3700-1442")


def test_who_has_no_card_may_say_so_with_letters_and_then_by_the_line() -> None:
    lettered = phone("daftar", "1", "saya tidak punya KTP")
    assert "1 Tidak punya KTP/KK" in lettered.pages[-1].body
    assert "tetap bisa dibantu" in lettered.write("1")


def test_after_a_withdrawal_the_first_line_registers_the_person_again() -> None:
    calling = Phone(session=Session(language="id"))
    calling.book.own_phone = True
    calling.book.mine.append(Case("154437001442", "SITI", Stage.WITHDRAWN, NOON.date()))
    assert "1 Daftar bansos" in calling.dial()


def test_where_the_status_is_switched_off_its_number_is_no_answer() -> None:
    without = Phone(engine=engine(windows=WINDOWS, services=("register", "help")), session=Session(language="id"))
    without.write("menu")
    assert without.write("154437001442").startswith("Loket: Salah, coba lagi.")
