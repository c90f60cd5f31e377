"""A seeded database, made once, of which each test that asks for it gets a copy."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

import demo
from core import db
from core.settings import Settings
from tests.services import postgres

_SEEDED = "seeded_demo"
SETTINGS = Settings(public_url="https://shop.example")


@dataclass(frozen=True)
class FirstRun:
    """What seeding an empty database said: in the end, and on the way, as how much was left of each stage."""

    summary: demo.Summary
    left: dict[str, int]


@pytest.fixture(scope="session")
def first_run(postgres_server: postgres.Postgres) -> FirstRun:
    """The run that filled the template."""
    left: dict[str, int] = {}

    async def make() -> demo.Summary:
        await postgres.make_database(postgres_server, _SEEDED)
        async with db.connected(postgres_server.url(_SEEDED)):
            return await demo.seed(lambda stage, done, total: left.update({stage: total - done}), settings=SETTINGS)

    return FirstRun(asyncio.run(make()), left)


@pytest.fixture
async def seeded(postgres_server: postgres.Postgres, first_run: FirstRun) -> AsyncIterator[None]:
    """The connection pool to this test's own copy of the demo."""
    async with (
        postgres.fresh_database(postgres_server, _SEEDED) as url,
        db.connected(url),
    ):
        yield
