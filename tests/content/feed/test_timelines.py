"""Timelines: the same promises of both twins, whatever comes between the beginning and the end of building one."""

from uuid import UUID

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from content.feed.redis_timelines import RedisTimelines
from content.feed.timelines import CAP, TTL, Entry, MemoryTimelines, Stretch, Timelines
from core.ids import BEYOND, new_id
from core.respite import Respite
from tests.services import redis


def entries(count: int) -> list[Entry]:
    """Entries of as many authors, newest first."""
    return [Entry(new_id(), new_id()) for _ in range(count)][::-1]


async def built(timelines: Timelines, given: list[Entry], *, ends: bool, version: int = 0) -> UUID:
    """The reader of a finished timeline."""
    reader = new_id()
    token = await timelines.begin(reader)
    assert token is not None
    await timelines.finish(reader, token, Stretch(version, given, ends))
    return reader


async def held(timelines: Timelines, reader: UUID) -> Stretch:
    found = await timelines.read(reader, BEYOND, 2 * CAP)
    assert found is not None
    return found


class TestBoth:
    async def test_read_newest_first_below_a_key_and_know_their_end(self, timelines: Timelines) -> None:
        given = entries(5)
        reader = await built(timelines, given, ends=True, version=7)
        assert await timelines.read(reader, BEYOND, 2) == Stretch(7, given[:2], False)
        assert await timelines.read(reader, given[1].note_id, 2) == Stretch(7, given[2:4], False)
        assert await timelines.read(reader, given[1].note_id, 3) == Stretch(7, given[2:], True)
        assert await timelines.read(reader, given[1].note_id, 4) == Stretch(7, given[2:], True)
        assert await timelines.read(reader, given[4].note_id, 4) == Stretch(7, [], True)

    async def test_an_empty_one_is_one(self, timelines: Timelines) -> None:
        reader = await built(timelines, [], ends=True)
        assert await held(timelines, reader) == Stretch(0, [], True)

    async def test_what_is_pushed_takes_its_place_once(self, timelines: Timelines) -> None:
        one, two, three = entries(3)
        reader = await built(timelines, [one, three], ends=True)
        for _ in range(2):
            await timelines.push([reader], two)
        assert (await held(timelines, reader)).entries == [one, two, three]
        for _ in range(2):
            await timelines.remove([reader], one)
        assert await held(timelines, reader) == Stretch(0, [two, three], True)

    async def test_nothing_is_pushed_to_whom_has_none(self, timelines: Timelines) -> None:
        nobody, [entry] = new_id(), entries(1)
        await timelines.push([nobody], entry)
        await timelines.remove([nobody], entry)
        assert await timelines.read(nobody, BEYOND, 5) is None

    async def test_one_is_not_there_before_it_is_finished(self, timelines: Timelines) -> None:
        reader, [new, old] = new_id(), entries(2)
        token = await timelines.begin(reader)
        assert token is not None and await timelines.read(reader, BEYOND, 5) is None
        await timelines.push([reader], new)
        await timelines.finish(reader, token, Stretch(1, [old], True))
        assert await held(timelines, reader) == Stretch(1, [new, old], True)

    async def test_only_who_began_last_finishes(self, timelines: Timelines) -> None:
        reader, [new, old] = new_id(), entries(2)
        first, second = await timelines.begin(reader), await timelines.begin(reader)
        assert first is not None and second is not None
        await timelines.finish(reader, first, Stretch(1, [old], True))
        assert await timelines.read(reader, BEYOND, 5) is None
        await timelines.finish(reader, second, Stretch(2, [new], True))
        await timelines.finish(reader, second, Stretch(3, [old], True))
        assert await held(timelines, reader) == Stretch(2, [new], True)

    async def test_what_lies_below_the_floor_is_left_out(self, timelines: Timelines) -> None:
        *given, late, later = entries(6)
        reader = new_id()
        token = await timelines.begin(reader)
        assert token is not None
        await timelines.push([reader], late)
        await timelines.finish(reader, token, Stretch(0, given, False))
        await timelines.push([reader], later)
        # The floor itself may come again.
        await timelines.push([reader], given[-1])
        assert await held(timelines, reader) == Stretch(0, given, False)

    async def test_the_oldest_give_way_and_with_them_the_end(self, timelines: Timelines) -> None:
        new, *given = entries(CAP + 1)
        reader = await built(timelines, given, ends=False)
        assert (await held(timelines, reader)).entries == given
        await timelines.push([reader], new)
        assert await held(timelines, reader) == Stretch(0, [new, *given[:-1]], False)
        reader = await built(timelines, given[1:], ends=True)
        await timelines.push([reader], given[0])
        await timelines.push([reader], new)
        assert await held(timelines, reader) == Stretch(0, [new, *given[:-1]], False)


class TestMemoryTimelines:
    async def test_the_oldest_timelines_give_way(self) -> None:
        kept = MemoryTimelines(most=2)
        readers = [await built(kept, [], ends=True) for _ in range(3)]
        assert [await kept.read(reader, BEYOND, 1) is None for reader in readers] == [True, False, False]


class TestRedisTimelines:
    async def test_are_forgotten_after_a_day_however_often_read_or_pushed_to(self, redis_server: redis.Server) -> None:
        kept = RedisTimelines(redis_server.url)
        reader = await built(kept, [], ends=True)
        async with Redis.from_url(redis_server.url) as client:
            [key] = [key async for key in client.scan_iter(b"*timeline:*") if key.endswith(reader.bytes)]
            assert TTL - 100 < await client.ttl(key) <= TTL
            await client.expire(key, 50)
            await held(kept, reader)
            await kept.push([reader], entries(1)[0])
            assert await client.ttl(key) <= 50
        await kept.close()

    async def test_one_that_is_gone_keeps_nothing_and_is_left_alone_for_a_while(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with redis.started() as server:
            kept, [entry] = RedisTimelines(server.url), entries(1)
            reader = await built(kept, [entry], ends=True)
            server.stop()
            assert await kept.read(reader, BEYOND, 5) is None and await kept.begin(reader) is None
            await kept.finish(reader, b"token", Stretch(0, [entry], True))
            server.start()
            # Not asked again yet; what must arrive says so, and is tried again by its lane.
            assert await kept.begin(reader) is None
            for change in (kept.push, kept.remove):
                with pytest.raises(RedisError):
                    await change([reader], entry)
            monkeypatch.setattr(kept, "_respite", Respite())
            assert await kept.read(reader, BEYOND, 5) is None and await kept.begin(reader) is not None
            await kept.close()
