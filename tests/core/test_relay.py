"""The relay: every event reaches the bus and its lanes, and takes effect exactly once."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from functools import partial
from uuid import UUID

import msgspec
import pytest

from core import clock, db, outbox, relay
from core.bus import Listener, MemoryBus
from core.ids import new_id
from core.outbox import Event, Step
from core.relay import BatchLane, Lane, Relay
from core.unit_of_work import transaction
from tests.core import facts
from tests.core.facts import TOPIC, Counted, Renamed, count, make_counter, tell
from tests.waiting import come, is_quiet, until

pytestmark = pytest.mark.usefixtures("database")


class Ledger:
    """Reactions that write down what they did, in the transaction that they are given."""

    def __init__(self) -> None:
        self.failing: set[int] = set()

    async def on_counted(self, event: Counted) -> None:
        await db.execute("INSERT INTO effects VALUES ($1)", event.value)
        if event.value in self.failing:
            raise RuntimeError(f"cannot handle {event.value}")

    async def effects(self) -> list[int]:
        return [row["value"] for row in await db.rows("SELECT value FROM effects ORDER BY value")]

    async def has(self, count: int) -> bool:
        """Whether so many are there."""
        return len(await self.effects()) == count

    @property
    def lane(self) -> Lane:
        return Lane("ledger", {Counted: self.on_counted})


@pytest.fixture
async def ledger(database: None) -> Ledger:
    await db.execute("CREATE TABLE effects (value bigint NOT NULL)")
    return Ledger()


async def waiting() -> int:
    found: int = await db.value("SELECT count(*) FROM outbox_deliveries")
    return found


class TestRelay:
    async def test_puts_steps_on_the_bus_as_they_were_recorded(self) -> None:
        await make_counter()
        bus = MemoryBus()
        async with bus.listen(TOPIC) as listener:
            for _ in range(3):
                await count()
            await tell(Renamed(id=new_id(), name="不是步骤"))
            assert await Relay(bus, []).drain() == 4
            heard = [msgspec.json.decode(await listener.get(), type=Step) for _ in range(3)]
        assert heard == await outbox.since(TOPIC, 0)
        assert [(step.sequence, msgspec.json.decode(step.event, type=Counted)) for step in heard] == [
            (n, Counted(value=n)) for n in (1, 2, 3)
        ]

    async def test_hands_events_to_those_lanes_that_want_them(self, ledger: Ledger) -> None:
        renamed: list[str] = []

        async def on_renamed(event: Renamed) -> None:
            renamed.append(event.name)

        lanes = [ledger.lane, Lane("names", {Renamed: on_renamed})]
        await tell(Counted(value=1), Renamed(id=new_id(), name="新名字"), Counted(value=2))
        await Relay(MemoryBus(), lanes).drain()
        assert (await ledger.effects(), renamed, await waiting()) == ([1, 2], ["新名字"], 0)

    async def test_does_everything_once_however_many_work(self, ledger: Ledger) -> None:
        relays = [Relay(MemoryBus(), [ledger.lane]) for _ in range(4)]
        await tell(*(Counted(value=n) for n in range(300)))
        await asyncio.gather(*(one.drain() for one in relays))
        assert await ledger.effects() == list(range(300))
        assert await waiting() == 0

    async def test_says_nothing_of_what_was_rolled_back(self, ledger: Ledger) -> None:
        class Changed(Exception):
            pass

        with pytest.raises(Changed):
            async with transaction():
                outbox.record(Counted(value=1))
                raise Changed
        assert await Relay(MemoryBus(), [ledger.lane]).drain() == 0


class TestLane:
    async def test_one_that_fails_holds_up_no_other_and_leaves_no_trace(
        self, ledger: Ledger, moving_clock: clock.MovableClock
    ) -> None:
        ledger.failing = {2}
        works = Relay(MemoryBus(), [ledger.lane])
        await tell(*(Counted(value=n) for n in range(5)))
        await works.drain()
        assert (await ledger.effects(), await waiting()) == ([0, 1, 3, 4], 1)
        ledger.failing = set()
        moving_clock.move(1)
        await works.drain()
        assert (await ledger.effects(), await waiting()) == ([0, 1, 2, 3, 4], 0)

    async def test_tries_ever_more_seldom_but_never_gives_up(
        self, ledger: Ledger, moving_clock: clock.MovableClock
    ) -> None:
        ledger.failing = {1}
        works = Relay(MemoryBus(), [ledger.lane])
        await tell(Counted(value=1))
        await works.drain()
        for attempt in range(1, 16):
            longest = min(0.5 * 2 ** (attempt - 1), 60) * 1.5
            due = await db.value("SELECT due_at FROM outbox_deliveries")
            assert longest / 3 - 1 <= (due - clock.now()).total_seconds() <= longest
            moving_clock.move(longest)
            await works.drain()
        assert await db.value("SELECT attempts FROM outbox_deliveries") == 16

    async def test_an_event_that_cannot_be_read_holds_up_no_other(self, ledger: Ledger) -> None:
        await tell(Counted(value=1), Counted(value=2))
        await db.execute("""UPDATE outbox SET payload = '{"value": "一"}' WHERE payload = '{"value": 1}'""")
        await Relay(MemoryBus(), [ledger.lane]).drain()
        assert (await ledger.effects(), await waiting()) == ([2], 1)

    async def test_an_event_that_no_reaction_takes_any_more_holds_up_no_other(self, ledger: Ledger) -> None:
        await tell(Renamed(id=new_id(), name="旧版本"), Counted(value=2))

        async def ignore(event: Renamed) -> None:
            raise AssertionError

        await Relay(MemoryBus(), [Lane("ledger", {Counted: ledger.on_counted, Renamed: ignore})]).relay()
        await Relay(MemoryBus(), [ledger.lane]).drain()
        assert (await ledger.effects(), await waiting()) == ([2], 1)

    async def test_work_of_a_process_that_died_is_taken_up_after_its_lease(
        self, ledger: Ledger, moving_clock: clock.MovableClock
    ) -> None:
        begun = asyncio.Event()

        async def die(event: Counted) -> None:
            await ledger.on_counted(event)
            begun.set()
            await asyncio.Event().wait()

        await tell(Counted(value=1))
        dying = asyncio.create_task(Relay(MemoryBus(), [Lane("ledger", {Counted: die})]).drain())
        await begun.wait()
        dying.cancel()
        await asyncio.wait({dying})
        survivor = Relay(MemoryBus(), [ledger.lane])
        await survivor.drain()
        assert await ledger.effects() == []
        moving_clock.move(31)
        await survivor.drain()
        assert (await ledger.effects(), await waiting()) == ([1], 0)


class TestBatchLane:
    async def test_hands_over_many_at_once_in_order(self) -> None:
        batches: list[list[int]] = []

        async def react(events: Sequence[Event]) -> None:
            batches.append([event.value for event in events if isinstance(event, Counted)])

        await tell(*(Counted(value=n) for n in range(5)))
        await Relay(MemoryBus(), [BatchLane("search", [Counted], react)]).drain()
        assert batches == [[0, 1, 2, 3, 4]] and await waiting() == 0

    async def test_events_that_poison_their_batch_are_tried_without_it(self, moving_clock: clock.MovableClock) -> None:
        handled: Counter[int] = Counter()

        async def react(events: Sequence[Event]) -> None:
            values = [event.value for event in events if isinstance(event, Counted)]
            if 7 in values:
                raise RuntimeError("七")
            handled.update(values)

        works = Relay(MemoryBus(), [BatchLane("search", [Counted], react)])
        await tell(*(Counted(value=n) for n in range(20)))
        for _ in range(600):
            await works.drain()
            moving_clock.move(0.1)
        assert set(handled) == set(range(20)) - {7} and set(handled.values()) == {1}
        assert await waiting() == 1


class TestRun:
    async def test_a_commit_wakes_it(self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(relay, "_IDLE", 3600)
        bus = MemoryBus()
        take_back = outbox.on_commit(relay.waker(bus))
        running = asyncio.create_task(Relay(bus, [ledger.lane]).run())
        try:
            await until(lambda: bus.is_heard(relay.WAKE_TOPIC))
            for value in range(3):
                await tell(Counted(value=value))
                await until(partial(ledger.has, value + 1))
        finally:
            running.cancel()
            take_back()

    async def test_ends_when_it_is_told_to_at_the_moment_of_a_wake_up(self, ledger: Ledger) -> None:
        bus = MemoryBus()
        running = asyncio.create_task(Relay(bus, [ledger.lane]).run())
        for _ in range(20):
            # It sleeps, until it is woken and cancelled in one turn of the loop.
            await asyncio.sleep(random.uniform(0, 0.04))
            await bus.publish([(relay.WAKE_TOPIC, b"1")])
        running.cancel()
        await come(asyncio.wait({running}))
        assert running.cancelled()

    async def test_stumbles_and_goes_on(self, ledger: Ledger) -> None:
        class Broken(MemoryBus):
            broken = True

            async def publish(self, messages: Sequence[tuple[str, bytes]]) -> None:
                if self.broken:
                    self.broken = False
                    raise ConnectionError
                await super().publish(messages)

        await tell(Counted(value=1))
        running = asyncio.create_task(Relay(Broken(), [ledger.lane]).run())
        try:
            await until(partial(ledger.has, 1))
            assert await ledger.effects() == [1]
        finally:
            running.cancel()


class TestNames:
    def test_two_events_of_one_name_are_refused(self) -> None:
        class Counted(Event, frozen=True):
            """Another, of the same name."""

        async def react(event: Event) -> None:
            raise AssertionError

        with pytest.raises(ValueError, match="Counted"):
            Relay(MemoryBus(), [Lane("one", {facts.Counted: react}), Lane("two", {Counted: react})])


class TestWaker:
    async def test_many_commits_share_a_wake_up_and_none_goes_without(self) -> None:
        class Slow(MemoryBus):
            async def publish(self, messages: Sequence[tuple[str, bytes]]) -> None:
                under_way.set()
                await free.wait()
                await super().publish(messages)

        under_way, free = asyncio.Event(), asyncio.Event()

        bus = Slow()
        wake = relay.waker(bus)
        async with bus.listen(relay.WAKE_TOPIC) as listener:
            for _ in range(10):
                await wake()
            await under_way.wait()
            for _ in range(10):
                await wake()
            free.set()
            assert await woken(listener) == 2


async def woken(listener: Listener) -> int:
    times = 0
    while not await is_quiet(listener.get()):
        times += 1
    return times


def test_identities_survive_the_way_through_the_outbox() -> None:
    event = Renamed(id=UUID(int=7), name="😀")
    assert msgspec.json.decode(msgspec.json.encode(event), type=Renamed) == event
