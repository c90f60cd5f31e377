"""A small graph on which the doors are tested: one field for everything that they must handle."""

import asyncio
from collections.abc import AsyncIterator

import strawberry

from core.errors import NotFound
from schema.context import Info


@strawberry.type
class Item:
    name: str

    @strawberry.field
    def inner(self) -> "Item":
        return Item(name=self.name)

    @strawberry.field
    def items(self, first: int = 20) -> "ItemConnection":
        return ItemConnection(edges=[])


@strawberry.type
class ItemEdge:
    node: Item


@strawberry.type
class ItemConnection:
    edges: list[ItemEdge]


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "世界") -> str:
        return f"你好，{name}"

    @strawberry.field
    def number(self, value: int) -> int:
        return value

    @strawberry.field
    def viewer_id(self, info: Info) -> str | None:
        return str(info.context.viewer_id) if info.context.viewer_id else None

    @strawberry.field
    def watcher(self, info: Info) -> str:
        return repr(info.context.watcher)

    @strawberry.field
    def language(self, info: Info) -> str:
        return info.context.language

    @strawberry.field
    def address(self, info: Info) -> str | None:
        return info.context.address

    @strawberry.field
    def defect(self) -> str | None:
        raise RuntimeError("secret detail")

    @strawberry.field
    def refused(self) -> str | None:
        raise NotFound()

    @strawberry.field
    def partly(self, info: Info) -> str | None:
        info.context.unavailable.add("search")
        return None

    @strawberry.field
    async def slow(self, seconds: float) -> str:
        await asyncio.sleep(seconds)
        return "done"

    @strawberry.field
    def item(self) -> Item:
        return Item(name="露营灯")

    @strawberry.field
    def items(self, first: int = 20) -> ItemConnection:
        return ItemConnection(edges=[])


@strawberry.type
class Mutation:
    @strawberry.mutation
    def change(self) -> str:
        return "changed"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int = 3) -> AsyncIterator[int]:
        for number in range(1, to + 1):
            yield number

    @strawberry.subscription
    async def topic(self, info: Info, name: str) -> AsyncIterator[str]:
        async with info.context.services.bus.listen(name) as listener:
            yield "listening"
            while True:
                yield (await listener.get()).decode()

    @strawberry.subscription
    async def refused(self) -> AsyncIterator[str]:
        raise NotFound()
        yield ""

    @strawberry.subscription
    async def defect(self) -> AsyncIterator[str]:
        yield "first"
        raise RuntimeError("secret detail")


SCHEMA = strawberry.Schema(Query, Mutation, Subscription)
