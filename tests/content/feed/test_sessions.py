"""Where the order of a DISCOVER session is kept: the same promises of both twins, and a Redis that goes away."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from content.feed.redis_sessions import RedisSessions
from content.feed.sessions import MemorySessions, Sessions
from content.feed.spreading import Order
from core.ids import new_id
from core.respite import Respite
from tests.services import redis

NOTHING = Order(b"", b"", b"", b"", b"", b"")
ORDER = Order(b"".join(new_id().bytes for _ in range(3)), b"\1\4\3", b"\0\1\0", bytes(6), bytes(6), b"\1\0")


@pytest.fixture(params=["memory", "redis"])
async def sessions(request: pytest.FixtureRequest) -> AsyncIterator[Sessions]:
    if request.param == "memory":
        yield MemorySessions()
        return
    kept = RedisSessions(request.getfixturevalue("redis_server").url)
    yield kept
    await kept.close()


class TestBoth:
    async def test_keep_what_they_were_given_by_name(self, sessions: Sessions) -> None:
        await sessions.put("小鹿", ORDER)
        await sessions.put("nobody", NOTHING)
        assert await sessions.get("小鹿") == ORDER and await sessions.get("nobody") == NOTHING
        assert await sessions.get("another") is None


class TestMemorySessions:
    async def test_the_oldest_give_way(self) -> None:
        kept = MemorySessions(most=2)
        for name in ("一", "二", "三"):
            await kept.put(name, ORDER)
        assert [await kept.get(name) for name in ("一", "二", "三")] == [None, ORDER, ORDER]


class TestRedisSessions:
    async def test_are_forgotten_after_an_hour(self, redis_server: redis.Server) -> None:
        kept = RedisSessions(redis_server.url)
        await kept.put("小鹿", ORDER)
        async with Redis.from_url(redis_server.url) as client:
            [key] = await client.keys("*小鹿")
            left = await client.ttl(key)
        await kept.close()
        assert 3500 < left <= 3600

    async def test_a_redis_that_is_gone_loses_sessions_fails_nobody_and_is_left_alone_for_a_while(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with redis.started() as server:
            kept = RedisSessions(server.url)
            await kept.put("小鹿", ORDER)
            server.stop()
            assert await kept.get("小鹿") is None
            await kept.put("小鹿", ORDER)
            server.start()
            # Not asked again yet.
            await kept.put("小鹿", ORDER)
            monkeypatch.setattr(kept, "_respite", Respite())
            assert await kept.get("小鹿") is None
            await kept.put("小鹿", ORDER)
            assert await kept.get("小鹿") == ORDER
            await kept.close()
