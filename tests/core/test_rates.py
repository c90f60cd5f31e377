"""Rates: both twins grant so many calls in every stretch of time, and tell how long to wait for the next."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis

from core.clock import MovableClock, movable
from core.ids import new_id
from core.rates import Charge, MemoryRates, NoRates, Rate, Rates, whole_seconds
from core.redis_rates import RedisRates
from core.respite import Respite
from tests.services import redis

FIVE = Rate(5, 10)


@pytest.fixture(params=["memory", "redis"])
async def rates(request: pytest.FixtureRequest) -> AsyncIterator[Rates]:
    """Both twins in turn."""
    if request.param == "memory":
        yield MemoryRates()
        return
    counted = RedisRates(request.getfixturevalue("redis_server").url)
    yield counted
    await counted.close()


@pytest.fixture
def clock() -> Iterator[MovableClock]:
    """A clock that stands still unless it is moved."""
    with movable(datetime(2026, 11, 29, tzinfo=UTC)) as standing:
        yield standing


def somebody(rate: Rate = FIVE) -> Charge:
    return Charge(new_id().hex, rate)


class TestBoth:
    async def test_grant_so_many_and_tell_how_long_to_wait(self, rates: Rates, clock: MovableClock) -> None:
        one = somebody()
        for _ in range(5):
            assert await rates.count([one]) == 0
            clock.move(1)
        # The refused call counts: the second of the five is now the first that must grow old.
        assert await rates.count([one]) == pytest.approx(6)
        clock.move(6)
        assert await rates.count([one]) == 0

    async def test_no_stretch_holds_more_wherever_it_begins(self, rates: Rates, clock: MovableClock) -> None:
        one, granted = somebody(), list[float]()
        for step in range(200):
            if await rates.count([one]) == 0:
                granted.append(clock.offset.total_seconds())
            # Now faster than is allowed, now slower.
            clock.move(0.7 if step % 40 < 25 else 4.2)
        assert len(granted) > 50
        assert all(sixth - first >= 9.999 for first, sixth in zip(granted, granted[5:], strict=False))

    async def test_who_goes_on_calling_is_refused_until_stopping(self, rates: Rates, clock: MovableClock) -> None:
        one = somebody()
        waits = []
        for _ in range(40):
            waits.append(await rates.count([one]))
            clock.move(1)
        assert waits[:5] == [0] * 5 and all(waits[5:])
        clock.move(waits[-1])
        assert await rates.count([one]) == 0

    async def test_of_many_at_once_so_many_are_granted(self, rates: Rates, clock: MovableClock) -> None:
        one, other = somebody(), somebody(Rate(20, 60))
        waits = await asyncio.gather(*(rates.count([one]) for _ in range(100)), rates.count([other]))
        assert [bool(wait) for wait in waits].count(False) == 6 and not waits[-1]

    async def test_a_call_is_counted_under_all_and_the_longest_wait_is_told(
        self, rates: Rates, clock: MovableClock
    ) -> None:
        short, long = somebody(Rate(1, 5)), somebody(Rate(1, 50))
        assert await rates.count([short, long]) == 0
        assert await rates.count([short, long]) == pytest.approx(50)
        clock.move(10)
        assert await rates.count([short]) == 0
        assert await rates.count([]) == 0


class TestMemoryRates:
    async def test_forget_what_is_over(self, clock: MovableClock) -> None:
        counted = MemoryRates()
        for _ in range(100):
            await counted.count([somebody()])
        clock.move(11)
        await counted.count([somebody()])
        assert len(counted._kept[10]) == 1 and counted._held[10] == 41

    async def test_hold_no_more_than_they_may(self, clock: MovableClock) -> None:
        counted, first = MemoryRates(most_held=500), somebody(Rate(1, 10))
        await counted.count([first])
        for _ in range(100):
            await counted.count([somebody()])
        assert len(counted._kept[10]) == 12 and counted._held[10] <= 500
        assert await counted.count([first]) == 0


class TestRedisRates:
    async def test_keep_no_counter_longer_than_it_means_anything(self, redis_server: redis.Server) -> None:
        counted, one = RedisRates(redis_server.url), somebody()
        for _ in range(20):
            await counted.count([one])
        async with Redis.from_url(redis_server.url) as client:
            key = f"zhongcao:rate:{one.name}"
            assert await client.llen(key) == 5 and 0 < await client.pttl(key) <= 10_000
        await counted.close()

    async def test_count_alone_while_there_is_none(self, monkeypatch: pytest.MonkeyPatch, clock: MovableClock) -> None:
        with redis.started() as server:
            counted, one = RedisRates(server.url), somebody()
            assert await counted.count([one]) == 0
            server.stop()
            assert [bool(await counted.count([one])) for _ in range(6)] == [False] * 5 + [True]
            server.start()
            monkeypatch.setattr(counted, "_respite", Respite())
            assert await counted.count([one]) == 0
            await counted.close()


async def test_who_measures_is_granted_everything() -> None:
    one = somebody(Rate(1, 1000))
    assert [await NoRates().count([one]) for _ in range(3)] == [0, 0, 0]


@pytest.mark.parametrize(("wait", "told"), [(0.001, 1), (1.0, 1), (1.001, 2), (59.5, 60)])
def test_a_wait_is_told_in_whole_seconds_that_are_enough(wait: float, told: int) -> None:
    assert whole_seconds(wait) == told
