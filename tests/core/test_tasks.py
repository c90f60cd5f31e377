"""What goes on beside its caller ends with the lifespan that it belongs to."""

import asyncio

import pytest

from core import db, tasks
from core.unit_of_work import is_open, transaction


async def test_a_lifespan_ends_what_was_begun_in_it_and_waits_until_it_has_ended() -> None:
    told: list[str] = []

    async def lasting() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            told.append("ended")

    async with tasks.owned():
        task = tasks.begin(lasting(), "lasting")
        await asyncio.sleep(0)
        assert not task.done()
    assert told == ["ended"] and task.cancelled()


async def test_so_does_what_is_begun_while_it_ends() -> None:
    begun: list[asyncio.Task[None]] = []

    async def lasting() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            if len(begun) < 3:
                begun.append(tasks.begin(lasting(), "one more"))
                await asyncio.sleep(0)

    async with tasks.owned():
        tasks.begin(lasting(), "the first")
        await asyncio.sleep(0)
    assert len(begun) >= 1 and all(task.done() for task in begun)


async def test_what_ends_by_itself_is_forgotten() -> None:
    async def short() -> None:
        await asyncio.sleep(0)

    async with tasks.owned():
        task = tasks.begin(short(), "short")
        await task
        assert task not in tasks._running


@pytest.mark.usefixtures("database")
async def test_it_is_in_no_transaction_of_its_caller() -> None:
    found: list[bool] = []

    async def look() -> None:
        found.append(is_open())

    async with transaction():
        await db.value("SELECT 1")
        await tasks.begin(look(), "look")
    assert found == [False]
