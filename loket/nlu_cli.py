"""`loket nlu`: what is understood of people's own words, and how that is learnt and measured."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click
import msgspec

from loket.answer import answer
from loket.config import ROOT, read_config, read_environment
from loket.failures import friendly

if TYPE_CHECKING:
    from nlu import Meaning
    from nlu.embedded import Embedded
    from nlu.evaluation import Report

OTHER = {"date": "iso", "time": "time24", "place": "village_code"}  # The second form of a value, by its name.


@click.group()
def nlu() -> None:
    """Understanding what people write in their own words."""


nlu.add_command(answer)


@nlu.command()
@friendly
def train() -> None:
    """Learn from data/nlu and config.yml, and keep what was learnt in var/nlu.npz. Takes some 20 seconds."""
    from loket import understanding

    model = understanding.train(read_config(read_environment().config), _told)
    size = understanding.MODEL.stat().st_size / 1e6
    click.echo(f"{len(model.intents.classes)} intents in {size:.1f} MB: {understanding.MODEL}")


@nlu.command()
@friendly
def parse() -> None:
    """Read one text a line from standard input; print what it means as one JSON a line. Nothing is kept."""
    understand = _understand()
    for line in sys.stdin:
        text = line.rstrip("\n")
        click.echo(json.dumps(_plain(text, understand(text)), ensure_ascii=False))


@nlu.command()
@friendly
def shell() -> None:
    """Try it out: write a message, see what is understood. Nothing is kept; an empty line ends it."""
    understand = _understand()
    while text := click.prompt("", prompt_suffix="> ", default="", show_default=False):
        meaning = understand(text)
        click.secho(f"  {meaning.outcome}  in {meaning.language}", bold=True)
        for intent, chance in meaning.top:
            click.echo(f"  {chance:5.0%}  {intent}")
        for entity in meaning.entities:
            click.echo(f"  {entity.entity}: {entity.value}{f' ({entity.other})' if entity.other else ''}")


@nlu.command("eval")
@click.option(
    "--on", type=click.Path(path_type=Path, exists=True), help="Other messages to be judged by, in this folder."
)
@click.option("--json", "as_json", is_flag=True, help="The figures as one JSON object.")
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), help="Draw them, too: an SVG or PNG file.")
@friendly
def evaluate(on: Path | None, as_json: bool, plot: Path | None) -> None:
    """How much is understood. Each style of data/nlu is left out of the learning in turn and then read (a minute);
    with --on: what was learnt from all of them reads that folder.
    """
    from loket import understanding
    from nlu import corpus, evaluation

    settings = understanding.settings_of(read_config(read_environment().config))
    if on is None:
        judged = evaluation.left_out(corpus.load(), settings, _told)
    else:
        judged = evaluation.judge(corpus.load(on).examples, _understand().classifier.chances, settings)
    found = evaluation.report(judged)
    if plot:
        from nlu.plots import draw

        draw(found, plot)
    click.echo(json.dumps(msgspec.to_builtins(found)) if as_json else "\n".join(_table(found)))


@nlu.command()
@click.option(
    "--from",
    "file",
    type=click.File(encoding="utf-8", errors="replace"),
    help="Other texts than those that are kept: one a line; - for standard input.",
)
@click.option("--clusters", type=click.IntRange(1, 1000), default=10, help="So many at most, the biggest first.")
@click.option("--json", "as_json", is_flag=True, help="All groups as one JSON object.")
@friendly
def suggest(file: TextIO | None, clusters: int, as_json: bool) -> None:
    """What was not understood, put together by what it says, for whoever extends data/nlu. Everything is masked: no
    digits, no names. Shows how many there are of each, and the three messages nearest to the middle. What is understood
    by now, because it was learnt since, is left out.
    """
    from loket import suggest as work

    understand = _understand()
    texts = work.of_lines(file, understand) if file else work.of_kept(understand)
    found = work.grouped(texts, understand)
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        click.echo("\n".join(work.told(found, clusters)))


def _understand() -> "Embedded":
    """The embedded engine; it learns first where it has not, or not from the data as it is now."""
    from loket import areas, understanding

    config = read_config(read_environment().config)
    if not understanding.fresh(config):
        click.echo("Learning first, from data/nlu: some 20 seconds, once.", err=True)
        understanding.train(config, _told)
    return understanding.embedded(config, areas.load(ROOT / "data" / "areas"))


def _plain(text: str, meaning: "Meaning") -> dict[str, object]:
    entities = [
        {"entity": found.entity, "value": found.value}
        | ({OTHER[found.entity]: found.other} if found.other and found.entity in OTHER else {})
        for found in meaning.entities
    ]
    return {
        "text": text,
        "language": meaning.language,
        "intent": meaning.intent,
        "confidence": round(meaning.confidence, 4),
        "top": [[intent, round(chance, 4)] for intent, chance in meaning.top],
        "outcome": meaning.outcome,
        "entities": entities,
    }


def _told(what: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"  {what} ...", err=True)


def _table(found: "Report") -> Iterator[str]:
    yield "style           n  right  macro-F1  first 3  wrong  sent away  caught  weakest"
    for row in found.rows:
        yield (
            f"{row.style:12} {row.examples:5}  {row.accuracy:5.3f}     {row.macro_f1:5.3f}    {row.first_three:5.3f}"
            f"  {row.wrong:5.3f}      {row.sent_away:5.3f}   {row.caught:5.3f}  {row.weakest} {row.weakest_recall:.2f}"
        )
    yield "\nmost often confused: " + ", ".join(f"{one} as {other} {n}" for one, other, n in found.confused[:8])
    yield "chance given / right: " + ", ".join(f"{given:.2f}/{right:.2f}" for given, right, _ in found.calibration)
    yield "threshold / outside caught / ours sent away: " + ", ".join(
        f"{at:.2f}/{caught:.2f}/{away:.2f}" for at, caught, away in found.curve[::4]
    )
