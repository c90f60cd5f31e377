"""Builds the services of a process from its settings: each external one, or its embedded twin."""

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any

from content.live.presence import Presence
from core.bus import Bus
from core.settings import Settings
from schema.context import Services


@asynccontextmanager
async def built(settings: Settings, bus: Bus) -> AsyncIterator[Services]:
    """What resolvers, lanes and timers work with, held open. The database is connected already."""
    presence = Presence()
    yield Services(settings=settings, bus=bus, presence=presence)
    await presence.close()


def per_process(services: Services) -> Mapping[str, Callable[[], Coroutine[Any, Any, None]]]:
    """What every process that serves clients runs beside them, until it is cancelled."""
    return {"presence": services.presence.run}


def checks(services: Services) -> Mapping[str, Callable[[], Awaitable[object]]]:
    """How to ask further parts whether they are well: each raises when it is not."""
    return {}
