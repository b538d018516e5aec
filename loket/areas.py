"""Reads the tables of areas from their folder; bot.areas knows what they mean."""

import csv
from collections.abc import Iterator
from pathlib import Path

from bot.areas import Gazetteer


def load(folder: Path) -> Gazetteer:
    """All areas of `data/areas`, with every `villages_*.csv` that lies there. OSError or ValueError: unreadable."""
    return Gazetteer.of(
        regencies=_rows(folder / "regencies.csv"),
        districts=_rows(folder / "districts.csv"),
        villages=(row for path in sorted(folder.glob("villages_*.csv")) for row in _rows(path)),
        retired_regencies=_rows(folder / "retired_regencies.csv"),
        retired_districts=_rows(folder / "retired_districts.csv"),
    )


def _rows(path: Path) -> Iterator[list[str]]:
    """Rows of code, name and what else the file has; the header line has to say so."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        if next(rows, [])[:2] != ["code", "name"]:
            raise ValueError(f"{path.name}: the first line is not code,name")
        yield from rows
