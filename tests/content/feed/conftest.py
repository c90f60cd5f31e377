"""Timelines for tests: in memory, and in a Redis."""

from collections.abc import AsyncIterator

import pytest

from content.feed.redis_timelines import RedisTimelines
from content.feed.timelines import MemoryTimelines, Timelines


@pytest.fixture(params=["memory", "redis"])
async def timelines(request: pytest.FixtureRequest) -> AsyncIterator[Timelines]:
    """Both twins in turn."""
    if request.param == "memory":
        yield MemoryTimelines()
        return
    kept = RedisTimelines(request.getfixturevalue("redis_server").url)
    yield kept
    await kept.close()
