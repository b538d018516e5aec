"""Plays files side by side, shows how far they are, and reports for people, programs and CI."""

import random
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from xml.etree import ElementTree

import click
import msgspec

from loket.scenario import ScenarioError
from loket.scenario.lines import Keys
from loket.scenario.player import Outcome, Player
from loket.scenario.script import Scenario, read

SUFFIXES = {".yml", ".yaml"}


def files(paths: Sequence[Path]) -> list[Path]:
    """The files, and those of the folders. ScenarioError where there is none."""
    found = [each for path in paths for each in (_in(path) if path.is_dir() else [path])]
    if not found:
        raise ScenarioError("no scenarios: name files, or a folder with *.yml in it")
    return found


def play(scenarios: Sequence[Scenario], url: str, keys: Keys, jobs: int, seed: int | None = None) -> Iterator[Outcome]:
    """Each as it ends. `seed`: the same made-up people again."""
    from loket.check import catalogue_of
    from loket.config import read_config, read_environment

    catalogue = catalogue_of(read_config(read_environment().config))
    dice = random.Random(seed)  # noqa: S311  Made-up people need not be secret.
    players = [
        Player(scenario, url.rstrip("/"), keys, catalogue, random.Random(dice.getrandbits(64)))  # noqa: S311
        for scenario in scenarios
    ]
    with ThreadPoolExecutor(jobs) as pool:
        for done in as_completed([pool.submit(player.play) for player in players]):
            yield done.result()


def run(paths: Sequence[Path], url: str, keys: Keys, jobs: int, as_json: bool, junit: Path | None) -> int:
    """Play them all; 1 where one has failed. ScenarioError where a file cannot be read."""
    scenarios = [read(path) for path in files(paths)]
    outcomes = []
    with click.progressbar(
        length=len(scenarios), label="Playing", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        for outcome in play(scenarios, url, keys, jobs):
            outcomes.append(outcome)
            bar.update(1)
    outcomes.sort(key=lambda outcome: outcome.file)
    if junit:
        junit.parent.mkdir(parents=True, exist_ok=True)
        junit.write_bytes(as_junit(outcomes))
    if as_json:
        click.echo(msgspec.json.encode({"scenarios": outcomes, "failed": sum(not each.ok for each in outcomes)}))
    else:
        for outcome in outcomes:
            _show(outcome)
        passed, turns = sum(each.ok for each in outcomes), sum(each.turns for each in outcomes)
        click.echo(f"{passed} of {len(outcomes)} scenarios as expected, {turns} requests.")
    return int(not all(each.ok for each in outcomes))


def as_junit(outcomes: Sequence[Outcome]) -> bytes:
    """The report that CI systems read."""
    failed = sum(not each.ok for each in outcomes)
    seconds = f"{sum(each.seconds for each in outcomes):.3f}"
    suite = ElementTree.Element(
        "testsuite", name="loket scenario", tests=str(len(outcomes)), failures=str(failed), errors="0", time=seconds
    )
    for each in outcomes:
        case = ElementTree.SubElement(
            suite, "testcase", classname=each.file, name=each.name, time=f"{each.seconds:.3f}"
        )
        if not each.ok:
            what = _printable(f"step {each.step}: {each.what}")
            ElementTree.SubElement(case, "failure", message=what, type="expectation").text = _printable(each.difference)
    report: bytes = ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True)
    return report


def _printable(text: str) -> str:
    """Without the signs that no XML may hold, which a page from a strange server may."""
    return "".join(sign if sign in "\n\t" or sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def _show(outcome: Outcome) -> None:
    mark = click.style("ok    ", fg="green") if outcome.ok else click.style("FAILED", fg="red")
    click.echo(f"{mark} {outcome.name} ({outcome.file}, {outcome.seconds:.1f} s)")
    if not outcome.ok:
        click.echo(f"       step {outcome.step}: {outcome.what}")
        for text in outcome.difference.splitlines():
            click.secho(f"       {text}", fg={"-": "red", "+": "green"}.get(text[:1]))


def _in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)
