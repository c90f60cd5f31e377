"""Viewers are counted across processes, told as steps, and forgotten with a process that died."""

import asyncio
import random
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from uuid import UUID

import pytest

from content.live import actions, queries
from content.live.presence import Presence
from core import clock, db
from tests.content.live.steps import told
from tests.factories import live
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")


async def counts(stream_id: UUID) -> tuple[int, int]:
    [stream] = await queries.by_ids([stream_id])
    assert stream is not None
    return stream.viewer_count, stream.peak_viewer_count


class TestWatching:
    async def test_counts_viewers_of_all_processes(self) -> None:
        stream, here, there = await live.live(), Presence(), Presence()
        with here.watching(stream.id, 1), here.watching(stream.id, 2), there.watching(stream.id, 3):
            await here.flush()
            await there.flush()
            assert await counts(stream.id) == (3, 3)
        await here.flush()
        assert await counts(stream.id) == (1, 3)
        await there.flush()
        assert await counts(stream.id) == (0, 3)
        assert [name for _, name in await told(stream.id)][2:] == ["LiveViewersChanged"] * 4

    @pytest.mark.parametrize("seed", range(5))
    async def test_counts_each_viewer_once_however_often_they_come_and_go(self, seed: int) -> None:
        rooms, presence, chance = [await live.live() for _ in range(2)], Presence(), random.Random(seed)
        inside: list[tuple[UUID, int, AbstractContextManager[None]]] = []
        for _ in range(200):
            if inside and chance.random() < 0.45:
                *_, block = inside.pop(chance.randrange(len(inside)))
                block.__exit__(None, None, None)
            else:
                room, viewer = chance.choice(rooms).id, chance.randrange(6)
                block = presence.watching(room, viewer)
                block.__enter__()
                inside.append((room, viewer, block))
            if chance.random() < 0.1:
                await presence.flush()
                for room in rooms:
                    there = {viewer for at, viewer, _ in inside if at == room.id}
                    assert (await counts(room.id))[0] == len(there)

    async def test_says_nothing_when_nothing_changed(self) -> None:
        stream, presence = await live.live(), Presence()
        with presence.watching(stream.id, 1):
            await presence.flush()
            steps = await told(stream.id)
            with presence.watching(stream.id, 2):
                pass
            await presence.flush()
            await presence.flush(everything=True)
            assert await told(stream.id) == steps

    async def test_processes_that_count_at_once_miss_nobody(self) -> None:
        stream = await live.live()
        processes = [Presence() for _ in range(8)]
        with ExitStack() as viewers:
            for process in processes:
                viewers.enter_context(process.watching(stream.id, 1))
            await asyncio.gather(*(process.flush() for process in processes))
            assert await counts(stream.id) == (8, 8)


class TestWaitingRoom:
    async def test_viewers_count_from_the_start_to_the_end(self) -> None:
        stream, presence = await live.scheduled(), Presence()
        with presence.watching(stream.id, 1):
            await presence.flush()
            assert await counts(stream.id) == (0, 0)
            await actions.start(stream.host_id, stream.id)
            assert await actions.count_viewers() == 1
            assert await counts(stream.id) == (1, 1)
            await actions.end(stream.host_id, stream.id)
            assert await counts(stream.id) == (0, 1)
            assert await actions.count_viewers() == 0


class TestDeadProcesses:
    async def test_are_forgotten_after_thirty_seconds(self, moving_clock: clock.MovableClock) -> None:
        stream, alive, dead = await live.live(), Presence(), Presence()
        with alive.watching(stream.id, 1), dead.watching(stream.id, 1):
            await alive.flush()
            await dead.flush()
            moving_clock.move(20)
            await alive.flush(everything=True)
            assert await actions.count_viewers() == 0
            moving_clock.move(11)
            assert await actions.count_viewers() == 1
            assert await counts(stream.id) == (1, 2)
            await dead.flush(everything=True)
            assert await counts(stream.id) == (2, 2)

    async def test_one_that_closes_says_so(self) -> None:
        stream, presence = await live.live(), Presence()
        with presence.watching(stream.id, 1):
            await presence.flush()
            await presence.close()
            assert await counts(stream.id) == (0, 1)
            assert await db.value("SELECT count(*) FROM live_presence") == 0


async def are_counted(stream_id: UUID, wanted: tuple[int, int]) -> bool:
    return await counts(stream_id) == wanted


class TestRun:
    async def test_counts_again_and_again(self) -> None:
        stream, presence = await live.live(), Presence()
        running = asyncio.create_task(presence.run())
        try:
            for _ in range(2):
                with presence.watching(stream.id, 1):
                    await until(partial(are_counted, stream.id, (1, 1)))
                await until(partial(are_counted, stream.id, (0, 1)))
        finally:
            running.cancel()

    async def test_a_failure_loses_no_count(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stream, presence = await live.live(), Presence()

        async def fail(*_: object) -> None:
            raise ConnectionError

        with presence.watching(stream.id, 1):
            with monkeypatch.context() as patched, pytest.raises(ConnectionError):
                patched.setattr(actions, "note_presence", fail)
                await presence.flush()
            await presence.flush()
            assert await counts(stream.id) == (1, 1)
