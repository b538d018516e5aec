"""What operators do for people's rights, and against keeping too long: show, erase, forget by age, see what waits."""

import getpass
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from bot.identity import Reference
from loket.config import Config, read_config, read_environment
from loket.failures import NotReady
from loket.service import now as clock
from store import audit
from store.database import Database
from store.erasure import Erasure
from store.export import export as exported
from store.migrate import missing
from store.outbox import enqueue
from store.retention import Periods, Retention
from store.seal import Sealer, load_keys
from store.subject_requests import Request, SubjectRequests


@dataclass(frozen=True, slots=True)
class Books:
    """The database, and what opens it."""

    config: Config
    database: Database
    sealer: Sealer


@contextmanager
def books() -> Iterator[Books]:
    """Raises NotReady where the database lacks migrations."""
    environment = read_environment()
    config, sealer = read_config(environment.config), load_keys(environment.keys_file)
    database = Database(environment.database_url)
    try:
        if missing(database):
            raise NotReady("The database lacks migrations. Run: loket migrate")
        yield Books(config, database, sealer)
    finally:
        database.close()


def export(ref: str, out: Path | None) -> None:
    """To standard output, or to a new file that only its owner can read."""
    with books() as kept:
        contact, _ = _known(kept, ref)
        found = exported(kept.database, kept.sealer, contact, actor(), clock())
    document = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    if out is None:
        click.echo(document, nl=False)
        return
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(document)
    click.echo(f"All that is kept is in {out} (mode 0600).", err=True)


def erase(ref: str, sure: bool) -> None:
    """Erase a registration; where nothing else is left of its contact, the contact too."""
    with books() as kept:
        contact, case = _known(kept, ref)
        about = f"registration {Reference(case).shown}" if case else "all that is kept about this contact"
        if not sure:
            click.confirm(f"This erases {about}, for good. Go on?", abort=True)
        requests, erasure, now = SubjectRequests(kept.database), Erasure(kept.database, kept.sealer), clock()
        with kept.database.write() as connection:
            audit.note(connection, actor(), "erase", contact, now)
        request = requests.ask(contact, "delete", case, now)
        if erasure.on_its_way(contact, case):
            with kept.database.write() as connection:
                enqueue(connection, f"erase:{request.id}", "privacy.erase", request.id, now)
            click.echo("It is on its way to the portal just now. The worker erases it as soon as it has arrived.")
            return
        erasure.fulfil(request.id, now)
        requests.settle_held(contact, case, now)
    click.echo(f"Erased: {about}. What the portal has of it, the worker asks it to delete.")


def retention(dry_run: bool, as_json: bool) -> None:
    """Forget what is older than the periods of config.yml."""
    with books() as kept:
        work, now = Retention(kept.database, kept.sealer, periods(kept.config)), clock()
        due = work.due(now)
        done = due
        if not dry_run:
            with click.progressbar(length=max(1, sum(due.values())), label="Forgetting", file=sys.stderr) as bar:
                done = work.forget(now, lambda name, count: bar.update(count))
    if as_json:
        click.echo(json.dumps({"dry_run": dry_run, "forgotten": dict(done)}))
        return
    for name, count in done.items():
        click.echo(f"{name:14} {count:>8}")
    click.echo("Nothing was changed." if dry_run else "Done.")


def requests(late: bool, as_json: bool) -> None:
    """What people have asked for and wait for, the most urgent first."""
    with books() as kept:
        now = clock()
        waiting = [each for each in SubjectRequests(kept.database).waiting() if each.late(now) or not late]
    if as_json:
        click.echo(json.dumps([_row(each, now) for each in waiting]))
        return
    for each in waiting:
        row = _row(each, now)
        line = f"{row['ref']}  {each.kind:9}{each.about:10}{each.state:6}due {each.due_at:%Y-%m-%d %H:%M} UTC"
        click.secho(f"{line}  LATE" if row["late"] else line, fg="red" if row["late"] else None)
    click.echo(f"{len(waiting)} waiting, {sum(each.late(now) for each in waiting)} late.", err=True)


def periods(config: Config) -> Periods:
    kept = config.retention
    return Periods(
        kept.pages, kept.inbox, kept.events, kept.sessions, kept.jobs, kept.messages, kept.months, kept.unclear
    )


def _known(kept: Books, ref: str) -> tuple[str, str]:
    """Whose number this is, and the registration behind it. Raises NotReady."""
    try:
        number = str(Reference(re.sub(r"\D", "", ref)))
    except ValueError:
        raise NotReady("A number has 12 digits, and the last one checks the others: look at it again.") from None
    found = SubjectRequests(kept.database).contact_of(number)
    if found is None:
        raise NotReady("Nothing is kept under this number.")
    return found


def _row(request: Request, now: datetime) -> dict[str, object]:
    return {
        "ref": Reference(request.ref).shown,
        "kind": request.kind,
        "about": request.about,
        "case": Reference(request.case).shown if request.case else "",
        "channel": request.channel,
        "state": request.state,
        "asked_at": request.asked_at.isoformat(),
        "due_at": request.due_at.isoformat(),
        "late": request.late(now),
    }


def actor() -> str:
    return f"cli:{getpass.getuser()}"[:40]
