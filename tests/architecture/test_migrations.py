"""The migrations make what the models declare, and a database can tell which of them it lacks."""

import pytest
from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector

from api.apps import APPS
from core import db, migrator


@pytest.mark.usefixtures("database")
async def test_models_and_migrations_agree() -> None:
    apps = {label: {"models": [module], "migrations": f"migrations.{label}"} for label, module in APPS.items()}
    assert Tortoise.apps is not None
    drift = await MigrationAutodetector(Tortoise.apps, apps).changes()
    assert [f"{writer.app_label}: {writer.operations}" for writer in drift] == []


@pytest.mark.usefixtures("database")
async def test_a_database_knows_what_it_lacks() -> None:
    assert await migrator.pending(APPS) == []
    last = await db.value("DELETE FROM tortoise_migrations WHERE app = 'accounts' AND name LIKE '0002%' RETURNING name")
    assert await migrator.pending(APPS) == [f"accounts.{last}"]
