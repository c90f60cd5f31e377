"""What a Meilisearch that goes away costs: no write, no error, and no waiting; and how it is made up for."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from core import db
from core.bus import MemoryBus
from core.clock import MovableClock
from core.relay import BatchLane, Relay
from search import indexer, queries
from search.engine import Engine, SearchUnavailable
from search.meilisearch import Meilisearch
from tests.factories.people import person
from tests.factories.search import query
from tests.graph import Graph
from tests.search.world import World
from tests.services import cannot_be_had, meilisearch
from tests.waiting import until

SEARCH = """
query ($query: String!) {
  search(query: $query) { isAvailable edges { node { ... on Note { title } } } estimatedTotal didYouMean }
  searchSuggestions(prefix: $query)
}
"""
NOTHING = {"isAvailable": False, "edges": [], "estimatedTotal": 0, "didYouMean": []}


@pytest.fixture
def server() -> Iterator[meilisearch.Server]:
    """A Meilisearch of this test's own, to be killed."""
    try:
        meilisearch.binary()
    except meilisearch.Unavailable as reason:
        cannot_be_had(reason)
    with meilisearch.started() as started:
        yield started


@pytest.fixture
async def mortal(server: meilisearch.Server) -> AsyncIterator[Meilisearch]:
    """An engine on it with an empty index."""
    engine = Meilisearch(server.url, server.key)
    await engine.open()
    async with engine.rebuilding():
        pass
    yield engine
    await engine.close()


@pytest.mark.usefixtures("database")
class TestKilled:
    async def test_costs_no_write_and_no_error_and_is_made_up_for(
        self, moving_clock: MovableClock, server: meilisearch.Server, mortal: Meilisearch
    ) -> None:
        graph = Graph(replace(Graph().services, search=mortal))
        relay = Relay(MemoryBus(), [BatchLane("search", indexer.EVENTS, indexer.reaction(mortal))])
        author, filled = await person(), World()
        await filled.note("before", author, "露营清单")
        await relay.drain()
        assert await found(graph) == ["露营清单"]

        server.kill()
        for _ in range(3):
            answer = await graph(SEARCH, query="露营")
            assert answer["errors"] == []
            assert answer["data"] == {"search": NOTHING, "searchSuggestions": []}
        await filled.note("meanwhile", author, "露营帐篷")
        await relay.drain()
        assert await db.value("SELECT count(*) FROM outbox_deliveries WHERE lane = 'search'") > 0

        server.start()
        moving_clock.move(timedelta(minutes=20).total_seconds())
        await relay.drain()
        # Not asked of the graph, whose executors are compared: between two of them it may come back.
        await until(partial(has_both, mortal))
        assert set(await found(graph)) == {"露营清单", "露营帐篷"}


async def has_both(engine: Engine) -> bool:
    try:
        return len((await queries.search(engine, "露营")).edges) == 2
    except SearchUnavailable:
        return False


async def found(graph: Graph) -> list[str]:
    answer = await graph(SEARCH, query="露营")
    assert answer["errors"] == []
    return [edge["node"]["title"] for edge in answer["data"]["search"]["edges"] if edge["node"]]


class TestMute:
    async def test_is_waited_for_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("search.circuit._PAUSE_SECONDS", 3600)
        monkeypatch.setattr("search.meilisearch._PATIENCE", 0.5)
        callers: list[bytes] = []

        async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            callers.append(await reader.read())
            writer.close()

        listening = await asyncio.start_server(mute, "127.0.0.1", 0)
        engine = Meilisearch(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", "no key")
        for _ in range(50):
            with pytest.raises(SearchUnavailable):
                await engine.ranked(query("露营"), 0, 1)
        await engine.close()
        await until(lambda: callers)
        assert len(callers) == 1
        listening.close()


class TestProxy:
    @pytest.mark.parametrize("status", ["502 Bad Gateway", "200 OK"])
    async def test_that_answers_for_a_server_that_is_away_is_an_outage(self, status: str) -> None:
        """Once is enough to know it: whoever asks next is told without asking."""
        asked: list[str] = []

        async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            asked.append(head.decode().split(" ")[1])
            page = b"<html>Back soon</html>"
            writer.write(b"HTTP/1.1 %b\r\nContent-Type: text/html\r\nConnection: close\r\n" % status.encode())
            writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(page), page))
            await writer.drain()
            writer.close()

        listening = await asyncio.start_server(proxy, "127.0.0.1", 0)
        engine = Meilisearch(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", "no key")
        await engine.open()
        assert engine.stale
        for _ in range(3):
            with pytest.raises(SearchUnavailable):
                await engine.ranked(query("露营"), 0, 1)
        assert asked.count("/multi-search") == 1
        await engine.close()
        listening.close()
