"""Real servers for all that several processes share, as the environment that names them."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.services import cannot_be_had, meilisearch, redis


@contextmanager
def started(database_url: str) -> Iterator[dict[str, str]]:
    """Starts a Redis and a Meilisearch beside the database."""
    try:
        with redis.started() as bus, meilisearch.started() as search:
            yield {
                "DATABASE_URL": database_url,
                "REDIS_URL": bus.url,
                "MEILI_URL": search.url,
                "MEILI_KEY": search.key,
                "ZHONGCAO_SANDBOX_SECRET": "between-the-processes",
                "ZHONGCAO_RATE_LIMITS": "0",
            }
    except (redis.Unavailable, meilisearch.Unavailable) as missing:
        cannot_be_had(missing)
