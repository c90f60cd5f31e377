"""How much faster answers are built breadth first than by graphql-core: same schema, same records, one run."""

import asyncio
import dataclasses
import gc
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, cast

import orjson
import strawberry
from graphql import DocumentNode, ExecutionResult, execute, parse
from strawberry.dataloader import DataLoader
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

import execution
from bench.figures import Figure, show

_ROUNDS = 15
_NESTED = 30  # Of these, each with 99 below it: 3,000 objects.

NESTED = "{ shelves { cursor title rating likes isOpen things { cursor title rating likes isOpen } } }"
# The same number, of which half are found by a relation of the other half.
RELATED = """
{ shelves { cursor title rating likes isOpen
    things(first: 49) { cursor title rating likes isOpen owner { id handle displayName avatarUrl isKol } } } }
"""
FEED = """
query Feed($first: Int! = 20) {
  feed(first: $first) {
    edges {
      cursor
      node {
        id title body likes viewerHasLiked
        author { id handle displayName avatarUrl isKol }
        products { id title imageUrl sold price { amount currency } }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
TINY = "{ feed(first: 1) { pageInfo { hasNextPage } } }"


@dataclasses.dataclass(frozen=True, slots=True)
class Record:
    """Anything: every type of this schema reads what it needs."""

    number: int
    amount: str = "12.50"
    currency: str = "CNY"
    cursor: str = "bm90ZQ"
    title: str = "春季种草清单"
    body: str = "一起拼团更便宜" * 10
    handle: str = "xiaohong"
    display_name: str = "小红"
    avatar_url: str | None = None
    image_url: str | None = "https://example.com/1.jpg"
    end_cursor: str | None = "bm90ZQ"
    rating: float = 4.5
    likes: int = 128
    sold: int = 42
    is_open: bool = True
    is_kol: bool = False
    has_next_page: bool = True
    things: Sequence["Record"] = ()
    edges: Sequence["Record"] = ()
    node: "Record | None" = None
    price: "Record | None" = None
    page_info: "Record | None" = None


def global_id(kind: str) -> Any:
    """An id as the graph makes them: by a function of the object."""

    def resolve(root: Any) -> str:
        return f"{kind}_{root.number:032x}"

    return strawberry.field(resolver=resolve, graphql_type=strawberry.ID)


@strawberry.interface
class Node:
    id: strawberry.ID = global_id("node")

    is_type_of = execution.records(Record)


def batched(function: Callable[..., Awaitable[list[Any]]], type_: Any) -> Any:
    """A field that `function` answers for all parents: at once here, through a DataLoader for graphql-core."""

    async def resolve(root: Any, info: strawberry.Info) -> Any:
        loaders = info.context
        if function not in loaders:

            async def load(parents: list[Any]) -> list[Any]:
                return await function(parents, loaders)

            loaders[function] = DataLoader(load_fn=load, cache=False)
        return await loaders[function].load(root)

    return strawberry.field(resolver=execution.batches(function, resolve), graphql_type=type_)


_RECORDS = [Record(number, price=Record(number), node=Record(number)) for number in range(100)]
_SHELVES = [Record(number, things=_RECORDS[:99]) for number in range(_NESTED)]


async def _authors(notes: list[Record], context: Any) -> list[Record]:
    return [_RECORDS[note.number] for note in notes]


async def _products(notes: list[Record], context: Any) -> list[list[Record]]:
    return [_RECORDS[:4] for _ in notes]


async def _liked(notes: list[Record], context: Any) -> list[bool]:
    return [note.number % 2 == 0 for note in notes]


@strawberry.type
class Money:
    amount: str
    currency: str


@strawberry.type
class Product(Node):
    id: strawberry.ID = global_id("product")
    title: str
    image_url: str | None
    sold: int
    price: Money


@strawberry.type
class User(Node):
    id: strawberry.ID = global_id("user")
    handle: str
    display_name: str
    avatar_url: str | None
    is_kol: bool


@strawberry.type
class Note(Node):
    id: strawberry.ID = global_id("note")
    title: str
    body: str
    likes: int
    author: Any = batched(_authors, User)
    products: Any = batched(_products, list[Product])
    viewer_has_liked: Any = batched(_liked, bool)


@strawberry.type
class Edge:
    cursor: str
    node: Note


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Connection:
    edges: list[Edge]
    page_info: PageInfo


async def _owners(things: list[Record], context: Any) -> list[Record]:
    return [_RECORDS[thing.number] for thing in things]


@strawberry.type
class Thing:
    cursor: str
    title: str
    rating: float
    likes: int
    is_open: bool
    owner: Any = batched(_owners, User)


@strawberry.type
class Shelf(Thing):
    @strawberry.field(graphql_type=list[Thing])  # type: ignore[untyped-decorator]
    def things(self, first: int = 99) -> Any:
        return self.things[:first]


@strawberry.type
class Query:
    @strawberry.field(graphql_type=list[Shelf])  # type: ignore[untyped-decorator]
    def shelves(self) -> Any:
        return _SHELVES

    @strawberry.field(graphql_type=Connection)  # type: ignore[untyped-decorator]
    async def feed(self, first: int) -> Any:
        return Record(0, edges=_RECORDS[:first], page_info=_RECORDS[0])


async def _answer(schema: strawberry.Schema, document: DocumentNode, executor: type) -> ExecutionResult:
    result = execute(
        schema._schema,
        document,
        context_value={},
        executor_class=executor,
        is_awaitable=cast(Any, optimized_is_awaitable),
        operation_extensions=None,
    )
    return result if isinstance(result, ExecutionResult) else await result


def _written(answer: ExecutionResult) -> bytes:
    return orjson.dumps((answer.data, answer.errors))


async def _seconds(schema: strawberry.Schema, document: DocumentNode, executor: type, times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        await _answer(schema, document, executor)
    return (time.process_time() - started) / times


async def compare(schema: strawberry.Schema, source: str, times: int) -> tuple[float, float]:
    """Seconds of processor time an answer takes, by graphql-core and breadth first; medians of rounds taking turns."""
    document = parse(source)
    ours, theirs = execution.executor_class(), StrawberryGraphQLCoreExecutionContext
    if _written(await _answer(schema, document, ours)) != _written(await _answer(schema, document, theirs)):
        raise AssertionError("The executors do not agree.")
    rounds = [
        (await _seconds(schema, document, theirs, times), await _seconds(schema, document, ours, times))
        for _ in range(_ROUNDS)
    ]
    return statistics.median(core for core, _ in rounds), statistics.median(own for _, own in rounds)


_SHAPES: Final = {
    "3,000 nested objects": (NESTED, 1),
    "3,000 nested objects, half of them by a relation": (RELATED, 1),
    "a feed page from memory": (FEED, 5),
    "one field": (TINY, 100),
}
_EXECUTORS: Final = {"core": StrawberryGraphQLCoreExecutionContext, "ours": execution.executor_class()}


async def _peak(executor: str, source: str) -> int:
    """Bytes that one answer takes at the most, beside what was there before."""
    schema, document = strawberry.Schema(Query), parse(source)
    await _answer(schema, document, _EXECUTORS[executor])
    gc.collect()
    tracemalloc.start()
    await _answer(schema, document, _EXECUTORS[executor])
    return tracemalloc.get_traced_memory()[1]


def peaks(shape: str) -> tuple[int, int]:
    """`_peak` of graphql-core and of ours, each in a process of its own."""
    core, own = (
        int(subprocess.run([sys.executable, "-m", __spec__.name, name, shape], capture_output=True, check=True).stdout)
        for name in _EXECUTORS
    )
    return core, own


def figures() -> list[Figure]:
    """Measures time and memory from records that are there already: nothing but the executors."""
    schema = strawberry.Schema(Query)
    found = []
    for name, (source, times) in _SHAPES.items():
        core, own = asyncio.run(compare(schema, source, times))
        measured = f"{core / own:.1f} ({core * 1000:.2f} ms, {own * 1000:.2f} ms)"
        aim = "≥ 8" if source in (NESTED, RELATED) else ""
        found.append(Figure(f"{name}: processor time of graphql-core to breadth first", measured, aim))
        if aim:
            core_peak, own_peak = peaks(name)
            measured = f"{own_peak / core_peak:.2f} ({own_peak / 2**20:.1f} MiB, {core_peak / 2**20:.1f} MiB)"
            found.append(Figure("… peak memory of breadth first to graphql-core", measured, "≤ 0.5"))
    return found


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(asyncio.run(_peak(sys.argv[1], _SHAPES[sys.argv[2]][0])))
    else:
        show("Executors", figures())
