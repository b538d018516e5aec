"""Walks through everything on each channel, side by side where there is more than one core, and tells what was seen."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from multiprocessing import get_context

from bot.messages import Channel
from bot.run import Engine
from loket import areas, rehearsals
from loket.config import ROOT, Config
from loket.engine import build
from loket.graph import Graph
from loket.judge import Judge, Measure
from loket.rehearse import OFTEN, SELDOM, Walk, messages, scenes
from loket.screens import smallest

PROCESSES = 2  # The walk by USSD takes as long as the two others together.


@dataclass(frozen=True, slots=True)
class Walked:
    """What was seen on one channel. One process can tell it to another: there is no engine in it."""

    graph: Graph
    faults: tuple[str, ...]
    judged: tuple[str, ...]  # What is wrong with single screens.
    measures: dict[tuple[Channel, str], Measure]


def walked(engine: Engine, judge: Judge, channel: Channel, now: datetime) -> Walked:
    """Walk through one channel, the line thoroughly, the others for what is to be seen only there. Every place is
    judged once."""
    examples, graph = rehearsals.load(engine.flows), Graph()
    walk = Walk(examples, channel, now, OFTEN if channel is Channel.USSD else SELDOM)
    said = () if channel is Channel.USSD else messages(engine, examples, now)
    for step in walk.steps(chain(scenes(engine, examples, now), said)):
        if graph.add(step):
            judge.look(step)
    return Walked(graph, tuple(walk.faults), tuple(judge.faults), judge.measures)


def in_turn(engine: Engine, judge: Judge, now: datetime) -> Iterator[Walked]:
    """One channel after the other."""
    return (walked(engine, Judge(engine, judge.languages, judge.limit), channel, now) for channel in Channel)


def side_by_side(config: Config, now: datetime) -> Iterable[Walked] | None:
    """The channels in processes of their own, with what is shipped; None where the machine has only one core."""
    if (os.cpu_count() or 1) < PROCESSES:
        return None
    try:
        with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
            return [*pool.map(_alone, *zip(*((config, channel, now) for channel in Channel), strict=True))]
    except (ImportError, OSError):  # A machine that has no semaphores, or no room for two.
        return None


def _alone(config: Config, channel: Channel, now: datetime) -> Walked:
    """A process begins with nothing but its arguments, and answers without what it cannot hand over."""
    from loket.check import catalogue_of

    engine = build(config, catalogue_of(config), areas.load(ROOT / "data" / "areas"))
    seen = walked(engine, Judge(engine, config.languages, smallest(config)), channel, now)
    seen.graph.first.clear()
    return seen
