"""A topic is followed without loss and without repetition, whatever the bus does."""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import msgspec
import pytest

from core import clock, db, outbox
from core.bus import RESYNC, MemoryBus
from core.outbox import Step
from core.relay import Relay
from core.streams import Snapshot, Topic
from tests.core.facts import TOPIC, count, make_counter, snapshot
from tests.waiting import come, is_quiet

pytestmark = pytest.mark.usefixtures("database")

Followed = AsyncGenerator[Snapshot[int] | Step, None]


@pytest.fixture(autouse=True)
async def counter(database: None) -> None:
    await make_counter()


@asynccontextmanager
async def following(bus: MemoryBus, after: int | None = None) -> AsyncIterator[Followed]:
    followed = Topic(bus, TOPIC, snapshot).follow(after)
    try:
        yield followed
    finally:
        await followed.aclose()


async def hear(followed: Followed) -> tuple[str, int]:
    item = await come(anext(followed))
    return ("snapshot" if isinstance(item, Snapshot) else "step"), item.sequence


async def hears_nothing(followed: Followed) -> bool:
    """Whether nothing comes; it ends the following."""
    return await is_quiet(anext(followed))


class TestFromNothing:
    async def test_starts_with_the_whole_truth_and_goes_on_with_every_step(self) -> None:
        bus = MemoryBus()
        relay = Relay(bus, [])
        await count()
        async with following(bus) as followed:
            assert await hear(followed) == ("snapshot", 1)
            await count()
            await count()
            await relay.drain()
            assert [await hear(followed), await hear(followed)] == [("step", 2), ("step", 3)]
            assert await hears_nothing(followed)

    async def test_tells_no_step_that_the_snapshot_holds_already(self) -> None:
        bus = MemoryBus()
        await count()
        async with following(bus) as followed:
            assert await hear(followed) == ("snapshot", 1)
            # The first step only now comes over the bus.
            await Relay(bus, []).drain()
            await count()
            await Relay(bus, []).drain()
            assert await hear(followed) == ("step", 2)

    async def test_ends_when_there_is_no_such_topic(self) -> None:
        await db.execute("DELETE FROM counter")
        for after in (None, 0, 7):
            assert [item async for item in Topic(MemoryBus(), TOPIC, snapshot).follow(after)] == []

    async def test_stops_listening_when_it_is_closed(self) -> None:
        bus = MemoryBus()
        async with following(bus) as followed:
            await hear(followed)
            assert bus.is_heard(TOPIC)
        assert not bus.is_heard(TOPIC)


class TestResuming:
    async def test_brings_exactly_what_was_missed(self) -> None:
        for _ in range(5):
            await count()
        bus = MemoryBus()
        async with following(bus, after=2) as followed:
            assert [await hear(followed) for _ in range(3)] == [("step", 3), ("step", 4), ("step", 5)]
            await Relay(bus, []).drain()
            await count()
            await Relay(bus, []).drain()
            assert await hear(followed) == ("step", 6)

    async def test_brings_nothing_when_nothing_was_missed(self) -> None:
        await count()
        async with following(MemoryBus(), after=1) as followed:
            assert await hears_nothing(followed)

    @pytest.mark.parametrize("after", [-5, 99])
    async def test_starts_anew_from_a_number_that_never_was(self, after: int) -> None:
        await count()
        async with following(MemoryBus(), after=after) as followed:
            assert await hear(followed) == ("snapshot", 1)

    async def test_starts_anew_when_the_outbox_has_forgotten(self, moving_clock: clock.MovableClock) -> None:
        bus = MemoryBus()
        await count()
        await count()
        await Relay(bus, []).drain()
        moving_clock.move(outbox.RETENTION.total_seconds() + 1)
        await count()
        await Relay(bus, []).drain()
        assert await outbox.trim() == 2
        async with following(bus, after=1) as followed:
            assert await hear(followed) == ("snapshot", 3)
        async with following(bus, after=2) as followed:
            assert await hear(followed) == ("step", 3)

    async def test_starts_anew_when_the_outbox_has_a_gap_in_between(self) -> None:
        for _ in range(5):
            await count()
        await db.execute("DELETE FROM outbox WHERE sequence = 3")
        async with following(MemoryBus(), after=1) as followed:
            assert await hear(followed) == ("snapshot", 5)

    async def test_starts_anew_rather_than_bring_more_than_a_thousand(self) -> None:
        await db.execute("UPDATE counter SET value = 1500")
        await db.execute(
            "INSERT INTO outbox (name, payload, topic, sequence, relayed, recorded_at)"
            " SELECT 'Counted', '{\"value\": 0}', $1, n, true, $2 FROM generate_series(1, 1500) n",
            TOPIC,
            clock.now(),
        )
        async with following(MemoryBus(), after=100) as followed:
            assert await hear(followed) == ("snapshot", 1500)
        async with following(MemoryBus(), after=500) as followed:
            assert [await hear(followed) for _ in range(1000)] == [("step", n) for n in range(501, 1501)]


class TestLossyBus:
    async def test_makes_up_for_a_step_that_the_bus_lost(self) -> None:
        bus = MemoryBus()
        async with following(bus) as followed:
            await hear(followed)
            await count()
            await Relay(MemoryBus(), []).drain()
            await count()
            await Relay(bus, []).drain()
            assert [await hear(followed), await hear(followed)] == [("step", 1), ("step", 2)]

    async def test_looks_for_itself_when_it_is_told_to(self) -> None:
        bus = MemoryBus()
        async with following(bus) as followed:
            await hear(followed)
            await count()
            await bus.publish([(TOPIC, RESYNC), (TOPIC, RESYNC)])
            assert await hear(followed) == ("step", 1)
            await Relay(bus, []).drain()
            assert await hears_nothing(followed)

    async def test_survives_more_steps_than_a_queue_holds(self) -> None:
        bus = MemoryBus()
        async with following(bus) as followed:
            await hear(followed)
            for _ in range(300):
                await count()
            await Relay(bus, []).drain()
            assert [await hear(followed) for _ in range(300)] == [("step", n) for n in range(1, 301)]
            assert await hears_nothing(followed)

    async def test_many_followers_of_a_bus_that_loses_doubles_and_swaps_hear_all_in_order(self) -> None:
        bus, chance = MemoryBus(), random.Random(7)
        heard: dict[int, list[int]] = {n: [] for n in range(5)}

        async def follow(number: int) -> None:
            after: int | None = None
            while not heard[number] or heard[number][-1] < 60:
                async with following(bus, after) as followed:
                    for _ in range(chance.randrange(1, 9)):
                        _, after = await hear(followed)
                        heard[number].append(after)
                        if after == 60:
                            return

        async def work() -> None:
            for _ in range(60):
                await count()
                steps = await outbox.since(TOPIC, 0)
                for step in chance.choices(steps[-4:], k=chance.randrange(0, 4)):
                    await bus.publish([(TOPIC, msgspec.json.encode(step))])
                await asyncio.sleep(0)
            while any(not sequences or sequences[-1] < 60 for sequences in heard.values()):
                await bus.publish([(TOPIC, RESYNC)])
                await asyncio.sleep(0)

        await asyncio.gather(work(), *(follow(number) for number in heard))
        for sequences in heard.values():
            assert sequences == list(range(sequences[0], 61))


class TestWhileItIsRead:
    async def test_what_happens_between_listening_and_reading_is_told_once(self) -> None:
        bus = MemoryBus()
        relay = Relay(bus, [])

        async def slow() -> Snapshot[int] | None:
            found = await snapshot()
            await count()
            await relay.drain()
            return found

        followed = Topic(bus, TOPIC, slow).follow(None)
        assert [await hear(followed), await hear(followed)] == [("snapshot", 0), ("step", 1)]
        await followed.aclose()

    async def test_time_alone_changes_nothing(self, moving_clock: clock.MovableClock) -> None:
        await count()
        with clock.at(clock.now() - timedelta(days=400)):
            async with following(MemoryBus(), after=0) as followed:
                assert await hear(followed) == ("step", 1)
