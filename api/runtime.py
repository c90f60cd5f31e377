"""Everything that a process holds open while it serves or works: database, bus, search, and the work in the background.

Without servers of their own, an installation's parts run inside the process, below the data folder.
"""

import asyncio
import importlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg

from api import services as parts
from api import wiring
from api.apps import APPS
from api.data_folder import locked
from api.embedded import EmbeddedPostgres
from core import db, outbox, relay, shape, tasks, timers
from core.bus import Bus, MemoryBus
from core.settings import Settings, SettingsError
from schema.context import Services

logger = logging.getLogger(__name__)

_RESTART_AFTER: Final = 1.0


@dataclass(frozen=True, slots=True)
class Runtime:
    """What is running: the services for the graph, and how to ask each part whether it is well."""

    services: Services
    # Without these nothing can be served; without those below, the rest can.
    essential: Mapping[str, Callable[[], Awaitable[object]]]
    helpful: Mapping[str, Callable[[], Awaitable[object]]] = field(default_factory=dict)


@asynccontextmanager
async def running(
    settings: Settings, *, background: bool | None = None, first: Callable[[], Awaitable[None]] | None = None
) -> AsyncIterator[Runtime]:
    """Holds the runtime open. Raises SettingsError when a part cannot be had.

    `background`: whether this process relays events, runs lanes and timers; by default an embedded one does.
    `first` is done with the database alone, before anything else looks at it.
    """
    async with AsyncExitStack() as stack:
        if settings.embedded:
            stack.enter_context(locked(settings.data))
        await stack.enter_async_context(database(settings))
        if first is not None:
            await first()
        bus = await stack.enter_async_context(_bus(settings))
        # What was begun meanwhile may use all of these, and ends before them.
        await stack.enter_async_context(tasks.owned())
        stack.callback(outbox.on_commit(relay.waker(bus)))
        services = await stack.enter_async_context(parts.built(settings, bus))
        if first is not None:
            await parts.fill_search(services)
        work = dict(parts.per_process(services))
        if settings.embedded if background is None else background:
            work |= background_work(services)
        for name, job in work.items():
            await stack.enter_async_context(kept_running(name, job))
        essential = {"database": _database_answers, "bus": bus.check}
        yield Runtime(services, essential, parts.checks(services))


def background_work(services: Services) -> dict[str, Callable[[], Coroutine[Any, Any, None]]]:
    """The work that some process must do for all: telling of events, and what comes due."""
    teller = relay.Relay(services.bus, wiring.lanes(services))
    due = wiring.timers(services)
    return {"relay": teller.run, "timers": lambda: timers.run(due), **parts.in_background(services)}


@asynccontextmanager
async def database(settings: Settings, *, behind: bool = False) -> AsyncIterator[str]:
    """Holds the connection pool open, to a database of the newest shape; yields its URL. Raises SettingsError.

    Unless it may be `behind`, an embedded one is brought to that shape; any other must have it.
    """
    async with AsyncExitStack() as stack:
        url = settings.database_url
        if url is None:
            server = EmbeddedPostgres(settings.data.resolve() / "postgres")
            stack.push_async_callback(asyncio.to_thread, server.stop)
            url = await asyncio.to_thread(server.start)
            await stack.enter_async_context(kept_running("postgres", server.keep_running))
        try:
            await stack.enter_async_context(db.connected(url, settings.pool_size))
            await stack.enter_async_context(tasks.owned())
            missing = [] if behind else await shape.pending(APPS)
        except (OSError, asyncpg.PostgresError, ValueError) as error:
            raise SettingsError(f"The database of DATABASE_URL cannot be reached: {_first_line(error)}") from error
        if missing and settings.database_url is not None:
            raise SettingsError(
                f"The database lacks {len(missing)} migrations ({missing[0]} first): run `zhongcao migrate`"
            )
        if missing:
            # Slow to load, and of no use to an installation that has its shape.
            await importlib.import_module("core.migrator").migrate(url, APPS)
        yield url


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


async def _database_answers() -> None:
    await db.value("SELECT 1")


@asynccontextmanager
async def _bus(settings: Settings) -> AsyncIterator[Bus]:
    if settings.redis_url is None:
        yield MemoryBus()
        return
    # Its client is slow to load, and of no use to an installation without a server.
    bus = importlib.import_module("core.redis_bus").RedisBus(settings.redis_url)
    try:
        try:
            await bus.check()
        except Exception as error:
            raise SettingsError(f"The Redis of REDIS_URL cannot be reached: {_first_line(error)}") from error
        async with kept_running("bus", bus.run):
            yield bus
    finally:
        await bus.close()


@asynccontextmanager
async def kept_running(name: str, job: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Runs a job beside the block, again should it ever fail or end."""

    async def run() -> None:
        while True:
            try:
                await job()
                logger.error("%s ended; it is started again", name)
            except Exception:
                logger.exception("%s failed; it is started again", name)
            await asyncio.sleep(_RESTART_AFTER)

    task = asyncio.create_task(run(), name=name)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
