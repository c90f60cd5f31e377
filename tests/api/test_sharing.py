"""Subscribers of the real graph share what does not depend on who they are, and nothing else."""

import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import orjson
import pytest

from api.operations import Operations, RequestError
from content.live import actions as live_actions
from core import clock
from people.follows import actions as follow_actions
from schema import errors, ids
from tests.api.outlets import Door, Listener
from tests.execution.documents import SCALARS, Operation, Writer
from tests.factories import group_buys as factory
from tests.factories import live
from tests.factories.people import person
from tests.graph import Graph, built, core

pytestmark = pytest.mark.usefixtures("database")

TEAM = """subscription ($id: ID!, $after: Int) { teamProgress(teamId: $id, afterSequence: $after) {
  sequence event team { joinedCount leader { displayName } members { user { displayName } } } } }"""
SEATS = """subscription ($id: ID!) { teamProgress(teamId: $id) {
  event team { viewerSeat { status } leader { displayName viewerIsFollowing } members { user { displayName } } } } }"""


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    yield Door(Graph(), Operations(built()))


def read(statements: list[str]) -> Counter[str]:
    """How many statements read which table, the relay's apart."""
    tables = Counter(re.findall(r"\bFROM (\w+)", " ".join(statements)))
    for relayed in ("outbox", "unnest"):
        del tables[relayed]
    return tables


def step(answer: Any) -> Any:
    assert "errors" not in answer, answer
    return answer["data"]["teamProgress"]


class TestShared:
    async def test_an_answer_is_the_same_bytes_for_all_viewers(self, door: Door) -> None:
        leader = await factory.opened(await factory.offer(team_size=5))
        variables = {"id": ids.encode("team", leader.team.id)}
        viewers = [None, leader.seat.user_id, await person("阿豪"), None]
        listeners = [await door.subscribe(TEAM, variables, as_=viewer) for viewer in viewers]
        for listener in listeners:
            assert step((await listener.told(1))[0])["event"] == "SNAPSHOT"
        await factory.joined(leader.team)
        await door.relay()
        for listener in listeners:
            told = step((await listener.told(2))[1])
            assert (told["sequence"], told["event"], told["team"]["joinedCount"]) == (2, "JOINED", 2)
            assert told["team"]["members"][1]["user"]["displayName"] == "团员"
        assert len({id(listener.payloads[1]) for listener in listeners}) == 1

    async def test_an_event_costs_the_same_statements_for_many_as_for_one(
        self, statements: list[str], door: Door
    ) -> None:
        leader = await factory.opened(await factory.offer(team_size=5))
        variables = {"id": ids.encode("team", leader.team.id)}
        listeners = [await door.subscribe(TEAM, variables, as_=await person()) for _ in range(20)]
        for listener in listeners:
            await listener.told(1)
        await factory.joined(leader.team)
        statements.clear()
        await door.relay()
        for listener in listeners:
            await listener.told(2)
        assert read(statements) == {"seats": 1, "accounts": 2}

    async def test_where_they_began_makes_no_difference(self, door: Door) -> None:
        leader = await factory.opened(await factory.offer(team_size=5))
        await factory.joined(leader.team)
        identity = ids.encode("team", leader.team.id)
        listeners = [await door.subscribe(TEAM, {"id": identity, "after": after}) for after in (None, 0, 1, 2)]
        for listener, missed in zip(listeners, (1, 2, 1, 0), strict=True):
            await listener.told(missed)
        await factory.joined(leader.team)
        await door.relay()
        sequences = [
            [step(answer)["sequence"] for answer in await listener.told(missed + 1)]
            for listener, missed in zip(listeners, (1, 2, 1, 0), strict=True)
        ]
        assert sequences == [[2, 3], [1, 2, 3], [2, 3], [3]]
        assert len({id(listener.payloads[-1]) for listener in listeners}) == 1

    async def test_languages_and_other_variables_are_not_shared(self, door: Door) -> None:
        document = """subscription ($id: ID!, $all: Boolean!) { teamProgress(teamId: $id) {
            sequence team @include(if: $all) { joinedCount } } }"""
        leader = await factory.opened(await factory.offer(team_size=5))
        identity = ids.encode("team", leader.team.id)
        listeners = [
            await door.subscribe(document, {"id": identity, "all": every}, language=language)
            for every, language in ((True, "zh"), (False, "zh"), (True, "en"), (True, "zh"))
        ]
        for listener in listeners:
            await listener.told(1)
        await factory.joined(leader.team)
        await door.relay()
        told = [step((await listener.told(2))[1]) for listener in listeners]
        assert ["team" in one for one in told] == [True, False, True, True]
        payloads = [id(listener.payloads[1]) for listener in listeners]
        assert len(set(payloads)) == 3 and payloads[0] == payloads[3]


class TestOwn:
    async def test_each_viewer_sees_only_what_is_theirs(self, door: Door) -> None:
        leader = await factory.opened(await factory.offer(team_size=5))
        joining, stranger = await factory.joining(leader.team), await person("路人")
        await follow_actions.follow(stranger, leader.seat.user_id)
        variables = {"id": ids.encode("team", leader.team.id)}
        viewers = [leader.seat.user_id, joining.seat.user_id, stranger, None]
        listeners = [await door.subscribe(SEATS, variables, as_=viewer) for viewer in viewers]
        for listener in listeners:
            await listener.told(1)
        assert await factory.pay(joining) is None
        await door.relay()
        told = [step((await listener.told(2))[1])["team"] for listener in listeners]
        assert [one["viewerSeat"] for one in told] == [{"status": "PAID"}, {"status": "PAID"}, None, None]
        assert [one["leader"]["viewerIsFollowing"] for one in told] == [False, False, True, False]
        assert all(len(one["members"]) == 2 for one in told)

    async def test_what_is_the_same_for_all_is_still_asked_once(self, statements: list[str], door: Door) -> None:
        leader = await factory.opened(await factory.offer(team_size=5))
        variables = {"id": ids.encode("team", leader.team.id)}
        listeners = [await door.subscribe(SEATS, variables, as_=await person()) for _ in range(50)]
        for listener in listeners:
            await listener.told(1)
        await factory.joined(leader.team)
        statements.clear()
        await door.relay()
        for listener in listeners:
            await listener.told(2)
        # The members are asked for once; the seats of all fifty, and whom they follow, by one statement each.
        assert read(statements) == {"seats": 2, "accounts": 2, "follows": 1}

    async def test_a_refused_viewer_does_not_join(self, door: Door) -> None:
        taken = await factory.opening(await factory.offer())
        variables = {"id": ids.encode("team", taken.team.id)}
        listener = await door.subscribe(TEAM, variables, as_=taken.seat.user_id)
        assert step((await listener.told(1))[0])["team"]["joinedCount"] == 0
        for viewer in (None, await person()):
            with pytest.raises(RequestError) as refused:
                await door.subscribe(TEAM, variables, as_=viewer)
            assert refused.value.answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def world() -> tuple[UUID, list[UUID | None]]:
    """A team in which much happened, and viewers who each have something of their own in it."""
    offer = await factory.offer(team_size=4)
    leader = await factory.opened(offer)
    member = await factory.joined(leader.team)
    stranger = await person("路人")
    await follow_actions.follow(stranger, leader.seat.user_id)
    await follow_actions.follow(leader.seat.user_id, member.seat.user_id)
    stream = await live.live(leader.seat.user_id)
    await live_actions.add_listing(leader.seat.user_id, stream.id, offer.product_id, offer.id)
    return leader.team.id, [leader.seat.user_id, member.seat.user_id, stranger, None]


def written(seed: int, team_id: UUID) -> Operation:
    """A random selection on the progress of a team."""
    schema = built()._schema
    writer = Writer(schema, random.Random(seed), depth=5, scalars=SCALARS, generosity=0, without=("after", "serverNow"))
    source, variables = writer.operation(schema.type_map["TeamProgress"], "query")  # type: ignore[arg-type]
    first, *fragments = source.split("\n")
    head, _, selections = first.partition(" {")
    field = f'teamProgress(teamId: "{ids.encode("team", team_id)}", afterSequence: 0)'
    head = head.replace("query", "subscription")
    return Operation("\n".join([f"{head} {{ {field} {{{selections} }}", *fragments]), variables)


async def alone(graph: Graph, operation: Operation, viewer: UUID | None, count: int) -> list[Any]:
    """What a viewer is told by an execution of their own, by graphql-core."""
    context = graph.context(viewer)
    stream: Any = await core().subscribe(operation.source, variable_values=operation.variables, context_value=context)
    found = []
    for _ in range(count):
        result = await anext(stream)
        seen = [errors.public(error, context).formatted for error in result.errors or ()]
        found.append(({"errors": seen} if seen else {}) | {"data": result.data})
    await stream.aclose()
    return [orjson.loads(orjson.dumps(one)) for one in found]


async def test_any_selection_is_told_to_each_viewer_as_if_it_were_alone(door: Door) -> None:
    team_id, viewers = await world()
    own = 0
    with clock.at(clock.now()):
        for seed in range(60):
            operation = written(seed, team_id)
            listeners: list[Listener] = [
                await door.subscribe(operation.source, operation.variables, as_=viewer) for viewer in viewers
            ]
            for listener, viewer in zip(listeners, viewers, strict=True):
                assert await listener.told(2) == await alone(door.graph, operation, viewer, 2), operation
            own += len({listener.payloads[0].json for listener in listeners}) > 1
            for listener in listeners:
                listener.subscription.cancel()
    assert 5 < own < 55
