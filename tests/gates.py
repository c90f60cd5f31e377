"""Statements that wait in PostgreSQL until they are let through: so that what runs at a time does not hang on time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from core import db
from tests.waiting import until

_KEY = 7_041_776
_HELD_UP = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = $1"


class Gate:
    """A closed gate of one database."""

    def __init__(self, keeper: asyncpg.Connection) -> None:
        self._keeper = keeper

    async def passed(self) -> int:
        """A statement that ends when the gate is open: the process that served it."""
        found: int = await db.value("SELECT pg_backend_pid() FROM pg_advisory_xact_lock_shared($1)", _KEY)
        return found

    async def is_waited_at(self, by: int) -> None:
        """Waits until so many statements wait at the gate."""

        async def waiting() -> bool:
            return bool(await self._keeper.fetchval(_HELD_UP, _KEY) == by)

        await until(waiting)

    async def open(self) -> None:
        """Lets all through."""
        await self._keeper.execute("SELECT pg_advisory_unlock_all()")


@asynccontextmanager
async def closed(url: str) -> AsyncIterator[Gate]:
    """A closed gate in a database, open at the latest when the block ends."""
    keeper = await asyncpg.connect(url)
    try:
        await keeper.execute("SELECT pg_advisory_lock($1)", _KEY)
        yield Gate(keeper)
    finally:
        await keeper.close()
