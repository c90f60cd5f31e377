"""graphql-transport-ws, rule by rule."""

from datetime import timedelta
from typing import Any

import pytest

from api import graphql_ws
from api.lean_websockets import LeanProtocol
from core.bus import MemoryBus
from people.accounts import actions, sessions
from tests.api.sockets import connected
from tests.api.waiting import settled


@pytest.fixture(params=[LeanProtocol, "auto"], ids=["lean", "uvicorn's"])
def websockets(request: pytest.FixtureRequest) -> Any:
    """The rules hold on our protocol and on uvicorn's own."""
    return request.param


class TestConnection:
    @pytest.mark.parametrize("protocol", [None, "graphql-ws"])
    async def test_closes_4406_without_the_subprotocol(self, address: str, protocol: str | None) -> None:
        async with connected(address, protocol=None) as socket:
            assert (await socket.closed())[0] == 4406

    @pytest.mark.parametrize("init", [{}, {"payload": None}, {"payload": {}}, {"payload": {"anything": 1}}])
    async def test_acknowledges(self, address: str, init: dict[str, object]) -> None:
        async with connected(address) as socket:
            await socket.send({"type": "connection_init", **init})
            assert await socket.receive() == {"type": "connection_ack"}

    async def test_closes_4408_without_initialisation(self, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(graphql_ws, "INIT_TIMEOUT", 0.2)
        async with connected(address) as socket:
            await socket.send({"type": "ping"})
            assert await socket.closed() == (4408, "Connection initialisation timeout")

    async def test_closes_4429_when_initialised_twice(self, address: str) -> None:
        async with connected(address) as socket:
            await socket.init()
            await socket.send({"type": "connection_init"})
            assert await socket.closed() == (4429, "Too many initialisation requests")

    async def test_closes_4401_before_initialisation(self, address: str) -> None:
        async with connected(address) as socket:
            await socket.subscribe("{ hello }")
            assert await socket.closed() == (4401, "Unauthorized")

    async def test_closes_4429_beyond_an_address_share(self, address: str) -> None:
        household = [{"X-Forwarded-For": f"2a00:1450:4001:82a::{n}"} for n in range(3)]
        async with connected(address, **household[0]) as first, connected(address, **household[1]) as second:
            await first.init()
            await second.init()
            async with connected(address, **household[2]) as third:
                assert await third.closed() == (4429, "Too many connections from this address")
            async with connected(address, **{"X-Forwarded-For": "2a00:1450:4001:82b::1"}) as neighbour:
                await neighbour.init()
        async with connected(address, **household[2]) as again:
            await again.init()

    async def test_answers_pings_at_any_time(self, address: str) -> None:
        async with connected(address) as socket:
            await socket.send({"type": "ping"})
            assert await socket.receive() == {"type": "pong"}
            await socket.send({"type": "pong", "payload": {"unasked": True}})
            await socket.init()
            await socket.send({"type": "ping", "payload": {"n": 1}})
            assert await socket.receive() == {"type": "pong", "payload": {"n": 1}}


SUBSCRIBE = {"id": "1", "type": "subscribe", "payload": {"query": "{ hello }"}}


class TestMalformedMessages:
    @pytest.mark.parametrize(
        "message",
        [
            "", "{", "[]", '"x"', "1", "null", b"{}", b'{"type": "ping"}', "[" * 3000, '{"type": "\\ud800"}',
            {}, {"type": None}, {"type": 1}, {"type": "unknown" * 100}, {"type": "next", "id": "1", "payload": {}},
            {"type": "connection_init", "payload": []}, {"type": "connection_init", "payload": "x"},
            {"type": "ping", "payload": 1}, {"type": "pong", "payload": []},
            {"type": "complete"}, {"type": "complete", "id": 1},
            {**SUBSCRIBE, "id": 1}, {**SUBSCRIBE, "id": ""}, {**SUBSCRIBE, "id": None}, {**SUBSCRIBE, "payload": None},
            {**SUBSCRIBE, "payload": []}, {**SUBSCRIBE, "payload": {}}, {**SUBSCRIBE, "payload": {"query": 1}},
            {**SUBSCRIBE, "payload": {"query": None}},
            {**SUBSCRIBE, "payload": {"query": "{ hello }", "variables": []}},
            {**SUBSCRIBE, "payload": {"query": "{ hello }", "variables": "x"}},
            {**SUBSCRIBE, "payload": {"query": "{ hello }", "operationName": 1}},
            {**SUBSCRIBE, "payload": {"query": "{ hello }", "extensions": "x"}},
            {"type": "subscribe", "payload": {"query": "{ hello }"}},
        ],
    )  # fmt: skip
    async def test_close_4400(self, address: str, message: object) -> None:
        async with connected(address) as socket:
            if not (isinstance(message, dict) and message.get("type") == "connection_init"):
                await socket.init()
            await socket.send(message)
            code, reason = await socket.closed()
            assert code == 4400 and 0 < len(reason.encode()) <= 123

    async def test_a_reason_is_cut_between_characters(self, address: str) -> None:
        async with connected(address) as socket:
            await socket.init()
            long = "团" * 200
            await socket.subscribe('subscription { topic(name: "t") }', long)
            await socket.subscribe("{ hello }", long)
            code, reason = await socket.closed()
            assert code == 4409 and reason.startswith("Subscriber for 团团") and 120 < len(reason.encode()) <= 123


class TestOperations:
    async def test_queries_and_mutations_are_answered_once(self, address: str) -> None:
        async with connected(address) as socket:
            await socket.init()
            for query, data in (("{ hello }", {"hello": "你好，世界"}), ("mutation { change }", {"change": "changed"})):
                await socket.subscribe(query)
                assert await socket.receive() == {"id": "1", "type": "next", "payload": {"data": data}}
                assert await socket.receive() == {"id": "1", "type": "complete"}

    async def test_subscriptions_tell_all_and_complete(self, address: str) -> None:
        async with connected(address) as socket:
            await socket.init()
            await socket.subscribe(
                "subscription S($to: Int!) { count(to: $to) }", variables={"to": 2}, operationName="S"
            )
            told = [await socket.receive() for _ in range(3)]
            assert [one["payload"]["data"]["count"] for one in told[:2]] == [1, 2]
            assert told[2] == {"id": "1", "type": "complete"}

    @pytest.mark.parametrize(
        "payload",
        [
            {"query": "{"},
            {"query": ""},
            {"query": "{ unknown }"},
            {"query": "query A { hello }", "operationName": "B"},
            {"query": "query A { hello } query B { hello }"},
            {"query": "query ($n: Int!) { number(value: $n) }", "variables": {"n": "x"}},
            {"query": "subscription ($n: Int!) { count(to: $n) }", "variables": {"n": "x"}},
            {"query": "subscription { a: count b: count }"},
            {"query": "subscription { refused }"},
            {"query": "{" + "item { inner " * 300},
        ],
    )
    async def test_refused_ones_are_an_error_and_the_socket_lives(self, address: str, payload) -> None:
        async with connected(address) as socket:
            await socket.init()
            await socket.send({"id": "x", "type": "subscribe", "payload": payload})
            refused = await socket.receive()
            assert refused.keys() == {"id", "type", "payload"}
            assert refused["id"] == "x" and refused["type"] == "error" and refused["payload"][0]["message"]
            await socket.subscribe("{ hello }", "x")
            assert (await socket.receive())["type"] == "next"

    async def test_masks_defects(self, address: str) -> None:
        async with connected(address) as socket:
            await socket.init(acceptLanguage="en")
            await socket.subscribe("subscription { defect }")
            assert (await socket.receive())["payload"] == {"data": {"defect": "first"}}
            error = await socket.receive()
            assert error["type"] == "error" and error["payload"][0]["message"] == "Internal error"
            assert error["payload"][0]["extensions"]["code"] == "INTERNAL"

    async def test_closes_4409_when_an_id_is_taken(self, address: str) -> None:
        async with connected(address) as socket:
            await socket.init()
            await socket.subscribe('subscription { topic(name: "t") }')
            await socket.subscribe("{ hello }")
            assert await socket.closed() == (4409, "Subscriber for 1 already exists")

    async def test_complete_ends_it_and_frees_its_id(self, address: str, bus: MemoryBus) -> None:
        async with connected(address) as socket:
            await socket.init()
            for _ in range(3):
                await socket.subscribe('subscription { topic(name: "t") }')
                assert (await socket.receive())["payload"]["data"] == {"topic": "listening"}
                await socket.send({"id": "1", "type": "complete"})
            await settled(bus, "t", heard=False)
            await socket.send({"id": "unknown", "type": "complete"})
            await socket.send({"type": "ping"})
            assert await socket.receive() == {"type": "pong"}

    async def test_a_lost_connection_leaves_nothing(self, address: str, bus: MemoryBus) -> None:
        async with connected(address) as socket:
            await socket.init()
            await socket.subscribe('subscription { topic(name: "t") }')
            await socket.receive()
            await bus.publish([("t", "第一步".encode())])
            assert (await socket.receive())["payload"]["data"] == {"topic": "第一步"}
            socket.connection.transport.abort()
        await settled(bus, "t", heard=False)

    async def test_bounds_what_runs_at_once(self, address: str) -> None:
        async with connected(address) as socket:
            await socket.init()
            for number in range(6):
                await socket.subscribe('subscription { topic(name: "t") }', str(number))
            told = [await socket.receive() for _ in range(6)]
            (refused,) = [one for one in told if one["type"] == "error"]
            assert refused["id"] == "5" and refused["payload"][0]["extensions"]["code"] == "TOO_COMPLEX"


@pytest.mark.usefixtures("database")
class TestWatcher:
    async def test_is_the_connection_or_else_the_person(self, address: str) -> None:
        """As somebody who watches, each counts once, whatever they subscribe to."""

        async def watchers(**init: str) -> set[str]:
            found = set()
            async with connected(address) as socket:
                await socket.init(**init)
                for _ in range(3):
                    await socket.subscribe("{ watcher }")
                    found.add((await socket.receive())["payload"]["data"]["watcher"])
                    assert (await socket.receive())["type"] == "complete"
                return found

        session = await actions.sign_up("xiaolu", "小鹿", "correct horse")
        one = await watchers()
        assert len(one) == 1
        signed_in = {"authorization": f"Bearer {session.access_token}"}
        assert await watchers(**signed_in) == await watchers(**signed_in) == {repr(session.account_id)}


@pytest.mark.usefixtures("database")
class TestAuthentication:
    async def test_by_connection_init(self, address: str) -> None:
        session = await actions.sign_up("xiaolu", "小鹿", "correct horse")
        async with connected(address) as socket:
            await socket.init(authorization=f"Bearer {session.access_token}")
            await socket.subscribe("{ viewerId language }")
            data = (await socket.receive())["payload"]["data"]
            assert data == {"viewerId": str(session.account_id), "language": "zh"}

    async def test_by_the_handshake(self, address: str) -> None:
        session = await actions.sign_up("xiaolu", "小鹿", "correct horse")
        headers = {"Authorization": f"Bearer {session.access_token}", "Accept-Language": "en"}
        async with connected(address, **headers) as socket:
            await socket.init()
            await socket.subscribe("{ viewerId language }")
            data = (await socket.receive())["payload"]["data"]
            assert data == {"viewerId": str(session.account_id), "language": "en"}

    @pytest.mark.parametrize("given", ["Bearer wrong", "wrong", 1, {"token": "x"}, "Bearer "])
    async def test_closes_4403_for_a_wrong_token(self, address: str, given: object) -> None:
        async with connected(address) as socket:
            await socket.send({"type": "connection_init", "payload": {"authorization": given}})
            code, reason = await socket.closed()
            assert code == 4403 and reason.startswith("Forbidden")

    async def test_an_expiring_token_ends_what_it_allowed(self, address: str, bus: MemoryBus, moving_clock) -> None:
        session = await actions.sign_up("xiaolu", "小鹿", "correct horse")
        moving_clock.move(30 * 60 - 0.5)
        async with connected(address) as socket:
            await socket.init(authorization=f"Bearer {session.access_token}")
            await socket.subscribe('subscription { topic(name: "t") }')
            assert await socket.closed() == (4403, "Token expired")
        await settled(bus, "t", heard=False)

    async def test_signing_out_ends_what_comes_after(self, address: str) -> None:
        session = await actions.sign_up("xiaolu", "小鹿", "correct horse")
        async with connected(address) as socket:
            await socket.init(authorization=f"Bearer {session.access_token}")
            await sessions.refresh(session.refresh_token, timedelta())
            await socket.subscribe("mutation { change }")
            refused = await socket.receive()
            assert refused["type"] == "error" and refused["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"
