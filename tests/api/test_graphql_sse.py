"""GraphQL over server-sent events: streams only for who asks for one, and nothing left behind."""

import asyncio

import httpx
import orjson
import pytest

from core.bus import MemoryBus
from people.accounts import actions
from tests.api.waiting import settled
from tests.waiting import come

STREAM = {"Accept": "text/event-stream"}


def events(text: str) -> list[tuple[str, object]]:
    """Name and decoded data of each event."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(":", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if lines:
            found.append((lines["event"].strip(), orjson.loads(lines["data"]) if lines["data"].strip() else None))
    return found


async def ask(http: httpx.AsyncClient, query: str, **headers: str) -> httpx.Response:
    return await http.post("/graphql", json={"query": query}, headers={**STREAM, **headers})


class TestStream:
    @pytest.mark.parametrize("method", ["GET", "POST"])
    async def test_tells_a_subscription(self, http: httpx.AsyncClient, method: str) -> None:
        request = {"query": "subscription { count(to: 2) }"}
        given = {"params": request} if method == "GET" else {"json": request}
        response = await http.request(method, "/graphql", headers=STREAM, **given)
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert response.headers["cache-control"] == "no-cache" and "\r" not in response.text
        assert events(response.text) == [
            ("next", {"data": {"count": 1}}),
            ("next", {"data": {"count": 2}}),
            ("complete", None),
        ]

    async def test_tells_queries_and_mutations_once(self, http: httpx.AsyncClient) -> None:
        for query, data in (("{ hello }", {"hello": "你好，世界"}), ("mutation { change }", {"change": "changed"})):
            response = await ask(http, query)
            assert events(response.text) == [("next", {"data": data}), ("complete", None)]

    @pytest.mark.parametrize(
        "query", ["{", "{ unknown }", "subscription { refused }", "query A { hello } query B { hello }"]
    )
    async def test_tells_refusals_as_events(self, http: httpx.AsyncClient, query: str) -> None:
        (name, answer), complete = events((await ask(http, query)).text)
        assert name == "next" and isinstance(answer, dict) and answer.keys() == {"errors"}
        assert complete == ("complete", None)

    async def test_masks_defects(self, http: httpx.AsyncClient) -> None:
        response = await ask(http, "subscription { defect }")
        assert "secret" not in response.text and [name for name, _ in events(response.text)] == [
            "next",
            "next",
            "complete",
        ]

    async def test_changes_nothing_by_get(self, http: httpx.AsyncClient) -> None:
        response = await http.get("/graphql", params={"query": "mutation { change }"}, headers=STREAM)
        assert response.status_code == 405

    async def test_malformed_requests_are_400(self, http: httpx.AsyncClient) -> None:
        response = await http.post("/graphql", content=b"{", headers={**STREAM, "Content-Type": "application/json"})
        assert response.status_code == 400 and response.headers["content-type"].startswith("application/json")

    async def test_a_subscription_streams_wherever_it_stands_among_what_is_accepted(
        self, http: httpx.AsyncClient
    ) -> None:
        accept = "application/json, text/event-stream;q=0.1"
        response = await http.post("/graphql", json={"query": "subscription { count }"}, headers={"Accept": accept})
        assert response.headers["content-type"].startswith("text/event-stream")

    async def test_a_client_that_leaves_leaves_nothing(self, http: httpx.AsyncClient, bus: MemoryBus) -> None:
        body = {"query": 'subscription { topic(name: "t") }'}
        async with http.stream("POST", "/graphql", json=body, headers=STREAM) as response:
            async for line in response.aiter_lines():
                if "listening" in line:
                    break
            assert bus.is_heard("t")
        await settled(bus, "t", heard=False)

    @pytest.mark.usefixtures("database")
    async def test_an_expiring_token_ends_it(self, http: httpx.AsyncClient, bus: MemoryBus, moving_clock) -> None:
        session = await actions.sign_up("xiaolu", "小鹿", "correct horse")
        moving_clock.move(30 * 60 - 0.5)
        headers = {"Authorization": f"Bearer {session.access_token}"}
        asking = asyncio.create_task(ask(http, 'subscription { topic(name: "t") }', **headers))
        await settled(bus, "t", heard=True)
        moving_clock.move(1)
        response = await come(asking)
        (_, refusal), complete = events(response.text)[-2:]
        assert refusal["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED" and complete == ("complete", None)
