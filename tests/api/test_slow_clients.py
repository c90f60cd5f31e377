"""A client that stops reading costs others nothing and the server little, and then gets the newest state; whoever keeps
up is told what one execution answered, by whichever door."""

import asyncio
import dataclasses
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import pytest
import strawberry

from api.app import create
from api.lean_websockets import LeanProtocol
from api.runtime import Runtime
from core.bus import MemoryBus
from core.outbox import Step
from core.rates import NoRates
from core.settings import Settings
from core.streams import Snapshot, Topic
from schema.context import Info, Services
from schema.streams import TopicStream
from tests.api.small import Query
from tests.api.sockets import Socket, connected
from tests.services.http import serving
from tests.waiting import PATIENCE, come, moment, until

# What one event weighs: a few of them fill every buffer on the way.
WEIGHT = 400_000
_EXECUTIONS = itertools.count(1)


class Tally:
    """A topic whose steps are told by hand, and whose newest state is always known."""

    def __init__(self) -> None:
        self.bus = MemoryBus()
        self.sequence = 0

    async def snapshot(self) -> Snapshot[str]:
        return Snapshot(self.sequence, "all")

    async def step(self, count: int = 1) -> None:
        for _ in range(count):
            self.sequence += 1
            step = Step(self.sequence, "Counted", msgspec.Raw(b"{}"))
            await self.bus.publish([("tally", msgspec.json.encode(step))])
            await asyncio.sleep(0)


@strawberry.type
class Told:
    sequence: int
    whole: bool

    @strawberry.field
    def execution(self) -> int:
        return next(_EXECUTIONS)

    @strawberry.field
    def weight(self) -> str:
        return "重" * (WEIGHT // 3)


def told(item: Snapshot[str] | Step) -> Told:
    return Told(sequence=item.sequence, whole=isinstance(item, Snapshot))


def schema(tally: Tally) -> strawberry.Schema:
    @strawberry.type
    class Subscription:
        @strawberry.subscription(graphql_type=Told)
        async def tally(self, info: Info) -> Any:
            return TopicStream(Topic(tally.bus, "tally", tally.snapshot), None, told, states=True)

    return strawberry.Schema(Query, subscription=Subscription)


@pytest.fixture
def tally() -> Tally:
    return Tally()


@pytest.fixture(params=[LeanProtocol, "auto"], ids=["lean", "uvicorn's"])
async def address(request: pytest.FixtureRequest, tally: Tally) -> AsyncIterator[str]:
    @asynccontextmanager
    async def runtime(given: Settings) -> AsyncIterator[Runtime]:
        others: Any = dict.fromkeys(field.name for field in dataclasses.fields(Services))
        services = Services(**{**others, "settings": given, "bus": tally.bus, "rates": NoRates()})
        yield Runtime(services, {"bus": tally.bus.check})

    async with serving(create(Settings(), schema(tally), runtime=runtime), request.param) as found:
        yield found


async def next_of(socket: Socket) -> tuple[int, bool]:
    answer = (await come(socket.receive()))["payload"]["data"]["tally"]
    return answer["sequence"], answer["whole"]


def is_newest_state_after_gaps(heard: list[tuple[int, bool]]) -> bool:
    """Whether some steps are missing, each time the whole state was told instead, and all others came in order."""
    jumps = [later - earlier for (earlier, _), (later, _) in itertools.pairwise([(0, True), *heard])]
    wholes = [whole for _, whole in heard]
    return any(wholes) and all(jump > 1 if whole else jump == 1 for jump, whole in zip(jumps, wholes, strict=True))


class TestWebSocket:
    async def test_gets_the_newest_state_and_then_every_step(self, address: str, tally: Tally) -> None:
        async with connected(address) as slow, connected(address) as quick:
            for socket, fields in ((slow, "sequence whole weight"), (quick, "sequence whole")):
                await socket.init()
                await socket.subscribe(f"subscription {{ tally {{ {fields} }} }}")
                assert await next_of(socket) == (0, True)
            slow.connection.transport.pause_reading()
            for number in range(1, 61):
                await tally.step()
                # Others are told each step all the while.
                assert await next_of(quick) == (number, False)
            slow.connection.transport.resume_reading()
            heard = [await next_of(slow)]
            while heard[-1][0] < 60:
                heard.append(await next_of(slow))
            assert is_newest_state_after_gaps(heard)
            await tally.step()
            assert await next_of(slow) == await next_of(quick) == (61, False)

    async def test_that_reads_nothing_is_not_read_for_ever(self, address: str) -> None:
        async with connected(address) as socket:
            await socket.init()
            socket.connection.transport.pause_reading()
            heavy = "{ " + " ".join(f"a{n}: unknown_{'x' * 900}" for n in range(15)) + " }"
            taken = 0

            async def send_for_ever() -> None:
                nonlocal taken
                while True:
                    await socket.subscribe(heavy)
                    taken += 1

            async def is_stuck() -> bool:
                before = taken
                await moment()
                return before == taken > 0

            sending = asyncio.create_task(send_for_ever())
            await until(is_stuck)
            sending.cancel()


class TestEventStream:
    async def test_gets_the_newest_state_and_then_every_step(self, address: str, tally: Tally) -> None:
        async with streamed(address, "subscription { tally { sequence whole weight } }") as lines:
            assert await next_in(lines) == (0, True)
            await tally.step(60)
            heard = [await next_in(lines)]
            while heard[-1][0] < 60:
                heard.append(await next_in(lines))
            assert is_newest_state_after_gaps(heard)
            await tally.step()
            assert await next_in(lines) == (61, False)


class TestBothDoors:
    async def test_tell_what_one_execution_answered(self, address: str, tally: Tally) -> None:
        query = "subscription { tally { sequence whole: execution } }"
        async with connected(address) as socket, streamed(address, query) as lines:
            await socket.init()
            await socket.subscribe(query)
            await next_of(socket)
            await next_in(lines)
            answers = set()
            for _ in range(5):
                await tally.step()
                by_socket, by_stream = await next_of(socket), await next_in(lines)
                assert by_socket == by_stream
                answers.add(by_socket)
            assert len(answers) == 5


@asynccontextmanager
async def streamed(address: str, query: str) -> AsyncIterator[AsyncIterator[str]]:
    """The lines of a stream of server-sent events."""
    headers = {"Accept": "text/event-stream"}
    async with (
        httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as http,
        http.stream("POST", "/graphql", json={"query": query}, headers=headers) as response,
    ):
        yield response.aiter_lines()


async def next_in(lines: AsyncIterator[str]) -> tuple[int, bool]:
    async for line in lines:
        if line.startswith("data: "):
            answer = msgspec.json.decode(line.removeprefix("data: "))["data"]["tally"]
            return answer["sequence"], answer["whole"]
    raise AssertionError("the stream ended")
