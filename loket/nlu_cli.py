"""`loket nlu`: what is understood of people's own words."""

import click

from loket.answer import answer


@click.group()
def nlu() -> None:
    """Understanding what people write in their own words."""


nlu.add_command(answer)
