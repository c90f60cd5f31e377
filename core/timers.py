"""Timers: what must happen when its time comes is found in PostgreSQL, where the state is.

Each timer's work is a conditional update, so any number of processes may run the same timers, and a restart loses none.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

import msgspec

logger = logging.getLogger(__name__)


class Timer(msgspec.Struct, frozen=True):
    """Runs `work` every `seconds`; again at once as long as it says that it did something (a number above 0)."""

    name: str
    seconds: float
    work: Callable[[], Awaitable[int]]


async def run(timers: Sequence[Timer]) -> None:
    """Runs all timers until cancelled; one that fails is logged and goes on."""
    async with asyncio.TaskGroup() as tasks:
        for timer in timers:
            tasks.create_task(_run(timer))


async def _run(timer: Timer) -> None:
    while True:
        try:
            while await timer.work():
                pass
        except Exception:
            logger.exception("timer %s stumbled; it goes on", timer.name)
        await asyncio.sleep(timer.seconds)
