"""The migrations make what the models declare, and a database can tell which of them it lacks."""

import asyncpg
import pytest
from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector

import migrations
from api.apps import APPS
from core import db, migrator, shape

HISTORY = "SELECT app, name FROM tortoise_migrations ORDER BY app, name"


async def test_models_and_migrations_agree(database_url: str) -> None:
    async with migrator.declared(database_url, APPS):
        assert Tortoise.apps is not None
        drift = await MigrationAutodetector(Tortoise.apps, migrator.rooms(APPS)).changes()
    assert [f"{writer.app_label}: {writer.operations}" for writer in drift] == []


@pytest.mark.usefixtures("database")
async def test_a_database_knows_what_it_lacks() -> None:
    assert await shape.pending(APPS) == []
    [(key, last)] = await db.rows(
        "SELECT id, name FROM tortoise_migrations WHERE app = 'accounts' AND name LIKE '0002%'"
    )
    await db.execute("UPDATE tortoise_migrations SET app = 'nobody' WHERE id = $1", key)
    try:
        assert await shape.pending(APPS) == [f"accounts.{last}"]
    finally:
        await db.execute("UPDATE tortoise_migrations SET app = 'accounts' WHERE id = $1", key)


async def test_a_room_that_became_two_keeps_its_history(database_url: str) -> None:
    """A database from before the split has nothing to do again, and loses nothing."""
    connection = await asyncpg.connect(database_url)
    try:
        for label, successors in migrations.SUCCESSORS.items():
            before = await connection.fetch(HISTORY)
            first, *others = successors
            await connection.execute("UPDATE tortoise_migrations SET app = $1 WHERE app = $2", label, first)
            await connection.execute("DELETE FROM tortoise_migrations WHERE app = ANY($1)", others)
            assert await migrator.migrate(database_url, APPS) == 0
            assert await connection.fetch(HISTORY) == before
    finally:
        await connection.close()
