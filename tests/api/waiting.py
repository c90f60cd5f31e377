"""Waiting for what a server does in its own time."""

from core.bus import MemoryBus
from tests.waiting import until


async def settled(bus: MemoryBus, topic: str, heard: bool) -> None:
    """Waits until somebody, or nobody, listens to a topic."""
    await until(lambda: bus.is_heard(topic) == heard)
