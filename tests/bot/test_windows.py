"""A window opens and closes at midnight of its own regency."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.windows import Phase, Window, local_day, zone

BANYUWANGI = Window("3510", date(2026, 11, 20), date(2026, 12, 19))
BALIKPAPAN = Window("6471", date(2026, 11, 20), date(2026, 12, 19))
SORONG = Window("9671", date(2026, 11, 20), date(2026, 12, 19))


@pytest.mark.parametrize(
    ("window", "hours"), [(BANYUWANGI, 7), (BALIKPAPAN, 8), (SORONG, 9)], ids=["WIB", "WITA", "WIT"]
)
def test_the_edges_are_exact(window: Window, hours: int) -> None:
    def there(*when: int) -> datetime:
        return datetime(*when, tzinfo=timezone(timedelta(hours=hours))).astimezone(UTC)  # type: ignore[arg-type,misc]

    assert window.phase(there(2026, 11, 19, 23, 59, 59, 999999)) is Phase.BEFORE
    assert window.phase(there(2026, 11, 20)) is Phase.OPEN
    assert window.phase(there(2026, 12, 19, 23, 59, 59, 999999)) is Phase.OPEN
    assert window.phase(there(2026, 12, 20)) is Phase.AFTER


def test_one_instant_is_open_in_the_east_and_not_yet_in_the_west() -> None:
    instant = datetime(2026, 11, 19, 16, 30, tzinfo=UTC)
    assert BALIKPAPAN.phase(instant) is Phase.OPEN
    assert BANYUWANGI.phase(instant) is Phase.BEFORE


def test_a_window_of_one_day() -> None:
    window = Window("3510", date(2026, 11, 20), date(2026, 11, 20))
    assert window.phase(datetime(2026, 11, 20, 5, tzinfo=UTC)) is Phase.OPEN


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)), st.integers(-12, 14))  # noqa: DTZ001
def test_the_zone_in_which_an_instant_is_written_does_not_matter(naive: datetime, hours: int) -> None:
    instant = naive.replace(tzinfo=UTC)
    assert BANYUWANGI.phase(instant.astimezone(timezone(timedelta(hours=hours)))) is BANYUWANGI.phase(instant)


def test_every_province_has_its_zone() -> None:
    offsets: dict[int, list[int]] = {7: [], 8: [], 9: []}
    for province in range(100):
        try:
            offset = zone(f"{province:02}").utcoffset(None)
        except ValueError:
            continue
        assert offset is not None
        offsets[offset // timedelta(hours=1)].append(province)
    assert [len(provinces) for provinces in offsets.values()] == [18, 12, 8]
    assert {61, 62} <= set(offsets[7])
    assert {51, 63, 64, 65} <= set(offsets[8])
    assert {81, 82, 91, 96} <= set(offsets[9])


@pytest.mark.parametrize("code", ["35", "3510", "351005", "35.10.05.2003"])
def test_the_zone_of_any_area(code: str) -> None:
    assert zone(code).utcoffset(None) == timedelta(hours=7)


def test_the_local_day() -> None:
    late = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
    assert [local_day(late, code) for code in ("3510", "6471", "9671")] == [
        date(2026, 11, 20),
        date(2026, 11, 21),
        date(2026, 11, 21),
    ]


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="closes before it opens"):
        Window("3510", date(2026, 11, 20), date(2026, 11, 19))
    with pytest.raises(ValueError, match="no province"):
        Window("9910", date(2026, 11, 20), date(2026, 11, 21))
    with pytest.raises(ValueError, match="time zone"):
        BANYUWANGI.phase(datetime(2026, 11, 20))  # noqa: DTZ001
