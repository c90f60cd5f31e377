"""Connections on which no request comes, or never a whole one, end; so do those that send more than a request has."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from api import requests
from api.guarded_http import GuardedProtocol
from api.requests import MalformedError
from tests.services.http import serving
from tests.waiting import PATIENCE, moment

HEAD = b"POST / HTTP/1.1\r\nHost: test\r\n"
LIMIT = GuardedProtocol.HEAD_BYTES


class Quick(GuardedProtocol):
    """The same, sooner."""

    HEAD_SECONDS = 0.3
    BODY_SECONDS = 1.0


class Ends:
    """What the application saw of bodies."""

    def __init__(self) -> None:
        self.seen: list[bytes | int] = []
        self.gate = asyncio.Event()

    async def take(self, request: Request) -> PlainTextResponse:
        try:
            self.seen.append(await requests.body(request))
        except MalformedError as error:
            self.seen.append(error.status)
            raise
        return PlainTextResponse(str(len(self.seen)))

    async def slow(self, request: Request) -> StreamingResponse:
        async def parts() -> AsyncIterator[str]:
            yield "begun "
            await self.gate.wait()
            yield "ended"

        return StreamingResponse(parts())


@pytest.fixture
def ends() -> Ends:
    return Ends()


@pytest.fixture
async def address(ends: Ends) -> AsyncIterator[str]:
    app = Starlette(routes=[Route("/", ends.take, methods=["GET", "POST"]), Route("/slow", ends.slow)])
    async with serving(app, http=Quick) as found:
        yield found


@asynccontextmanager
async def connection(address: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        async with asyncio.timeout(PATIENCE):
            yield reader, writer
    finally:
        writer.close()


async def until_closed(reader: asyncio.StreamReader) -> bytes:
    """All that the server says until it closes."""
    return await reader.read()


class TestHead:
    async def test_a_silent_connection_is_closed(self, address: str) -> None:
        async with connection(address) as (reader, _):
            assert await until_closed(reader) == b""

    @pytest.mark.parametrize(("begun", "piece"), [(b"GET /", b"x"), (HEAD, b"X: 1\r\n"), (HEAD + b"X: ", b"x")])
    async def test_one_that_drips_is_told_and_closed(self, address: str, begun: bytes, piece: bytes) -> None:
        async with connection(address) as (reader, writer):
            answer = asyncio.ensure_future(reader.readuntil(b"}"))
            writer.write(begun)
            while not answer.done():
                writer.write(piece)
                await moment()
            assert (await answer).startswith(b"HTTP/1.1 408 ")

    async def test_of_a_further_request_has_as_long(self, address: str) -> None:
        async with connection(address) as (reader, writer):
            writer.write(HEAD + b"Content-Length: 0\r\n\r\n")
            assert (await reader.readuntil(b"\r\n\r\n1")).startswith(b"HTTP/1.1 200 ")
            writer.write(HEAD)
            assert (await until_closed(reader)).startswith(b"HTTP/1.1 408 ")

    async def test_that_does_not_come_spoils_no_answer_before_it(self, address: str, ends: Ends) -> None:
        async with connection(address) as (reader, writer):
            writer.write(b"GET /slow HTTP/1.1\r\nHost: test\r\n\r\n")
            await reader.readuntil(b"begun ")
            writer.write(HEAD)
            for _ in range(5):
                await moment()
            ends.gate.set()
            await reader.readuntil(b"ended")
            assert b" 408 " in await until_closed(reader)

    @pytest.mark.parametrize(
        "head",
        [
            pytest.param(HEAD + b"X: " + b"x" * LIMIT + b"\r\n\r\n", id="one header"),
            pytest.param(HEAD + b"X: " + b"x" * 16 * LIMIT, id="one header without an end"),
            pytest.param(HEAD + b"X: 1\r\n" * (LIMIT // 6) + b"\r\n", id="many headers"),
            pytest.param(HEAD + b"X: 1\r\n" * (16 * LIMIT // 6), id="many headers without an end"),
            pytest.param(b"GET /" + b"x" * LIMIT + b" HTTP/1.1\r\n\r\n", id="a target"),
            pytest.param(b"GET /" + b"x" * 16 * LIMIT, id="a target without an end"),
            pytest.param(
                HEAD + b"Upgrade: websocket\r\nConnection: upgrade\r\nX: " + b"x" * LIMIT + b"\r\n\r\n", id="an upgrade"
            ),
            pytest.param(
                HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: " + b"x" * 16 * LIMIT, id="a trailer without an end"
            ),
        ],
    )
    async def test_too_large_is_431(self, address: str, ends: Ends, head: bytes) -> None:
        async with connection(address) as (reader, writer):
            writer.write(head)
            assert (await until_closed(reader)).startswith(b"HTTP/1.1 431 ")
        assert ends.seen in ([], [408])

    async def test_of_the_size_that_is_allowed_is_taken(self, address: str) -> None:
        async with httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as http:
            headers = {f"x-{number}": "x" * 1000 for number in range(60)}
            assert (await http.get("/", headers=headers)).status_code == 200

    async def test_too_large_after_one_that_is_not_lets_that_be_answered(self, address: str, ends: Ends) -> None:
        async with connection(address) as (reader, writer):
            writer.write(b"GET /slow HTTP/1.1\r\nHost: test\r\n\r\n")
            await reader.readuntil(b"begun ")
            writer.write(HEAD + b"X: " + b"x" * 4 * LIMIT)
            await writer.drain()
            ends.gate.set()
            assert b"ended\r\n0\r\n\r\n" in await until_closed(reader)


class TestBody:
    @pytest.mark.parametrize("length", [b"Content-Length: 10", b"Transfer-Encoding: chunked"])
    @pytest.mark.parametrize("begun", [False, True])
    async def test_that_does_not_go_on_is_408(self, address: str, ends: Ends, length: bytes, begun: bool) -> None:
        async with connection(address) as (reader, writer):
            part = (b"12345" if length.startswith(b"C") else b"5\r\n12345\r\n") if begun else b""
            writer.write(HEAD + length + b"\r\n\r\n" + part)
            assert (await until_closed(reader)).startswith(b"HTTP/1.1 408 ")
        assert ends.seen == [408]

    async def test_may_take_long_while_it_goes_on(self, address: str, ends: Ends) -> None:
        async with connection(address) as (reader, writer):
            writer.write(HEAD + b"Content-Length: 12\r\n\r\n")
            for _ in range(12):
                writer.write(b"x")
                await moment()
            assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
        assert ends.seen == [b"x" * 12]


class TestTimers:
    async def test_one_connection_has_one(self, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """However many requests, and however many pieces they come in."""
        loop, counted = asyncio.get_running_loop(), itertools.count(1)
        call_at, made = loop.call_at, [0]

        def counting(when: float, callback: Any, *args: Any, **given: Any) -> asyncio.TimerHandle:
            if getattr(callback, "__name__", "") == "_look":
                made[0] = next(counted)
            return call_at(when, callback, *args, **given)

        monkeypatch.setattr(Quick, "HEAD_SECONDS", 60)
        monkeypatch.setattr(Quick, "BODY_SECONDS", 60)
        monkeypatch.setattr(loop, "call_at", counting)
        async with connection(address) as (reader, writer):
            for number in range(1, 20):
                writer.write(HEAD + b"Content-Length: 3\r\n\r\n")
                for _ in range(3):
                    writer.write(b"x")
                    await asyncio.sleep(0)
                await reader.readuntil(b"\r\n\r\n" + str(number).encode())
        assert made == [1]
