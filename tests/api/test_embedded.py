"""The PostgreSQL in the data folder, when it is killed."""

import asyncio
import contextlib
import os
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from api.embedded import EmbeddedPostgres
from tests.services import postgres
from tests.waiting import until


@pytest.fixture
def folder(data_folder: Path) -> Path:
    """Where it lives."""
    return data_folder / "postgres"


async def answers(url: str) -> bool:
    with contextlib.suppress(OSError, asyncpg.PostgresError):
        connection = await asyncpg.connect(url)
        await connection.close()
        return True
    return False


async def test_is_started_again_when_it_dies_and_keeps_what_was_committed(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    url = server.start()
    keeping = asyncio.create_task(server.keep_running())
    try:
        connection = await asyncpg.connect(url)
        await connection.execute("CREATE TABLE told AS SELECT '种草' AS what")
        await asyncio.to_thread(postgres.kill, folder)
        await until(partial(answers, url))
        again = await asyncpg.connect(url)
        assert await again.fetchval("SELECT what FROM told") == "种草"
        await again.close()
        assert not keeping.done()
    finally:
        keeping.cancel()
        server.stop()


def test_starts_though_somebody_has_the_number_of_the_dead(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    server.start()
    postgres.kill(folder)
    for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        lines = (folder / name).read_text().splitlines()
        (folder / name).write_text("\n".join([str(os.getpid()), *lines[1:], ""]))
    again = EmbeddedPostgres(folder)
    try:
        assert asyncio.run(answers(again.start()))
    finally:
        again.stop()
