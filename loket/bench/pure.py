"""How fast the conversation is without anything around it."""

import time
from datetime import UTC, datetime
from typing import Any

import msgspec

from bot.engine import advance
from bot.messages import Channel, Inbound, SessionEvent
from bot.session import Session
from bot.stages import Cases, to_fact
from loket import areas, texts
from loket.bench.load import INPUTS
from loket.config import ROOT, Period, read_config
from loket.engine import build
from ussd.page import fit

AT = datetime(2026, 11, 20, 5, tzinfo=UTC)


def advances_per_s(seconds: float) -> float:
    """Turns a second of a ten-turn registration, its look-ups answered beforehand."""
    year = Period(AT.date().replace(month=1, day=1), AT.date().replace(month=12, day=31))
    config = msgspec.structs.replace(read_config(ROOT / "config.yml"), windows={"3510": year})
    numbers = {"ussd": "*123*456#", "sms": "", "call": "1500-123"}
    engine = build(config, texts.load(config.languages, constants=numbers), areas.load(ROOT / "data" / "areas"))
    nik = "3510994508670003"
    facts: dict[tuple[str, str], Any] = {("cases", ""): to_fact(Cases()), ("registered", nik): ""}
    messages, typed = [], []
    for text in INPUTS:
        if text:
            typed.append(text.format(nik=nik))
        transcript = "*".join(typed)
        event = SessionEvent.RESUME if typed else SessionEvent.NEW
        messages.append(Inbound("", Channel.USSD, "bench", "+6281200000001", "", event, AT, "1", transcript))
    fitted, turns, began = fit(), 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        session = Session()
        for message in messages:
            session = advance(engine, session, message, fitted, AT, b"seed", facts).session
            turns += 1
    return turns / (time.perf_counter() - began)
