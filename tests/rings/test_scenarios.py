"""The scenarios that are shipped, against the demo as `make run` starts it, over the gateways' own forms."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.callers import Wire
from support.junit import cases_of
from support.server import until

from loket.bench.servers import free_port
from loket.config import ROOT

pytestmark = [pytest.mark.ring, pytest.mark.xdist_group("servers")]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("demo"), free_port()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  Our own interpreter.
            [sys.executable, "-m", "loket", "demo", "--port", str(port), "--dir", str(folder / "demo")],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        with Wire(port) as wire:
            until(lambda: wire.send("GET", "/readyz")[0] == 200, "the demo did not start", patience=60)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_every_scenario_goes_as_expected(demo: str, tmp_path: Path) -> None:
    report = tmp_path / "junit.xml"
    command = [sys.executable, "-m", "loket", "scenario", "run", "scenarios", "--url", demo, "--json"]
    done = subprocess.run([*command, "--junit", str(report)], cwd=ROOT, capture_output=True, check=False, timeout=300)  # noqa: S603
    result = json.loads(done.stdout)
    failed = [each for each in result["scenarios"] if each["what"]]
    assert not failed, "\n".join(
        f"{each['file']} step {each['step']}: {each['what']}\n{each['difference']}" for each in failed
    )
    assert done.returncode == 0
    assert len(result["scenarios"]) == len(list((ROOT / "scenarios").glob("*.yml")))
    assert [case.get("name") for case in cases_of(report.read_bytes())] == [
        each["name"] for each in result["scenarios"]
    ]


def test_what_the_terminal_recorded_is_played_again(demo: str, tmp_path: Path) -> None:
    """By somebody else, with another NIK: what was seen is seen again."""
    recorded = tmp_path / "recorded.yml"
    typed = ":call\n1\n1\n1\n1\n3510990203640091\n:repeat\nSITI\nkemiren\n1\n1\n2\n:call\n2\n0091\n:quit\n"
    command = [sys.executable, "-m", "loket", "scenario", "record", "--url", demo, "--out", str(recorded)]
    subprocess.run(command, cwd=ROOT, input=typed, text=True, capture_output=True, check=True, timeout=60)  # noqa: S603
    said = recorded.read_text()
    assert "3510990203640091" not in said
    assert "2 Cek status" in said  # An option is no date.
    command = [sys.executable, "-m", "loket", "scenario", "run", str(recorded), "--url", demo]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=120)  # noqa: S603
    assert done.returncode == 0, done.stdout.decode()
