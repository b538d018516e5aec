"""One turn of a talk, with flows made for the purpose."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.phone import ENGINE, Phone

from bot import parsers
from bot.conversation import Conversation, End, Goto, Lookup, Redo, Script
from bot.effects import AwaitWindow, OpenTicket, SpeakLanguage
from bot.engine import advance
from bot.messages import Channel, Inbound, SessionEvent, Text
from bot.run import HOPS, Flow, LostItsWay
from bot.session import Session
from ussd.page import fit

YES_NO = {"1": "yes", "2": "no"}
DONE = Text("err.bye")


def phone(flow: object, keeps: bool = True, **others: object) -> Phone:
    """A phone whose menu leads straight into this flow."""

    def menu(c: Conversation) -> Script:
        yield from c.choose("service", Text("main.new"), {"1": "register"})
        return Goto("register")

    made = {name: Flow(script) for name, script in others.items()}  # type: ignore[arg-type]
    flows = dict(ENGINE.flows) | {"menu": Flow(menu), "register": Flow(flow, keeps)} | made  # type: ignore[arg-type]
    phone = Phone(replace(ENGINE, flows=flows), session=Session(language="id"))
    phone.dial()
    return phone


def two_questions(c: Conversation) -> Script:
    yield from c.ask("nik", Text("reg.nik"), parsers.nik, {"1": "none"})
    yield from c.ask("name", Text("reg.name"), parsers.name, {"1": "skip"})
    return End(DONE)


def test_a_talk_goes_forth_and_back_and_ends() -> None:
    p = phone(two_questions)
    assert "NIK" in p.say("1")
    assert "nama" in p.say("3510995708900001")
    assert "NIK" in p.say("0")
    assert "nama" in p.say("1")
    assert p.say("SITI").startswith("Terima kasih")
    assert p.ended
    assert p.session.talk.flow == ""


def test_back_from_the_first_question_is_the_menu() -> None:
    assert phone(two_questions).say("1", "0").startswith("Loket")


def test_what_is_behind_a_receipt_cannot_be_taken_back() -> None:
    def flow(c: Conversation) -> Script:
        yield from c.ask("name", Text("reg.name"), parsers.name, {"1": "skip"})
        yield from c.do("window", AwaitWindow("3510"))
        yield from c.choose("more", Text("reg.done_extra", {"ref": "1"}), YES_NO)
        return End(DONE)

    p = phone(flow)
    p.say("1", "1")
    assert p.effects == [AwaitWindow("3510")]
    assert p.say("0").startswith("Loket")
    assert p.effects == [AwaitWindow("3510")]


def test_what_was_saved_is_saved_again_only_when_it_has_changed() -> None:
    def flow(c: Conversation) -> Script:
        name = yield from c.ask("name", Text("reg.name"), parsers.name)
        yield from c.save("kept", SpeakLanguage("id"), str(name))
        yield from c.save("told", AwaitWindow("3510"), str(name))
        if (yield from c.choose("sure", Text("reg.cancel_confirm"), YES_NO)) == "no":
            return Redo(("name", "sure"))
        return End(DONE)

    p = phone(flow)
    p.say("1", "SITI", "2", "SITI")
    assert p.effects.count(AwaitWindow("3510")) == 1
    p.say("2", "BUDI", "1")
    assert p.effects.count(AwaitWindow("3510")) == 2


def test_a_complaint_stands_in_place_of_its_question_with_options_of_its_own() -> None:
    def flow(c: Conversation) -> Script:
        nik = yield from c.ask("nik", Text("reg.nik"), parsers.nik, {}, {"reg.nik.err_form": {"1": "printed"}})
        return End(Text("reg.window_noted", {"kab": str(nik)}))

    p = phone(flow)
    assert "1 Tidak punya" not in p.say("1"), "a line that leads nowhere is not shown"
    assert p.say("1").startswith("NIK harus 16 angka. Tadi 1 angka.")
    assert "1 Memang begitu" in p.say("3510993208900001")
    assert "printed" in p.say("1")


def test_a_wrong_answer_without_words_of_its_own_repeats_the_question() -> None:
    p = phone(two_questions)
    assert p.say("x").startswith("Salah, coba lagi.\nLoket")


def test_the_third_wrong_answer_in_a_row_brings_a_person_and_loses_nothing() -> None:
    p = phone(two_questions)
    p.say("1", "1")
    assert p.say("1 2", "3 4", "5 6").startswith("Kami bantu.")
    assert "nama" in p.say("2")
    p.say("1 2", "3 4")
    assert p.say("SITI").startswith("Terima kasih"), "a good answer in between starts the count anew"


def test_a_look_up_asks_the_world_once_and_again_when_it_is_old() -> None:
    asked: list[str] = []

    def flow(c: Conversation) -> Script:
        known = yield from c.lookup("colour")
        asked.append(known)
        yield from c.ask("name", Text("reg.name"), parsers.name)
        yield from c.ask("nik", Text("reg.nik"), parsers.nik)
        return End(DONE)

    p = phone(flow)
    p.facts["colour", ""] = "red"
    p.say("1")
    p.facts["colour", ""] = "blue"
    p.say("SITI")
    assert asked[-1] == "red"
    p.wait(hours=2).say("3510995708900001")
    assert asked[-1] == "blue"


def test_what_could_not_be_had_is_never_remembered() -> None:
    seen: list[object] = []

    def flow(c: Conversation) -> Script:
        seen.append((yield from c.lookup("colour")))
        yield from c.ask("name", Text("reg.name"), parsers.name)
        return End(DONE)

    p = phone(flow)
    p.facts["colour", ""] = None
    p.say("1")
    p.facts["colour", ""] = "red"
    p.say("SITI")
    assert seen[0] is None
    assert seen[-1] == "red"


def test_a_turn_that_needs_a_look_up_leaves_the_session_alone() -> None:
    def flow(c: Conversation) -> Script:
        yield from c.lookup("colour")
        return End(DONE)

    p = phone(flow)
    inbound = Inbound("m", Channel.USSD, "africastalking", "+62", "1", SessionEvent.RESUME, p.now, "1", "1")
    turn = advance(p.engine, p.session, inbound, fit(), p.now, b"seed")
    assert turn.needs == Lookup("colour")
    assert (turn.session, turn.page, turn.effects) == (p.session, None, ())


def test_a_number_is_the_same_at_every_replay_and_another_one_elsewhere() -> None:
    shown: list[str] = []

    def flow(c: Conversation) -> Script:
        first, second = (yield from c.number("first")), (yield from c.number("second"))
        shown.append(f"{first.shown} {second.shown}")
        yield from c.ask("name", Text("reg.name"), parsers.name)
        return End(DONE)

    phone(flow).say("1", "SITI")
    assert len(set(shown)) == 1
    first, second = shown[0].split()
    assert first != second


def test_an_answer_that_was_chosen_from_what_is_no_more_is_asked_for_again() -> None:
    options = {"1": "north", "2": "south"}

    def flow(c: Conversation) -> Script:
        yield from c.choose("side", Text("reg.cancel_confirm"), options)
        yield from c.ask("name", Text("reg.name"), parsers.name)
        return End(DONE)

    p = phone(flow)
    assert "nama" in p.say("1", "2")
    options["2"] = "west"
    assert p.say("SITI").startswith("Batalkan")


def test_a_talk_that_is_left_for_a_call_can_be_taken_up_again() -> None:
    def flow(c: Conversation) -> Script:
        yield from c.ask("name", Text("reg.name"), parsers.name)
        yield from c.choose("helper", Text("reg.noid"), {"2": "call"})
        return Goto("help", (("topic", "callback"),), keep=True)

    p = phone(flow)
    p.say("1", "SITI", "2", "1")
    assert [type(effect) for effect in p.effects] == [OpenTicket]
    [kept] = p.session.paused
    assert kept.answer("name") == "SITI"
    assert kept.answer("helper") == "", "it would lead away again at once"


def test_only_flows_that_keep_are_kept() -> None:
    kept, dropped = phone(two_questions), phone(two_questions, keeps=False)
    for p in (kept, dropped):
        p.say("1", "3510995708900001")
        p.hang_up()
    assert len(kept.session.paused) == 1
    assert dropped.session.paused == ()


def test_a_service_that_was_switched_off_meanwhile_leads_to_the_menu() -> None:
    p = phone(two_questions)
    p.say("1", "3510995708900001")
    p.engine = replace(p.engine, flows={k: v for k, v in p.engine.flows.items() if k != "register"})
    assert p.say("SITI").startswith("Loket")
    assert p.session.paused == ()


def test_a_flow_in_a_circle_is_our_mistake_and_says_so() -> None:
    def circle(c: Conversation) -> Script:
        yield from c.lookup("cases")
        return Goto("register")

    with pytest.raises(LostItsWay, match="register"):
        phone(circle).say("1")
    assert HOPS > 5


def test_a_long_reply_is_read_with_9_and_answered_on_any_of_its_screens() -> None:
    p = phone(two_questions)
    p.limit = 70
    first = p.say("1")
    assert first.endswith("9 Lanjut")
    assert p.say("9") != first
    assert p.say("9").startswith("NIK harus"), "there is no more to read: 9 is an answer now"


def test_an_end_of_several_screens_is_read_to_its_end_and_then_begins_anew() -> None:
    def flow(c: Conversation) -> Script:
        yield from c.ask("name", Text("reg.name"), parsers.name)
        return End(Text("err.village_office"))

    p = phone(flow)
    p.limit = 90
    p.say("1", "SITI")
    assert not p.ended
    unread = p.session
    p.say("9")
    assert p.ended
    p.session = unread
    assert p.say("1").startswith("Loket"), "whoever does not read on is at the beginning"


def test_the_time_of_an_answer_is_the_time_of_its_turn() -> None:
    seen: list[timedelta] = []

    def flow(c: Conversation) -> Script:
        yield from c.ask("name", Text("reg.name"), parsers.name)
        seen.append(c.now - c.answered_at("name"))
        yield from c.ask("nik", Text("reg.nik"), parsers.nik)
        return End(DONE)

    p = phone(flow)
    p.say("1", "SITI")
    p.wait(minutes=3).say("3510995708900001")
    assert (seen[0], seen[-1]) == (timedelta(0), timedelta(minutes=3))
