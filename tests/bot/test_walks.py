"""Thousands of turns of nonsense: nothing breaks, no page is too long, nothing is submitted that was not agreed to."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.phone import NOON, Phone

from bot.agent_check import Shown, Standing
from bot.effects import FileObjection, FilledBy, KeepDraft, SubmitRegistration
from bot.identity import Reference
from bot.payments import SENTENCES as PAID
from bot.payments import Payment
from bot.session import Kind, Session
from bot.stages import Case, Stage

TURNS = 5500  # In each of four languages.
WOMAN, MAN, MINOR, OLD = "3510995708900001", "3510991708900002", "3510991708100003", "3510991708200004"
REFS = [str(Reference.of(f"walk {n}".encode())) for n in range(4)]
DIGITS = [*"1111222345678", "0", "0", "00", "9"]
SENSE = [
    WOMAN,
    MAN,
    OLD,
    "SITI",
    "BUDI",
    "KEM",
    "sumber",
    "sepinggan",
    "081234567890",
    "17081930",
    *REFS,
    "0001",
    "0004",
]
NONSENSE = [
    *["", " ", "*", "**", "1*1", f"1*1*{WOMAN}*SITI*KEM*1*1", "#", "a" * 200, "x" * 2000, "{name}", "%s", "'; --"],
    *["\u0661\u0662\u0663", "\U0001f600", "\u202e123", "\x00", "\n1", "1\n1", "\u0660", "\uff11", "-1", "1e9", "1."],
    *["01", "000", "99", MINOR, "1" * 16, WOMAN[:-1], "3510993208900001", "skip", "again", "unknown", "save", "self"],
]
HERE, ELSEWHERE = Shown(Standing.HERE, "BUDI SANTOSO", "Kembiritan"), Shown(Standing.ELSEWHERE)
END = NOON + timedelta(days=90)  # Behind the end of one window, inside of another.
OWN_TURN = {"consent", "consent_info", "consent_other", "consent_assisted", "confirm"}
HELPER = "4711"


class Walk:
    """A phone that is used without sense. Each turn takes a second, so that every answer has a time of its own."""

    def __init__(self, language: str, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311  Nonsense need not be secret.
        self.phone = Phone(session=Session(language=language))
        self.phone.book.others.append(Case(REFS[3], "AGUS", Stage.ELIGIBLE, date(2026, 12, 4), programme="Sembako"))
        self.phone.book.nik4[REFS[3]] = "0004"
        self.phone.book.helpers[HELPER] = "helper"
        self.heard: dict[str, set[int]] = {key: set() for key in OWN_TURN}
        self.submitted = 0
        self.objected = 0

    def step(self) -> None:
        phone, chance = self.phone, self.chance
        phone.wait(seconds=1)
        effects = len(phone.effects)
        steps = [self.talk, self.dial, phone.hang_up, self.repeat, phone.lose, self.restart, self.change_the_world]
        chance.choices(steps, [90, 4, 2, 2, 1, 1, 2])[0]()
        for effect in phone.effects[effects:]:
            if isinstance(effect, SubmitRegistration):
                self.judge(effect)
            if isinstance(effect, FileObjection) and effect.whose != "misuse":
                self.objected += 1
                assert int(phone.now.timestamp()) in self.heard["confirm"], "nobody confirmed"

    def talk(self) -> None:
        kinds = [[self.sensible()], DIGITS, SENSE, NONSENSE]
        self.say(self.chance.choice(self.chance.choices(kinds, [12, 5, 2, 1])[0]))

    def sensible(self) -> str:
        match self.phone.session.talk.asked:
            case "service":
                return self.chance.choice(["1", "1", "77", "6", "7"])
            case "number0" | "number1":
                return HELPER
            case "nik" | "nik_again":
                return f"351099{self.chance.choice(['57', '17'])}0890{self.chance.randrange(1, 10000):04}"
            case "name":
                return "SITI"
            case "village":
                return self.chance.choice(["KEM", "sumber", "xyzxyz"])
            case "confirm" | "more" | "ground" | "statement":
                return "1"
            case "whose":
                return self.chance.choice("1245")
        return self.chance.choice("1123")

    def dial(self) -> None:
        tails = ["", "", "", "3*3*0001", "4*1", "1", f"1*{MAN}", f"2*{REFS[3]}", "8*1*1", f"1*1*{MAN}*S*KEM*1*1", "7*7"]
        self.phone.dial(self.chance.choice(tails))

    def restart(self) -> None:
        self.phone.send(self.chance.choice(["", "1", "1*1", f"1*1*{WOMAN}", "2*2", "8*6*4"]))

    def repeat(self) -> None:
        """The gateway sends what it sent last; where that was kept, nothing happens."""
        phone = self.phone
        known, effects = phone.session.dialogue, len(phone.effects)
        phone.send(phone.transcript)
        if known and (known.id, known.transcript) == (str(phone.dialled), phone.transcript):
            assert phone.screen == known.page.body
            assert len(phone.effects) == effects

    def say(self, text: str) -> None:
        """What counts as heard: typed on the very screen that asks for it, in a dialogue that is known."""
        phone = self.phone
        session, at = phone.session, int(phone.now.timestamp())
        known = session.dialogue
        if known and known.id == str(phone.dialled) and known.transcript == phone.transcript and not known.page.ends:
            asked = session.talk.asked if session.talk.flow in {"register", "objection"} else ""
            if asked in OWN_TURN and text.strip() in {"1", "2", "3"}:
                self.heard[asked].add(at)
        phone.say(text)

    def judge(self, effect: SubmitRegistration) -> None:
        self.submitted += 1
        key = "consent_assisted" if effect.assisted else effect.consent.sentence.rpartition("reg.")[2]
        assert effect.consent.at in self.heard[key], "consent was not heard"
        assert int(self.phone.now.timestamp()) in self.heard["confirm"], "nobody confirmed"
        if effect.filled_by in (FilledBy.FAMILY_PRESENT, FilledBy.FAMILY_ABSENT):
            entry = self.phone.session.talk.find(Kind.ANSWER, "consent_other")
            assert entry is not None
            assert entry.at in self.heard["consent_other"]

    def change_the_world(self) -> None:
        book = self.phone.book
        self.phone.wait(hours=self.chance.choice([1, 5, 20, 100]))
        self.phone.now = max(NOON, self.phone.now) if self.phone.now < END else NOON
        book.own_phone = self.chance.random() < 0.5
        book.agents = {"0001": self.chance.choice([HERE, ELSEWHERE])}
        for ref in REFS:
            paid = [Payment("PKH", status, "2026-4", 600_000) for status in self.chance.sample(list(PAID), 2)]
            book.payments[ref] = self.chance.choice([None, [], paid[:1], paid])
        book.misses = book.reports = 0
        book.visits.clear()
        stage = self.chance.choice(list(Stage))
        book.mine = [
            replace(case, stage=stage, agent="BUDI", agent_number="4821", visit_number="735", day=date(2026, 12, 1),
                    slot="any", place="hall", village="Kembiritan", reason="income_above", until=date(2026, 12, 9))
            for case in book.mine[: self.chance.randrange(4)]
        ]  # fmt: skip
        book.niks = {nik: ref for nik, ref in book.niks.items() if any(case.ref == ref for case in book.mine)}


@pytest.mark.parametrize("language", ["id", "en", "jv", "mad"])
def test_nonsense_breaks_nothing_and_submits_nothing_unheard(language: str) -> None:
    walk = Walk(language, seed=sum(language.encode()))
    for _ in range(TURNS):
        walk.step()
    assert walk.submitted > 20, "the walk never came through: it proves nothing"
    assert walk.objected, "nobody ever objected: it proves nothing"
    assert len(walk.phone.pages) > TURNS * 0.9
    assert len(walk.phone.session.paused) <= 8


INPUTS = st.lists(
    st.sampled_from(["0", "00", "1", "2", "3", "9", "8", WOMAN, MAN, OLD, "SITI", "KEM", "KK", "1" * 16, "0001"]),
    min_size=1,
    max_size=12,
)
WHOLE = ["1", "1", WOMAN, "SITI", "KEM", "1", "1"]


@settings(max_examples=250, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.builds(lambda sense, more: WHOLE[:sense] + more, st.integers(0, 7), INPUTS), st.sampled_from(["id", ""]))
def test_typed_at_once_nothing_is_agreed_to_and_the_answers_stay(inputs: list[str], language: str) -> None:
    at_once, stepwise = Phone(session=Session(language=language)), Phone(session=Session(language=language))
    inputs = inputs if language else ["1", "1", *inputs]
    at_once.dial("*".join(inputs))
    assert not any(isinstance(effect, SubmitRegistration) for effect in at_once.effects)
    talk = at_once.session.talk
    assert not any(talk.answer(key) for key in OWN_TURN), "it was answered before it was seen"
    for paused in at_once.session.paused:
        assert not any(paused.answer(key) for key in OWN_TURN)

    stepwise.dial()
    for text in inputs:
        if stepwise.ended or any(isinstance(effect, SubmitRegistration) for effect in stepwise.effects):
            return
        if stepwise.session.talk.asked in OWN_TURN and len(text) > 2:
            return  # Dialled without the consent, as in 1*NIK; the talks show that.
        stepwise.say(text)
        if stepwise.session.talk.flow == "stuck":
            return  # Whoever needed help is asked for consent at once, so what follows answers other questions.
    theirs = {e.key: e.value for e in stepwise.session.talk.journal if e.kind is Kind.ANSWER and e.key not in OWN_TURN}
    if stepwise.session.talk.flow == talk.flow == "register" and not stepwise.ended and "edit" not in theirs:
        mine = {e.key: e.value for e in talk.journal if e.kind is Kind.ANSWER}
        assert mine == theirs, "an answer was lost"


def test_every_answer_of_a_whole_registration_is_kept() -> None:
    phone = Phone(session=Session(language="id"))
    phone.dial("*".join(WHOLE))
    phone.say("1")
    assert "SITI, NIK ..0001" in phone.screen
    assert "Kembiritan" in phone.screen
    assert [type(effect) for effect in phone.effects] == [KeepDraft]
    phone.say("1")
    assert [type(effect) for effect in phone.effects] == [KeepDraft, SubmitRegistration]
