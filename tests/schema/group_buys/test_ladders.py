"""Price ladders through the graph: offered, refused, watched, and paid."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from commerce.group_buys import actions
from core import clock, db
from core.clock import MovableClock
from schema import ids
from tests.factories import group_buys as factory
from tests.factories import orders, products
from tests.factories.people import person
from tests.graph import Graph, send
from tests.outbox import told

CREATE = """mutation ($input: CreateGroupBuyInput!) { result: createGroupBuy(input: $input) {
  groupBuy { id price { amount } teamSize tiers { size price { amount currency } } }
  userErrors { code message field } } }"""
TEAM = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on GroupBuyTeam {
  status size minimumSize joinedCount remainingCount openSeatCount price { amount currency }
  nextTier { size price { amount } missingCount } } } }"""
ORDER = "query ($id: ID!) { node(id: $id) { ... on Order { status total { amount } refunded { amount } } } }"


async def watched(*team_ids: UUID) -> list[dict[str, Any]]:
    answer = await Graph()(TEAM, ids=[ids.encode("team", team_id) for team_id in team_ids])
    assert answer["errors"] == []
    nodes: list[dict[str, Any]] = answer["data"]["nodes"]
    return nodes


@pytest.mark.usefixtures("database")
class TestCreateGroupBuy:
    async def _terms(self, owner: UUID, **given: Any) -> dict[str, Any]:
        variant = await products.variant(owner, price="128.00", stock=40)
        ends_at = (clock.now() + timedelta(days=1)).isoformat()
        terms = {"variantId": ids.encode("variant", variant.id), "price": "99.00", "teamSize": 2, "stock": 20}
        return {**terms, "endsAt": ends_at, **given}

    async def test_takes_and_shows_tiers(self) -> None:
        owner = await person("店主")
        given = [{"size": 3, "price": "89.00"}, {"size": 5, "price": "79.50"}]
        made = await send(CREATE, owner, **await self._terms(owner, tiers=given))
        assert made["userErrors"] == [] and made["groupBuy"]["teamSize"] == 2
        assert made["groupBuy"]["tiers"] == [
            {"size": 3, "price": {"amount": "89.00", "currency": "CNY"}},
            {"size": 5, "price": {"amount": "79.50", "currency": "CNY"}},
        ]

    @pytest.mark.parametrize("tiers", [{}, {"tiers": None}, {"tiers": []}])
    async def test_none_is_one_price(self, tiers: dict[str, Any]) -> None:
        owner = await person("店主")
        made = await send(CREATE, owner, **await self._terms(owner, **tiers))
        assert (made["userErrors"], made["groupBuy"]["tiers"]) == ([], [])

    async def test_names_the_tier_that_offends(self) -> None:
        owner = await person("店主")
        right = {"size": 3, "price": "89.00"}
        terms = await self._terms(owner)
        before = await told()
        for tiers, index, field, message in [
            ([{**right, "size": 2}], "0", "size", "人数必须大于上一档的 2 人，最多 100 人"),
            ([{**right, "price": "99.00"}], "0", "price", "价格必须低于上一档"),
            ([right, {"size": 3, "price": "79.00"}], "1", "size", "人数必须大于上一档的 3 人，最多 100 人"),
            ([right, {"size": 5, "price": "0"}], "1", "price", "价格必须大于 0，最多 2 位小数"),
        ]:
            refused = await send(CREATE, owner, **terms, tiers=tiers)
            path = ["input", "tiers", index, field]
            assert refused == {
                "groupBuy": None,
                "userErrors": [{"code": "INVALID", "message": message, "field": path}],
            }
        assert await db.value("SELECT count(*) FROM group_buys") == 0
        assert await told() == before


@pytest.mark.usefixtures("database")
class TestTeam:
    async def test_shows_the_price_reached_and_the_next(self, moving_clock: MovableClock) -> None:
        offer = await factory.offer(stock=20, team_ttl_seconds=600, tiers=[(3, "89.00"), (5, "79.00")])
        leader = await factory.opened(offer)
        [one] = await watched(leader.team.id)
        assert (one["size"], one["minimumSize"], one["remainingCount"], one["openSeatCount"]) == (5, 2, 4, 4)
        assert one["price"] == {"amount": "99.00", "currency": "CNY"}
        assert one["nextTier"] == {"size": 3, "price": {"amount": "89.00"}, "missingCount": 2}
        for _ in range(2):
            await factory.joined(leader.team)
        [three] = await watched(leader.team.id)
        assert (three["status"], three["price"]["amount"]) == ("OPEN", "89.00")
        assert three["nextTier"] == {"size": 5, "price": {"amount": "79.00"}, "missingCount": 2}
        moving_clock.move(601)
        await actions.expire_teams()
        [closed] = await watched(leader.team.id)
        assert (closed["status"], closed["price"]["amount"], closed["nextTier"]) == ("SUCCEEDED", "89.00", None)
        assert (closed["joinedCount"], closed["remainingCount"], closed["openSeatCount"]) == (3, 2, 0)
        await orders.react()
        answer = await Graph()(ORDER, as_=leader.seat.user_id, id=ids.encode("order", leader.order.id))
        assert answer["data"]["node"] == {
            "status": "CONFIRMED",
            "total": {"amount": "99.00"},
            "refunded": {"amount": "10.00"},
        }

    async def test_without_tiers_has_one_price(self) -> None:
        leader = await factory.opened(await factory.offer(team_size=3))
        [team] = await watched(leader.team.id)
        assert (team["size"], team["minimumSize"], team["price"]["amount"], team["nextTier"]) == (3, 3, "99.00", None)


class TestStatements:
    async def test_prices_cost_one_however_many_teams(self, statements: list[str]) -> None:
        """The teams, and their offers for both fields together."""
        teams = [(await factory.opened(await factory.offer(tiers=[(3, "89.00")]))).team.id for _ in range(4)]
        for some in (teams[:1], teams):
            statements.clear()
            await watched(*some)
            assert len(statements) == 2, statements
