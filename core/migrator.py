"""Brings a database to the newest shape; any number of processes may try at once."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

import migrations
from core import db

# Whoever holds this PostgreSQL advisory lock migrates; the number is only ours.
_LOCK = 7_246_001


async def migrate(apps: Mapping[str, str], progress: Callable[[str], None] | None = None) -> int:
    """Applies what is missing of every domain's migrations; returns how many that were.

    `apps` maps labels to models modules; `progress` is called with the name of each migration applied.
    """
    configured = {label: {"models": [module], "migrations": f"migrations.{label}"} for label, module in apps.items()}
    targets = [MigrationTarget(app_label=label, name="__latest__") for label in apps]
    applied: list[str] = []

    def report(event: str, app_label: str, name: str) -> None:
        if event == "apply_done":
            applied.append(name)
            if progress is not None:
                progress(f"{app_label}.{name}")

    connection = get_connection("default")
    async with connection.acquire_connection() as lock_holder:
        await lock_holder.execute("SELECT pg_advisory_lock($1)", _LOCK)
        try:
            await MigrationExecutor(connection, configured).migrate(targets, direction="forward", progress=report)
        finally:
            await lock_holder.execute("SELECT pg_advisory_unlock($1)", _LOCK)
    return len(applied)


async def pending(apps: Mapping[str, str]) -> list[str]:
    """The migrations that the database lacks, as label.name. Two statements; takes no lock."""
    applied: set[str] = set()
    if await db.value("SELECT to_regclass('tortoise_migrations') IS NOT NULL"):
        applied = {f"{label}.{name}" for label, name in await db.rows("SELECT app, name FROM tortoise_migrations")}
    folder = Path(migrations.__path__[0])
    known = [f"{label}.{path.stem}" for label in apps for path in sorted((folder / label).glob("[0-9]*.py"))]
    return [name for name in known if name not in applied]
