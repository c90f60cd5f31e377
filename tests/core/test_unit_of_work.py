"""A use case commits with its events or not at all, and is tried anew when PostgreSQL asks for that."""

import asyncio

import asyncpg
import pytest

from core import db, outbox
from core.unit_of_work import action, transaction
from tests.core.facts import Counted
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
async def balances(database: None) -> None:
    await db.execute("CREATE TABLE balances (id int PRIMARY KEY, units int NOT NULL)")
    await db.execute("INSERT INTO balances VALUES (1, 0), (2, 0)")


async def add(balance: int) -> None:
    await db.execute("UPDATE balances SET units = units + 1 WHERE id = $1", balance)


async def units() -> list[int]:
    return [row["units"] for row in await db.rows("SELECT units FROM balances ORDER BY id")]


class TestTransaction:
    async def test_rolls_back_changes_and_events_together(self) -> None:
        with pytest.raises(ZeroDivisionError):
            async with transaction():
                await add(1)
                outbox.record(Counted(value=1))
                raise ZeroDivisionError
        assert (await units(), await told()) == ([0, 0], [])

    async def test_joins_the_one_that_is_open(self) -> None:
        @action
        async def inner() -> None:
            await add(2)
            outbox.record(Counted(value=2))

        with pytest.raises(ZeroDivisionError):
            async with transaction():
                await add(1)
                await inner()
                raise ZeroDivisionError
        assert (await units(), await told()) == ([0, 0], [])
        await inner()
        assert (await units(), await told()) == ([0, 1], ["Counted"])


class TestAction:
    async def test_is_tried_anew_after_a_deadlock_and_tells_once(self) -> None:
        both = asyncio.Barrier(2)
        tries = 0

        @action
        async def transfer(first: int, second: int) -> None:
            nonlocal tries
            tries += 1
            outbox.record(Counted(value=first))
            await add(first)
            if tries <= 2:
                await both.wait()
            await add(second)

        await asyncio.gather(transfer(1, 2), transfer(2, 1))
        assert (await units(), tries) == ([2, 2], 3)
        assert await told() == ["Counted", "Counted"]

    async def test_gives_up_in_the_end(self) -> None:
        tries = 0

        @action
        async def unlucky() -> None:
            nonlocal tries
            tries += 1
            raise asyncpg.SerializationError

        with pytest.raises(asyncpg.SerializationError):
            await unlucky()
        assert tries == 6

    async def test_part_of_another_is_not_tried_anew_by_itself(self) -> None:
        tries = 0

        @action
        async def part() -> None:
            nonlocal tries
            tries += 1
            if tries < 3:
                raise asyncpg.DeadlockDetectedError

        @action
        async def whole() -> None:
            await add(1)
            await part()

        await whole()
        assert (await units(), tries) == ([1, 0], 3)
