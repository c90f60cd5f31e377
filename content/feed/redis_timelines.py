"""The timelines of many processes. Apart from `timelines`, as who runs alone never loads Redis' client.

A timeline is a sorted set whose members, all of one score, are in the order of their bytes: a note's id and its
author's. Greater than all is the mark: of its version when it is finished, before that the builder's token. A member of
zeros is its lowest while it knows that nothing is older; the cap removes that one first.
"""

import logging
import secrets
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from redis.exceptions import RedisError

from content.feed.timelines import CAP, TTL, Entry, Stretch
from core.ids import BEYOND
from core.redis_client import impatient
from core.respite import Respite

logger = logging.getLogger(__name__)

_PREFIX: Final = b"zhongcao:feed:timeline:"
_START: Final = bytes(32)
_MARK: Final = BEYOND.bytes
_VERSION: Final = _MARK + b"v"
_TOKEN: Final = _MARK + b"t"
_TRIM: Final = f"redis.call('ZREMRANGEBYRANK', key, 0, -{CAP + 2})"
_BEGIN: Final = f"""
redis.call('DEL', KEYS[1])
redis.call('ZADD', KEYS[1], 0, ARGV[1], 0, ARGV[2])
redis.call('EXPIRE', KEYS[1], {TTL})
"""
# The token, the mark, the floor (nothing where there is none), and the entries.
_FINISH: Final = f"""
local key = KEYS[1]
if redis.call('ZREM', key, ARGV[1]) == 0 then return end
redis.call('ZADD', key, 0, ARGV[2])
for i = 4, #ARGV do redis.call('ZADD', key, 0, ARGV[i]) end
if ARGV[3] ~= '' then redis.call('ZREMRANGEBYLEX', key, '-', '(' .. ARGV[3]) end
{_TRIM}
redis.call('EXPIRE', key, {TTL})
"""
# What becomes the lowest of a timeline lies below its floor.
_PUSH: Final = f"""
for _, key in ipairs(KEYS) do
  if redis.call('EXISTS', key) == 1 and redis.call('ZADD', key, 0, ARGV[1]) == 1 then
    if redis.call('ZRANK', key, ARGV[1]) == 0 then redis.call('ZREM', key, ARGV[1]) end
    {_TRIM}
  end
end
"""


class RedisTimelines:
    """Timelines in Redis."""

    def __init__(self, url: str) -> None:
        self._redis = impatient(url)
        self._begin, self._finish, self._push = map(self._redis.register_script, (_BEGIN, _FINISH, _PUSH))
        self._respite = Respite()

    async def read(self, reader_id: UUID, before: UUID, limit: int) -> Stretch | None:
        if self._respite.lasts:
            return None
        key = _key(reader_id)
        try:
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.zrangebylex(key, b"[" + _VERSION, b"+")
                pipeline.zrevrangebylex(key, b"(" + before.bytes, b"-", 0, limit + 1)
                marks, members = await pipeline.execute()
        except RedisError as error:
            self._rest(error)
            return None
        if not marks:
            return None
        entries = [Entry(UUID(bytes=one[:16]), UUID(bytes=one[16:])) for one in members[:limit] if one != _START]
        return Stretch(int(marks[0].removeprefix(_VERSION)), entries, _START in members)

    async def begin(self, reader_id: UUID) -> bytes | None:
        token = _TOKEN + secrets.token_bytes(16)
        if self._respite.lasts:
            return None
        try:
            await self._begin(keys=[_key(reader_id)], args=[_START, token])
        except RedisError as error:
            self._rest(error)
            return None
        return token

    async def finish(self, reader_id: UUID, token: bytes, built: Stretch) -> None:
        floor = b"" if built.ends else _member(built.entries[-1])
        mark = _VERSION + str(built.version).encode()
        try:
            await self._finish(keys=[_key(reader_id)], args=[token, mark, floor, *map(_member, built.entries)])
        except RedisError as error:
            self._rest(error)

    async def push(self, reader_ids: Sequence[UUID], entry: Entry) -> None:
        self._require_reachable()
        try:
            await self._push(keys=list(map(_key, reader_ids)), args=[_member(entry)])
        except RedisError as error:
            self._rest(error)
            raise

    async def remove(self, reader_ids: Sequence[UUID], entry: Entry) -> None:
        self._require_reachable()
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                for reader_id in reader_ids:
                    pipeline.zrem(_key(reader_id), _member(entry))
                await pipeline.execute()
        except RedisError as error:
            self._rest(error)
            raise

    def _require_reachable(self) -> None:
        if self._respite.lasts:
            raise RedisError("Redis could not be reached a moment ago")

    def _rest(self, error: RedisError) -> None:
        logger.warning("could not reach the timelines; PostgreSQL is read instead: %s", error)
        self._respite.begin()

    async def close(self) -> None:
        await self._redis.aclose()


def _key(reader_id: UUID) -> bytes:
    return _PREFIX + reader_id.bytes


def _member(entry: Entry) -> bytes:
    return entry.note_id.bytes + entry.author_id.bytes
