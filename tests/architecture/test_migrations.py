"""The migrations make what the models declare, and a database can tell which of them it lacks."""

import pytest
from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector

from api.apps import APPS
from core import db, migrator, shape


async def test_models_and_migrations_agree(database_url: str) -> None:
    async with migrator.declared(database_url, APPS):
        assert Tortoise.apps is not None
        drift = await MigrationAutodetector(Tortoise.apps, migrator.rooms(APPS)).changes()
    assert [f"{writer.app_label}: {writer.operations}" for writer in drift] == []


@pytest.mark.usefixtures("database")
async def test_a_database_knows_what_it_lacks() -> None:
    assert await shape.pending(APPS) == []
    last = await db.value("DELETE FROM tortoise_migrations WHERE app = 'accounts' AND name LIKE '0002%' RETURNING name")
    assert await shape.pending(APPS) == [f"accounts.{last}"]
