"""What load balancers are told, and headers that every response has."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from api.health import Readiness


async def _up() -> None:
    pass


async def _down() -> None:
    raise ConnectionRefusedError("secret address")


async def asked(essential: Callable[[], Awaitable[None]], helpful: Callable[[], Awaitable[None]]) -> httpx.Response:
    app = Starlette(routes=[Route("/", Readiness({"database": essential}, {"search": helpful}).__call__)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        return await client.get("/")


class TestReadiness:
    @pytest.mark.parametrize(
        ("essential", "helpful", "status", "word"),
        [(_up, _up, 200, "up"), (_up, _down, 200, "degraded"), (_down, _up, 503, "down")],
    )
    async def test_says_which_part_is_down(self, essential, helpful, status: int, word: str) -> None:
        response = await asked(essential, helpful)
        assert response.status_code == status and response.json()["status"] == word
        assert ("down: ConnectionRefusedError" in response.json()["parts"].values()) == (word != "up")
        assert "secret" not in response.text


class TestServer:
    async def test_lives_and_is_ready(self, http: httpx.AsyncClient) -> None:
        assert (await http.get("/health/live")).json() == {"status": "up"}
        assert (await http.get("/health/ready")).json() == {"status": "up", "parts": {"bus": "up"}}

    async def test_answers_unknown_paths_in_json(self, http: httpx.AsyncClient) -> None:
        response = await http.get("/unknown")
        assert response.status_code == 404 and response.json() == {"errors": [{"message": "Not Found"}]}
        assert response.headers["x-content-type-options"] == "nosniff" and response.headers["x-request-id"]

    async def test_draws_the_demos_pictures(self, http: httpx.AsyncClient) -> None:
        assert (await http.get("/media/demo/../../etc/passwd")).status_code == 404
        assert (await http.get("/media/demo/nothing")).status_code == 404
