"""How feeds talk to Redis: what it keeps for them can be made again, so that nobody waits for it long."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff


def impatient(url: str) -> Redis:
    """A client that asks once more and gives up after a second each time."""
    retry = Retry(ExponentialWithJitterBackoff(base=0.01, cap=0.1), 1)
    return Redis.from_url(url, retry=retry, socket_timeout=1, socket_connect_timeout=1)
