"""Brings a database to the newest shape; any number of processes may try at once.

Tortoise declares the tables and runs the migrations. It takes a third of a second to load, which a process that finds
nothing to do is spared: `core/shape.py` tells whether there is.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

import migrations

# Whoever holds this PostgreSQL advisory lock migrates; the number is only ours.
_LOCK = 7_246_001


def rooms(apps: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What Tortoise wants to know of rooms given as label → models module."""
    return {
        label: {"models": [module], "default_connection": "default", "migrations": f"migrations.{label}"}
        for label, module in apps.items()
    }


def config(url: str, apps: Mapping[str, str]) -> dict[str, Any]:
    """Tortoise's configuration for a PostgreSQL `url`."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    credentials: dict[str, Any] = {
        "host": parts.hostname or query.get("host", ["127.0.0.1"])[0],
        "port": parts.port or 5432,
        "user": unquote(parts.username or "postgres"),
        "password": unquote(parts.password or ""),
        "database": parts.path.lstrip("/") or "postgres",
        "minsize": 1,
        "maxsize": 2,
    }
    if "sslmode" in query:
        credentials["ssl"] = query["sslmode"][0]
    return {
        "connections": {"default": {"engine": "tortoise.backends.asyncpg", "credentials": credentials}},
        "apps": rooms(apps),
        "use_tz": True,
        "timezone": "UTC",
    }


@asynccontextmanager
async def declared(url: str, apps: Mapping[str, str]) -> AsyncIterator[None]:
    """Holds Tortoise's own connections open, and what the models declare in `Tortoise.apps`."""
    await Tortoise.init(config=config(url, apps), _enable_global_fallback=True)
    try:
        yield
    finally:
        await Tortoise.close_connections()


async def _rename_history(connection: Any) -> None:
    """Lets each successor of a room know what was applied under the old label."""
    if not (await connection.fetchval("SELECT to_regclass('tortoise_migrations') IS NOT NULL")):
        return
    for label, successors in migrations.SUCCESSORS.items():
        await connection.execute(
            "INSERT INTO tortoise_migrations (app, name, applied_at) SELECT s.app, m.name, m.applied_at"
            " FROM tortoise_migrations m CROSS JOIN unnest($2::text[]) AS s (app) WHERE m.app = $1",
            label,
            list(successors),
        )
        await connection.execute("DELETE FROM tortoise_migrations WHERE app = $1", label)


async def migrate(url: str, apps: Mapping[str, str], progress: Callable[[str], None] | None = None) -> int:
    """Applies what is missing of every room's migrations; returns how many that were.

    `apps` maps labels to models modules; `progress` is called with the name of each migration applied.
    """
    targets = [MigrationTarget(app_label=label, name="__latest__") for label in apps]
    applied: list[str] = []

    def report(event: str, app_label: str, name: str) -> None:
        if event == "apply_done":
            applied.append(name)
            if progress is not None:
                progress(f"{app_label}.{name}")

    async with declared(url, apps):
        connection = get_connection("default")
        async with connection.acquire_connection() as lock_holder:
            await lock_holder.execute("SELECT pg_advisory_lock($1)", _LOCK)
            try:
                await _rename_history(lock_holder)
                await MigrationExecutor(connection, rooms(apps)).migrate(targets, direction="forward", progress=report)
            finally:
                await lock_holder.execute("SELECT pg_advisory_unlock($1)", _LOCK)
    return len(applied)
