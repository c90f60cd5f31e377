"""Waiting for what happens in its own time, however slow the machine is: only what fails ever takes this long.

The one place in the tests that looks at a clock (`tests/architecture/test_clocks.py`).
"""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

Answer = TypeVar("Answer")

# Seconds after which what has not happened never will.
PATIENCE = 120
_LOOK = 0.02
# Long enough for a fault to show on most days. A slower machine sees less, and is never red for it.
_MOMENT = 0.1


async def until(happened: Callable[[], Any]) -> None:
    """Waits until what `happened` tells, at once or as a coroutine, is true. Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE):
        while not (await found if inspect.isawaitable(found := happened()) else found):  # noqa: ASYNC110
            await asyncio.sleep(_LOOK)


async def come(wanted: Awaitable[Answer]) -> Answer:
    """What is bound to come. Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE):
        return await wanted


def by_and_by(happened: Callable[[], Any]) -> None:
    """`until`, where no loop runs. Raises TimeoutError with what `happened` told last."""
    end = time.monotonic() + PATIENCE
    while not (found := happened()):
        if time.monotonic() > end:
            raise TimeoutError(found)
        time.sleep(_LOOK)


async def moment() -> None:
    """A moment in which nothing should happen."""
    await asyncio.sleep(_MOMENT)


async def is_quiet(awaited: Awaitable[Any]) -> bool:
    """Whether nothing comes for a moment; what was waited for is given up."""
    waiting = asyncio.ensure_future(awaited)
    await asyncio.wait([waiting], timeout=_MOMENT)
    quiet = not waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    return quiet
