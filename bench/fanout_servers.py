"""The servers that `bench.fanout` compares: `python -m bench.fanout_servers NAME PORT`.

Each prints what to subscribe to once it can be, and then, for each line "COUNT SECONDS" on standard input, tells its
subscribers of so many events, so far apart or (0) all at once.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from datetime import datetime
from typing import Any, Final

import msgspec
import orjson
import strawberry
import uvicorn
import uvloop
from starlette.types import ASGIApp, Receive, Scope, Send
from strawberry.asgi import GraphQL

from api.app import create
from api.runtime import running
from api.serving import configured
from bench.server import scratch
from commerce.group_buys import events
from core import clock, db, outbox
from core.settings import Settings
from core.unit_of_work import transaction
from schema import ids, root
from tests.factories import group_buys

_DOCUMENT: Final = """subscription ($teamId: ID!) {
  teamProgress(teamId: $teamId) { sequence event serverNow team { joinedCount remainingCount status } } }"""

# Tells all subscribers of the events of some numbers, at once.
Tell = Callable[[range], Awaitable[None]]
# An application, the variables to subscribe with, and how to tell.
Built = tuple[ASGIApp, dict[str, str], Tell]


@asynccontextmanager
async def zhongcao() -> AsyncIterator[Built]:
    """The whole application on a database of its own: an event is a step of a team, written down and relayed."""
    with scratch() as folder:
        settings = Settings(data=folder / "data")
        async with running(settings, first=_nothing) as runtime:
            taken = await group_buys.opened(await group_buys.offer(team_size=100, stock=100))
            team, topic = taken.team, events.team_topic(taken.team.id)

            async def tell(numbers: range) -> None:
                async with transaction():
                    await db.execute(
                        "UPDATE teams SET sequence = $2 WHERE id = $1", team.id, team.sequence + numbers[-1]
                    )
                    for sequence in (team.sequence + number for number in numbers):
                        changed = msgspec.structs.replace(team, sequence=sequence)
                        event = events.TeamChanged(kind="JOINED", team=changed, group_buy_id=team.group_buy_id)
                        outbox.record(event, topic=topic, sequence=sequence)

            app = create(settings, root.build(), runtime=lambda _: nullcontext(runtime))
            yield app, {"teamId": ids.encode("team", team.id)}, tell


async def _nothing() -> None:
    """The database is as it should be; what is done after this brings search in line with it."""


@asynccontextmanager
async def bare() -> AsyncIterator[Built]:
    """A broadcast without GraphQL: the text is made once, and sent to one connection after the other."""
    sends: set[Send] = set()

    def message(number: int) -> dict[str, Any]:
        team = {"joinedCount": 1, "remainingCount": 99, "status": "OPEN"}
        step = {"sequence": number + 1, "event": "JOINED", "serverNow": clock.now(), "team": team}
        answer = {"id": "1", "type": "next", "payload": {"data": {"teamProgress": step}}}
        return {"type": "websocket.send", "text": orjson.dumps(answer).decode()}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept", "subprotocol": "graphql-transport-ws"})
        while (received := await receive())["type"] == "websocket.receive":
            if "connection_init" in received["text"]:
                await send({"type": "websocket.send", "text": '{"type":"connection_ack"}'})
            else:
                await send(message(0))
                sends.add(send)
        sends.discard(send)

    async def tell(numbers: range) -> None:
        for shared in map(message, numbers):
            for count, send in enumerate(list(sends), 1):
                await send(shared)
                if count % 100 == 0:
                    await asyncio.sleep(0)

    yield app, {"teamId": "1"}, tell


@strawberry.type
class Team:
    joined_count: int = 1
    remaining_count: int = 99
    status: str = "OPEN"


@strawberry.type
class TeamProgress:
    sequence: int
    server_now: datetime
    event: str = "JOINED"
    team: Team = strawberry.field(default_factory=Team)


@strawberry.type
class Query:
    nothing: bool = True


@asynccontextmanager
async def stock() -> AsyncIterator[Built]:
    """Strawberry's own application, as its documentation builds one: a queue and an execution for each subscriber."""
    queues: set[asyncio.Queue[TeamProgress]] = set()

    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def team_progress(self, team_id: strawberry.ID) -> AsyncGenerator[TeamProgress, None]:
            queue: asyncio.Queue[TeamProgress] = asyncio.Queue()
            queues.add(queue)
            try:
                yield TeamProgress(sequence=1, server_now=clock.now())
                while True:
                    yield await queue.get()
            finally:
                queues.discard(queue)

    async def tell(numbers: range) -> None:
        for number in numbers:
            event = TeamProgress(sequence=number + 1, server_now=clock.now())
            for queue in queues:
                queue.put_nowait(event)

    yield GraphQL[Any, Any](strawberry.Schema(Query, subscription=Subscription)), {"teamId": "1"}, tell


SERVERS: Final[dict[str, tuple[Callable[[], Any], dict[str, str]]]] = {
    "zhongcao": (zhongcao, {"lifespan": "on"}),
    "bare": (bare, {"lifespan": "off"}),
    "strawberry": (stock, {"lifespan": "off", "ws": "auto"}),
}


async def _serve(name: str, port: int) -> None:
    build, options = SERVERS[name]
    async with build() as (app, variables, tell):
        server = uvicorn.Server(configured(app, host="127.0.0.1", port=port, **options))
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(0.01)
        _say({"query": _DOCUMENT, "variables": variables})
        told = 0
        while line := await asyncio.to_thread(sys.stdin.readline):
            count, seconds = int(line.split()[0]), float(line.split()[1])
            at_once = 1 if seconds else count
            for _ in range(0, count, at_once):
                await tell(range(told + 1, told + 1 + at_once))
                told += at_once
                await asyncio.sleep(seconds)
        server.should_exit = True
        await serving


def _say(what: Any) -> None:
    sys.stdout.write(orjson.dumps(what).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(sys.argv[1], int(sys.argv[2])))
