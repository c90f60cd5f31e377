"""Streams that are not shared: one task a subscriber."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from execution.streams.telling import Outlet, Payload, Subscription


def alone(answers: AsyncGenerator[bytes, None], outlet: Outlet) -> Subscription:
    """Tells the answers of a stream until it ends."""
    return asyncio.create_task(_tell(answers, outlet))


async def _tell(answers: AsyncGenerator[bytes, None], outlet: Outlet) -> None:
    try:
        async with contextlib.aclosing(answers):
            async for answer in answers:
                slow = outlet.tell(Payload(answer))
                if slow is not None:
                    await slow
    except Exception as error:
        outlet.end(error)
    else:
        outlet.end(None)
