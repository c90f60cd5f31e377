"""What people really typed, put through GraphQL and to the engine beside it; and how soon a change is found.

`python -m bench.discovery.traffic [LIMIT] [Meilisearch]` asks the first LIMIT of the 40,000 queries, or all, of the
embedded engine or of a Meilisearch server started for it. The index holds the 5,531 product titles of the data folder,
published as notes through the API. Each query is asked by GraphQL over HTTP (the ids and highlights of the first ten)
and, at once after, of the same index by the engine alone, strictly and where need be loosely as the server does; so
both meet the same machine. A change is timed from the moment its mutation is sent until a search shows it, asked again
and again.
"""

import asyncio
import csv
import gzip
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import orjson

from bench import client as api
from bench.client import Client
from bench.discovery import judged
from bench.figures import Figure, show
from bench.server import Server, scratch, serving
from search import chinese, queries
from search.embedded import Embedded
from search.engine import Engine
from search.meilisearch import Meilisearch
from tests.services import meilisearch

_SEARCH: Final = """query ($query: String!, $filter: SearchFilter) { search(query: $query, filter: $filter, first: 10) {
  edges { highlight node { __typename ... on Node { id } } } } }"""
_PUBLISH: Final = """mutation ($input: PublishNoteInput!) {
  publishNote(input: $input) { note { id } userErrors { code message } } }"""
_UPDATE: Final = """mutation ($input: UpdateNoteInput!) {
  updateNote(input: $input) { note { id } userErrors { code message } } }"""
_DELETE: Final = "mutation ($input: DeleteNoteInput!) { deleteNote(input: $input) { userErrors { code message } } }"
_STOCK: Final = "mutation ($input: UpdateStockInput!) { updateStock(input: $input) { userErrors { code message } } }"
_EMBEDDED: Final = "embedded"
_AT_ONCE: Final = 4
_CHANGES: Final = 15
_PATIENCE: Final = 10.0


def figures(limit: int | None = None, by: str = _EMBEDDED) -> list[Figure]:
    """Serves from a new folder by one of the engines, and measures."""
    with _served(by) as (server, engine):
        return asyncio.run(_measured(server, engine, by, limit))


@contextmanager
def _served(by: str) -> Iterator[tuple[Server, Callable[[], Engine]]]:
    """A server, and how its index is opened beside it."""
    with scratch() as folder:
        data = folder / "data"
        if by == _EMBEDDED:
            with serving(data) as server:
                yield server, lambda: Embedded(data / "search")
            return
        with (
            meilisearch.started() as index,
            # Its other parts embedded, the server indexes by itself.
            serving(data, environment={"MEILI_URL": index.url, "MEILI_KEY": index.key}) as server,
        ):
            yield server, lambda: Meilisearch(index.url, index.key)


async def _measured(server: Server, opened: Callable[[], Engine], by: str, limit: int | None) -> list[Figure]:
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
        person = await Client(http).sign_up("作者")
        await _publish(person, judged.titles().titles)
        fresh = await _freshness(person)
        engine = opened()
        await engine.open()
        try:
            through, alone, failed = await _asked(server.url, engine, _queries(limit))
        finally:
            await engine.close()
    told = []
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        whole, part = _at(through, share), _at(alone, share)
        what = f"{len(through):,} real queries, {by}, {name}: by GraphQL, by the engine alone"
        told.append(Figure(what, f"{whole:.1f} ms, {part:.1f} ms: × {whole / part:.2f}", "≤ × 1.5"))
    told.append(Figure("of these failed", str(failed), "0"))
    return told + [
        Figure(
            f"{what} → seen by a search, median of {len(times)}",
            f"{statistics.median(times) * 1000:.0f} ms",
            "< 1 s",
        )
        for what, times in fresh.items()
    ]


def _queries(limit: int | None) -> list[str]:
    with gzip.open(judged.DATA / "zh_shopping_queries.csv.gz", "rt", encoding="utf-8") as lines:
        return [line["query"] for line in csv.DictReader(lines)][:limit]


def _at(times: Sequence[float], share: float) -> float:
    return sorted(times)[int(len(times) * share)] * 1000


async def _publish(person: Client, titles: Sequence[str]) -> None:
    waiting = ["".join(filter(str.isprintable, title))[:40] for title in titles]

    last = waiting[0]

    async def work() -> None:
        while waiting:
            await person.do(_PUBLISH, title=waiting.pop(), body="好用")

    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
    await _until(lambda: _finds(person, last))


async def _asked(url: str, engine: Engine, texts: Sequence[str]) -> tuple[list[float], list[float], int]:
    """Seconds by GraphQL and by the engine alone, and how many failed.

    By the standard library's connection, as an HTTP client in Python takes longer than some answers.
    """
    through, alone, failed = [], [], 0
    with closing(HTTPConnection(urlsplit(url).netloc)) as connection:
        for text in texts:
            body = orjson.dumps({"query": _SEARCH, "variables": {"query": text}})
            begun = time.perf_counter()
            connection.request("POST", "/graphql", body, {"Content-Type": "application/json"})
            answer = connection.getresponse().read()
            answered = time.perf_counter()
            await queries.begun(engine, queries.asked(chinese.folded(text)), 11)
            alone.append(time.perf_counter() - answered)
            through.append(answered - begun)
            # An engine that is away makes an empty page without an error.
            failed += not orjson.loads(answer).keys().isdisjoint(("errors", "extensions"))
    return through, alone, failed


async def _freshness(person: Client) -> dict[str, list[float]]:
    """Seconds until each kind of change is seen."""
    await person.do(api.OPEN_SHOP, name="山野小铺")
    rounds = [{**await _note(person, number), **await _product(person, number)} for number in range(_CHANGES)]
    return {what: [each[what] for each in rounds] for what in rounds[0]}


async def _note(person: Client, number: int) -> dict[str, float]:
    """A note is published, gets another title, and is deleted."""
    first, second = f"zhongcaofirst{number:03}", f"mapledawn{number:03}"
    note: dict[str, Any] = {}

    async def publish() -> None:
        note.update((await person.do(_PUBLISH, title=first, body="好用"))["note"])

    async def change() -> None:
        await person.do(_UPDATE, noteId=note["id"], title=second)

    async def delete() -> None:
        await person.do(_DELETE, noteId=note["id"])

    return {
        "published": await _timed(publish, lambda: _finds(person, first)),
        "changed": await _timed(change, lambda: _finds(person, second)),
        "deleted": await _timed(delete, lambda: _misses(person, second)),
    }


async def _product(person: Client, number: int) -> dict[str, float]:
    """A product is sold out."""
    title = f"kettlebrook{number:03}"
    variants = [{"name": "米白", "price": "9.90", "stock": 3}]
    made = (await person.do(api.CREATE_PRODUCT, title=title, variants=variants))["product"]
    await _until(lambda: _finds(person, title, inStock=True))

    async def sell() -> None:
        await person.do(_STOCK, variantId=made["variants"][0]["id"], stock=0)

    return {"sold out": await _timed(sell, lambda: _misses(person, title, inStock=True))}


async def _timed(change: Callable[[], Awaitable[object]], seen: Callable[[], Awaitable[bool]]) -> float:
    begun = time.perf_counter()
    await change()
    await _until(seen)
    return time.perf_counter() - begun


async def _until(seen: Callable[[], Awaitable[bool]]) -> None:
    end = time.perf_counter() + _PATIENCE
    while not await seen():
        if time.perf_counter() > end:
            raise TimeoutError("a change is not found")
        await asyncio.sleep(0.005)


async def _finds(client: Client, text: str, **given: Any) -> bool:
    found = (await client.ask(_SEARCH, query=text, filter=given))["search"]["edges"]
    return any(edge["highlight"] and "<em>" in edge["highlight"] for edge in found)


async def _misses(client: Client, text: str, **given: Any) -> bool:
    return not await _finds(client, text, **given)


if __name__ == "__main__":
    limits = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    names = [word for word in sys.argv[1:] if not word.isdecimal()]
    show("Search traffic", figures(limits[0] if limits else None, names[0] if names else _EMBEDDED))
