"""Draws the flows that are asked for into a folder."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import click

from bot.messages import Channel
from loket import areas, rehearsals, texts
from loket.check import catalogue_of
from loket.config import ROOT, Config, ConfigError
from loket.draw.chart import chart
from loket.draw.svg import svg
from loket.engine import build
from loket.graph import Graph
from loket.rehearse import Walk, scenes


def run(config: Config, flows: Sequence[str], language: str, out: Path, now: datetime) -> None:
    """One file a flow: <flow>.<language>.svg. ConfigError where a flow or a language is not switched on."""
    engine = build(config, catalogue_of(config), areas.load(ROOT / "data" / "areas"))
    if language not in config.languages:
        raise ConfigError(f"--language is one of {', '.join(config.languages)}")
    if unknown := [flow for flow in flows if flow not in engine.flows]:
        raise ConfigError(f"no such flow is switched on: {', '.join(unknown)}; there are {', '.join(engine.flows)}")
    graph, examples = Graph(), rehearsals.load(engine.flows)
    for step in Walk(examples, Channel.USSD, now).steps(scenes(engine, examples, now)):
        graph.add(step)
    out.mkdir(parents=True, exist_ok=True)
    for flow in flows or engine.flows:
        drawn = chart(graph, flow, language, engine)
        path = out / f"{flow}.{language}.svg"
        path.write_text(svg(drawn, written_on(language)), "utf-8")
        click.echo(f"{path}: {len(drawn.boxes)} screens")


def written_on(language: str) -> date:
    """The day on which the language's texts were last changed."""
    file = texts.DATA / "texts" / f"{language}.yml"
    return datetime.fromtimestamp(file.stat().st_mtime, UTC).date()
