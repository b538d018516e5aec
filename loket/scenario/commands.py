"""The commands `loket scenario run` and `loket scenario record`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loket.failures import friendly

if TYPE_CHECKING:
    from loket.scenario.lines import Keys


@click.group()
def scenario() -> None:
    """Conversations as files: played against a running server, and recorded from a phone."""


@scenario.command("run")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True), metavar="FILE…")
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="A running Loket, such as the demo.")
@click.option("--token", default="demo", show_default=True, help="The secret last part of the gateways' paths.")
@click.option("--jobs", type=click.IntRange(min=1), default=4, show_default=True, help="How many are played at a time.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), help="Write a report for CI there.")
@friendly
def scenario_run(paths: tuple[Path, ...], url: str, token: str, jobs: int, as_json: bool, junit: Path | None) -> None:
    """Play conversations over the gateways' own forms; exit code 1 where one goes otherwise.

    FILE is a file or a folder of them. A step is one thing that happens, and what is seen after it:

    \b
        language: id
        steps:
          - dial: ""                          # behind the number, as 1*1; nothing: the number alone
            expect: {sentence: lang.choose}   # of data/texts, whatever stands in its places
          - type: ["1", "1", "1", "1"]
          - type: ${nik}                      # somebody who does not exist, new in each run
          - type: [SITI, kemiren, "1", "1"]
            expect: {contains: Tersimpan, save: {ref: "([0-9-]{14})"}}
          - repeat: 2                         # the gateway sends it again: the same answer
          - hang_up: true
          - wait: {contains: "${ref}"}        # a message to this phone
          - {on: neighbour, dial: "2*${ref}"} # another phone

    Steps: dial, type, hang_up, drop, repeat, late, reorder, write, press, attach, wait, desk, expect. An expectation
    has contains, lacks, equals, matches, sentence, ends and save. `wait` asks /simulator/messages of the demo until
    `within` seconds. `ussd:` beside `steps:` is africastalking, a style of data/gateways, or name=style for a
    connection of that name. `by:`, there or in a step, is sms/africastalking, sms/twilio, whatsapp/twilio or
    whatsapp/cloudapi; press and attach (image, audio, location) are WhatsApp's. `phones: {me: none}` shows WhatsApp no
    number. What Twilio and Meta sign by is LOKET_TWILIO_* and LOKET_CLOUDAPI_* where they are set, else the demo's.
    """
    from loket.scenario.run import run

    sys.exit(run(paths, url, _keys(url, token), jobs, as_json, junit))


@scenario.command("record")
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="A running Loket, such as the demo.")
@click.option("--token", default="demo", show_default=True, help="The secret last part of the gateway's path.")
@click.option("--phone", default="", help="A number, in the form +62…; without it a new one.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write there instead of to the terminal.")
@friendly
def scenario_record(url: str, token: str, phone: str, out: Path | None) -> None:
    """Hold a phone in the terminal, and write down what was done and seen as a scenario.

    It is the phone of `loket sim`; what it typed and every page it saw become steps. Lines that are piped in are typed.
    """
    from loket.scenario.record import main as run

    run(url, token, phone, out)


def _keys(url: str, token: str) -> "Keys":
    """The accounts of the environment, as the server has them; without them, the demo's."""
    from loket.config import read_environment
    from loket.scenario.lines import Keys

    known, demo = read_environment(), Keys()
    return Keys(
        token,
        known.public_url or url,
        known.twilio_account or demo.twilio_account,
        known.twilio_auth_token or demo.twilio_token,
        known.cloudapi_number or demo.meta_number,
        next(iter(known.cloudapi_app_secrets), demo.meta_secret),
    )
