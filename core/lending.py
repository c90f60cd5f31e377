"""Lends connections for single statements.

Taking a connection from the pool and giving it back costs more than many a statement. So a connection goes from one
statement to the next, and back to the pool, which looks after its age and health, soon or when it failed.
"""

import asyncio
import logging
from typing import Any, Final, TypeAlias

import asyncpg

from core import tasks

logger = logging.getLogger(__name__)

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

# Seconds that a statement may take, and that somebody may wait for a connection.
PATIENCE: Final = 30
# Seconds until what nobody uses goes back to the pool.
_LEASE: Final = 1.0


class Lender:
    """The connections of one pool of `size`. A quarter of them, and one at least, is left to transactions."""

    def __init__(self, pool: asyncpg.Pool, size: int) -> None:
        self._pool = pool
        self._lent = max(1, size - max(1, size // 4))
        self._places = asyncio.Semaphore(self._lent)
        # Statements that run or wait for a place.
        self._wanted = 0
        # Connections between two statements, and how many may be so while nobody waits for one.
        self._idle: list[Connection] = []
        self._kept = size // 2
        self._returning: asyncio.Task[None] | None = None
        self._closed = False

    async def run(self, method: str, sql: str, args: tuple[object, ...]) -> Any:
        """What a method of a connection returns for a statement."""
        self._wanted += 1
        try:
            async with self._places:
                connection = await self._taken()
                try:
                    found = await getattr(connection, method)(sql, *args)
                except BaseException:
                    # Beside whoever goes on: a server that does not answer must not hold them up.
                    tasks.begin(give_back(self._pool, connection), "lending.give_back")
                    raise
                await self._put_back(connection)
                return found
        finally:
            self._wanted -= 1

    async def _put_back(self, connection: Connection) -> None:
        if self._closed or (self._wanted <= self._lent and len(self._idle) >= self._kept):
            await self._pool.release(connection)
            return
        self._idle.append(connection)
        if self._returning is None:
            self._returning = asyncio.create_task(self._return_later())

    async def _taken(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if _is_open(connection):
                return connection
            await self._pool.release(connection)
        return await self._pool.acquire(timeout=PATIENCE)

    async def _return_later(self) -> None:
        await asyncio.sleep(_LEASE)
        self._returning = None
        await self.give_back()

    async def give_back(self) -> None:
        """Gives the pool back what nobody uses at the moment."""
        idle, self._idle = self._idle, []
        for connection in idle:
            await self._pool.release(connection)

    async def close(self) -> None:
        """Gives back all; what still runs goes back when it ends."""
        self._closed = True
        if self._returning is not None:
            self._returning.cancel()
        await self.give_back()


async def give_back(pool: asyncpg.Pool, connection: Connection) -> None:
    """Gives a connection back in whatever state it is in: the pool knows how to go on with it."""
    try:
        await pool.release(connection)
    except (asyncpg.InterfaceError, asyncpg.PostgresError, OSError) as error:
        # The pool has closed it then, and makes another.
        logger.warning("a connection could not be given back: %s", error)


def _is_open(connection: Connection) -> bool:
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:  # The pool has taken it back, closed as it is.
        return False
