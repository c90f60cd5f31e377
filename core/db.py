"""The one connection pool, and the few calls through which SQL goes.

Lists are read as rows straight into frozen records (`records`). Tortoise declares the tables and makes the migrations
(`core/migrator.py`); nothing that serves loads it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from itertools import starmap
from typing import Any, NamedTuple, TypeVar, cast
from uuid import UUID

import asyncpg
import msgspec
import orjson

from core import tasks
from core.lending import PATIENCE, Connection, Lender, give_back

RecordType = TypeVar("RecordType", bound=msgspec.Struct)
_IDLE_CONNECTION_LIFETIME = 300


class _Transaction(NamedTuple):
    """The connection of an open transaction; the lock makes statements of concurrent tasks wait for each other."""

    connection: Connection
    turn: asyncio.Lock


_pool: asyncpg.Pool | None = None
_lender: Lender | None = None
_transaction: ContextVar[_Transaction | None] = ContextVar("transaction", default=None)


def _to_json(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


_observers: list[Callable[[str], None]] = []


@contextmanager
def observed(observer: Callable[[str], None]) -> Iterator[None]:
    """Calls `observer` with the text of every statement of the pools that are opened inside the block."""
    _observers.append(observer)
    try:
        yield
    finally:
        _observers.remove(observer)


async def _prepare(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    for observer in _observers:
        connection.add_query_logger(lambda logged, tell=observer: tell(logged.query))
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_to_json, decoder=orjson.loads)


async def _keep(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Nothing to undo when a connection goes back: no session state is ever set, and the pool itself rolls back.

    asyncpg's own reset would cost each use of a connection one more round trip.
    """


@asynccontextmanager
async def connected(url: str, pool_size: int = 10) -> AsyncIterator[None]:
    """Holds the connection pool to a PostgreSQL open until the block ends."""
    global _pool, _lender
    previous = _pool, _lender
    _pool = await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=pool_size,
        init=_prepare,
        reset=_keep,
        command_timeout=PATIENCE,
        max_inactive_connection_lifetime=_IDLE_CONNECTION_LIFETIME,
    )
    _lender = Lender(_pool, pool_size)
    try:
        yield
    finally:
        ours, lender = _pool, _lender
        _pool, _lender = previous
        await lender.close()
        await ours.close()


def connection() -> asyncpg.pool.PoolAcquireContext:
    """Lends a connection of its own, outside any transaction, for what must outlive one: an advisory lock."""
    if _pool is None:
        raise RuntimeError("no database is connected")
    return _pool.acquire(timeout=PATIENCE)


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """Everything inside the block runs on one connection, and commits together; for the unit of work alone.

    A task that is started inside inherits it, and must end inside.
    """
    if _pool is None:
        raise RuntimeError("no database is connected")
    pool = _pool
    own = await pool.acquire(timeout=PATIENCE)
    work = own.transaction()
    try:
        await work.__aenter__()
        token = _transaction.set(_Transaction(own, asyncio.Lock()))
        try:
            yield
        finally:
            _transaction.reset(token)
        await work.__aexit__(None, None, None)
    except asyncio.CancelledError as error:
        # Beside whoever goes on: a server that does not answer must not hold them up.
        tasks.begin(_undo(pool, own, work, error), "db.undo")
        raise
    except BaseException as error:
        await _undo(pool, own, work, error)
        raise
    await pool.release(own)


async def _undo(
    pool: asyncpg.Pool, own: Connection, work: asyncpg.transaction.Transaction, error: BaseException
) -> None:
    """Rolls a transaction back, and gives the connection back; one whose state nobody knows is closed before."""
    try:
        await work.__aexit__(type(error), error, error.__traceback__)
    except asyncio.CancelledError:
        own.terminate()
        raise
    except (asyncpg.InterfaceError, asyncpg.PostgresError, OSError):
        if isinstance(error, asyncio.CancelledError):
            own.terminate()
    finally:
        await give_back(pool, own)


async def _run(method: str, sql: str, args: tuple[object, ...]) -> Any:
    """What a method of a connection returns for a statement: of the open transaction's, or of one for it alone."""
    within = _transaction.get()
    if within is None:
        if _lender is None:
            raise RuntimeError("no database is connected")
        found = await _lender.run(method, sql, args)
    else:
        async with within.turn:
            found = await getattr(within.connection, method)(sql, *args)
    if _observers:  # asyncpg tells them a turn of the loop later.
        await asyncio.sleep(0)
    return found


def columns(record: type[msgspec.Struct], table: str = "") -> str:
    """The fields of a record as a column list, in its order, so that rows become records by position."""
    prefix = f"{table}." if table else ""
    return ", ".join(f"{prefix}{name}" for name in record.__struct_fields__)


def unseen(parameter: str) -> str:
    """A parameter at whose value PostgreSQL's planner does not look.

    It keeps one plan for all values then. For statements whose plan is the same anyway, and takes longer to make than
    to carry out.
    """
    return f"(SELECT {parameter})"


async def rows(sql: str, *args: object) -> list[asyncpg.Record]:
    """All rows of a statement (SELECT, or anything with RETURNING)."""
    return cast(list[asyncpg.Record], await _run("fetch", sql, args))


async def row(sql: str, *args: object) -> asyncpg.Record | None:
    """The first row of a statement."""
    return cast(asyncpg.Record | None, await _run("fetchrow", sql, args))


async def value(sql: str, *args: object) -> Any:
    """The first column of the first row; None when there is none."""
    return await _run("fetchval", sql, args)


async def execute(sql: str, *args: object) -> int:
    """Runs a statement; returns how many rows it changed."""
    status: str = await _run("execute", sql, args)
    count = status.rsplit(" ", 1)[-1]
    return int(count) if count.isdigit() else 0


async def records(record: type[RecordType], sql: str, *args: object) -> list[RecordType]:
    """Rows as records: the statement's columns are `columns(record)`, in that order."""
    return list(starmap(record, await rows(sql, *args)))


def in_order(keys: Sequence[object], found: Mapping[Any, RecordType]) -> list[RecordType | None]:
    """The batch answer for `keys`: each found record in its place, None where there is none."""
    return [found.get(key) for key in keys]


async def ids_after(table: str, last: UUID | None, limit: int) -> list[UUID]:
    """Up to `limit` ids of `table` (a name of ours, never of a client's) that follow `last`, in their order."""
    found = await rows(f"SELECT id FROM {table} WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2", last, limit)
    return [identity for (identity,) in found]


async def pairs_in(table: str, columns: tuple[str, str], pairs: Sequence[tuple[UUID, UUID]]) -> set[tuple[UUID, UUID]]:
    """Those of `pairs` that are in two columns of `table` (names of ours, never of a client's)."""
    both = ", ".join(columns)
    found = await rows(
        f"SELECT {both} FROM {table} WHERE ({both}) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))",
        [one for one, _ in pairs],
        [other for _, other in pairs],
    )
    return {(one, other) for one, other in found}
