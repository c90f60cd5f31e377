"""Whoever takes nothing any more is not waited for: what cannot be told of the end ends without a word."""

import asyncio
from typing import Any

import pytest
from starlette.types import Message

from api import connection
from api.connection import Connection
from api.lean_websockets import WRITE
from core.bus import MemoryBus
from tests.api.sockets import connected
from tests.api.waiting import settled
from tests.waiting import come


class TestKeepAlive:
    @pytest.fixture
    def uvicorns(self) -> dict[str, Any]:
        return {"ws_ping_interval": 0.2, "ws_ping_timeout": 0.2}

    async def test_ends_a_client_that_takes_nothing(self, address: str, bus: MemoryBus) -> None:
        async with connected(address) as socket:
            await socket.init()
            await socket.subscribe('subscription { topic(name: "t") }')
            await socket.receive()
            socket.connection.transport.pause_reading()
            for _ in range(40):
                bus.deliver("t", b"x" * 400_000)
                await asyncio.sleep(0)
            await settled(bus, "t", heard=False)


class TestClose:
    async def test_of_a_client_that_takes_nothing_is_without_a_word(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connection, "_LAST_WORD", 0)
        aborted = asyncio.Event()
        able = {WRITE: {"write": lambda message: False, "abort": aborted.set}}
        closing = Connection({"extensions": able}, self._receive, self._never)
        await come(closing.close(4403, "Session ended"))
        assert aborted.is_set() and not closing.is_open

    async def _receive(self) -> Message:
        return {}

    async def _never(self, message: Message) -> None:
        await asyncio.Event().wait()
