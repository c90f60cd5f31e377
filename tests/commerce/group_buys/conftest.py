"""After every test of group-buys, every invariant of commerce holds."""

from collections.abc import AsyncIterator

import pytest

from commerce.checkout import invariants
from core import db


@pytest.fixture
async def audited(database: None) -> AsyncIterator[None]:
    """A database in which, when the test is over, nothing offends."""
    yield
    assert await invariants.violations() == []


async def outbox() -> list[tuple[str, str | None, int | None]]:
    """What was recorded: name, kind of topic, sequence."""
    rows = await db.rows("SELECT name, split_part(topic, ':', 1) AS topic, sequence FROM outbox ORDER BY id")
    return [(row["name"], row["topic"], row["sequence"]) for row in rows]
