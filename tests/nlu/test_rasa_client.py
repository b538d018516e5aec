"""A Rasa beside us, over a real socket: what it is told, what is made of its answers, and what happens without it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from socket import create_server
from threading import Event
from time import perf_counter
from typing import Any

import pytest
from support.drip import dripping
from support.vendor import Got, serving

from backend_client import Unavailable
from backend_client.http import Breaker
from bot.meaning import Entity, Meaning, Outcome
from nlu.rasa_client import DEADLINE, LARGEST, Ask, NoAnswer, Rasa, in_time, masked, poster, spared
from nlu.settings import Settings

INTENTS = ("register", "check_status", "check_payment", "greet", "out_of_scope")
NIK = "3510994501900001"
OURS = Meaning(
    "jv", "greet", 0.61, (("greet", 0.61), ("register", 0.2), ("check_status", 0.1)), Outcome.ACT,
    (Entity("nik", NIK, 9, 25),),
)  # fmt: skip
RANKING: list[Any] = [
    {"name": "nlu_fallback", "confidence": 0.9},  # Rasa's own word for "not sure"; no talk knows it.
    {"name": "register", "confidence": 0.8},
    {"name": "check_status", "confidence": 0.1},
    {"name": "greet", "confidence": 0.05},
    {"name": "check_payment", "confidence": 0.01},
]


def embedded(text: str, language: str) -> Meaning:
    return OURS


def rasa(ask: Ask) -> Rasa:
    return Rasa(ask, embedded, Settings(), frozenset(INTENTS))


def saying(answer: object) -> Callable[[Got], tuple[int, str]]:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return lambda got: (200, text)


def ranked(*chances: object, names: tuple[object, ...] = INTENTS) -> dict[str, object]:
    return {
        "intent_ranking": [{"name": n, "confidence": c} for n, c in zip(names, chances, strict=False)]
    }  # fmt: skip


def test_rasas_guess_counts_and_what_is_named_is_found_here() -> None:
    with serving(saying({"intent": RANKING[0], "intent_ranking": RANKING, "text": "x", "entities": []})) as server:
        meaning = rasa(poster(server.url))(f"mau daftar {NIK}", "jv")
        assert meaning == Meaning(
            "jv", "register", 0.8, (("register", 0.8), ("check_status", 0.1), ("greet", 0.05)), Outcome.ACT,
            OURS.entities,
        )  # fmt: skip
        assert (server.got[0].method, server.got[0].path) == ("POST", "/model/parse")


@pytest.mark.parametrize(
    ("chances", "expected"),
    [((0.8, 0.1, 0.1), Outcome.ACT), ((0.5, 0.45, 0.0), Outcome.OFFER), ((0.19, 0.1, 0.1), Outcome.FALLBACK)],
)
def test_its_chances_are_judged_by_our_thresholds(chances: tuple[float, ...], expected: Outcome) -> None:
    with serving(saying(ranked(*chances))) as server:
        assert rasa(poster(server.url))("halo").outcome is expected


def test_no_number_leaves_this_process() -> None:
    written = f"nik sy {NIK}, hp +62 812-3456-7890, lahir 17-8-75, \uff13\uff15\uff11\uff10 dan 35lO09"
    with serving(saying(ranked(0.8, 0.1, 0.1))) as server:
        rasa(poster(server.url))(written)
        sent = json.loads(server.got[0].body)
        assert sent == {"text": "nik sy 0000000000000000, hp +00 000-0000-0000, lahir 00-0-00, 0000 dan 000000"}
        everything = repr(server.got)
        assert not any(part in everything for part in (NIK, "3510", "812", "7890", "17-8"))


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("bareng2 bu", "bareng0 bu"),
        ("NIK saya tiga lima satu nol sembilan", "NIK saya nol nol nol nol nol"),
        ("loro telu, papat-lima ya", "nol nol, nol-nol ya"),
        ("anak saya dua", "anak saya dua"),  # A number in a sentence is not a number that is read out.
        ("①②", "00"),
        ("35\u200b10", "0000"),  # What cannot be seen between two digits.
        ("", ""),
    ],
)
def test_masks(written: str, sent: str) -> None:
    assert masked(written) == sent


@pytest.mark.parametrize(
    "answer",
    [
        "", "not json", "[]", "null", "[" * 60_000, '{"intent_ranking": ' + "9" * 5000 + "}", '"text"', {},
        {"intent_ranking": {"name": "register"}},
        {"intent_ranking": [None, 1, "register", [], {}, {"name": "register"}]},
        {"intent_ranking": RANKING[:3]},  # Two that we know are no three.
        ranked(0.8, 0.1, float("nan")), ranked(0.8, 0.1, -0.1), ranked(0.8, 0.1, 1.1), ranked(0.8, 0.1, 10**400),
        ranked("0.8", "0.1", "0.1"), ranked(True, True, True), ranked(None, None, None), ranked([], {}, 0.5),
        ranked(0.8, 0.1, 0.1, names=("faq/ask", "nlu_fallback", "drop table")),
        ranked(0.8, 0.1, 0.1, names=("register", "register", "register")),
        ranked(0.8, 0.1, 0.1, names=([], {}, None)),
        ranked(0.8, 0.1, 0.1) | {"text": "x" * LARGEST},
    ],
)  # fmt: skip
def test_a_strange_answer_is_none(answer: object) -> None:
    with serving(saying(answer)) as server:
        assert rasa(poster(server.url))("halo") is OURS
        assert len(server.got) == 1


@pytest.mark.parametrize("status", [204, 301, 400, 401, 404, 409, 500, 503])
def test_a_status_that_is_not_200_is_no_answer(status: int) -> None:
    with serving(lambda got: (status, json.dumps(ranked(0.8, 0.1, 0.1)))) as server:
        assert rasa(poster(server.url))("halo") is OURS


def test_what_comes_in_any_order_is_put_in_order_and_whole_numbers_are_chances() -> None:
    with serving(saying(ranked(0, 0.1, 1))) as server:
        assert rasa(poster(server.url))("halo").top == (
            ("check_payment", 1.0),
            ("check_status", 0.1),
            ("register", 0.0),
        )


def test_nobody_there() -> None:
    listening = create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    listening.close()
    assert rasa(poster(f"http://127.0.0.1:{port}"))("halo") is OURS


def test_the_error_tells_neither_where_nor_what() -> None:
    with pytest.raises(NoAnswer) as caught:
        poster("http://127.0.0.1:1/secret")("/model/parse", {"text": "rahasia"})
    assert (str(caught.value), caught.value.__cause__, caught.value.__context__) == ("answer", None, None)


@pytest.mark.parametrize(
    "url", ["", "no address", "http://", "http://[::", "ftp://127.0.0.1", "http://127.0.0.1:99999"]
)
def test_an_address_that_is_none(url: str) -> None:
    assert rasa(in_time(poster(url)))("halo") is OURS


def test_a_slow_one_is_not_waited_for() -> None:
    with serving(saying(ranked(0.8, 0.1, 0.1))) as server:
        server.held = Event()
        began = perf_counter()
        assert rasa(in_time(poster(server.url), 0.1))("halo") is OURS
        assert perf_counter() - began < 5  # The server holds it for ten.


@pytest.mark.parametrize(
    ("first", "drop", "every"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b" ", 0.01),
        (b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65536, 0.0),  # As much as the line carries, for ever.
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x", 0.01),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", 0.01),
    ],
)
def test_an_answer_without_an_end(first: bytes, drop: bytes, every: float) -> None:
    with dripping(first, drop, every) as url:
        began = perf_counter()
        assert rasa(in_time(poster(url), DEADLINE))("halo") is OURS
        assert perf_counter() - began < 5


def test_without_a_thread_to_spare_there_is_still_a_meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(self: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("nlu.rasa_client.Thread.start", none_left)
    assert rasa(in_time(poster("http://127.0.0.1:1")))("halo") is OURS


@dataclass
class Line:
    """A way to ask that is away or not, and counts."""

    away: bool = True
    asked: list[str] = field(default_factory=list)

    def __call__(self, path: str, body: Mapping[str, str]) -> Mapping[str, Any]:
        self.asked.append(body["text"])
        if self.away:
            raise NoAnswer("away")
        return ranked(0.8, 0.1, 0.1)


def test_one_that_is_away_is_spared_and_comes_back() -> None:
    now, line = [0.0], Line()
    understand = rasa(spared(line, Breaker(lambda: now[0]), Unavailable))
    assert [understand("halo") for _ in range(9)] == [OURS] * 9
    assert len(line.asked) == 5
    line.away, now[0] = False, 9.9
    assert understand("halo") is OURS
    assert len(line.asked) == 5
    now[0] = 10.1
    assert [understand("halo").intent for _ in range(3)] == ["register"] * 3
    assert len(line.asked) == 8


def test_a_slow_one_is_spared_too() -> None:
    with serving(saying(ranked(0.8, 0.1, 0.1))) as server:
        server.held = Event()
        understand = rasa(spared(in_time(poster(server.url), 0.05), Breaker(lambda: 0.0), Unavailable))
        assert [understand("halo") for _ in range(9)] == [OURS] * 9
        assert len(server.got) <= 5


def test_connections_are_kept() -> None:
    with serving(saying(ranked(0.8, 0.1, 0.1))) as server:
        understand = rasa(in_time(poster(server.url), 5))
        for _ in range(5):
            understand("halo")
        assert len(server.connections) == 1
