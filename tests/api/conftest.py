"""The small graph behind the real doors, on a real server."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from api.app import create
from api.lean_websockets import LeanProtocol
from api.runtime import Runtime
from core.bus import MemoryBus
from core.rates import MemoryRates
from core.settings import Settings
from schema.context import Services
from tests.api.small import SCHEMA
from tests.services.http import serving
from tests.waiting import PATIENCE


@pytest.fixture
def settings() -> Settings:
    """What the server runs with; override it for another."""
    return Settings(operation_timeout=PATIENCE, operations_per_socket=5, sockets_per_address=2)


@pytest.fixture
def bus() -> MemoryBus:
    """The server's bus, to look into and to publish on."""
    return MemoryBus()


@pytest.fixture
def websockets() -> Any:
    """uvicorn's protocol for websockets; override it for another."""
    return LeanProtocol


@pytest.fixture
def uvicorns() -> dict[str, Any]:
    """What uvicorn is told besides; override it for more."""
    return {}


@pytest.fixture
async def address(settings: Settings, bus: MemoryBus, websockets: Any, uvicorns: dict[str, Any]) -> AsyncIterator[str]:
    """Where the server listens, as host:port."""

    @asynccontextmanager
    async def runtime(given: Settings) -> AsyncIterator[Runtime]:
        # The doors need no other service.
        others: Any = dict.fromkeys(field.name for field in dataclasses.fields(Services))
        yield Runtime(Services(**{**others, "settings": given, "bus": bus, "rates": MemoryRates()}), {"bus": bus.check})

    async with serving(create(settings, SCHEMA, runtime=runtime), websockets, **uvicorns) as found:
        yield found


@pytest.fixture
async def http(address: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the server."""
    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as client:
        yield client
