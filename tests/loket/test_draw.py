"""Diagrams for people who decide: what is on them comes from the flows themselves."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from click.testing import CliRunner

from loket import areas
from loket.check import catalogue_of
from loket.cli import main
from loket.config import ROOT, read_config
from loket.draw.chart import Box, Chart, chart
from loket.draw.layout import LETTERS, layout
from loket.draw.run import dialled, written
from loket.draw.svg import WORDS, svg
from loket.engine import build
from loket.graph import Graph

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
CONFIG = msgspec.structs.replace(read_config(ROOT / "config.yml"), services=["register", "status", "help"])
ENGINE = build(CONFIG, catalogue_of(CONFIG), areas.load(ROOT / "data" / "areas"))
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def graph() -> Graph:
    return dialled(ENGINE, NOW)


@pytest.fixture(scope="module")
def register(graph: Graph) -> Chart:
    return chart(graph, "register", "id", ENGINE)


def of(drawn: Chart, sentence: str) -> Box:
    (box,) = [box for box in drawn.boxes if box.sentence == sentence]
    return box


def leads(drawn: Chart, sentence: str, key: str) -> list[str]:
    (arrow,) = [arrow for arrow in of(drawn, sentence).arrows if arrow.key == key and not arrow.wrong]
    return [box.sentence for box in arrow.boxes]


def test_each_digit_leads_where_the_flow_goes(register: Chart) -> None:
    assert register.boxes[0].sentence == "reg.consent"
    assert "reg.nik" in leads(register, "reg.consent", "1")
    assert leads(register, "reg.consent", "2") == ["reg.consent_other"]
    assert leads(register, "reg.consent", "0") == ["reg.consent_declined"]
    assert leads(register, "reg.done_extra", "1") == ["reg.kk"]
    assert leads(register, "reg.done_extra", "2") == ["reg.done"]
    assert "reg.name" in leads(register, "reg.nik", "")


def test_what_is_caused_and_looked_up_stands_where_it_happens(register: Chart) -> None:
    assert "submit registration" in of(register, "reg.done_extra").effects
    assert "submit registration" not in of(register, "reg.summary_core").effects
    assert "registered" in of(register, "reg.name").lookups


def test_a_way_into_another_service_is_named(register: Chart) -> None:
    (arrow,) = [arrow for arrow in of(register, "reg.nik.dup_mine").arrows if arrow.key == "1"]
    assert arrow.flows == ["status"]


def test_ends_are_ends_and_complaints_are_counted(register: Chart) -> None:
    assert of(register, "reg.done").ends
    assert not of(register, "reg.done").arrows
    assert of(register, "reg.nik").complaints >= 4


@pytest.mark.parametrize("language", ["id", "en", "jv", "mad"])
def test_the_words_are_those_of_the_language(graph: Graph, language: str) -> None:
    box = of(chart(graph, "register", language, ENGINE), "reg.name")
    assert box.body == ENGINE.catalogue.wording(language, "reg.name").split("\n")[0]


def boxes(source: str) -> Iterator[tuple[float, float, float, float]]:
    for rect in ElementTree.fromstring(source).iter(f"{SVG}rect"):  # noqa: S314  We drew it.
        if "box" in (rect.get("class") or "") and float(rect.get("width") or 0) > 100:
            x, y, wide, high = (float(rect.get(name) or 0) for name in ("x", "y", "width", "height"))
            yield x, y, x + wide, y + high


def test_no_box_lies_on_another_and_every_word_can_be_selected(register: Chart) -> None:
    source = svg(register, NOW.date())
    placed = list(boxes(source))
    assert len(placed) == len(register.boxes)
    for n, (left, top, right, bottom) in enumerate(placed):
        for x0, y0, x1, y1 in placed[n + 1 :]:
            assert x0 >= right or x1 <= left or y0 >= bottom or y1 <= top
    texts = ["".join(text.itertext()) for text in ElementTree.fromstring(source).iter(f"{SVG}text")]  # noqa: S314
    assert "Loket: register" in texts
    assert any(NOW.date().isoformat() in text and "bahasa id" in text for text in texts)
    assert any("Ketik nama depan" in text for text in texts)
    assert "http" not in source.replace("http://www.w3.org/2000/svg", ""), "nothing is loaded from elsewhere"


def test_many_ends_of_one_question_still_make_a_sheet(graph: Graph) -> None:
    plan = layout(chart(graph, "status", "id", ENGINE), WORDS["id"])
    assert 0.7 < plan.wide / plan.high < 2.4, "a sheet lies, and is no ribbon"


def test_no_line_is_wider_than_its_box(register: Chart) -> None:
    plan = layout(register, WORDS["id"])
    assert max(len(row.text) for placed in plan.placed.values() for row in placed.rows) <= LETTERS


@pytest.mark.parametrize("language", ["id", "jv"])
def test_what_is_met_only_by_message_is_drawn_from_messages(language: str) -> None:
    graph = written(ENGINE, language, NOW)
    drawn = {flow: chart(graph, flow, language, ENGINE) for flow in ("cancel", "meant", "lost", "switch")}
    for flow, each in drawn.items():
        assert each.boxes, flow
        assert not each.boxes[0].ends, "a drawing begins with a question"
    assert any("register" in arrow.flows for arrow in of(drawn["meant"], "talk.meant").arrows)
    box = of(drawn["switch"], "lang.switch")
    assert {arrow.key for arrow in box.arrows} >= {"1", "2"}


def test_nothing_is_written_between_the_boxes(graph: Graph) -> None:
    source = svg(chart(graph, "status", "id", ENGINE), NOW.date())
    sheet = ElementTree.fromstring(source).findall(f"{SVG}g")[0]  # noqa: S314  We drew it.
    placed = list(boxes(source))
    for text in sheet.iter(f"{SVG}text"):
        x, y = float(text.get("x") or 0), float(text.get("y") or 0)
        assert any(left < x < right and top < y < bottom for left, top, right, bottom in placed), "".join(
            text.itertext()
        )


def test_the_command_writes_a_file_a_flow_and_refuses_what_there_is_not(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["draw", "stuck", "--language", "jv", "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "stuck.jv.svg").read_text("utf-8").startswith("<svg")
    for words in (["swim"], ["stuck", "--language", "fr"]):
        refused = CliRunner().invoke(main, ["draw", *words, "--out", str(tmp_path)])
        assert refused.exit_code == 1
        assert "Error: " in refused.output
