"""What `loket check` looks over before anybody dials: the sentences, and every screen of every flow."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

import click
import msgspec

from bot.areas import Gazetteer
from bot.filed import Standing
from bot.flows.menu import BY_MESSAGE, SERVICES, UNSHOWN
from bot.notices import ABOUT
from bot.run import Engine
from bot.stages import LABELS, SENTENCES
from bot.texts import BASE, Catalogue
from bot.understanding import INTENTS, PROGRAMS
from bot.updates import Kind
from loket import areas, texts
from loket.config import ROOT, Config
from loket.engine import ALWAYS, build
from loket.graph import Graph
from loket.judge import Judge, Measure
from loket.screens import smallest
from loket.walks import Walked, in_turn, side_by_side

WORDERS = ("bot", "store", "loket")  # The packages that word sentences.
# Sentences that are put together from a name and a word of a closed set.
REASONS = str.split(
    "income_above asset_land civil_servant decile_above duplicate_family nik_inactive outside_area other"
)
FAMILIES = {
    "obj.": tuple(standing.value for standing in Standing),
    "slot.": ("morning", "midday", "afternoon", "any"),
    "place.": ("home", "home_ill", "hall", "office", "pay"),
    "sex.": ("male", "female"),
    "reason.": tuple(REASONS),
    "about.": tuple(dict.fromkeys(ABOUT.values())),
    "field.": tuple(Kind),
    "ag.place.": ("home", "hall"),
    "meant.": tuple(intent for intent, led in INTENTS.items() if led.offered),
    "info.prog.": PROGRAMS,
}


INTENT = re.compile(r"^\s*- intent: *(\w+)", re.MULTILINE)
# What is never on a screen by itself: messages, words within other sentences, and apologies of the rims.
WITHIN = re.compile(
    r"(about|date|evt|field|name|nav|place|prog|sex|slot|unknown|wa)\.|status\.label\.|reason\.(?!explain)"
    r"|ag\.(when_|place\.|row$|number$|sla_warning$)"
    r"|err\.(prefix|not_saved|unknown)$|main\.more$|meant\.|talk\.(hello|welcome)$|info\.safe$|lang\.(name|switch)$"
)


class Totals(msgspec.Struct):
    """How much was looked over, for whoever keeps count of it."""

    flows: int = 0
    screens: int = 0
    ways: int = 0
    pages: int = 0
    longest: dict[str, dict[str, Measure]] = {}  # By channel and language.


@dataclass(frozen=True, slots=True)
class Report:
    """`errors`: people would see something wrong. `notes`: what is still to be done about the words."""

    errors: tuple[str, ...]
    notes: tuple[str, ...]
    totals: Totals = field(default_factory=Totals)


Seen = Callable[[], Iterable[Walked] | None]


def check(
    config: Config, catalogue: Catalogue, gazetteer: Gazetteer, now: datetime, seen: Seen = lambda: None
) -> Report:
    """Look over the sentences and walk through the flows that the configuration switches on. `now`: aware UTC.

    `seen` may walk elsewhere, once it is known that every sentence is written.
    """
    used = sorted(sentences(config))
    unwritten = [f"{id} is used, but not written" for id in used if not catalogue.has(BASE, id)]
    errors, notes = [*catalogue.complaints(), *unwritten], []
    on_menu = {*SERVICES.values(), *UNSHOWN.values(), *BY_MESSAGE}
    errors += [f"{intent}: nothing in bot/understanding.py says what it leads to" for intent in _unled()]
    errors += [f"{name}: the menu has no number for it" for name in config.services if name not in on_menu]
    for language in config.languages:
        foreign = [id for id in used if catalogue.has(BASE, id) and not catalogue.has(language, id)]
        errors += [f"{language} {id}: a talk would fall into Indonesian" for id in foreign]
        others = len(catalogue.standing_in(language)) - len(foreign)
        if others:
            notes.append(f"{language}: {others} sentences of services that are switched off are in Indonesian")
        if waiting := len(catalogue.unreviewed(language)):
            notes.append(f"{language}: {waiting} sentences wait for a native reader")
    if unwritten:
        return Report(tuple(errors), tuple(notes))
    engine = build(config, catalogue, gazetteer)
    judge = Judge(engine, config.languages, smallest(config))
    graph, faults = rehearse(engine, now, judge, seen())
    shown = {place.sentence for place in graph.places}
    if unseen := [id for id in used if id not in shown and not WITHIN.match(id)]:
        notes.append(f"used in the code, but on no screen of the rehearsal: {', '.join(unseen)}")
    return Report((*errors, *faults), tuple(notes), _totals(engine, graph, judge))


def _unled() -> list[str]:
    """The intents of the training data that would lead nowhere."""
    files = (ROOT / "data" / "nlu").rglob("*.yml")
    named = {intent for path in files for intent in INTENT.findall(path.read_text("utf-8"))}
    return sorted(named - INTENTS.keys())


def rehearse(
    engine: Engine, now: datetime, judge: Judge, seen: Iterable[Walked] | None = None
) -> tuple[Graph, list[str]]:
    """Walk through everything, unless it was `seen` already. What there is, and what is wrong with it."""
    graph, faults = Graph(), dict[str, None]()
    for walked in in_turn(engine, judge, now) if seen is None else seen:
        graph.join(walked.graph)
        judge.join(walked.judged, walked.measures)
        faults |= dict.fromkeys(walked.faults)
    unvisited = engine.world.services - {place.flow for place in graph.places}
    lost = (f"{flow}: no way leads there" for flow in sorted(unvisited))
    return graph, [*faults, *judge.faults, *dict.fromkeys(graph.faults()), *lost]


def _totals(engine: Engine, graph: Graph, judge: Judge) -> Totals:
    longest: dict[str, dict[str, Measure]] = {}
    for (channel, language), measure in judge.measures.items():
        longest.setdefault(channel.value, {})[language] = measure
    pages = sum(measure.pages for measure in judge.measures.values())
    return Totals(len(engine.flows), len(graph.places), len(graph.ways), pages, longest)


def sentences(config: Config) -> set[str]:
    """The names of all sentences that the code of what is switched on uses."""
    of_stages = {*LABELS.values(), *SENTENCES.values()}
    return of_stages | {id for path in _modules(config) for id in _named(path)}


def run(config: Config, now: datetime | None = None, as_json: bool = False) -> int:
    """Print what was found; 1 where something has to be mended."""
    from loket.service import now as clock

    now = now or clock()
    gazetteer = areas.load(ROOT / "data" / "areas")
    report = check(config, catalogue_of(config), gazetteer, now, lambda: side_by_side(config, now))
    if as_json:
        click.echo(msgspec.json.encode(report))
        return int(bool(report.errors))
    for note in report.notes:
        click.echo(f"note: {note}")
    for error in report.errors:
        click.secho(f"error: {error}", fg="red")
    for line in _table(report.totals):
        click.echo(line)
    click.echo("Something is wrong on people's screens." if report.errors else "Every screen is as it should be.")
    return int(bool(report.errors))


def catalogue_of(config: Config) -> Catalogue:
    """The sentences as people read them, with the numbers to dial in them."""
    numbers = config.numbers
    return texts.load(config.languages, constants={"ussd": numbers.ussd, "sms": numbers.sms, "call": numbers.call})


def _table(totals: Totals) -> Iterator[str]:
    if not totals.screens:
        return
    yield f"{totals.flows} flows, {totals.screens} screens, {totals.ways} ways between them, {totals.pages} pages"
    for channel, languages in totals.longest.items():
        longest = ", ".join(f"{name} {m.longest} ({m.sentence})" for name, m in languages.items())
        yield f"longest on {channel}: {longest}"


def _modules(config: Config) -> Iterator[Path]:
    """Every module that words sentences, but for the flows that are switched off."""
    on = {*ALWAYS, *config.services, "__init__"}
    for package in WORDERS:
        for path in sorted((ROOT / package).rglob("*.py")):
            if path.parent.name != "flows" or path.stem in on:
                yield path


@cache
def _id() -> re.Pattern[str]:
    """How a sentence's name looks: the sections are those that have sentences in Indonesian."""
    written = (texts.DATA / "texts" / f"{BASE}.yml").read_text("utf-8")
    sections = sorted(set(re.findall(r"^([a-z]+)\.", written, re.MULTILINE)))
    return re.compile(rf"({'|'.join(sections)})(\.[a-z0-9_]+)+")


def _named(path: Path) -> Iterator[str]:
    """The sentences that stand in a module by name, and those of the families that it puts together."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Constant(value=str(id)) if _id().fullmatch(id):
                yield id
            case ast.JoinedStr(values=[ast.Constant(value=str(prefix)), *_]):
                yield from (prefix + word for word in FAMILIES.get(prefix, ()))
            case _:
                pass
