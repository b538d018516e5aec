"""Messages that were not understood are put together by what they say, and nobody is told whose they were."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from loket.cli import main
from nlu.corpus import DATA
from nlu.embedded import Embedded
from nlu.suggestions import MOST, Suggestions, Unclear, suggest
from nlu.text import Bags, bags, lexicon

MONEY = [
    ("kapan uang bansos cair bu", "id"),
    ("uang bansos kapan cair", "id"),
    ("kpn cair uang bansos", "id"),
    ("bansose kapan cair", "jv"),
    ("bansos kapan cair ya pak", "id"),
]
LIGHT = [("listrik mati di rumah", "id"), ("listrik rumah mati terus", "id"), ("listrike mati ning omah", "jv")]
ALONE = [("gabah murah banget", "jv")]


def see(text: str) -> Bags:
    return bags(text, lexicon(DATA), 1, 5)


def unclear(*said: tuple[str, str], intent: str = "check_payment") -> list[Unclear]:
    return [Unclear(text, language, intent, 0.3) for text, language in said]


def groups(*said: tuple[str, str]) -> Suggestions:
    return suggest(unclear(*said), see)


def test_what_says_the_same_stands_together_and_the_biggest_group_comes_first() -> None:
    found = suggest([*unclear(*MONEY), *unclear(*LIGHT, intent="out_of_scope"), *unclear(*ALONE)], see)
    money, light = found.groups
    assert (money.messages, light.messages, found.alone) == (5, 3, 1)
    assert money.languages == {"id": 4, "jv": 1}
    assert money.intents == (("check_payment", 1.0),)
    assert light.likely == "out_of_scope"
    assert money.files == ("id_sms.yml", "jv.yml")
    assert len(money.examples) == 3
    assert set(light.examples) == {text for text, _ in LIGHT}


def test_the_order_of_the_messages_changes_nothing() -> None:
    said = [*MONEY, *LIGHT, *ALONE]
    assert groups(*reversed(said)) == groups(*said)


def test_a_message_that_comes_again_counts_again() -> None:
    (again,) = groups(*[("rabi kapan mas", "jv")] * 4, ("Rabi kapan mas", "jv")).groups
    assert again.messages == 5
    assert len(again.examples) == 1


@pytest.mark.parametrize("said", [(), MONEY[:1], [("", "id")], [("####", "id"), ("[nama]", "id")]])
def test_few_messages_are_no_trouble(said: list[tuple[str, str]]) -> None:
    found = groups(*said)
    assert found.messages == len(said)
    assert found.alone + sum(group.messages for group in found.groups) == len(said)


def test_of_very_many_messages_the_frequent_ones_and_a_sample_are_compared() -> None:
    kinds = ["listrik mati", "jalan rusak", "harga naik", "hujan deras", "sawah kering"]
    many = [(f"{kinds[n % 5]} {'abcdefghij'[n // 5 % 10]}{n:x}z", "id") for n in range(MOST + 500)]
    found = groups(*many, *[("bansos kapan cair", "id")] * 3)
    assert found.messages == MOST + 503
    assert found.compared == MOST + 2
    assert any(group.messages == 3 and group.examples[0] == "bansos kapan cair" for group in found.groups)


def run(*words: str, typed: str = "") -> str:
    result = CliRunner().invoke(main, ("nlu", "suggest", *words), input=typed)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.usefixtures("understand")
def test_a_file_is_masked_and_grouped(tmp_path: Path) -> None:
    file = tmp_path / "texts"
    lines = [
        f"pak {name} kapan uang bansos 3510994107{n}50003 cair" for n, name in enumerate(("zuqiflora", "wexthanir"))
    ]
    file.write_text("\n".join([*lines, *(text for text, _ in LIGHT), "", "ZUQIFLORA", "\0\ud7ff"]))
    shown = run("--from", str(file))
    assert "kapan uang bansos" in shown
    assert "data/nlu/id_sms.yml" in shown
    assert "zuqiflora" not in shown.lower()
    assert not any(str(n) * 3 in shown for n in range(10))
    found = json.loads(run("--from", str(file), "--json"))
    assert [group["messages"] for group in found["groups"]] == [3, 2]


@pytest.mark.usefixtures("understand")
def test_so_many_groups_are_shown_as_are_asked_for() -> None:
    typed = "\n".join(text for text, _ in [*MONEY, *LIGHT])
    assert "2. " in run("--from", "-", typed=typed)
    fewer = run("--from", "-", "--clusters", "1", typed=typed)
    assert "2. " not in fewer
    assert "1 smaller groups" in fewer


def test_what_is_kept_does_not_show_itself(understand: Embedded) -> None:
    assert "kapan" not in repr(unclear(*MONEY))
