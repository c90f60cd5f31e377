"""Tasks that go on beside whoever began them; each belongs to a lifespan, which ends it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from contextvars import Context
from typing import Any

_running: set[asyncio.Task[None]] = set()


def begin(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """Begins what goes on by itself, until it ends or the block of `owned` around it does.

    In a context of its own: the caller's may hold a transaction, which is over before this is.
    """
    task = asyncio.create_task(work, name=name, context=Context())
    _running.add(task)
    task.add_done_callback(_running.discard)
    return task


@asynccontextmanager
async def owned() -> AsyncIterator[None]:
    """A lifespan: when the block ends, whatever was begun in this loop and still runs is cancelled, and waited for."""
    try:
        yield
    finally:
        loop = asyncio.get_running_loop()
        while left := [task for task in _running if task.get_loop() is loop]:
            for task in left:
                task.cancel()
            await asyncio.wait(left)
