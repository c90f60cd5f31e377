"""The buses: bounded queues, and a Redis that comes and goes."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from unittest import mock

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from core import respite
from core.bus import RESYNC, Listener, MemoryBus
from core.redis_bus import RedisBus
from tests.services import cannot_be_had, redis
from tests.waiting import come, is_quiet, until


async def hear(listener: Listener) -> bytes:
    return await come(listener.get())


async def hears_nothing(listener: Listener) -> bool:
    return await is_quiet(listener.get())


class TestListener:
    async def test_hands_out_in_order(self) -> None:
        listener = Listener()
        for n in range(256):
            listener.put(b"%d" % n)
        assert [await hear(listener) for _ in range(256)] == [b"%d" % n for n in range(256)]

    async def test_says_resync_when_it_overflows_and_goes_on(self) -> None:
        listener = Listener()
        for n in range(258):
            listener.put(b"%d" % n)
        assert [await hear(listener), await hear(listener)] == [RESYNC, b"257"]
        assert await hears_nothing(listener)

    async def test_forgets_what_waits(self) -> None:
        listener = Listener()
        listener.put(b"1")
        listener.clear()
        assert await hears_nothing(listener)


class TestMemoryBus:
    async def test_tells_every_listener_of_the_topic_and_no_other(self) -> None:
        bus = MemoryBus()
        async with bus.listen("a") as one, bus.listen("a") as two, bus.listen("b") as other:
            await bus.publish([("a", b"1"), ("a", b"2"), ("c", b"3")])
            for listener in (one, two):
                assert [await hear(listener), await hear(listener)] == [b"1", b"2"]
            assert await hears_nothing(other)
        assert not bus.is_heard("a") and not bus.is_heard("b")


@pytest.fixture(scope="module")
def server() -> Iterator[redis.Server]:
    try:
        with redis.started() as running:
            yield running
    except redis.Unavailable as reason:
        cannot_be_had(reason)


@asynccontextmanager
async def connected(server: redis.Server) -> AsyncIterator[RedisBus]:
    bus = RedisBus(server.url)
    running = asyncio.create_task(bus.run())
    try:
        yield bus
    finally:
        running.cancel()
        await asyncio.wait({running})
        await bus.close()


@pytest.fixture
async def buses(server: redis.Server) -> AsyncIterator[tuple[RedisBus, RedisBus]]:
    """Those of two processes."""
    async with connected(server) as one, connected(server) as two:
        yield one, two


class TestRedisBus:
    async def test_carries_from_process_to_process_in_order(self, buses: tuple[RedisBus, RedisBus]) -> None:
        here, there = buses
        async with here.listen("主题") as one, there.listen("主题") as two, there.listen("other") as other:
            await here.publish([("主题", b"%d" % n) for n in range(200)])
            for listener in (one, two):
                assert [await hear(listener) for _ in range(200)] == [b"%d" % n for n in range(200)]
            assert await hears_nothing(other)

    async def test_hears_what_is_published_right_after_it_listens(self, buses: tuple[RedisBus, RedisBus]) -> None:
        here, there = buses
        for n in range(50):
            async with there.listen(f"topic {n % 3}") as listener:
                await here.publish([(f"topic {n % 3}", b"%d" % n)])
                assert await hear(listener) == b"%d" % n

    async def test_listeners_that_come_and_go_at_once_do_not_disturb_each_other(
        self, buses: tuple[RedisBus, RedisBus]
    ) -> None:
        here, there = buses

        async def visit(n: int) -> None:
            async with there.listen("topic"):
                await asyncio.sleep(n % 7 / 1000)

        async with there.listen("topic") as listener:
            await asyncio.gather(*(visit(n) for n in range(200)))
            await here.publish([("topic", b"1")])
            assert await hear(listener) == b"1"

    async def test_resynchronises_when_its_connection_was_lost(
        self, server: redis.Server, buses: tuple[RedisBus, RedisBus]
    ) -> None:
        here, there = buses
        async with there.listen("a") as one, there.listen("b") as two:
            async with RedisBus(server.url)._redis as client:
                await client.client_kill_filter(_type="pubsub")
            assert [await hear(one), await hear(two)] == [RESYNC, RESYNC]
            await here.publish([("a", b"1")])
            assert await hear(one) == b"1"


class TestRedisThatIsDown:
    async def test_is_found_again_by_all(self, server: redis.Server, buses: tuple[RedisBus, RedisBus]) -> None:
        here, there = buses
        async with here.listen("topic") as one, there.listen("topic") as two:
            server.stop()
            try:
                await here.publish([("topic", b"1")])
            finally:
                server.start()
            for listener in (one, two):
                assert await hear(listener) == RESYNC
            heard = [RESYNC, RESYNC]
            while set(heard) != {b"2"}:
                await here.publish([("topic", b"2")])
                heard = [await hear(listener) for listener in (one, two)]

    async def test_what_could_not_be_said_is_made_good(
        self, buses: tuple[RedisBus, RedisBus], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        here, there = buses

        def fail(**_: object) -> None:
            raise RedisConnectionError

        async with there.listen("topic") as listener, there.listen("other") as other:
            with monkeypatch.context() as patched:
                patched.setattr(here._redis, "pipeline", fail)
                await here.publish([("topic", b"1")])
            assert await hear(listener) == RESYNC
            assert await hears_nothing(other)

    async def test_keeps_nobody_waiting(
        self, server: redis.Server, buses: tuple[RedisBus, RedisBus], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        here, _ = buses
        monkeypatch.setattr(respite, "SECONDS", 3600)
        server.stop()
        try:
            await here.publish([("topic", b"1")])
            asked = mock.Mock(side_effect=AssertionError("it is left alone"))
            monkeypatch.setattr(here._redis, "pipeline", asked)
            for _ in range(100):
                await here.publish([("topic", b"1")])
            assert not asked.called
        finally:
            server.start()

    async def test_listeners_go_ahead_and_are_told_when_it_is_back(
        self, server: redis.Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(RedisBus, "_PATIENCE", 0.2)
        server.stop()
        async with AsyncExitStack() as stack:
            try:
                bus = await stack.enter_async_context(connected(server))
                listener = await stack.enter_async_context(bus.listen("topic"))
                assert await hears_nothing(listener)
            finally:
                server.start()
            assert await hear(listener) == RESYNC
            await bus.publish([("topic", RESYNC), ("topic", b"1")])
            while (heard := await hear(listener)) == RESYNC:
                pass
            assert heard == b"1"

    async def test_check_fails(self, server: redis.Server, buses: tuple[RedisBus, RedisBus]) -> None:
        here, _ = buses
        await here.check()
        server.stop()
        try:
            with pytest.raises(RedisError):
                await here.check()
        finally:
            server.start()


def grown_silent(bus: RedisBus) -> float:
    """Has all that it knows be as old as it endures; returns when it now thinks that it last heard something."""
    bus._heard_at -= RedisBus._SILENCE + 1
    bus._asked_at -= RedisBus._SILENCE + 1
    return bus._heard_at


class TestRedisThatFallsSilent:
    async def test_is_asked_whether_it_lives_and_left(
        self, buses: tuple[RedisBus, RedisBus], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        here, there = buses
        asked = 0

        async def pass_on() -> None:
            nonlocal asked
            asked += 1
            await ping()

        async def keep_back() -> None:
            return

        async with there.listen("topic") as listener:
            ping = there._pubsub.ping
            monkeypatch.setattr(there._pubsub, "ping", pass_on)
            for silences in range(1, 4):
                heard_at = grown_silent(there)
                await until(lambda: there._heard_at > heard_at)  # noqa: B023
                assert asked == silences
            assert await hears_nothing(listener)

            monkeypatch.setattr(there._pubsub, "ping", keep_back)
            grown_silent(there)
            await until(lambda: there._asked_at > there._heard_at)
            grown_silent(there)
            assert await hear(listener) == RESYNC
            await here.publish([("topic", b"1")])
            assert await hear(listener) == b"1"
