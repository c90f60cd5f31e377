"""How Redis is asked for what can be done without, or made again: nobody waits for it long."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff


def impatient(url: str, seconds: float = 1) -> Redis:
    """A client that asks once more and gives up after so many seconds each time."""
    retry = Retry(ExponentialWithJitterBackoff(base=0.01, cap=0.1), 1)
    return Redis.from_url(url, retry=retry, socket_timeout=seconds, socket_connect_timeout=seconds)
