"""`make rasa`: the steps of this folder from the command line."""

import ctypes
import os
import platform
import signal
import socket
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec

import click

from nlu.rasa import steps

SET_PARENT_DEATH_SIGNAL = 1
P = ParamSpec("P")


def of_a_model(command: Callable[Concatenate[steps.Place, P], None]) -> Callable[..., None]:
    """What it learns, from where to where; and what is missing is said in a sentence."""

    @click.option("--config", type=click.Path(path_type=Path), default=steps.CONFIG, help="Not config.yml.")
    @click.option("--nlu", type=click.Path(path_type=Path), default=steps.DATA, help="Not data/nlu.")
    @click.option("--var", type=click.Path(path_type=Path), default=steps.VAR, help="Not var/rasa.")
    @wraps(command)
    def run(config: Path, nlu: Path, var: Path, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(steps.Place(config.resolve(), nlu.resolve(), var.resolve()), *args, **kwargs)
        except steps.Missing as missing:
            raise click.ClickException(str(missing)) from None

    return run


@click.group()
def rasa() -> None:
    """A real Rasa beside Loket. `serve` does what has to be done before it."""


@rasa.command()
@click.option("--optional", is_flag=True, help="Where it cannot be, say so and be content.")
def install(optional: bool) -> None:
    """Set up its environment in var/rasa/venv, with a Python 3.10."""
    try:
        steps.install(_told)
    except steps.Missing as missing:
        if not optional:
            raise click.ClickException(str(missing)) from None
        click.echo(f"Rasa: {missing}", err=True)


@rasa.command()
@of_a_model
def train(place: steps.Place) -> None:
    """Let it learn from data/nlu by config.yml, where it has not."""
    click.echo(steps.train(steps.install(_told), _told, place))


@rasa.command()
@click.option("--port", default=5005, show_default=True, type=click.IntRange(1, 65535))
@of_a_model
def serve(place: steps.Place, port: int) -> None:
    """Serve it on loopback, until this is ended."""
    with socket.socket() as other:
        if other.connect_ex(("127.0.0.1", port)) == 0:
            raise steps.Missing(f"port {port} is taken; RASA_PORT=another make rasa")
    folder = steps.install(_told)
    command = steps.server(folder, steps.train(folder, _told, place), port)
    click.echo("In half a minute Rasa answers; Ctrl-C ends it. Where Loket is started:")
    click.echo(f"  LOKET_RASA_URL=http://127.0.0.1:{port}")
    sys.stdout.flush()
    _die_with_parent()
    os.chdir(place.var)
    os.execve(command[0], command, steps.environment(place, "WARNING"))  # noqa: S606  In place of this process.


def _die_with_parent() -> None:
    """Who kills `make` has killed the server, too: what takes the place of this process keeps to it."""
    if platform.system() == "Linux":
        ctypes.CDLL(None, use_errno=True).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def _told(what: str) -> None:
    if not what.startswith("Epochs"):
        click.echo(what, err=True)
    elif sys.stderr.isatty():
        click.echo(f"\r{what}", err=True, nl="100%" in what)


if __name__ == "__main__":
    rasa()
