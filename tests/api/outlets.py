"""Subscribers without a connection: they keep the answers they are told."""

from collections.abc import Awaitable, Mapping
from typing import Any
from uuid import UUID

import orjson

from api.operations import Operations
from core.relay import Relay
from execution.streams import Payload, Subscription
from schema.context import Context
from tests.graph import Graph
from tests.waiting import until


class Listener:
    """An outlet that takes everything."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.payloads: list[Payload] = []
        self.ended: list[Exception | None] = []
        self.subscription: Subscription

    def tell(self, payload: Payload) -> Awaitable[None] | None:
        self.payloads.append(payload)
        return None

    def end(self, error: Exception | None) -> None:
        self.ended.append(error)

    async def told(self, count: int) -> list[Any]:
        """The first `count` answers, once they are there."""
        await until(lambda: len(self.payloads) >= count)
        return [orjson.loads(payload.json) for payload in self.payloads[:count]]


class Door:
    """Operations on the graph, for subscribers without a connection."""

    def __init__(self, graph: Graph, operations: Operations) -> None:
        self.graph = graph
        self.operations = operations

    async def subscribe(
        self, document: str, variables: Mapping[str, Any], *, as_: UUID | None = None, language: str = "zh"
    ) -> Listener:
        listener = Listener(self.graph.context(as_, language))
        operation = self.operations.prepare(document, None, variables)
        listener.subscription = await self.operations.subscribe(operation, listener.context, listener)
        return listener

    async def relay(self) -> None:
        """Tells of all that happened."""
        await Relay(self.graph.services.bus, []).drain()
