"""An installation on each database, with the world outside beside it, for the rings that do not need it otherwise."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.databases import DATABASES
from support.neighbours import Neighbours, neighbours
from support.server import Installation


@pytest.fixture
def near() -> Iterator[Neighbours]:
    with neighbours() as both:
        yield both


@pytest.fixture(params=DATABASES)
def place(request: pytest.FixtureRequest, near: Neighbours, tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path, DATABASES[request.param](), near)
    installation.hire()
    yield installation
    installation.close()
