"""The bus of many processes. Apart from `core/bus.py`, as an installation that runs alone never loads Redis' client."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.exceptions import RedisError

from core.bus import RESYNC, Listener, MemoryBus, Message
from core.respite import Respite

logger = logging.getLogger(__name__)


class RedisBus:
    """The bus of many processes: one Redis connection listens for all listeners of this one.

    Redis forgets what nobody hears. So whoever listens is told to resynchronise whenever Redis confirms a subscription
    anew (the connection was lost meanwhile), and whenever something could not be published.
    """

    _PREFIX = "zhongcao:"
    # Seconds: how long a listener waits for Redis before it goes on without, and how long Redis may be silent.
    _PATIENCE = 5.0
    _SILENCE = 10.0

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(
            url,
            retry=Retry(ExponentialWithJitterBackoff(base=0.01, cap=1), 3),
            socket_timeout=5,
            socket_connect_timeout=5,
        )
        # No retries here: redis-py would reconnect silently, and nobody would know that messages were missed.
        self._hearing = Redis.from_url(
            url, retry=Retry(NoBackoff(), 0), socket_timeout=5, socket_connect_timeout=5, socket_keepalive=True
        )
        self._pubsub = self._hearing.pubsub()
        self._local = MemoryBus()
        self._changing = asyncio.Lock()
        self._confirmed: dict[str, asyncio.Event] = {}
        # Topics whose listeners went ahead before Redis confirmed; and those of which something is still to be said.
        self._unsure: set[str] = set()
        self._unsaid: set[str] = set()
        self._respite = Respite()
        self._lost = False
        self._heard_at = time.monotonic()
        self._asked_at = 0.0

    async def publish(self, messages: Sequence[Message]) -> None:
        """Publishes; a Redis that cannot be reached costs timeliness, not the events, which the outbox keeps."""
        if self._respite.lasts:
            self._unsaid.update(topic for topic, _ in messages)
            return
        unsaid, self._unsaid = self._unsaid, set()
        outgoing = [*((topic, RESYNC) for topic in unsaid), *messages]
        if outgoing:
            await self._send(outgoing)

    async def _send(self, outgoing: list[Message]) -> None:
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                for topic, payload in outgoing:
                    pipeline.publish(self._PREFIX + topic, payload)
                await pipeline.execute()
        except BaseException as error:
            self._unsaid.update(topic for topic, _ in outgoing)
            if not isinstance(error, RedisError):
                raise
            logger.warning("could not publish %d messages; it is made good later: %s", len(outgoing), error)
            self._respite.begin()

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
                try:
                    await self._pubsub.subscribe(self._PREFIX + topic)
                except RedisError:
                    self._lost = True
            confirmed = self._confirmed[topic]
        try:
            async with asyncio.timeout(self._PATIENCE):
                await confirmed.wait()
        except TimeoutError:
            self._unsure.add(topic)

    async def _unsubscribe_unheard(self, topic: str) -> None:
        async with self._changing:
            if not self._local.is_heard(topic) and self._confirmed.pop(topic, None) is not None:
                self._unsure.discard(topic)
                with contextlib.suppress(RedisError):
                    await self._pubsub.unsubscribe(self._PREFIX + topic)

    async def check(self) -> None:
        await self._redis.ping()

    async def run(self) -> None:
        """Hands what Redis says to the listeners until cancelled, whatever becomes of the connection."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hear_forever())
            tasks.create_task(self._make_good_forever())

    async def _hear_forever(self) -> None:
        while True:
            try:
                if self._lost:
                    await self._reconnect()
                elif self._pubsub.subscribed:
                    self._handle(await self._pubsub.get_message(timeout=1))
                    await self._ask_for_life()
                else:
                    self._heard_at = time.monotonic()
                    await asyncio.sleep(0.01)
            except Exception as error:
                if not self._lost:
                    logger.warning("lost the connection to Redis; reconnecting: %s", error)
                self._lost = True
                await asyncio.sleep(0.1)

    async def _make_good_forever(self) -> None:
        while True:
            await asyncio.sleep(1)
            await self.publish([])

    def _handle(self, message: dict[str, Any] | None) -> None:
        if message is None:
            return
        self._heard_at = time.monotonic()
        topic = (message["channel"] or b"").decode().removeprefix(self._PREFIX)
        if message["type"] == "message":
            self._local.deliver(topic, message["data"])
        elif message["type"] == "subscribe" and topic in self._confirmed:
            if self._confirmed[topic].is_set() or topic in self._unsure:
                self._unsure.discard(topic)
                self._local.deliver(topic, RESYNC)
            self._confirmed[topic].set()

    async def _ask_for_life(self) -> None:
        """A connection that died without a word looks like one on which nothing happens, but for its answers."""
        now = time.monotonic()
        if self._asked_at < self._heard_at < now - self._SILENCE:
            self._asked_at = now
            await self._pubsub.ping()
        elif self._heard_at < self._asked_at < now - self._SILENCE:
            raise ConnectionError("Redis does not answer")

    async def _reconnect(self) -> None:
        async with self._changing:
            old, self._pubsub = self._pubsub, self._hearing.pubsub()
            with contextlib.suppress(RedisError):
                await old.aclose()  # type: ignore[no-untyped-call]
            if self._confirmed:
                await self._pubsub.subscribe(*(self._PREFIX + topic for topic in self._confirmed))
            self._lost = False
            self._heard_at = time.monotonic()

    async def close(self) -> None:
        await self._pubsub.aclose()  # type: ignore[no-untyped-call]
        await self._hearing.aclose()
        await self._redis.aclose()
