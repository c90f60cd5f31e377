"""Packages that others wrote and apps rely on find nothing wrong with what is served (docs/decisions/0031)."""

from collections.abc import Callable

import pytest

# Each suite, and how many checks it makes at the least: one that runs empty has not passed.
SUITES = {
    "http": 61,
    "lint": 40,
    "relay": 6,
    "codegen": 3,
    "clients": 12,
}


@pytest.mark.parametrize(("name", "least"), SUITES.items(), ids=SUITES)
def test_suite(suite: Callable[[str], tuple[int, dict[str, object]]], name: str, least: int) -> None:
    checks, failures = suite(name)
    assert failures == {}
    assert checks >= least
