"""What is open knows of its viewer: a session that ends closes it, and who begins to block is known from then on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from api import graphql_ws
from api.viewers import Viewers
from core.bus import RESYNC, MemoryBus
from core.relay import Relay
from people.accounts import Identity, IssuedSession, actions, queries, sessions
from people.accounts.events import VIEWERS
from people.follows import actions as follow_actions
from tests.api.sockets import Socket, connected
from tests.api.test_graphql_sse import STREAM, events
from tests.api.waiting import settled
from tests.factories.people import person
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.usefixtures("database")

TOPIC = 'subscription { topic(name: "t") }'


async def signed_up() -> IssuedSession:
    return await actions.sign_up("xiaolu", "小鹿", "correct horse")


async def end(session: IssuedSession, bus: MemoryBus) -> None:
    """Ends a session, as all others hear by the bus."""
    await sessions.end(session.account_id)
    await Relay(bus, []).drain()


@asynccontextmanager
async def listening(address: str, session: IssuedSession, bus: MemoryBus) -> AsyncIterator[Socket]:
    async with connected(address) as socket:
        await socket.init(authorization=f"Bearer {session.access_token}")
        await socket.subscribe(TOPIC)
        assert (await socket.receive())["payload"]["data"] == {"topic": "listening"}
        await settled(bus, VIEWERS, heard=True)
        yield socket


class TestWebSocket:
    async def test_is_closed_4403_and_told_nothing_more(self, address: str, bus: MemoryBus) -> None:
        session = await signed_up()
        async with listening(address, session, bus) as socket:
            await end(session, bus)
            bus.deliver("t", b"secret")
            with pytest.raises(ConnectionClosed):
                await socket.receive()
            assert await socket.closed() == (4403, "Session ended")
        await settled(bus, "t", heard=False)

    async def test_of_another_session_stays_open(self, address: str, bus: MemoryBus) -> None:
        ended, other = await signed_up(), await actions.sign_in("xiaolu", "correct horse")
        async with listening(address, ended, bus) as socket, listening(address, other, bus) as stays:
            identity = await queries.identity(other.access_token)
            assert identity is not None
            await sessions.end(ended.account_id, but=identity.session_id)
            await Relay(bus, []).drain()
            assert (await socket.closed())[0] == 4403
            bus.deliver("t", b"news")
            assert (await stays.receive())["payload"]["data"] == {"topic": "news"}

    async def test_without_a_viewer_stays_open(self, address: str, bus: MemoryBus) -> None:
        session = await signed_up()
        async with connected(address) as socket, listening(address, session, bus):
            await socket.init()
            await end(session, bus)
            await socket.subscribe("{ viewerId }")
            assert (await socket.receive())["payload"]["data"] == {"viewerId": None}

    async def test_still_gets_the_answer_to_what_it_asked_before(
        self, address: str, bus: MemoryBus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(graphql_ws, "_LAST_WORDS", PATIENCE)
        session = await signed_up()
        async with listening(address, session, bus) as socket:
            await socket.subscribe("{ slow(seconds: 0.2) }", "2")
            # Whatever comes before this has been read.
            await socket.send({"type": "ping"})
            assert (await socket.receive())["type"] == "pong"
            await end(session, bus)
            assert await socket.receive() == {"id": "2", "type": "next", "payload": {"data": {"slow": "done"}}}
            assert (await socket.closed())[0] == 4403

    async def test_that_reads_nothing_is_gone_as_well(self, address: str, bus: MemoryBus) -> None:
        session = await signed_up()
        async with listening(address, session, bus) as socket:
            socket.connection.transport.pause_reading()
            for _ in range(40):
                bus.deliver("t", b"x" * 400_000)
                await asyncio.sleep(0)
            await end(session, bus)
            await settled(bus, "t", heard=False)


class TestEventStream:
    async def test_is_told_so_and_completed(self, address: str, http: httpx.AsyncClient, bus: MemoryBus) -> None:
        session = await signed_up()
        asked = http.post(
            "/graphql",
            json={"query": TOPIC},
            headers={**STREAM, "Authorization": f"Bearer {session.access_token}"},
        )
        answer = asyncio.ensure_future(asked)
        await settled(bus, "t", heard=True)
        await end(session, bus)
        bus.deliver("t", b"secret")
        told = events((await answer).text)
        assert "secret" not in str(told) and told[-1] == ("complete", None)
        [refusal] = told[-2][1]["errors"]  # type: ignore[index, call-overload]
        assert refusal["extensions"]["code"] == "UNAUTHENTICATED"
        await settled(bus, "t", heard=False)


async def _signed_out(session: IssuedSession) -> None:
    identity = await queries.identity(session.access_token)
    assert identity is not None
    await sessions.end(session.account_id, only=[identity.session_id])


class Seen:
    """Something open that counts how often it was ended."""

    def __init__(self, viewer: Identity | None) -> None:
        self.viewer = viewer
        self.ended = 0

    def end(self) -> None:
        self.ended += 1


@asynccontextmanager
async def attending(bus: MemoryBus) -> AsyncIterator[Viewers]:
    viewers = Viewers(bus)
    running = asyncio.create_task(viewers.run())
    await settled(bus, VIEWERS, heard=True)
    try:
        yield viewers
    finally:
        running.cancel()
        await asyncio.wait({running})


class TestViewers:
    @pytest.fixture
    async def session(self) -> IssuedSession:
        return await signed_up()

    @pytest.fixture
    async def seen(self, session: IssuedSession) -> Seen:
        return Seen(await queries.identity(session.access_token))

    async def test_makes_up_for_what_the_bus_lost(self, bus: MemoryBus, session: IssuedSession, seen: Seen) -> None:
        async with attending(bus) as viewers:
            viewers.attend(seen)
            await _signed_out(session)
            bus.deliver(VIEWERS, RESYNC)
            await until(lambda: seen.ended)

    async def test_looks_by_itself(
        self, bus: MemoryBus, session: IssuedSession, seen: Seen, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("api.viewers._LOOK_EVERY", 0.05)
        async with attending(bus) as viewers:
            viewers.attend(seen)
            await _signed_out(session)
            await follow_actions.block(session.account_id, await person())
            await until(lambda: seen.ended)

    async def test_tries_again_when_the_database_does_not_answer(
        self, bus: MemoryBus, session: IssuedSession, seen: Seen, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("api.viewers._LOOK_AGAIN", 0.01)
        answers: list[Callable[[Any], Awaitable[Any]]] = [queries.lasting, _no_answer, _no_answer]
        monkeypatch.setattr("api.viewers.queries.lasting", lambda ids: answers.pop()(ids))
        async with attending(bus) as viewers:
            viewers.attend(seen)
            await _signed_out(session)
            bus.deliver(VIEWERS, RESYNC)
            await until(lambda: seen.ended)
        assert not answers

    async def test_knows_what_it_heard_before_the_stream_was_there(
        self, bus: MemoryBus, session: IssuedSession, seen: Seen
    ) -> None:
        async with attending(bus) as viewers:
            await follow_actions.block(session.account_id, await person())
            await end(session, bus)
            await until(lambda: len(viewers._news) == 2)
            viewers.attend(seen)
            assert seen.ended == 1 and seen.viewer is not None and seen.viewer.blocks

    async def test_knows_from_the_next_event_on_that_somebody_blocks(
        self, bus: MemoryBus, session: IssuedSession, seen: Seen
    ) -> None:
        other = Seen(Identity(await person(), session.account_id, session.expires_at))
        async with attending(bus) as viewers:
            viewers.attend(seen)
            viewers.attend(other)
            await follow_actions.block(session.account_id, await person())
            await Relay(bus, []).drain()
            await until(lambda: seen.viewer is not None and seen.viewer.blocks)
            assert other.viewer is not None and not other.viewer.blocks and not seen.ended

    async def test_forgets_who_left(self, bus: MemoryBus, session: IssuedSession, seen: Seen) -> None:
        async with attending(bus) as viewers:
            viewers.attend(seen)
            viewers.attend(Seen(None))
            viewers.leave(seen)
            viewers.leave(seen)
            assert viewers._streams == {}


async def _no_answer(ids: Any) -> Any:
    raise TimeoutError
