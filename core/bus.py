"""The bus: carries the steps of topics, and wake-ups, to whoever listens, in this process or (by Redis) in all.

It may lose messages, never order within a topic; listeners make up for loss from the outbox (see `core/streams.py`).
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, Protocol

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import RedisError

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
            while not self._queue.empty():
                self._queue.get_nowait()
            payload = RESYNC
        self._queue.put_nowait(payload)

    async def get(self) -> bytes:
        return await self._queue.get()


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

    def resync(self) -> None:
        """Tells every listener that something may have been missed."""
        for topic in self._listeners:
            self.deliver(topic, RESYNC)

    @property
    def topics(self) -> list[str]:
        return list(self._listeners)

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


class RedisBus:
    """The bus of many processes: one Redis connection listens for all listeners of this one."""

    _PREFIX = "zhongcao:"

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(
            url, retry=Retry(ExponentialWithJitterBackoff(base=0.01, cap=1), 10), socket_timeout=5
        )
        self._local = MemoryBus()
        self._pubsub = self._redis.pubsub()
        self._changing = asyncio.Lock()
        self._confirmed: dict[str, asyncio.Event] = {}

    async def publish(self, messages: Sequence[Message]) -> None:
        """Publishes; a Redis that cannot be reached costs timeliness, not the events, which the outbox keeps."""
        if not messages:
            return
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                for topic, payload in messages:
                    pipeline.publish(self._PREFIX + topic, payload)
                await pipeline.execute()
        except RedisError:
            logger.exception("could not publish %d messages", len(messages))

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[Listener]:
        try:
            async with self._local.listen(topic) as listener:
                await self._subscribe(topic)
                yield listener
        finally:
            await self._unsubscribe_unheard(topic)

    async def _subscribe(self, topic: str) -> None:
        async with self._changing:
            if topic not in self._confirmed:
                self._confirmed[topic] = asyncio.Event()
                await self._pubsub.subscribe(self._PREFIX + topic)
            confirmed = self._confirmed[topic]
        await confirmed.wait()

    async def _unsubscribe_unheard(self, topic: str) -> None:
        async with self._changing:
            if topic not in self._local.topics and topic in self._confirmed:
                del self._confirmed[topic]
                with contextlib.suppress(RedisError):
                    await self._pubsub.unsubscribe(self._PREFIX + topic)

    async def check(self) -> None:
        await self._redis.ping()

    async def run(self) -> None:
        """Hands what Redis says to the listeners, and has them resynchronise after every lost connection."""
        while True:
            try:
                if self._pubsub.subscribed:
                    self._handle(await self._pubsub.get_message(timeout=1))
                else:
                    await asyncio.sleep(0.01)
            except RedisError:
                logger.warning("lost the connection to Redis; reconnecting")
                await self._reconnect()

    def _handle(self, message: dict[str, Any] | None) -> None:
        if message is None:
            return
        topic = message["channel"].decode().removeprefix(self._PREFIX)
        if message["type"] == "message":
            self._local.deliver(topic, message["data"])
        elif message["type"] == "subscribe" and topic in self._confirmed:
            self._confirmed[topic].set()

    async def _reconnect(self) -> None:
        while True:
            await asyncio.sleep(0.1)
            with contextlib.suppress(RedisError):
                async with self._changing:
                    old, self._pubsub = self._pubsub, self._redis.pubsub()
                    await old.aclose()  # type: ignore[no-untyped-call]
                    if self._confirmed:
                        await self._pubsub.subscribe(*(self._PREFIX + topic for topic in self._confirmed))
                self._local.resync()
                return

    async def close(self) -> None:
        await self._pubsub.aclose()  # type: ignore[no-untyped-call]
        await self._redis.aclose()
