"""Runs the measurements and prints them, for people or for programs."""

import json
import tempfile
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from loket.bench import load, servers
from loket.bench import processes as usage
from loket.bench.pure import advances_per_s
from loket.serve import THREADS_POSTGRESQL, THREADS_SQLITE


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `ratio`: to the empty route of the same run; p99 at half load is measured apart."""

    name: str
    turns_per_s: float
    ratio: float
    p50_ms: float
    p99_ms: float
    p99_half_load_ms: float
    cpu_us: float
    memory_mb: float
    start_s: float
    failed: int


def run(seconds: int, as_json: bool) -> None:
    rows: list[Row] = []
    for processes in (1, 2):
        rows += _pair("sqlite", processes, seconds)
    try:
        for processes in (1, 2):
            rows += _pair("postgresql", processes, seconds)
    except OSError as error:
        click.echo(f"postgresql: skipped, {error}", err=True)
    pure = advances_per_s(seconds / 2)
    if as_json:
        click.echo(json.dumps({"runs": [asdict(row) for row in rows], "advance_per_s": round(pure)}))
        return
    click.echo(table(rows))
    click.echo(f"\npure advance(): {pure:,.0f} a second on one core")


def table(rows: list[Row]) -> str:
    head = "| run | turns/s | ratio | p50 ms | p99 ms | p99 at half load | CPU us a turn | MB | start s | failed |"
    lines = [head, "|---|---|---|---|---|---|---|---|---|---|"]
    for r in rows:
        lines.append(
            f"| {r.name} | {r.turns_per_s:,.0f} | {r.ratio:.2f} | {r.p50_ms:.1f} | {r.p99_ms:.1f} | "
            f"{r.p99_half_load_ms:.1f} | {r.cpu_us:.0f} | {r.memory_mb:.0f} | {r.start_s:.2f} | {r.failed} |"
        )
    return "\n".join(lines)


def _pair(kind: str, processes: int, seconds: int) -> list[Row]:
    """The empty route before and after the turns, so that what else the machine does falls on both."""
    name = f"{kind}, {processes} process{'es' if processes > 1 else ''}"
    threads = THREADS_SQLITE if kind == "sqlite" else THREADS_POSTGRESQL
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder / 'bench.db'}" if kind == "sqlite" else stack.enter_context(servers.postgresql())
        idle = stack.enter_context(servers.empty(processes, threads))
        busy = stack.enter_context(servers.loket(folder, url, processes))
        for server in (idle, busy):
            load.run(server.port, servers.PATH, 1.0, first=10_000_000)  # Warm up.
        before = load.run(idle.port, servers.PATH, seconds / 2)
        used = usage.cpu_seconds(busy.pid)
        full = load.run(busy.port, servers.PATH, seconds)
        cpu = (usage.cpu_seconds(busy.pid) - used) / max(1, len(full.latencies)) * 1e6
        memory = usage.memory_mb(busy.pid)
        after = load.run(idle.port, servers.PATH, seconds / 2)
        half = load.run(busy.port, servers.PATH, seconds, first=20_000_000, rate=full.turns_per_s / 2)
        reference = (before.turns_per_s + after.turns_per_s) / 2
        beside = Row(
            f"empty Flask route beside {name}",
            reference,
            1.0,
            before.percentile_ms(0.5),
            before.percentile_ms(0.99),
            0.0,
            0.0,
            usage.memory_mb(idle.pid),
            idle.started_in,
            before.failed + after.failed,
        )
        turns = Row(
            name,
            full.turns_per_s,
            full.turns_per_s / reference,
            full.percentile_ms(0.5),
            full.percentile_ms(0.99),
            half.percentile_ms(0.99),
            cpu,
            memory,
            busy.started_in,
            full.failed + half.failed,
        )
        return [beside, turns]
