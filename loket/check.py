"""What `loket check` looks over before anybody dials: the sentences, and every screen of every flow."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from bot.areas import Gazetteer
from bot.notices import ABOUT
from bot.stages import LABELS, SENTENCES
from bot.texts import BASE, Catalogue
from bot.updates import Kind
from loket import areas, rehearse, texts
from loket.config import ROOT, Config
from loket.engine import ALWAYS, build
from loket.screens import smallest

WORDERS = ("bot", "store", "loket")  # The packages that word sentences.
SECTIONS = str.split(
    "about ask assist data date delete err evt field info lang main name nav pay place prog reason reg rep resume sex"
    " slot sms status stop unknown visit who withdraw"
)
ID = re.compile(rf"({'|'.join(SECTIONS)})(\.[a-z0-9_]+)+")
# Sentences that are put together from a name and a word of a closed set.
REASONS = str.split("income_above asset_land civil_servant duplicate_family nik_inactive outside_area other")
FAMILIES = {
    "slot.": ("morning", "midday", "afternoon", "any"),
    "place.": ("home", "home_ill", "hall", "office", "pay"),
    "sex.": ("male", "female"),
    "reason.": tuple(REASONS),
    "about.": tuple(dict.fromkeys(ABOUT.values())),
    "field.": tuple(Kind),
}


@dataclass(frozen=True, slots=True)
class Report:
    """`errors`: people would see something wrong. `notes`: what is still to be done about the words."""

    errors: tuple[str, ...]
    notes: tuple[str, ...]


def check(config: Config, catalogue: Catalogue, gazetteer: Gazetteer, now: datetime) -> Report:
    """Look over the sentences and walk through the flows that the configuration switches on. `now`: aware UTC."""
    used = sorted(sentences(config))
    unwritten = [f"{id} is used, but not written" for id in used if not catalogue.has(BASE, id)]
    errors, notes = [*catalogue.complaints(), *unwritten], []
    for language in config.languages:
        foreign = [id for id in used if catalogue.has(BASE, id) and not catalogue.has(language, id)]
        errors += [f"{language} {id}: a talk would fall into Indonesian" for id in foreign]
        others = len(catalogue.standing_in(language)) - len(foreign)
        if others:
            notes.append(f"{language}: {others} sentences of services that are switched off are in Indonesian")
        if waiting := len(catalogue.unreviewed(language)):
            notes.append(f"{language}: {waiting} sentences wait for a native reader")
    if not unwritten:
        limit = smallest(config)
        errors += rehearse.complaints(build(config, catalogue, gazetteer), config.languages, limit, now)
    return Report(tuple(errors), tuple(notes))


def sentences(config: Config) -> set[str]:
    """The names of all sentences that the code of what is switched on uses."""
    of_stages = {*LABELS.values(), *SENTENCES.values()}
    return of_stages | {id for path in _modules(config) for id in _named(path)}


def run(config: Config, now: datetime | None = None) -> int:
    """Print what was found; 1 where something has to be mended."""
    from loket.service import now as clock

    numbers = config.numbers
    constants = {"ussd": numbers.ussd, "sms": numbers.sms, "call": numbers.call}
    catalogue = texts.load(config.languages, constants=constants)
    report = check(config, catalogue, areas.load(ROOT / "data" / "areas"), now or clock())
    for note in report.notes:
        click.echo(f"note: {note}")
    for error in report.errors:
        click.secho(f"error: {error}", fg="red")
    click.echo("Something is wrong on people's screens." if report.errors else "Every screen is as it should be.")
    return int(bool(report.errors))


def _modules(config: Config) -> Iterator[Path]:
    """Every module that words sentences, but for the flows that are switched off."""
    on = {*ALWAYS, *config.services, "__init__"}
    for package in WORDERS:
        for path in sorted((ROOT / package).rglob("*.py")):
            if path.parent.name != "flows" or path.stem in on:
                yield path


def _named(path: Path) -> Iterator[str]:
    """The sentences that stand in a module by name, and those of the families that it puts together."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Constant(value=str(id)) if ID.fullmatch(id):
                yield id
            case ast.JoinedStr(values=[ast.Constant(value=str(prefix)), *_]):
                yield from (prefix + word for word in FAMILIES.get(prefix, ()))
            case _:
                pass
