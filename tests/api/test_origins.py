"""A page of another origin opens no socket, as it would not be answered by HTTP; what is no browser does."""

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from api import origins
from core.settings import Settings
from tests.api.sockets import connected

OWN, FRIEND = "https://shop.example", "https://friend.example:8443"
STRANGERS = [
    "https://evil.example",
    "http://shop.example",
    "https://shop.example:8443",
    "null",
    f"{OWN}.evil.example",
    "",
]


@pytest.fixture
def settings(allowed: tuple[str, ...]) -> Settings:
    return Settings(debug=False, cors_origins=allowed, public_url="https://Shop.example:443/path")


async def opens(address: str, origin: str | None = None) -> bool:
    headers = [] if origin is None else [("Origin", origin)]
    try:
        async with connected(address, headers=headers) as socket:
            await socket.init()
    except InvalidStatus as refused:
        assert refused.response.status_code == 403
        return False
    return True


@pytest.mark.parametrize("allowed", [(), (FRIEND,)])
class TestInProduction:
    async def test_opens_for_its_own_pages_and_for_what_is_no_browser(self, address: str) -> None:
        assert await opens(address) and await opens(address, OWN)

    @pytest.mark.parametrize("origin", STRANGERS)
    async def test_refuses_strangers(self, address: str, origin: str) -> None:
        assert not await opens(address, origin)

    @pytest.mark.parametrize("origin", [FRIEND, *STRANGERS])
    async def test_does_as_http_does(
        self, address: str, http: httpx.AsyncClient, allowed: tuple[str, ...], origin: str
    ) -> None:
        answer = await http.post("/graphql", json={"query": "{ hello }"}, headers={"Origin": origin})
        allowed_by_cors = answer.headers.get("access-control-allow-origin") == origin
        assert await opens(address, origin) == allowed_by_cors == (origin in allowed)


@pytest.mark.parametrize("allowed", [("*",)])
@pytest.mark.parametrize("origin", STRANGERS)
async def test_opens_for_all_where_all_may_call(address: str, origin: str) -> None:
    assert await opens(address, origin)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("https://Shop.Example/app/", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://shop.example:443", "http://shop.example:443"),
        ("http://[::1]:80/", "http://[::1]"),
    ],
)
def test_of_a_url_is_what_a_browser_writes(url: str, origin: str) -> None:
    assert origins.of_url(url) == origin
