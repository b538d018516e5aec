"""What a rehearsal of payments needs: each state, with all that the portal can tell of it, and with little."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from bot.payments import SENTENCES, Payment


def _payments(_: str, today: date) -> Iterator[Any]:
    """One in each state, several, and none."""
    where, why = "Kantor Pos Gunung Samarinda", "asset_land"
    for status in SENTENCES:
        whole = Payment("SEMBAKO", status, "2026-4", 1_200_000, where, today, today, why, today)
        yield msgspec.to_builtins((whole,))
        yield msgspec.to_builtins((Payment("SEMBAKO", status),))
    several = tuple(Payment(f"SEMBAK{n}", "available", "2026-4", 1_200_000, until=today) for n in range(5))
    yield msgspec.to_builtins(several)
    yield ()


LOOKUPS = {"payments": _payments}
