"""Several processes: a session that ends in one is over in all, be Redis away meanwhile."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import timedelta

import httpx
import pytest

from core import clock
from tests.api.sockets import Socket, connected
from tests.api.test_graphql_sse import STREAM, events
from tests.api.test_processes import FOLLOW, PERSON, SCHEDULE
from tests.services import cannot_be_had, meilisearch, programs, redis
from tests.waiting import PATIENCE, come

SIGN_OUT = "mutation { signOut { userErrors { code } } }"
REFRESH = """mutation ($input: RefreshSessionInput!) {
  refreshSession(input: $input) { session { refreshToken } userErrors { code } }
}"""
SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken refreshToken } } }"
PASSWORD = "correct horse"


@pytest.fixture
def bus() -> Iterator[redis.Server]:
    try:
        with redis.started() as server:
            yield server
    except redis.Unavailable as missing:
        cannot_be_had(missing)


@pytest.fixture
def processes(database_url: str, bus: redis.Server) -> Iterator[list[programs.Served]]:
    """Two that serve, and a worker; refresh tokens are good once."""
    try:
        with meilisearch.started() as search:
            environment = {
                "DATABASE_URL": database_url,
                "REDIS_URL": bus.url,
                "MEILI_URL": search.url,
                "MEILI_KEY": search.key,
                "ZHONGCAO_SANDBOX_SECRET": "between-the-processes",
                "ZHONGCAO_REFRESH_GRACE": "0",
            }
            with (
                programs.serving(**environment) as here,
                programs.serving(**environment) as there,
                programs.working(**environment),
            ):
                yield [here, there]
    except meilisearch.Unavailable as missing:
        cannot_be_had(missing)


def signed_in(server: programs.Served) -> dict[str, str]:
    return server.ask(SIGN_IN, input={"handle": "host", "password": PASSWORD})["signIn"]["session"]  # type: ignore[index]


async def test_what_is_open_anywhere_is_closed(processes: list[programs.Served], bus: redis.Server) -> None:
    here, there = processes
    person = {"handle": "host", "displayName": "主播", "password": PASSWORD}
    token = here.ask(PERSON, input=person)["signUp"]["session"]["accessToken"]  # type: ignore[index]
    soon = (clock.now() + timedelta(hours=1)).isoformat()
    planned = here.ask(SCHEDULE, token, input={"title": "新品", "scheduledAt": soon})
    variables = {"id": planned["scheduleLiveStream"]["liveStream"]["id"]}  # type: ignore[index]
    async with AsyncExitStack() as stack:

        async def listening(server: programs.Served, token: str) -> Socket:
            socket = await stack.enter_async_context(connected(server.address))
            await socket.init(authorization=f"Bearer {token}")
            await socket.subscribe(FOLLOW, variables=variables)
            await socket.receive()
            return socket

        # Signed out, over both kinds of streams and in both processes.
        gone = signed_in(here)
        sockets = [await listening(server, gone["accessToken"]) for server in processes]
        begun = [asyncio.Event() for _ in processes]
        told = [
            asyncio.create_task(_streamed(server, gone["accessToken"], variables, event))
            for server, event in zip(processes, begun, strict=True)
        ]
        for event in begun:
            await come(event.wait())
        stays = await listening(there, signed_in(there)["accessToken"])
        here.ask(SIGN_OUT, gone["accessToken"])
        assert [(await come(socket.closed()))[0] for socket in sockets] == [4403, 4403]
        for events_told in await come(asyncio.gather(*told)):
            assert "UNAUTHENTICATED" in str(events_told[-2]) and events_told[-1] == ("complete", None)

        # A refresh token that comes twice, while the bus is away.
        stolen = signed_in(here)
        victim = await listening(there, stolen["accessToken"])
        bus.stop()
        for expected in (None, "UNAUTHENTICATED"):
            answer = here.ask(REFRESH, input={"refreshToken": stolen["refreshToken"]})["refreshSession"]
            assert [error["code"] for error in answer["userErrors"]] == ([expected] if expected else [])  # type: ignore[index, call-overload]
        bus.start()
        assert (await come(victim.closed()))[0] == 4403

        await stays.send({"type": "ping"})
        assert (await stays.receive())["type"] == "pong"


async def _streamed(
    server: programs.Served, token: str, variables: dict[str, str], begun: asyncio.Event
) -> list[tuple[str, object]]:
    """All that is told, once it ends; `begun` when something is."""
    headers, body, text = {**STREAM, "Authorization": f"Bearer {token}"}, {"query": FOLLOW, "variables": variables}, ""
    async with (
        httpx.AsyncClient(base_url=f"http://{server.address}", timeout=PATIENCE) as http,
        http.stream("POST", "/graphql", json=body, headers=headers) as response,
    ):
        async for part in response.aiter_text():
            text += part
            if "data: " in text:
                begun.set()
    return events(text)
