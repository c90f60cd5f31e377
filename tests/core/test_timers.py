"""Timers run again and again, at once while there is work, and survive their own failures."""

import asyncio

from core import timers
from core.timers import Timer
from tests.waiting import until


class TestRun:
    async def test_runs_each_at_its_pace_and_at_once_while_there_is_work(self) -> None:
        backlog, worked, seldom = [3, 2, 1], 0, 0

        async def work() -> int:
            nonlocal worked
            worked += 1
            return backlog.pop() if backlog else 0

        async def rare() -> int:
            nonlocal seldom
            seldom += 1
            return 0

        running = asyncio.create_task(timers.run([Timer("work", 3600, work), Timer("rare", 0.001, rare)]))
        await until(lambda: not backlog and seldom >= 5)
        running.cancel()
        await asyncio.wait({running})
        assert worked == 4, "once for each, and once to see that there is no more"

    async def test_one_that_fails_goes_on_and_disturbs_no_other(self) -> None:
        calls = {"failing": 0, "well": 0}

        async def failing() -> int:
            calls["failing"] += 1
            raise RuntimeError("时钟坏了")

        async def well() -> int:
            calls["well"] += 1
            return 0

        running = asyncio.create_task(timers.run([Timer("failing", 0.01, failing), Timer("well", 0.01, well)]))
        await until(lambda: min(calls.values()) >= 2)
        assert not running.done()
        running.cancel()
        await asyncio.wait({running})
