"""What every test shares: nothing leaves this machine, and a phone that dials."""

import socket
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# How fast examples come says how busy the machine is, and nothing about the code.
settings.register_profile("loket", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("loket")

LOOPBACK = ("127.", "::1", "localhost")
_connect = socket.socket.connect


def _only_loopback(self: socket.socket, address: Any) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(LOOPBACK):
        raise AssertionError(f"a test tried to reach {address[0]}")
    _connect(self, address)


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Any:
    socket.socket.connect = _only_loopback  # type: ignore[method-assign]
    yield
    socket.socket.connect = _connect  # type: ignore[method-assign]
