"""The engine and the talk together: what people write by SMS comes to the question that they meant, or to an offer."""

import random

import pytest
from support.phone import Phone

from bot.effects import KeepDraft
from bot.run import LOST
from bot.session import Session
from nlu.embedded import Embedded

NIK = "3510995708900001"
# What is written, in which language the talk is, and one of the sentences that may come (or a line of an offer).
WRITTEN = (
    ("sy mw dftr bansos", "id", "Setuju?"),
    ("bu gmn cara daftar pkh", "id", "Setuju?"),
    ("mau daftarkan mbah saya", "id", "Setuju?"),
    ("kapan cair bu", "id", "Uang bantuan:"),
    ("duit bantuane kok blm masuk ya min", "id", "Uang bantuan:"),
    ("tolong pak kapan cair", "id", "Uang bantuan:"),
    ("petugasnya minta duit", "id", "Lapor apa?"),
    ("uang saya dipotong rt 50rb", "id", "Lapor apa?"),
    ("syaratnya apa?", "id", "Siapkan KTP"),
    ("bawa apa aja klo petugas dateng", "id", "Siapkan KTP"),
    ("PKH itu apa", "id", "PKH: uang"),
    ("bansos apa saja yang ada", "id", "Siapa pun"),
    ("apakah saya boleh dapat bansos", "id", "Siapa pun"),
    ("kok saya dicoret padahal miskin", "id", "Sanggah apa?"),
    ("saya keberatan ditolak terus", "id", "Sanggah apa?"),
    ("pendaftaran sy sampe mana ya", "id", "Ketik 12 angka"),
    ("nama saya sudah terdaftar belum", "id", "Ketik 12 angka"),
    ("kapan agennya dateng", "id", "Ketik 12 angka"),
    ("petugas ini asli apa palsu bu", "id", "4 angka nomor agen"),
    ("nomor hp saya ganti", "id", "Ubah data"),
    ("jangan sms sy lagi", "id", "Berhenti menerima SMS?"),
    ("mau ngomong sama orang langsung", "id", "Kami telepon nomor ini"),
    ("sy gak punya hp android", "id", "Tidak punya HP Android"),
    ("siapa yg bisa lihat data saya", "id", "tidak dijual"),
    ("halo bu", "id", "Ada yang bisa dibantu?"),
    ("makasih ya bu", "id", "sama-sama"),
    ("mama minta pulsa", "id", "hanya melayani bansos"),
    ("harga cabe naik terus pak", "id", "hanya melayani bansos"),
    ("jalan depan rumah rusak parah", "id", "hanya melayani bansos"),
    ("piye carane daftar", "jv", "Setuju?"),
    ("dhuwite kapan mudhun", "jv", "Dhuwit bantuan"),
    ("petugase njaluk dhuwit", "jv", "Lapor apa?"),
    ("syarate opo wae", "jv", "Siyapake KTP"),
    ("kulo pengen ngomong karo petugas", "jv", "Kula telpon nomer iki"),
    ("sengko' terro daftar bansos", "mad", "Setuju?"),
    ("bila kalowar pessena", "mad", "Pesse bhantowan"),
    ("petugassa menta pesse", "mad", "Lapor ponapa?"),
    ("how do I register", "en", "Agree?"),
    ("when will I get the money", "en", "Aid money"),
    ("the officer asked me for money", "en", "Asked for money"),
    ("I want to talk to a person", "en", "call this number"),
    ("is this officer real", "en", "agent"),
)


def writing(understand: Embedded, language: str) -> Phone:
    phone = Phone(session=Session(language=language))
    phone.book.understand = lambda text: understand(text, language)
    return phone


@pytest.mark.parametrize(("text", "language", "screen"), WRITTEN)
def test_what_people_write_comes_to_what_they_meant(
    understand: Embedded, text: str, language: str, screen: str
) -> None:
    phone = writing(understand, language)
    assert screen in phone.write(text)
    assert not phone.effects


def test_a_talk_with_questions_in_between(understand: Embedded) -> None:
    phone = writing(understand, "id")
    assert "Setuju?" in phone.write("sy mw dftr bansos bu")
    assert "Siapkan KTP" in phone.write("syaratnya apa?")
    assert "Ketik NIK" in phone.write("iya setuju bu")
    assert "Uang bantuan" in phone.write("kapan cairnya ya bu")
    assert "Ketik nama" in phone.write(f"NIK sy {NIK}")
    assert "Ketik nama desa" in phone.write("nama saya siti aminah bu")
    assert "desa Kembiritan" in phone.write("ds kembirtan rt 2 rw 1") or "Pilih desa" in phone.screen


def test_a_number_in_a_wish_to_register_is_read_back(understand: Embedded) -> None:
    phone = writing(understand, "id")
    assert "Kurang: nama" in phone.write(f"NIK sy {NIK} mau daftar")
    assert all(isinstance(effect, KeepDraft) for effect in phone.effects)


@pytest.mark.parametrize("seed", range(5))
def test_nonsense_comes_to_a_person_and_to_an_end(understand: Embedded, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  It only has to be the same each time.
    phone = writing(understand, "id")
    for _ in range(25):
        phone.write(" ".join("".join(chance.choices("qwxzvjkpf", k=5)) for _ in range(3)))
    assert len(phone.pages) <= 6
    assert phone.session.talk.flow == LOST
    assert any("Petugas telepon saya" in page.body for page in phone.pages)
