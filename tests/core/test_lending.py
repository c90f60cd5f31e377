"""Connections go from one statement to the next, and back to the pool."""

import asyncio
import contextvars

import asyncpg
import pytest

from core import db
from core.unit_of_work import transaction


async def sleeping(seconds: float = 0.1) -> int:
    found: int = await db.value("SELECT pg_backend_pid() FROM pg_sleep($1)", seconds)
    return found


async def holding() -> None:
    """A transaction that takes its time."""
    async with transaction():
        await sleeping(0.1)


@pytest.mark.usefixtures("database")
class TestStatements:
    async def test_take_the_connection_of_the_one_before(self) -> None:
        assert len({await sleeping(0) for _ in range(20)}) == 1

    async def test_run_side_by_side(self) -> None:
        assert len(set(await asyncio.gather(*(sleeping() for _ in range(3))))) == 3

    async def test_go_on_after_one_that_failed(self) -> None:
        with pytest.raises(asyncpg.DivisionByZeroError):
            await db.value("SELECT 1 / 0")
        assert await db.value("SELECT '种草'") == "种草"

    async def test_go_on_after_one_that_was_given_up(self) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await sleeping(5)
        assert await db.value("SELECT 1") == 1

    async def test_do_not_use_a_connection_that_the_server_closed(self, database_url: str) -> None:
        process = await sleeping(0)
        other = await asyncpg.connect(database_url)
        await other.execute("SELECT pg_terminate_backend($1)", process)
        await other.close()
        await asyncio.sleep(0.1)
        assert await sleeping(0) != process

    async def test_are_not_the_transaction_s_unless_they_are_in_it(self) -> None:
        await db.execute("CREATE TABLE counted (value int)")
        outside = contextvars.copy_context()
        async with transaction():
            await db.execute("INSERT INTO counted VALUES (1)")
            counting = asyncio.create_task(db.value("SELECT count(*) FROM counted"), context=outside)
            assert (await db.value("SELECT count(*) FROM counted"), await counting) == (1, 0)
        assert await db.value("SELECT count(*) FROM counted") == 1


class TestPool:
    async def test_leaves_a_quarter_to_transactions(self, database_url: str) -> None:
        async with db.connected(database_url, pool_size=4):
            reads = [asyncio.create_task(sleeping(1)) for _ in range(8)]
            await asyncio.sleep(0.2)
            async with asyncio.timeout(0.5), transaction():
                assert await db.value("SELECT 1") == 1
            for read in reads:
                read.cancel()
            await asyncio.wait(reads)

    async def test_of_one_connection_serves_both(self, database_url: str) -> None:
        async with db.connected(database_url, pool_size=1):
            await sleeping(0)
            async with asyncio.timeout(0.5), transaction():
                assert await db.value("SELECT 1") == 1
            assert await db.value("SELECT 2") == 2

    @pytest.mark.parametrize("given_up", [False, True])
    async def test_closes_once_what_still_runs_has_ended(self, database_url: str, given_up: bool) -> None:
        """Nobody may wait for it any more, and still it runs: a read that was gathered for many goes on without one."""
        async with asyncio.timeout(5):
            async with db.connected(database_url):
                running = asyncio.create_task(sleeping(0.5))
                await asyncio.sleep(0.2)
                if given_up:
                    running.cancel()
            await asyncio.wait([running])
        assert running.cancelled() == given_up

    async def test_has_back_soon_what_many_statements_used(self, database_url: str) -> None:
        async with db.connected(database_url, pool_size=8):
            await asyncio.gather(*(sleeping(0.05) for _ in range(12)))
            async with asyncio.timeout(0.5):
                await asyncio.gather(*(holding() for _ in range(6)))
