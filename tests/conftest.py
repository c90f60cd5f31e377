"""Fixtures that every test may ask for."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from core import clock, db
from tests.comparing import comparing
from tests.services import cannot_be_had, postgres, redis


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Postgres]:
    """A PostgreSQL with the template database."""
    with postgres.started() as server:
        asyncio.run(postgres.make_template(server))
        yield server


@pytest.fixture(scope="module")
def redis_server() -> Iterator[redis.Server]:
    """A Redis of the module's own, which its tests may stop and start."""
    try:
        with redis.started() as running:
            yield running
    except redis.Unavailable as reason:
        cannot_be_had(reason)


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """A folder for a program of ours that starts its own PostgreSQL there."""
    with postgres.lent_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def reused_database(postgres_server: postgres.Postgres) -> postgres.Reused:
    """The database that the tests use in turn."""
    return postgres.Reused(postgres_server)


@pytest.fixture
async def database_url(reused_database: postgres.Reused) -> str:
    """An empty database of this test's own."""
    return await reused_database.lend()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[None]:
    """The connection pool to this test's database."""
    async with db.connected(database_url):
        yield


@pytest.fixture
async def statements(database_url: str) -> AsyncIterator[list[str]]:
    """As `database`; and every SQL statement as it is sent. Clear it, act, count.

    Left out: transaction control, and what the driver asks once a connection about the types of arrays.
    """
    sent: list[str] = []
    control = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SELECT PG_ADV")

    def note(statement: str) -> None:
        typing = "typeinfo_tree" in statement or "set_config('jit'" in statement
        if not comparing.get() and not typing and not statement.lstrip().upper().startswith(control):
            sent.append(statement)

    with db.observed(note):
        async with db.connected(database_url):
            yield sent


@pytest.fixture
def moving_clock() -> Iterator[clock.MovableClock]:
    """The clock, which stands still and is moved."""
    with clock.movable(still=clock.now()) as movable:
        yield movable
