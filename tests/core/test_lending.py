"""Connections go from one statement to the next, and back to the pool."""

import asyncio
import contextvars
from collections.abc import AsyncIterator

import asyncpg
import psutil
import pytest

from core import db, tasks
from core.lending import Connection
from core.unit_of_work import transaction
from tests.gates import Gate, closed
from tests.waiting import come, is_quiet, until


async def served_by() -> int:
    """The process of PostgreSQL that serves a statement."""
    found: int = await db.value("SELECT pg_backend_pid()")
    return found


@pytest.fixture
async def gate(database_url: str) -> AsyncIterator[Gate]:
    async with closed(database_url) as gate:
        yield gate


async def answering() -> None:
    """A transaction that asks something."""
    async with transaction():
        assert await db.value("SELECT 1") == 1


@pytest.mark.usefixtures("database")
class TestStatements:
    async def test_take_the_connection_of_the_one_before(self) -> None:
        assert len({await served_by() for _ in range(20)}) == 1

    async def test_run_side_by_side(self, gate: Gate) -> None:
        running = asyncio.gather(*(gate.passed() for _ in range(3)))
        await gate.is_waited_at(by=3)
        await gate.open()
        assert len(set(await running)) == 3

    async def test_go_on_after_one_that_failed(self) -> None:
        with pytest.raises(asyncpg.DivisionByZeroError):
            await db.value("SELECT 1 / 0")
        assert await db.value("SELECT '种草'") == "种草"

    async def test_go_on_after_one_that_was_given_up(self, gate: Gate) -> None:
        given_up = asyncio.create_task(gate.passed())
        await gate.is_waited_at(by=1)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        assert await db.value("SELECT 1") == 1

    async def test_that_are_given_up_hold_nobody_up(self, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
        """As when the server does not answer, not even to a rollback or to a cancellation."""
        answers, release = asyncio.Event(), asyncpg.Pool.release

        async def released(pool: asyncpg.Pool, connection: Connection) -> None:
            await answers.wait()
            await release(pool, connection)

        async def within() -> None:
            async with transaction():
                await gate.passed()

        monkeypatch.setattr(asyncpg.Pool, "release", released)
        given_up = [asyncio.ensure_future(gate.passed()), asyncio.ensure_future(within())]
        await gate.is_waited_at(by=2)
        for one in given_up:
            one.cancel()
            with pytest.raises(asyncio.CancelledError):
                await come(one)
        answers.set()
        assert await db.value("SELECT 1") == 1

    async def test_a_transaction_cut_off_at_any_step_leaves_nothing_behind(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Not even where its rollback is cut off as well, as when the process stops."""
        await db.execute("CREATE TABLE counted (value int)")

        async def counting() -> None:
            async with transaction():
                await db.execute("INSERT INTO counted VALUES (1)")
                await asyncio.Event().wait()

        for steps in range(60):
            async with tasks.owned():
                under_way = asyncio.ensure_future(counting())
                for _ in range(steps):
                    await asyncio.sleep(0)
                under_way.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await come(under_way)
        assert await db.value("SELECT count(*) FROM counted") == 0
        assert not caplog.records

    async def test_do_not_use_a_connection_that_the_server_closed(self, database_url: str) -> None:
        process = await served_by()
        other = await asyncpg.connect(database_url)
        await other.execute("SELECT pg_terminate_backend($1)", process)
        await other.close()
        # With the process, its end of the connection is gone; the loop hears of it.
        await until(lambda: not psutil.pid_exists(process))
        assert await served_by() != process

    async def test_are_not_the_transaction_s_unless_they_are_in_it(self) -> None:
        await db.execute("CREATE TABLE counted (value int)")
        outside = contextvars.copy_context()
        async with transaction():
            await db.execute("INSERT INTO counted VALUES (1)")
            counting = asyncio.create_task(db.value("SELECT count(*) FROM counted"), context=outside)
            assert (await db.value("SELECT count(*) FROM counted"), await counting) == (1, 0)
        assert await db.value("SELECT count(*) FROM counted") == 1


class TestPool:
    async def test_leaves_a_quarter_to_transactions(self, database_url: str, gate: Gate) -> None:
        async with db.connected(database_url, pool_size=4):
            reads = [asyncio.create_task(gate.passed()) for _ in range(8)]
            await gate.is_waited_at(by=3)
            await come(answering())
            await gate.open()
            await asyncio.wait(reads)

    async def test_of_one_connection_serves_both(self, database_url: str) -> None:
        async with db.connected(database_url, pool_size=1):
            await served_by()
            await come(answering())
            assert await db.value("SELECT 2") == 2

    @pytest.mark.parametrize("given_up", [False, True])
    async def test_closes_once_what_still_runs_has_ended(self, database_url: str, gate: Gate, given_up: bool) -> None:
        """Nobody may wait for it any more, and still it runs: a read that was gathered for many goes on without one."""

        async def used() -> None:
            async with db.connected(database_url):
                reads.append(asyncio.create_task(gate.passed()))
                await gate.is_waited_at(by=1)
                if given_up:
                    reads[0].cancel()

        reads: list[asyncio.Task[int]] = []
        using = asyncio.create_task(used())
        await until(lambda: reads)
        if not given_up:
            await gate.is_waited_at(by=1)
            assert await is_quiet(asyncio.shield(using))
            await gate.open()
        await come(using)
        await asyncio.wait(reads)
        assert reads[0].cancelled() == given_up

    async def test_has_back_soon_what_many_statements_used(self, database_url: str) -> None:
        async with db.connected(database_url, pool_size=8):
            await asyncio.gather(*(served_by() for _ in range(12)))
            together = asyncio.Barrier(6)

            async def holding() -> None:
                async with transaction():
                    await together.wait()

            await come(asyncio.gather(*(holding() for _ in range(6))))
