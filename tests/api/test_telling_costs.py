"""Costs and refusals as the doors tell them, over HTTP, server-sent events and websockets; JSON that is too deep."""

import httpx
import pytest

from tests.api.sockets import connected

URL = "/graphql"
TOO_MUCH = "{ " + " ".join(f"a{n}: hello" for n in range(51)) + " }"
COST = {"extensions": {"cost": True}}


def nested(levels: int) -> str:
    return '{"query": "{ hello }", "variables": {"a": ' + "[" * levels + '"\\u0000"' + "]" * levels + "}}"


class TestCost:
    async def test_is_told_over_http(self, http: httpx.AsyncClient) -> None:
        answer = (await http.post(URL, json={"query": "{ hello }", **COST})).json()
        assert answer["data"] and answer["extensions"]["cost"].keys() == {
            "expected", "allowed", "expectedBytes", "allowedBytes",
        }  # fmt: skip
        by_get = await http.get(URL, params={"query": "{ hello }", "extensions": '{"cost": true}'})
        assert by_get.json() == answer
        assert "extensions" not in (await http.post(URL, json={"query": "{ hello }"})).json()

    async def test_is_told_over_a_socket(self, address: str) -> None:
        async with connected(address) as socket:
            await socket.init()
            await socket.subscribe("{ hello }", **COST)
            assert (await socket.receive())["payload"]["extensions"]["cost"]["expected"] > 0
            await socket.receive()
            await socket.subscribe("subscription { count }", "2", **COST)
            assert "cost" in (await socket.receive())["payload"]["extensions"]


class TestRefusals:
    @pytest.mark.parametrize(("wanted", "said"), [(None, "aliases"), ("en", "aliases"), ("zh-CN", "别名")])
    async def test_are_in_the_readers_language(
        self, http: httpx.AsyncClient, address: str, wanted: str | None, said: str
    ) -> None:
        headers = {"Accept-Language": wanted} if wanted else {}
        [error] = (await http.post(URL, json={"query": TOO_MUCH}, headers=headers)).json()["errors"]
        assert said in error["message"] and error["extensions"]["code"] == "TOO_COMPLEX"
        stream = await http.post(URL, json={"query": TOO_MUCH}, headers={**headers, "Accept": "text/event-stream"})
        assert said in stream.text
        async with connected(address, **headers) as socket:
            await socket.init()
            await socket.subscribe(TOO_MUCH)
            assert said in (await socket.receive())["payload"][0]["message"]


class TestDeepJson:
    @pytest.mark.parametrize("levels", [99, 500, 5_000])
    async def test_is_malformed(self, http: httpx.AsyncClient, address: str, levels: int) -> None:
        response = await http.post(URL, content=nested(levels), headers={"Content-Type": "application/json"})
        assert response.status_code == 400
        async with connected(address) as socket:
            await socket.init()
            await socket.send('{"id": "1", "type": "subscribe", "payload": ' + nested(levels) + "}")
            assert (await socket.closed())[0] == 4400

    async def test_a_hundred_levels_are_not(self, http: httpx.AsyncClient) -> None:
        body = nested(98).replace('"\\u0000"', "")
        response = await http.post(URL, content=body, headers={"Content-Type": "application/json"})
        assert response.json()["data"]
