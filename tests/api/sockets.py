"""A client that says exactly what a test wants said, right or wrong."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.waiting import PATIENCE

PROTOCOL = "graphql-transport-ws"


class Socket:
    """One connection; messages are JSON unless they are bytes or text already."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, message: Any) -> None:
        await self.connection.send(message if isinstance(message, str | bytes) else orjson.dumps(message).decode())

    async def receive(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(await self.connection.recv())
        return found

    async def init(self, **payload: Any) -> None:
        """Initialises, and expects to be welcome."""
        await self.send({"type": "connection_init", "payload": payload})
        assert await self.receive() == {"type": "connection_ack"}

    async def subscribe(self, query: str, identity: str = "1", **payload: Any) -> None:
        await self.send({"id": identity, "type": "subscribe", "payload": {"query": query, **payload}})

    async def closed(self) -> tuple[int, str]:
        """Code and reason with which the server closes, whatever it says before."""
        try:
            while True:
                await self.connection.recv()
        except ConnectionClosed:
            return self.connection.close_code or 0, self.connection.close_reason or ""


@asynccontextmanager
async def connected(
    address: str, *, protocol: str | None = PROTOCOL, headers: Sequence[tuple[str, str]] = (), **named: str
) -> AsyncIterator[Socket]:
    """A connection to the server at `address`; a header that comes several times is not `named`."""
    protocols = [Subprotocol(protocol)] if protocol else None
    given = [*headers, *named.items()]
    async with connect(
        f"ws://{address}/graphql",
        subprotocols=protocols,
        additional_headers=given,
        compression=None,
        max_size=None,
        open_timeout=PATIENCE,
    ) as connection:
        yield Socket(connection)
