"""The sessions of many processes. Apart from `sessions`, as who runs alone never loads Redis' client."""

import logging

from redis.exceptions import RedisError

from content.feed.sessions import TTL, pack, unpack
from content.feed.spreading import Order
from core.redis_client import impatient
from core.respite import Respite

logger = logging.getLogger(__name__)

_PREFIX = "zhongcao:feed:order:"


class RedisSessions:
    """Sessions in Redis. One that cannot be reached keeps nothing: the session is ranked again."""

    def __init__(self, url: str) -> None:
        self._redis = impatient(url)
        self._respite = Respite()

    async def get(self, name: str) -> Order | None:
        if self._respite.lasts:
            return None
        try:
            packed: bytes | None = await self._redis.get(_PREFIX + name)  # type: ignore[assignment]
        except RedisError as error:
            self._rest(error)
            return None
        return None if packed is None else unpack(packed)

    async def put(self, name: str, order: Order) -> None:
        if self._respite.lasts:
            return
        try:
            await self._redis.set(_PREFIX + name, pack(order), ex=TTL)
        except RedisError as error:
            self._rest(error)

    def _rest(self, error: RedisError) -> None:
        logger.warning("could not reach the feeds' sessions; they are ranked again: %s", error)
        self._respite.begin()

    async def close(self) -> None:
        await self._redis.aclose()
