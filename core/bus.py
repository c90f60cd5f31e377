"""The bus: carries the steps of topics, and wake-ups, to whoever listens, in this process or (by Redis) in all.

It may lose messages, never order within a topic; listeners make up for loss from the outbox (see `core/streams.py`).
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final, Protocol

logger = logging.getLogger(__name__)

Message = tuple[str, bytes]
# Put in a queue instead of a message: something may have been missed, look for yourself.
RESYNC: Final = b""
_QUEUE_SIZE = 256


class Listener:
    """A bounded queue of one listener. When it overflows it is emptied, and says RESYNC."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[bytes] = asyncio.Queue(_QUEUE_SIZE)

    def put(self, payload: bytes) -> None:
        if self._queue.full():
            self.clear()
            payload = RESYNC
        self._queue.put_nowait(payload)

    async def get(self) -> bytes:
        return await self._queue.get()

    def clear(self) -> None:
        """Forgets what waits."""
        while not self._queue.empty():
            self._queue.get_nowait()


class Bus(Protocol):
    """Publishes messages and lends listeners."""

    async def publish(self, messages: Sequence[Message]) -> None: ...

    def listen(self, topic: str) -> contextlib.AbstractAsyncContextManager[Listener]: ...

    async def check(self) -> None:
        """Raises when it cannot carry anything."""


class MemoryBus:
    """The bus of a single process."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = {}

    async def publish(self, messages: Sequence[Message]) -> None:
        for topic, payload in messages:
            self.deliver(topic, payload)

    async def check(self) -> None:
        return

    def deliver(self, topic: str, payload: bytes) -> None:
        for listener in self._listeners.get(topic, ()):
            listener.put(payload)

    def is_heard(self, topic: str) -> bool:
        """Whether anybody listens to a topic."""
        return topic in self._listeners

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[Listener]:
        listener = Listener()
        self._listeners.setdefault(topic, set()).add(listener)
        try:
            yield listener
        finally:
            listeners = self._listeners[topic]
            listeners.discard(listener)
            if not listeners:
                del self._listeners[topic]
