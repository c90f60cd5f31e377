"""Timelines for tests: in memory, and in a Redis."""

from collections.abc import AsyncIterator, Iterator

import pytest

from content.feed.redis_timelines import RedisTimelines
from content.feed.timelines import MemoryTimelines, Timelines
from tests.services import cannot_be_had, redis


@pytest.fixture(scope="module")
def redis_server() -> Iterator[redis.Server]:
    try:
        with redis.started() as running:
            yield running
    except redis.Unavailable as reason:
        cannot_be_had(reason)


@pytest.fixture(params=["memory", "redis"])
async def timelines(request: pytest.FixtureRequest) -> AsyncIterator[Timelines]:
    """Both twins in turn."""
    if request.param == "memory":
        yield MemoryTimelines()
        return
    kept = RedisTimelines(request.getfixturevalue("redis_server").url)
    yield kept
    await kept.close()
