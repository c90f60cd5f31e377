"""A client is counted by the address that a proxy of ours tells, and by nothing that it says itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.requests import HTTPConnection

from api import addresses
from tests.api.sockets import connected
from tests.waiting import PATIENCE

CLIENT = "203.0.113.7"


def counted(host: str | None) -> str | None:
    client = None if host is None else (host, 0)
    return addresses.counted(HTTPConnection({"type": "http", "client": client, "headers": []}))


class TestCounted:
    @pytest.mark.parametrize(
        ("host", "expected"),
        [
            ("8.8.8.8", "8.8.8.8"),
            ("172.32.0.1", "172.32.0.1"),
            ("::ffff:8.8.8.8", "8.8.8.8"),
            ("2a00:1450:4001:82a::200e", "2a00:1450:4001:82a::/64"),
            ("2a00:1450:4001:82a:ffff::1", "2a00:1450:4001:82a::/64"),
            ("2a00:1450:4001:82b::1", "2a00:1450:4001:82b::/64"),
        ],
    )
    def test_is_what_one_connection_to_the_internet_has(self, host: str, expected: str) -> None:
        assert counted(host) == expected

    @pytest.mark.parametrize(
        "host",
        [
            *("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255"),
            *("192.168.1.1", "::ffff:192.168.1.1", "169.254.1.1", "100.64.0.1", "fd00::1", "fe80::1%eth0", "0.0.0.0"),
        ],
    )
    def test_is_nobody_behind_a_private_one(self, host: str) -> None:
        assert counted(host) is None

    @pytest.mark.parametrize("host", [None, "", "unknown", "testclient", "1.2.3", "8.8.8.8:80", "1" * 5000])
    def test_is_nobody_where_it_is_no_address(self, host: str | None) -> None:
        assert counted(host) is None


@asynccontextmanager
async def _asked_by_http(address: str, headers: list[tuple[str, str]]) -> AsyncIterator[str | None]:
    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as http:
        yield (await http.post("/graphql", json={"query": "{ address }"}, headers=headers)).json()["data"]["address"]


@asynccontextmanager
async def _asked_by_socket(address: str, headers: list[tuple[str, str]]) -> AsyncIterator[str | None]:
    async with connected(address, headers=headers) as socket:
        await socket.init()
        await socket.subscribe("{ address }")
        yield (await socket.receive())["payload"]["data"]["address"]


@pytest.mark.parametrize("asked", [_asked_by_http, _asked_by_socket], ids=["http", "websocket"])
class TestBehindProxies:
    """The test's own address, 127.0.0.1, is believed unless FORWARDED_ALLOW_IPS says otherwise."""

    @pytest.fixture
    def believed(self) -> str:
        return "127.0.0.1"

    @pytest.fixture(autouse=True)
    def environment(self, believed: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FORWARDED_ALLOW_IPS", believed)

    @pytest.mark.parametrize(
        "told",
        [
            [CLIENT],
            # What the client itself said comes before what the proxy added, in one header or in several.
            [f"8.8.8.8, {CLIENT}"],
            ["8.8.8.8", CLIENT],
            [f"127.0.0.1, {CLIENT}"],
            [f"10.0.0.1,not an address, ,{CLIENT}"],
            [f"{CLIENT}:4711"],
        ],
    )
    async def test_is_what_the_proxy_added(self, asked, address: str, told: list[str]) -> None:
        async with asked(address, [("X-Forwarded-For", value) for value in told]) as found:
            assert found == CLIENT

    @pytest.mark.parametrize("believed", ["192.0.2.1"])
    async def test_is_not_what_a_stranger_says(self, asked, address: str) -> None:
        async with asked(address, [("X-Forwarded-For", CLIENT), ("Forwarded", f"for={CLIENT}")]) as found:
            assert found is None

    @pytest.mark.parametrize("believed", ["127.0.0.1,198.51.100.0/24"])
    async def test_is_found_behind_several_proxies(self, asked, address: str) -> None:
        async with asked(address, [("X-Forwarded-For", f"8.8.8.8, {CLIENT}, 198.51.100.20")]) as found:
            assert found == CLIENT

    async def test_headers_of_other_proxies_say_nothing(self, asked, address: str) -> None:
        async with asked(address, [("X-Real-IP", CLIENT), ("Forwarded", f"for={CLIENT}")]) as found:
            assert found is None
