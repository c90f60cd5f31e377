"""Group-buys as a client reads them."""

from typing import Any

import pytest

from core.ids import new_id
from schema import ids
from tests.factories import group_buys as factory
from tests.factories.people import person
from tests.graph import Graph

PAGE = """query ($sort: GroupBuySort!, $first: Int, $after: String) {
  groupBuys(sort: $sort, first: $first, after: $after) {
    edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage endCursor }
  } }"""
DEEP = """{ groupBuys(first: 10) { edges { node {
  id status joinedCount available price { amount } product { title } variant { name price { amount } }
  openTeams(first: 5) { edges { node { id size remainingCount leader { handle }
    members { isLeader joinedAt user { handle } } viewerSeat { status } groupBuy { id } } } }
} } } }"""
TEAM = "query ($id: ID!) { node(id: $id) { __typename id ... on GroupBuyTeam { status viewerSeat { status } } } }"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
MINE = "{ viewer { teams(first: 5) { edges { node { id status } } } } }"


@pytest.mark.usefixtures("database")
class TestGroupBuys:
    @pytest.mark.parametrize(
        ("sort", "order"), [("ENDING_SOON", [0, 1, 2]), ("NEWEST", [2, 1, 0]), ("POPULAR", [1, 2, 0])]
    )
    async def test_pages_in_each_order(self, sort: str, order: list[int]) -> None:
        graph = Graph()
        made = [await factory.offer(ends_in=600 + index) for index in range(3)]
        await factory.opened(made[1])
        wanted = [ids.encode("group_buy", made[index].id) for index in order]
        first = (await graph(PAGE, sort=sort, first=2))["data"]["groupBuys"]
        assert [edge["node"]["id"] for edge in first["edges"]] == wanted[:2] and first["pageInfo"]["hasNextPage"]
        rest = (await graph(PAGE, sort=sort, after=first["pageInfo"]["endCursor"]))["data"]["groupBuys"]
        assert [edge["node"]["id"] for edge in rest["edges"]] == wanted[2:] and rest["pageInfo"]["hasPreviousPage"]
        assert not rest["pageInfo"]["hasNextPage"]

    @pytest.mark.parametrize("after", ["nonsense", "", "MTIz", "bnVsbA"])
    async def test_refuses_a_cursor_of_something_else(self, after: str) -> None:
        answer = await Graph()(PAGE, sort="NEWEST", after=after)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID"]

    async def test_null_is_the_default_page(self) -> None:
        await factory.offer()
        answer = await Graph()(
            "{ groupBuys(first: null) { edges { node { openTeams(first: null) { edges { cursor } } } } } }"
        )
        assert answer["errors"] == [] and len(answer["data"]["groupBuys"]["edges"]) == 1


class TestStatements:
    async def test_a_page_of_offers_with_teams_costs_the_same_however_many(self, statements: list[str]) -> None:
        viewer, counts = await person("我"), []
        for _ in range(2):
            offer = await factory.offer(team_size=4, stock=20)
            leader = await factory.opened(offer)
            await factory.joined(leader.team)
            await factory.opened(offer)
            await factory.joining(leader.team, viewer)
            statements.clear()
            answer = await Graph()(DEEP, as_=viewer)
            assert answer["errors"] == []
            counts.append(len(statements))
        assert counts == [9, 9]
        [_, newest] = answer["data"]["groupBuys"]["edges"]
        [full, fresh] = [edge["node"] for edge in newest["node"]["openTeams"]["edges"]]
        assert (full["remainingCount"], fresh["remainingCount"]) == (2, 3)
        assert [member["isLeader"] for member in full["members"]] == [True, False]
        assert (full["viewerSeat"], fresh["viewerSeat"]) == ({"status": "HELD"}, None)


@pytest.mark.usefixtures("database")
class TestNode:
    async def test_finds_offers_teams_and_ones_own_seats(self) -> None:
        graph, taken = Graph(), await factory.opened(await factory.offer())
        things = [("group_buy", taken.team.group_buy_id), ("team", taken.team.id), ("seat", taken.seat.id)]
        wanted = [ids.encode(kind, identity) for kind, identity in things]
        mine = await graph(
            "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", as_=taken.seat.user_id, ids=wanted
        )
        assert [found["__typename"] for found in mine["data"]["nodes"]] == ["GroupBuy", "GroupBuyTeam", "Seat"]
        assert [found["id"] for found in mine["data"]["nodes"]] == wanted
        other = await graph(NODES, ids=wanted)
        assert other["data"]["nodes"] == [*mine["data"]["nodes"][:2], None]

    async def test_a_pending_team_is_its_leaders_alone(self) -> None:
        taken = await factory.opening(await factory.offer())
        graph, team_id = Graph(), ids.encode("team", taken.team.id)
        mine = (await graph(TEAM, as_=taken.seat.user_id, id=team_id))["data"]["node"]
        assert (mine["status"], mine["viewerSeat"]) == ("PENDING", {"status": "HELD"})
        assert (await graph(TEAM, as_=await person(), id=team_id))["data"]["node"] is None
        assert (await graph(TEAM, id=ids.encode("team", new_id())))["data"]["node"] is None


@pytest.mark.usefixtures("database")
class TestViewerTeams:
    async def test_newest_first(self) -> None:
        offer = await factory.offer(team_size=3, per_user_limit=5)
        me = await person("我")
        taken = [await factory.opened(offer, me), await factory.opening(offer, me)]
        answer: dict[str, Any] = await Graph()(
            "{ viewer { teams(first: 5) { edges { node { id status } } } } }", as_=me
        )
        found = [edge["node"] for edge in answer["data"]["viewer"]["teams"]["edges"]]
        assert [one["id"] for one in found] == [ids.encode("team", one.team.id) for one in reversed(taken)]
        assert [one["status"] for one in found] == ["PENDING", "OPEN"]
