"""After every test of commerce, every invariant of commerce holds."""

from collections.abc import AsyncIterator

import pytest

from commerce.checkout import invariants


@pytest.fixture
async def audited(database: None) -> AsyncIterator[None]:
    """A database in which, when the test is over, nothing offends."""
    yield
    assert await invariants.violations() == []
