"""The messages that could not be taken: listed without a word of them, and taken again by an operator."""

import json
from datetime import UTC, datetime

import click

from bot.messages import Channel
from loket import log
from loket.config import read_config, read_environment
from loket.failures import NotReady
from loket.service import Service, compose
from sms.segments import answers
from store.migrate import missing
from store.untaken import UntakenMessages
from whatsapp.buttons import fit as fit_whatsapp

logger = log.get("loket.messages")


def untaken(as_json: bool) -> None:
    """How often each has failed, and since when; neither who wrote it nor what."""
    service = _service()
    try:
        found = UntakenMessages(service.database, service.sealer).all()
    finally:
        service.database.close()
    rows = [
        {"gateway": each.gateway, "tries": each.tries, "since": datetime.fromtimestamp(each.at / 1000, UTC).isoformat()}
        for each in found
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(f"{row['since']}  {row['gateway']:<16} failed {row['tries']} times")
    click.echo(f"{len(rows)} messages wait.")


def replay() -> None:
    """Take all of them again; what was taken meanwhile counts once."""
    service = _service()
    try:
        done, left = replay_in(service)
    finally:
        service.database.close()
    click.echo(f"{done} messages are answered, {left} failed again.")


def replay_in(service: Service) -> tuple[int, int]:
    """How many were taken, and how many still cannot be."""
    kept = UntakenMessages(service.database, service.sealer)
    fits = {Channel.SMS: answers(), Channel.WHATSAPP: fit_whatsapp()}
    done = left = 0
    for each in kept.all():
        try:
            service.desk.accept(each.inbound, fits[each.inbound.channel])
        except Exception as error:  # One that fails again holds up no other.
            logger.error("message not taken", gateway=each.gateway, **log.failure(error))
            left += 1
        else:
            kept.taken(each.inbound)
            done += 1
    return done, left


def _service() -> Service:
    environment = read_environment()
    service = compose(read_config(environment.config), environment)
    if missing(service.database):
        service.database.close()
        raise NotReady("The database lacks migrations. Run: loket migrate")
    return service
