"""One use case, one transaction: its changes and the events that tell of them commit together or not at all."""

import asyncio
import functools
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

import asyncpg

from core import db, outbox

_ATTEMPTS = 6

Params = ParamSpec("Params")
Result = TypeVar("Result")

_open: ContextVar[outbox.Pending | None] = ContextVar("unit_of_work", default=None)


def is_open() -> bool:
    """Whether what runs now is a part of a transaction."""
    return _open.get() is not None


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """Opens a transaction, or joins the one that is open. Recorded events are written last, just before the commit."""
    if _open.get() is not None:
        yield
        return
    pending = outbox.Pending()
    token, outbox_token = _open.set(pending), outbox.collect(pending)
    try:
        async with db.transaction():
            yield
            await pending.write()
    finally:
        outbox.release(outbox_token)
        _open.reset(token)
    if pending.written:
        await outbox.wake()


def action(use_case: Callable[Params, Awaitable[Result]]) -> Callable[Params, Awaitable[Result]]:
    """Makes a coroutine function a use case: it runs in one transaction, anew when PostgreSQL asks for that.

    Called from another action, it is a part of that one's transaction.
    """

    @functools.wraps(use_case)
    async def run(*args: Params.args, **kwargs: Params.kwargs) -> Result:
        if _open.get() is not None:
            return await use_case(*args, **kwargs)
        for attempt in range(_ATTEMPTS):
            try:
                async with transaction():
                    return await use_case(*args, **kwargs)
            except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
                if attempt == _ATTEMPTS - 1:
                    raise
                await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))
        raise AssertionError("unreachable")

    return run
