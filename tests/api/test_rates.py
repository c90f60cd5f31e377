"""Rates at the doors: how often subscriptions and sockets are opened, over every transport."""

from typing import Any

import httpx
import orjson
import pytest

from core.rates import Rate
from schema import rates
from tests.api.sockets import connected

CLIENT = {"X-Forwarded-For": "203.0.113.7"}
OTHER = {"X-Forwarded-For": "203.0.113.8"}
COUNT = "subscription { count(to: 1) }"


def code_and_wait(error: dict[str, Any]) -> tuple[str, bool]:
    return error["extensions"]["code"], error["extensions"]["retryAfter"] >= 1


class TestSubscriptions:
    @pytest.fixture(autouse=True)
    def few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rates, "SUBSCRIBING", rates.Limit(nobody=Rate(2, 60)))

    async def test_are_refused_over_a_websocket(self, address: str) -> None:
        async with connected(address, **CLIENT) as socket:
            await socket.init()
            for identity in "12":
                await socket.subscribe(COUNT, identity)
                assert [(await socket.receive())["type"] for _ in range(2)] == ["next", "complete"]
            await socket.subscribe(COUNT, "3")
            answer = await socket.receive()
            assert answer["type"] == "error" and code_and_wait(answer["payload"][0]) == ("RATE_LIMITED", True)
            # The socket goes on.
            await socket.subscribe("{ hello }", "4")
            assert (await socket.receive())["payload"] == {"data": {"hello": "你好，世界"}}
        async with connected(address, **OTHER) as socket:
            await socket.init()
            await socket.subscribe(COUNT)
            assert (await socket.receive())["type"] == "next"

    async def test_are_refused_as_an_event(self, http: httpx.AsyncClient) -> None:
        stream = {"Accept": "text/event-stream"}
        told = [(await http.post("/graphql", json={"query": COUNT}, headers=stream | CLIENT)).text for _ in range(3)]
        assert ["RATE_LIMITED" in text for text in told] == [False, False, True]
        answer = orjson.loads(told[2].split("data: ")[1].split("\n")[0])
        assert code_and_wait(answer["errors"][0]) == ("RATE_LIMITED", True)


class TestSockets:
    async def test_are_opened_so_often_from_an_address(self, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rates, "SOCKETS", Rate(2, 60))
        for _ in range(2):
            async with connected(address, **CLIENT) as socket:
                await socket.init()
        async with connected(address, **CLIENT) as socket:
            assert await socket.closed() == (4429, "Too many new connections from this address")
        for own in (OTHER, {}):
            async with connected(address, **own) as socket:
                await socket.init()
