"""The one connection pool, and the few calls through which SQL goes.

Lists are read as rows straight into frozen records (`records`); Tortoise models declare the tables, write single rows
and make the migrations. Both run on the connection of the current transaction, if there is one.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar, cast
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

import asyncpg
import msgspec
import orjson
from tortoise import Tortoise
from tortoise.connection import get_connection

RecordType = TypeVar("RecordType", bound=msgspec.Struct)


def _to_json(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


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


def config(url: str, apps: Mapping[str, str], pool_size: int = 10) -> dict[str, Any]:
    """Tortoise's configuration for a PostgreSQL `url` and domains given as label → models module."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    credentials: dict[str, Any] = {
        "host": parts.hostname or query.get("host", ["127.0.0.1"])[0],
        "port": parts.port or 5432,
        "user": unquote(parts.username or "postgres"),
        "password": unquote(parts.password or ""),
        "database": parts.path.lstrip("/") or "postgres",
        "minsize": 1,
        "maxsize": pool_size,
        "init": _prepare,
        "reset": _keep,
        "command_timeout": 30,
        "max_inactive_connection_lifetime": 300,
    }
    if "sslmode" in query:
        credentials["ssl"] = query["sslmode"][0]
    return {
        "connections": {"default": {"engine": "tortoise.backends.asyncpg", "credentials": credentials}},
        "apps": {
            label: {"models": [module], "default_connection": "default", "migrations": f"migrations.{label}"}
            for label, module in apps.items()
        },
        "use_tz": True,
        "timezone": "UTC",
    }


@asynccontextmanager
async def connected(url: str, apps: Mapping[str, str], pool_size: int = 10) -> AsyncIterator[None]:
    """Holds the connection pool open until the block ends."""
    await Tortoise.init(config=config(url, apps, pool_size), _enable_global_fallback=True)
    try:
        yield
    finally:
        await Tortoise.close_connections()


@asynccontextmanager
async def _connection() -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    async with get_connection("default").acquire_connection() as connection:
        yield connection


def columns(record: type[msgspec.Struct], table: str = "") -> str:
    """The fields of a record as a column list, in its order, so that rows become records by position."""
    prefix = f"{table}." if table else ""
    return ", ".join(f"{prefix}{name}" for name in record.__struct_fields__)


async def rows(sql: str, *args: object) -> list[asyncpg.Record]:
    """All rows of a statement (SELECT, or anything with RETURNING)."""
    async with _connection() as connection:
        return cast(list[asyncpg.Record], await connection.fetch(sql, *args))


async def row(sql: str, *args: object) -> asyncpg.Record | None:
    """The first row of a statement."""
    async with _connection() as connection:
        return await connection.fetchrow(sql, *args)


async def value(sql: str, *args: object) -> Any:
    """The first column of the first row; None when there is none."""
    async with _connection() as connection:
        return await connection.fetchval(sql, *args)


async def execute(sql: str, *args: object) -> int:
    """Runs a statement; returns how many rows it changed."""
    async with _connection() as connection:
        status = await connection.execute(sql, *args)
    count = status.rsplit(" ", 1)[-1]
    return int(count) if count.isdigit() else 0


async def records(record: type[RecordType], sql: str, *args: object) -> list[RecordType]:
    """Rows as records: the statement's columns are `columns(record)`, in that order."""
    return [record(*found) for found in await rows(sql, *args)]


def in_order(keys: Sequence[object], found: Mapping[Any, RecordType]) -> list[RecordType | None]:
    """The batch answer for `keys`: each found record in its place, None where there is none."""
    return [found.get(key) for key in keys]


async def ids_after(table: str, last: UUID | None, limit: int) -> list[UUID]:
    """Up to `limit` ids of `table` (a name of ours, never of a client's) that follow `last`, in their order."""
    found = await rows(f"SELECT id FROM {table} WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2", last, limit)
    return [identity for (identity,) in found]
