"""Waiting for what a server does in its own time."""

import asyncio

from core.bus import MemoryBus


async def settled(bus: MemoryBus, topic: str, heard: bool) -> None:
    """Waits until somebody, or nobody, listens to a topic."""
    async with asyncio.timeout(5):
        while bus.is_heard(topic) != heard:  # noqa: ASYNC110 - the bus tells nobody
            await asyncio.sleep(0.01)
