"""The progress of teams and group-buys, as it is pushed: nothing missed, nothing twice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLError

from commerce.group_buys import actions
from core.clock import MovableClock
from core.errors import Refusal
from core.ids import new_id
from core.relay import Relay
from schema import ids
from tests.factories import group_buys as factory
from tests.factories.people import person
from tests.graph import Graph, built
from tests.waiting import come, is_quiet

pytestmark = pytest.mark.usefixtures("database")

TEAM = """subscription ($id: ID!, $after: Int) { step: teamProgress(teamId: $id, afterSequence: $after) {
  sequence event serverNow team { status joinedCount remainingCount expiresAt closedAt
    leader { displayName } members { user { displayName } } } } }"""
OFFER = """subscription ($id: ID!, $after: Int) { step: groupBuyProgress(groupBuyId: $id, afterSequence: $after) {
  sequence serverNow groupBuy { available joinedCount status } team { status joinedCount } } }"""


class Subscriber:
    """A client on one subscription."""

    def __init__(self, graph: Graph, stream: AsyncIterator[Any]) -> None:
        self._graph, self._stream = graph, stream

    async def next(self) -> dict[str, Any]:
        """The next step, once the relay has told of what happened."""
        await Relay(self._graph.services.bus, []).drain()
        result = await come(anext(self._stream))
        assert not result.errors, result.errors
        step: dict[str, Any] = result.data["step"]
        assert step["serverNow"]
        return step

    async def is_quiet(self) -> bool:
        await Relay(self._graph.services.bus, []).drain()
        return await is_quiet(anext(self._stream))


@asynccontextmanager
async def subscribed(
    graph: Graph, document: str, kind: str, identity: UUID, *, as_: UUID | None = None, after: int | None = None
) -> AsyncIterator[Subscriber]:
    values = {"id": ids.encode(kind, identity), "after": after}
    stream: Any = await built().subscribe(document, variable_values=values, context_value=graph.context(as_))
    try:
        yield Subscriber(graph, stream)
    finally:
        await stream.aclose()


class TestTeamProgress:
    async def test_from_the_snapshot_to_success(self) -> None:
        graph, offer = Graph(), await factory.offer(team_size=3)
        leader = await factory.opened(offer)
        async with subscribed(graph, TEAM, "team", leader.team.id) as client:
            first = await client.next()
            assert (first["sequence"], first["event"], first["team"]["joinedCount"]) == (1, "SNAPSHOT", 1)
            await factory.joining(leader.team)
            assert await client.is_quiet()
        async with subscribed(graph, TEAM, "team", leader.team.id) as client:
            await client.next()
            second = await factory.joined(leader.team)
            step = await client.next()
            assert (step["sequence"], step["event"], step["team"]["remainingCount"]) == (2, "JOINED", 1)
            assert len(step["team"]["members"]) == 2
            assert second.team.held_count == 1

    async def test_success_comes_alone(self) -> None:
        graph, leader = Graph(), await factory.opened(await factory.offer())
        async with subscribed(graph, TEAM, "team", leader.team.id) as client:
            await client.next()
            await factory.joined(leader.team)
            step = await client.next()
            assert (step["sequence"], step["event"], step["team"]["status"]) == (2, "SUCCEEDED", "SUCCEEDED")
            assert len(step["team"]["members"]) == 2 and step["team"]["closedAt"]
            assert await client.is_quiet()

    async def test_success_at_the_deadline(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(team_ttl_seconds=60, tiers=[(3, "89.00"), (5, "79.00")])
        graph, leader = Graph(), await factory.opened(offer)
        document = TEAM.replace("status", "status price { amount } nextTier { missingCount }", 1)
        async with subscribed(graph, document, "team", leader.team.id) as client:
            await client.next()
            for missing, price in ((1, "99.00"), (2, "89.00")):
                await factory.joined(leader.team)
                step = await client.next()
                assert (step["event"], step["team"]["price"]["amount"]) == ("JOINED", price)
                assert step["team"]["nextTier"] == {"missingCount": missing}
            moving_clock.move(61)
            await actions.expire_teams()
            step = await client.next()
            assert (step["sequence"], step["event"], step["team"]["price"]) == (4, "SUCCEEDED", {"amount": "89.00"})
            assert step["team"]["nextTier"] is None

    async def test_leaving_and_failing(self, moving_clock: MovableClock) -> None:
        graph, leader = Graph(), await factory.opened(await factory.offer(team_size=3, team_ttl_seconds=60))
        await factory.joined(leader.team)
        async with subscribed(graph, TEAM, "team", leader.team.id) as client:
            await client.next()
            await actions.leave(leader.order.id)
            step = await client.next()
            assert (step["event"], step["team"]["leader"]) == ("LEFT", {"displayName": "团员"})
            assert step["team"]["members"] == [{"user": {"displayName": "团员"}}]
            moving_clock.move(61)
            await actions.expire_teams()
            step = await client.next()
            assert (step["sequence"], step["event"], step["team"]["status"]) == (4, "FAILED", "FAILED")

    async def test_each_step_shows_its_own_moment(self) -> None:
        graph, leader = Graph(), await factory.opened(await factory.offer(team_size=4))
        await factory.joined(leader.team)
        await actions.leave(leader.order.id)
        async with subscribed(graph, TEAM, "team", leader.team.id, after=0) as client:
            steps = [await client.next() for _ in range(3)]
        assert [(step["sequence"], step["event"]) for step in steps] == [(1, "OPENED"), (2, "JOINED"), (3, "LEFT")]
        names = [[member["user"]["displayName"] for member in step["team"]["members"]] for step in steps]
        assert names == [["团长"], ["团长", "团员"], ["团员"]]
        assert [step["team"]["leader"]["displayName"] for step in steps] == ["团长", "团长", "团员"]

    async def test_resumes_after_a_sequence(self) -> None:
        graph, leader = Graph(), await factory.opened(await factory.offer(team_size=4))
        await factory.joined(leader.team)
        async with subscribed(graph, TEAM, "team", leader.team.id, after=1) as client:
            assert (await client.next())["sequence"] == 2
            await factory.joined(leader.team)
            assert (await client.next())["sequence"] == 3

    async def test_a_leader_sees_the_team_open(self) -> None:
        graph, taken = Graph(), await factory.opening(await factory.offer())
        async with subscribed(graph, TEAM, "team", taken.team.id, as_=taken.seat.user_id) as client:
            first = await client.next()
            assert (first["sequence"], first["event"], first["team"]["status"]) == (0, "SNAPSHOT", "PENDING")
            await factory.pay(taken)
            step = await client.next()
            assert (step["sequence"], step["event"], step["team"]["joinedCount"]) == (1, "OPENED", 1)

    async def test_an_unknown_or_pending_team_is_not_found(self) -> None:
        taken = await factory.opening(await factory.offer())
        for identity, viewer in [(new_id(), None), (taken.team.id, None), (taken.team.id, await person())]:
            assert await code(TEAM, ids.encode("team", identity), viewer) == "NOT_FOUND"
        assert await code(TEAM, "nonsense", None) == "INVALID"


class TestGroupBuyProgress:
    async def test_tells_of_every_team(self) -> None:
        graph, offer = Graph(), await factory.offer(stock=4)
        async with subscribed(graph, OFFER, "group_buy", offer.id) as client:
            first = await client.next()
            assert (first["sequence"], first["team"], first["groupBuy"]["available"]) == (0, None, 4)
            leader = await factory.opened(offer)
            step = await client.next()
            assert (step["sequence"], step["team"]) == (1, {"status": "OPEN", "joinedCount": 1})
            assert step["groupBuy"] == {"available": 3, "joinedCount": 1, "status": "ACTIVE"}
            await factory.joined(leader.team)
            step = await client.next()
            assert (step["sequence"], step["team"]["status"], step["groupBuy"]["joinedCount"]) == (2, "SUCCEEDED", 2)

    async def test_tells_that_it_ended(self, moving_clock: MovableClock) -> None:
        graph, offer = Graph(), await factory.offer(ends_in=60)
        await factory.opening(offer)
        async with subscribed(graph, OFFER, "group_buy", offer.id) as client:
            await client.next()
            moving_clock.move(61)
            await actions.end_offers()
            step = await client.next()
            assert (step["sequence"], step["team"], step["groupBuy"]["status"]) == (1, None, "ENDED")

    async def test_an_unknown_one_is_not_found(self) -> None:
        assert await code(OFFER, ids.encode("group_buy", new_id()), None) == "NOT_FOUND"


async def code(document: str, global_id: str, viewer: UUID | None) -> str:
    """With which code a subscription is refused."""
    stream: Any = await built().subscribe(
        document, variable_values={"id": global_id}, context_value=Graph().context(viewer)
    )
    [error] = (await anext(stream)).errors
    assert isinstance(error, GraphQLError) and isinstance(error.original_error, Refusal)
    return error.original_error.code
