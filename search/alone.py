"""Has what is to be done for the whole installation done by one process at a time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core import db
from core.errors import Conflict


@asynccontextmanager
async def alone(lock: int) -> AsyncIterator[None]:
    """Holds a PostgreSQL advisory lock. Raises Conflict when somebody else does."""
    async with db.connection() as connection:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", lock):
            raise Conflict()
        try:
            yield
        finally:
            await connection.execute("SELECT pg_advisory_unlock($1)", lock)
