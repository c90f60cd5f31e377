"""Whatever is asked is answered in time and with a code, though the database says nothing more.

Without that, each of these takes the half minute that a statement may take, and has another code.
"""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import httpx
import psutil
import pytest
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.app import create
from api.console import FILES
from api.time_limit import TimeLimit
from commerce.payments import Outcome, SandboxProvider
from core import clock
from core.ids import new_id
from core.settings import Settings
from schema import root
from tests.api.sockets import connected
from tests.api.test_graphql_sse import STREAM, events
from tests.api.test_processes import SCHEDULE
from tests.services import postgres, programs
from tests.waiting import PATIENCE, come, moment

PERSON = """mutation { signUp(input: {handle: "xiaolu", displayName: "小鹿", password: "correct horse"}) {
  session { accessToken } } }"""
SECRET = "between-us"
ROUTES = [route for route in create(Settings(), root.build()).routes if route is not FILES]
REQUESTS = [
    (route.path, method) for route in ROUTES if isinstance(route, Route) for method in sorted(route.methods or ())
]
# What needs no database, and so is answered as ever.
UNTOUCHED = {"/": 200, "/health/live": 200, "/media/demo/{path:path}": 404}


class Server(NamedTuple):
    program: programs.Served
    token: str
    stream: str
    data: psutil.Process

    def headers(self, **given: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **given}

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Its database says nothing, and takes whatever it is sent."""
        processes = [self.data, *self.data.children(recursive=True)]
        for process in processes:
            process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                process.send_signal(signal.SIGCONT)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One with a database of its own, and two seconds for each request."""
    with postgres.lent_folder() as folder:
        environment = {"ZHONGCAO_OPERATION_TIMEOUT": "2", "ZHONGCAO_SANDBOX_SECRET": SECRET}
        with programs.serving("--data", str(folder), **environment) as program:
            token = program.ask(PERSON)["signUp"]["session"]["accessToken"]  # type: ignore[index]
            process = int((folder / "postgres" / "postmaster.pid").read_text().split()[0])
            soon = (clock.now() + timedelta(hours=1)).isoformat()
            planned = program.ask(SCHEDULE, token, input={"title": "新品", "scheduledAt": soon})
            stream = planned["scheduleLiveStream"]["liveStream"]["id"]  # type: ignore[index]
            yield Server(program, token, stream, psutil.Process(process))
            again = program.ask("{ viewer { user { handle } } }", token)
            assert again == {"viewer": {"user": {"handle": "xiaolu"}}}


def test_the_routes_are_all_asked() -> None:
    """A new kind of route, or one that needs no database, must be told of here."""
    assert all(isinstance(route, Route) for route in ROUTES)
    assert set(UNTOUCHED) < {path for path, _ in REQUESTS}


@pytest.mark.parametrize(("path", "method"), REQUESTS)
async def test_every_route_answers(server: Server, path: str, method: str) -> None:
    body, signature = SandboxProvider(SECRET.encode()).notification(new_id().hex, Outcome.CAPTURED)
    given: dict[str, Any] = {"headers": server.headers(**{"X-Signature": signature})}
    if path == "/graphql" and method == "POST":
        given["json"] = {"query": "{ viewer { user { handle } } }"}
    elif path == "/graphql":
        given["params"] = {"query": "{ viewer { user { handle } } }"}
    elif method == "POST":
        given["content"] = body
    url = path.replace("{provider}", "SANDBOX").replace("{path:path}", "nothing")
    async with httpx.AsyncClient(base_url=f"http://{server.program.address}", timeout=PATIENCE) as http:
        with server.silent():
            response = await http.request(method, url, **given)
    if path in UNTOUCHED:
        assert response.status_code == UNTOUCHED[path]
    elif path == "/graphql" and method not in ("GET", "HEAD", "POST"):
        assert response.status_code == 405
    else:
        assert response.status_code == 503
        if path != "/health/ready" and method != "HEAD":
            assert response.json()["errors"][0]["extensions"] == {"code": "TIMEOUT"}


@pytest.mark.parametrize("kind", ["application/json", "application/graphql-response+json"])
async def test_is_told_in_the_media_type_that_is_wanted(server: Server, kind: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{server.program.address}", timeout=PATIENCE) as http:
        with server.silent():
            asked = {"query": "{ feed { edges { node { id } } } }"}
            response = await http.post("/graphql", json=asked, headers={"Accept": kind})
    assert response.status_code == 503 and response.headers["content-type"] == f"{kind}; charset=utf-8"
    assert response.headers["x-request-id"]


class TestTheClientsTime:
    """Here a clock that runs at all ends what is under way, at the next turn of the loop."""

    async def test_for_a_body_is_not_counted(self) -> None:
        assert await self._answered(TimeLimit(self._reading, 0)) == 200

    async def test_to_take_the_answer_is_not_counted(self) -> None:
        assert await self._answered(TimeLimit(self._streaming, 0)) == 200

    async def test_is_all_that_is_not(self) -> None:
        assert await self._answered(TimeLimit(self._thinking, 0)) == 503

    async def _answered(self, app: ASGIApp) -> int:
        parts, sent = [True, True, False], list[Message]()

        async def receive() -> Message:
            await moment()
            return {"type": "http.request", "body": b"x", "more_body": parts.pop(0)}

        async def send(message: Message) -> None:
            sent.append(message)

        await come(app({"type": "http", "headers": []}, receive, send))
        status: int = sent[0]["status"]
        return status

    async def _reading(self, scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["more_body"]:
            continue
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def _streaming(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        # As Starlette does, to hear of a client that leaves.
        await receive()
        await moment()

    async def _thinking(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._reading(scope, receive, _nowhere)
        await asyncio.Event().wait()


async def _nowhere(message: Message) -> None:
    return


DOCUMENTS = [
    "{ feed { edges { node { id } } } }",
    'mutation { updateProfile(input: {bio: "静"}) { userErrors { code } } }',
    "subscription { liveStreamEvents(liveStreamId: %s) { sequence } }",
]


@pytest.mark.parametrize("document", DOCUMENTS)
class TestDoors:
    async def test_tell_it_as_an_event(self, server: Server, document: str) -> None:
        asked = {"query": document.replace("%s", f'"{server.stream}"')}
        async with httpx.AsyncClient(base_url=f"http://{server.program.address}", timeout=PATIENCE) as http:
            with server.silent():
                response = await http.post("/graphql", json=asked, headers=STREAM)
        (_, answer), complete = events(response.text)
        # A mutation is refused for want of a viewer before it is begun.
        expected = "UNAUTHENTICATED" if document.startswith("mutation") else "TIMEOUT"
        assert expected in str(answer) and complete == ("complete", None)

    async def test_tell_it_by_the_socket(self, server: Server, document: str) -> None:
        async with connected(server.program.address) as socket:
            await socket.init(authorization=f"Bearer {server.token}")
            with server.silent():
                await socket.subscribe(document.replace("%s", f'"{server.stream}"'))
                told = await come(socket.receive())
            assert told["type"] == "error" and told["payload"][0]["extensions"] == {"code": "TIMEOUT"}


async def test_a_socket_that_nobody_can_greet_is_closed(server: Server) -> None:
    async with connected(server.program.address) as socket:
        with server.silent():
            payload = {"authorization": f"Bearer {server.token}"}
            await socket.send({"type": "connection_init", "payload": payload})
            assert await come(socket.closed()) == (4504, "Connection acknowledgement timeout")
