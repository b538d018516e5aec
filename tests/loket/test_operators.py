"""Whose network a number is in: what the gateway says comes first, then the prefix."""

import pytest

from loket.config import OPERATORS
from loket.operators import load


@pytest.mark.parametrize(
    ("network", "phone", "operator"),
    [
        ("", "+6281234500001", "telkomsel"),
        ("", "+6285712345678", "indosat"),
        ("", "+6289512345678", "indosat"),
        ("", "+6281712345678", "xlsmart"),
        ("", "+6288112345678", "xlsmart"),
        ("51010", "+6281712345678", "telkomsel"),
        ("51011", "+6281234500001", "xlsmart"),
        ("51089", "", "indosat"),
        (" Telkomsel ", "+6281712345678", "telkomsel"),
        ("live2", "+6281712345678", "xlsmart"),
        ("99999", "+254722123456", ""),
    ],
)
def test_an_operator(network: str, phone: str, operator: str) -> None:
    assert load(OPERATORS).of(network, phone) == operator
