"""The counters of many processes. Apart from `rates`, as who runs alone never loads Redis' client."""

import logging
from collections.abc import Sequence
from typing import Final

from redis.exceptions import RedisError

from core import clock
from core.group_commit import GroupCommit
from core.rates import Charge, MemoryRates
from core.redis_client import impatient
from core.respite import Respite

logger = logging.getLogger(__name__)

_PREFIX: Final = "zhongcao:rate:"
# A call waits for its counter: nobody is to wait long for a Redis that is away.
_PATIENCE: Final = 0.25
# Instants and lengths are milliseconds. A list has the newest call first.
_COUNT: Final = """
local now, waits = tonumber(ARGV[1]), {}
for i, key in ipairs(KEYS) do
  local most, length = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  waits[i] = 0
  if redis.call('LPUSH', key, ARGV[1]) > most then
    if tonumber(redis.call('LINDEX', key, most)) + length > now then
      waits[i] = math.max(tonumber(redis.call('LINDEX', key, most - 1)) + length - now, 1)
    end
    redis.call('LTRIM', key, 0, most - 1)
  end
  redis.call('PEXPIRE', key, length)
end
return waits
"""


class RedisRates:
    """Counters in Redis. What is counted while it is away is counted here, for this process alone."""

    def __init__(self, url: str) -> None:
        self._redis = impatient(url, _PATIENCE)
        self._count = self._redis.register_script(_COUNT)
        self._meanwhile = MemoryRates()
        self._respite = Respite()
        # Calls that come while others are counted share the next question.
        self._asked: GroupCommit[None, Sequence[Charge], float] = GroupCommit(self._waits)

    async def count(self, charges: Sequence[Charge]) -> float:
        return await self._asked.ask(None, charges) if charges else 0.0

    async def _waits(self, _: None, calls: Sequence[Sequence[Charge]]) -> list[float]:
        waits = iter(await self._wait([charge for charges in calls for charge in charges]))
        return [max(next(waits) for _ in charges) for charges in calls]

    async def _wait(self, charges: Sequence[Charge]) -> list[float]:
        if not self._respite.lasts:
            numbers = [number for charge in charges for number in (charge.rate.most, charge.rate.seconds * 1000)]
            try:
                waits = await self._count(
                    keys=[_PREFIX + charge.name for charge in charges],
                    args=[int(clock.now().timestamp() * 1000), *numbers],
                )
                return [wait / 1000 for wait in waits]
            except RedisError as error:
                logger.warning("could not reach the counters of rates; each process counts alone: %s", error)
                self._respite.begin()
        return [self._meanwhile.wait(charge) for charge in charges]

    async def close(self) -> None:
        await self._redis.aclose()
