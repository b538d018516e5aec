"""Draws the flows that are asked for into a folder."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path

import click

from bot.messages import Channel
from bot.run import Engine
from loket import areas, rehearsals, texts
from loket.check import catalogue_of
from loket.config import ROOT, Config, ConfigError
from loket.draw.chart import chart
from loket.draw.svg import svg
from loket.engine import build
from loket.graph import Graph
from loket.rehearsals.meant import OTHERWISE
from loket.rehearse import SELDOM, Scene, Step, Walk, messages, scenes


def run(config: Config, flows: Sequence[str], language: str, out: Path, now: datetime) -> None:
    """One file a flow: <flow>.<language>.svg. ConfigError where a flow or a language is not switched on."""
    engine = build(config, catalogue_of(config), areas.load(ROOT / "data" / "areas"))
    if language not in config.languages:
        raise ConfigError(f"--language is one of {', '.join(config.languages)}")
    if unknown := [flow for flow in flows if flow not in engine.flows]:
        raise ConfigError(f"no such flow is switched on: {', '.join(unknown)}; there are {', '.join(engine.flows)}")
    wanted, on_line = flows or tuple(engine.flows), dialled(engine, now)
    met = {place.flow for place in on_line.places}
    by_message = written(engine, language, now) if set(wanted) - met else Graph()
    out.mkdir(parents=True, exist_ok=True)
    for flow in wanted:
        drawn = chart(on_line if flow in met else by_message, flow, language, engine)
        path = out / f"{flow}.{language}.svg"
        path.write_text(svg(drawn, written_on(language)), "utf-8")
        click.echo(f"{path}: {len(drawn.boxes)} screens")


def dialled(engine: Engine, now: datetime) -> Graph:
    """All that is to be seen on the line."""
    examples = rehearsals.load(engine.flows)
    return _graph(Walk(examples, Channel.USSD, now).steps(scenes(engine, examples, now)))


def written(engine: Engine, language: str, now: datetime) -> Graph:
    """What begins with a message: flows that nobody dials are met only so."""
    examples = rehearsals.load(engine.flows)
    other = OTHERWISE["mad" if language == "jv" else "jv"]
    said = chain(messages(engine, examples, now), [Scene("another language", engine, inputs=(other,))])
    return _graph(Walk(examples, Channel.SMS, now, SELDOM).steps(said))


def _graph(steps: Iterable[Step]) -> Graph:
    graph = Graph()
    for step in steps:
        graph.add(step)
    return graph


def written_on(language: str) -> date:
    """The day on which the language's texts were last changed."""
    file = texts.DATA / "texts" / f"{language}.yml"
    return datetime.fromtimestamp(file.stat().st_mtime, UTC).date()
