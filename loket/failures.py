"""What goes wrong at the command line, said in a sentence instead of a traceback."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import click
from sqlalchemy.exc import ArgumentError, OperationalError

from bot.texts import CatalogueError
from loket.config import ConfigError
from loket.scenario import ScenarioError
from store.seal import SealError

P = ParamSpec("P")


class NotReady(Exception):
    """Something has to be done first; the text says what."""


def friendly(command: Callable[P, None]) -> Callable[P, None]:
    """Turns the failures that an operator can mend into one line and exit code 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (NotReady, ConfigError, SealError, CatalogueError, ScenarioError, FileExistsError) as error:
            raise click.ClickException(str(error)) from None
        except ArgumentError:
            raise click.ClickException("LOKET_DATABASE_URL is not the address of a database.") from None
        except OperationalError:
            raise click.ClickException("The database does not answer. Look at LOKET_DATABASE_URL.") from None

    return run
