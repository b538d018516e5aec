"""Own words: a guess opens a question and decides nothing, and what is unclear ends at numbers and a person."""

import random
from dataclasses import dataclass, field

import pytest
from support.phone import Phone

from bot.effects import ChooseMessages, FileReport, KeepDraft, SpeakLanguage
from bot.meaning import Entity, Meaning, Outcome
from bot.messages import Channel
from bot.run import LOST, STUCK
from bot.session import Session, dumps
from bot.stages import Case, Stage
from bot.understanding import INTENTS, PROGRAMS

NIK = "3510995708900001"
WRITTEN = (Channel.SMS, Channel.WHATSAPP)
PERSON = ("Petugas telepon saya", "TELPON")


@dataclass
class Understanding:
    """What is understood, message by message, and how often it was asked."""

    meaning: Meaning | None = None
    asked: list[str] = field(default_factory=list)

    def __call__(self, text: str) -> Meaning | None:
        self.asked.append(text)
        return self.meaning


def means(outcome: Outcome, *intents: str, language: str = "id", chance: float = 0.9, **entities: str) -> Meaning:
    named = tuple(Entity(kind, value) for kind, value in entities.items())
    return Meaning(language, intents[0], chance, tuple((intent, chance) for intent in intents), outcome, named)


def act(intent: str, language: str = "id", chance: float = 0.9, **entities: str) -> Meaning:
    return means(Outcome.ACT, intent, language=language, chance=chance, **entities)


def phone(*written: str, language: str = "id", channel: Channel = Channel.SMS) -> tuple[Phone, Understanding]:
    understanding = Understanding()
    answering = Phone(session=Session(language=language))
    answering.book.understand = understanding
    for text in written:
        answering.write(text, channel)
    return answering, understanding


STARTS: dict[str, tuple[str, ...]] = {
    "at rest": (),
    "the menu": ("menu",),
    "a consent": ("daftar",),
    "a number": ("daftar", "1"),
    "a village": ("daftar", "1", NIK, "siti"),
    "a summary": ("daftar", "1", NIK, "siti", "kembiritan", "ya"),
    "a report": ("lapor", "1"),
    "an objection": ("sanggah",),
    "help": ("menu", "8"),
    "stopping": ("menu", "8", "5"),
    "money": ("bayar",),
}


@pytest.mark.parametrize("channel", WRITTEN)
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("intent", INTENTS)
def test_no_guess_causes_anything(intent: str, start: str, channel: Channel) -> None:
    writing, understanding = phone(*STARTS[start], channel=channel)
    before = len(writing.effects)
    understanding.meaning = act(intent, document="KKS", life_event="death", phone_number="+6281200001111")
    writing.write("kata kata bebas saja!", channel)
    assert understanding.asked
    assert writing.effects[before:] == []


@pytest.mark.parametrize("channel", WRITTEN)
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("seed", range(6))
def test_nonsense_ends_at_a_person_and_then_in_silence(seed: int, start: str, channel: Channel) -> None:
    chance = random.Random(seed)  # noqa: S311  It only has to be the same each time.
    vague = [
        means(Outcome.FALLBACK, "out_of_scope"),
        means(Outcome.OFFER, "check_status", "register", "stop"),
        means(Outcome.OFFER, "inform", "affirm", "deny"),
        act("out_of_scope"),
        act("inform"),
        act("affirm"),
        None,
    ]
    writing, understanding = phone(*STARTS[start], channel=channel)
    first = len(writing.pages)
    for number in range(20):
        understanding.meaning = chance.choice(vague)
        writing.write(f"qwx {'zxq ' * number}!", channel)
    said = [page.body for page in writing.pages[first:]]
    assert 0 < len(said) <= 6, said
    assert any(words in body for body in said for words in PERSON)
    assert len({*said[-2:]}) == 2, "the same is said again"
    assert writing.session.talk.flow in (LOST, STUCK)
    assert "Kami telepon" in writing.write("telpon", channel), "a word that is known counts at once"


@pytest.mark.parametrize("flow", [LOST, STUCK])
def test_behind_the_silence_the_lines_still_count(flow: str) -> None:
    writing, understanding = phone(*(() if flow == LOST else STARTS["a village"]))
    understanding.meaning = means(Outcome.FALLBACK, "out_of_scope")
    for text in ("qwx zxq!", "zxq qwx!", "qwx qwx!", "zxq zxq!", "qwx!"):
        writing.write(text)
    assert writing.session.talk.flow == flow
    assert "Petugas menelepon" in writing.write("3" if flow == LOST else "1")


def test_nothing_of_a_text_is_kept() -> None:
    writing, understanding = phone()
    for meaning in (
        None,
        means(Outcome.OFFER, "stop", "register"),
        means(Outcome.FALLBACK, "inform"),
        *map(act, INTENTS),
    ):
        understanding.meaning = meaning
        for text in ("rahasiaku", "rahasiaku sekali", "tolong rahasiaku sekali"):
            writing.write(text)
            assert b"rahasia" not in dumps(writing.session)
    assert "rahasiaku" in understanding.asked
    assert not any("rahasia" in repr(effect) for effect in writing.effects)


@pytest.mark.parametrize("text", ["daftar", "1", NIK, "ya", "stop", "cek 154437001442", "12345", "batal", "telpon"])
def test_what_says_itself_is_not_guessed_at(text: str) -> None:
    writing, understanding = phone()
    understanding.meaning = act("out_of_scope")
    writing.write(text)
    assert understanding.asked == []


def test_nobody_is_guessed_at_who_dials() -> None:
    dialling, understanding = phone()
    dialling.dial()
    dialling.say("kapan cair", "1", "kapan cair bu")
    assert understanding.asked == []


@pytest.mark.parametrize("channel", WRITTEN)
def test_without_an_engine_it_is_as_without_words(channel: Channel) -> None:
    writing, _ = phone("lihat nanti saja", channel=channel)
    assert ("belum kami pahami" in writing.screen) == (channel is Channel.SMS)
    assert "Setuju?" in writing.write("1", channel) or channel is Channel.WHATSAPP


@pytest.mark.parametrize(
    ("text", "meaning", "screen"),
    [
        ("tolong pak kapan cair", act("check_payment"), "Uang bantuan:"),
        ("uang saya dipotong petugas", act("report_misuse"), "Lapor apa?"),
        ("stop minta uang itu petugas", act("report_misuse"), "Lapor apa?"),
        ("daftar bansos syaratnya apa aja", act("ask_requirements"), "Siapkan KTP dan KK"),
        (f"kapan cair bu nik saya {NIK}", act("check_payment"), "Uang bantuan:"),
        ("lapor saya diminta uang", act("report_misuse"), "Lapor apa?"),
        ("jangan sms aku lagi", act("stop"), "Berhenti menerima SMS?"),
        ("kartu kks ku ilang", act("report_lost_document", document="KKS"), "Masalah kartu:"),
        ("ktp saya hilang", act("report_lost_document", document="KTP"), "Kami telepon nomor ini"),
        ("pindah ke desa lain", act("report_life_event", life_event="move_out"), "Ketik 12 angka"),
        ("apa data saya dijual", act("privacy"), "tidak dijual"),
        ("mau bahasa lain dong", act("change_language"), "Pilih bahasa"),
        ("bapak saya meninggal kemarin", act("report_life_event", life_event="death"), "Ketik 12 angka"),
        ("petugas 4821 ini asli gak", act("verify_agent"), "nomor 4821 BUKAN agen"),
        ("apa itu bpnt bu", act("ask_programs", program="BPNT"), "BPNT/Sembako"),
    ],
)
def test_what_words_lead_to(text: str, meaning: Meaning, screen: str) -> None:
    writing, understanding = phone()
    understanding.meaning = meaning
    assert screen in writing.write(text)


def test_a_number_in_the_words_is_the_case_s() -> None:
    writing, understanding = phone()
    writing.book.mine.append(Case("154437001442", "SITI", Stage.RECEIVED, writing.now.date()))
    writing.book.nik4["154437001442"] = "0001"
    writing.book.own_phone = True
    understanding.meaning = act("check_status", reference="154437001442")
    assert "SITI: sudah diterima" in writing.write("gimana ini punya saya yang 1544 3700 1442 kok lama")


def test_several_answers_in_one_sentence_are_read_back_before_they_count() -> None:
    writing, understanding = phone()
    understanding.meaning = act("register", nik=NIK, place="kembiritan")
    screen = writing.write(f"sy mw daftar pkh bu, nama siti aminah, NIK sy {NIK} desa kembiritan")
    assert "SITI AMINAH, NIK ..0001, desa Kembiritan" in screen
    assert "setuju" in screen
    assert not [effect for effect in writing.effects if not isinstance(effect, KeepDraft)]


@pytest.mark.parametrize("code", PROGRAMS)
def test_a_programme_is_explained_in_the_middle_of_a_talk(code: str) -> None:
    writing, understanding = phone("daftar", "1", channel=Channel.WHATSAPP)
    understanding.meaning = act("ask_programs", program=code.upper())
    screen = writing.write("itu apa sih bu?", Channel.WHATSAPP)
    assert code.upper() in screen.upper()
    assert "Ketik *NIK*" in screen
    assert "Ketik nama" in writing.write(NIK, Channel.WHATSAPP)


@pytest.mark.parametrize("answer", ["9", NIK])
def test_what_does_not_fit_into_one_sms_comes_in_the_next_and_need_not_be_read(answer: str) -> None:
    writing, understanding = phone("daftar", "1")
    understanding.meaning = act("ask_requirements")
    screen = writing.write("syaratnya apa aja bu")
    assert "Siapkan KTP" in screen
    assert screen.endswith("9 Lanjut")
    assert ("Ketik NIK" if answer == "9" else "Ketik nama") in writing.write(answer)


@pytest.mark.parametrize(
    ("text", "chance", "asked"),
    [
        ("PKH itu apa", 0.9, True),
        ("PKH itu apa", 0.7, False),  # Not sure enough: it may be a name.
        ("Siti Aminah", 0.99, False),
        ("Apakah", 0.99, False),
    ],
)
def test_only_a_sure_question_is_heard_where_a_name_is_asked(text: str, chance: float, asked: bool) -> None:
    writing, understanding = phone("daftar", "1", NIK)
    understanding.meaning = act("ask_programs", chance=chance)
    assert ("PKH: uang" in writing.write(text)) == asked


@pytest.mark.parametrize("text", ["petugas minta uang berapa kali?", "bicara apa saja", "kapan cair bu?"])
def test_what_somebody_tells_is_never_taken_for_a_question(text: str) -> None:
    writing, understanding = phone("lapor", "1", "1", "1")
    understanding.meaning = act("ask_requirements", chance=1.0)
    writing.write(text)
    assert [effect.statement for effect in writing.effects if isinstance(effect, FileReport)] == [text]
    assert understanding.asked == []


def test_the_stopping_of_messages_is_confirmed_where_it_was_guessed() -> None:
    writing, understanding = phone()
    understanding.meaning = act("stop")
    writing.write("gak usah kirim lagi ya")
    assert not any(isinstance(effect, ChooseMessages) for effect in writing.effects)
    writing.write("ya")
    assert any(isinstance(effect, ChooseMessages) for effect in writing.effects)


@pytest.mark.parametrize("texts", [("piye statusku saiki iki",), ("oleh piro", "durung oleh")])
def test_a_language_is_offered_once_and_never_changed_by_itself(texts: tuple[str, ...]) -> None:
    writing, understanding = phone()
    understanding.meaning = act("check_payment", language="jv")
    for text in texts:
        writing.write(text)
    assert writing.screen.endswith("Ganti ke Basa Jawa?\n1 Ya\n2 Tidak\n0 Menu")
    assert writing.session.language == "id"
    assert "Uang bantuan:" in writing.write("2")
    assert "Uang bantuan:" in writing.write("durung oleh dhuwit piye iki")


def test_who_wants_the_other_language_goes_on_in_it() -> None:
    writing, understanding = phone()
    understanding.meaning = act("check_payment", language="jv")
    writing.write("piye dhuwitku durung mudhun")
    assert "Dhuwit bantuan" in writing.write("iyo")
    assert [effect.language for effect in writing.effects if isinstance(effect, SpeakLanguage)] == ["jv"]


@pytest.mark.parametrize(("text", "screen"), [("8 1", "Kami telepon"), ("8,2", "Siapa pun"), ("1 1 1", "Setuju?")])
def test_several_lines_at_once_lead_on_but_agree_to_nothing(text: str, screen: str) -> None:
    for writing, _ in (phone(), phone("menu")):
        assert screen in writing.write(text)
        assert not writing.effects


@pytest.mark.parametrize("language", ["id", "jv", "mad", "en"])
def test_each_language_has_its_own_words(language: str) -> None:
    writing, understanding = phone(language=language)
    understanding.meaning = means(Outcome.OFFER, "check_payment", "check_status", "report_misuse", language=language)
    offered = writing.write("xx yy zz")
    assert offered.count("\n") == 4
    understanding.meaning = means(Outcome.FALLBACK, "inform", language=language)
    lost = writing.write("xx yy zz")
    assert "3 " in lost
    assert len({offered, lost}) == 2


@pytest.mark.parametrize("channel", WRITTEN)
def test_a_nik_that_comes_before_the_consent_is_kept_for_its_question(channel: Channel) -> None:
    writing, _ = phone(channel=channel)
    consent = writing.write("daftar", channel)
    assert writing.write(f"NIK saya {NIK}", channel) == consent
    assert "nama depan" in writing.write("setuju", channel)
    assert not writing.effects or all(isinstance(effect, KeepDraft) for effect in writing.effects)


@pytest.mark.parametrize("intent", ["affirm", "deny", "inform"])
def test_where_nothing_was_asked_the_next_likely_meaning_is_offered(intent: str) -> None:
    writing, understanding = phone()
    understanding.meaning = means(Outcome.ACT, intent, "check_payment", chance=0.6)
    assert "Uang bantuan" in writing.write("durung oleh dhuwit")
