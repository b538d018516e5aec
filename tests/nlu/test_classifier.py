"""The embedded engine understands what people write, keeps what it learnt, and no text breaks it."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.meaning import Outcome
from nlu.classifier import Classifier, learnt_from
from nlu.corpus import Corpus, Example
from nlu.embedded import Embedded, outcome
from nlu.learn import learn
from nlu.settings import Settings
from nlu.settings import settings as read_settings

SPREAD = [(letter, ("id", "en")[place % 2]) for place, letter in enumerate("defghijkl")]
SAID = {
    "sy mw dftr bansos": "register",
    "kapan cair bu": "check_payment",
    "petugasnya minta duit": "report_misuse",
    "syaratnya apa?": "ask_requirements",
    "kok saya dicoret padahal miskin": "object_decision",
    "ktp sy ilang": "report_lost_document",
    "pak, apa benar yang datang tadi petugas?": "verify_agent",
    "bapak kulo sedo wingi": "report_life_event",
    "matur suwun bu": "thank",
    "kaula terro daftara": "register",
    "I want to talk to a person": "talk_to_human",
    "harga cabe naik terus": "out_of_scope",
    "batal": "cancel",
    "jangan sms sy lagi": "stop",
    "3510994107750003": "inform",
}


@pytest.mark.parametrize(("text", "intent"), SAID.items())
def test_what_people_write_is_understood(understand: Embedded, text: str, intent: str) -> None:
    assert understand(text).intent == intent


def test_which_number_it_is_changes_nothing(understand: Embedded) -> None:
    one, other = understand("NIK saya 3510994107750003 mau daftar"), understand("NIK saya 6471991203700005 mau daftar")
    assert one.top == other.top


def test_the_question_at_the_end_of_a_story_counts(understand: Embedded) -> None:
    story = (
        "Assalamualaikum bu. Suami saya nelayan, sudah lama sakit dan anak saya tiga. "
        "Dulu kami pernah dapat bantuan dan terima kasih banyak. Kapan ya uangnya cair lagi?"
    )
    assert understand(story).intent == "check_payment"


def test_the_spoken_language_decides_where_a_message_does_not(understand: Embedded) -> None:
    assert understand("bansos", "jv").language == "jv"
    assert understand("bansos", "id").language == "id"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_has_a_meaning(understand: Embedded, text: str) -> None:
    meaning = understand(text)
    assert len(meaning.top) == 3
    assert 0 <= meaning.confidence <= 1


@pytest.mark.parametrize("text", ["", " ", "\0", "?" * 5000, "a" * 100_000, "1" * 100_000, "😀😀", "\u202e\u0301"])
def test_odd_texts_have_a_meaning(understand: Embedded, text: str) -> None:
    assert understand(text).top


def test_what_was_learnt_is_kept(understand: Embedded, tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    understand.classifier.save(path, "digest")
    kept = replace(understand, classifier=Classifier.load(path))
    assert learnt_from(path) == "digest"
    assert [kept(text) for text in SAID] == [understand(text) for text in SAID]


def test_no_model_is_no_digest(tmp_path: Path) -> None:
    (tmp_path / "broken.npz").write_bytes(b"no archive")
    assert learnt_from(tmp_path / "broken.npz") == learnt_from(tmp_path / "none.npz") == ""


def test_learning_twice_learns_the_same() -> None:
    begun = {"a": "mau daftar", "b": "kapan cair", "c": "lapor pak"}
    few = tuple(Example(f"{words} {n}", intent, style) for intent, words in begun.items() for n, style in SPREAD)
    one, other = (learn(Corpus(few, {}, {}), Settings()).intents for _ in range(2))
    assert (one.weights == other.weights).all()
    assert one.rows == other.rows


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        ([("register", 0.9), ("help", 0.05)], Outcome.ACT),
        ([("register", 0.45), ("help", 0.3)], Outcome.OFFER),
        ([("register", 0.52), ("help", 0.46)], Outcome.OFFER),
        ([("register", 0.15), ("help", 0.1)], Outcome.FALLBACK),
        ([("out_of_scope", 0.9), ("help", 0.05)], Outcome.FALLBACK),
        ([("out_of_scope", 0.45), ("help", 0.4)], Outcome.OFFER),
    ],
)
def test_what_a_guess_is_good_for(top: list[tuple[str, float]], expected: Outcome) -> None:
    assert outcome(top, Settings()) is expected


def test_the_settings_are_rasa_s_own_keys() -> None:
    pipeline = [
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 2, "max_ngram": 4},
        {"name": "FallbackClassifier", "threshold": 0.6, "ambiguity_threshold": 0.2},
    ]
    assert read_settings(pipeline) == Settings(2, 4, 0.6, 0.2, 0.35)
    with pytest.raises(ValueError, match="FallbackClassifier"):
        read_settings(pipeline[:1])
