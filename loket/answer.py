"""`loket nlu answer`: how a talk would read what people answer, a line each."""

import sys
from collections.abc import Iterable, Iterator

import click

from bot import answers
from loket.failures import friendly

QUESTIONS = ("nik", "birth_date", "name", "village", "yes_no", "phone", "program", "language")
INVALID = "INVALID"


@click.command("answer")
@click.option("--question", type=click.Choice(QUESTIONS), required=True, help="What was asked.")
@friendly
def answer(question: str) -> None:
    """Read one answer a line from standard input; print its normal form, or INVALID. Nothing is kept."""
    for value in read(question, sys.stdin):
        click.echo(value)


def read(question: str, lines: Iterable[str]) -> Iterator[str]:
    """The normal form of each line."""
    from bot.windows import local_day
    from loket import areas
    from loket.config import ROOT, read_config, read_environment
    from loket.service import now

    home = read_config(read_environment().config).home
    reader = answers.readers(areas.load(ROOT / "data" / "areas"), home, local_day(now(), home))[question]
    for line in lines:
        yield reader(line.rstrip("\n")) or INVALID
