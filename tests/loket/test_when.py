"""A vendor's word for when a message came is taken only where it can be so."""

from datetime import UTC, datetime, timedelta

import pytest

from loket.app import _plausible

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize("written", [NOW, NOW - timedelta(hours=5), NOW - timedelta(days=6)])
def test_late_is_late(written: datetime) -> None:
    assert _plausible(written, NOW) == written


@pytest.mark.parametrize(
    "written", [NOW + timedelta(seconds=1), datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)]
)
def test_nothing_comes_from_the_future_or_from_long_ago(written: datetime) -> None:
    assert _plausible(written, NOW) == NOW
