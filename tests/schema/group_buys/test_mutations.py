"""Group-buys through the graph: offering, opening, joining and paying, and how each is refused."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from commerce.group_buys import GroupBuy, Team
from core import clock
from core.ids import new_id
from schema import ids
from tests.factories import group_buys as factory
from tests.factories import products
from tests.factories.people import person
from tests.graph import send

pytestmark = pytest.mark.usefixtures("database")

ERRORS = "userErrors { code message field }"
CREATE = f"""mutation ($input: CreateGroupBuyInput!) {{ result: createGroupBuy(input: $input) {{
  groupBuy {{ id status price {{ amount currency }} teamSize teamTtlSeconds stock available perUserLimit joinedCount
    startsAt endsAt variant {{ name available }} product {{ title groupBuys {{ id }} }}
    openTeams {{ edges {{ cursor }} }} }} {ERRORS} }} }}"""
SEAT = f"""
  seat {{ id status heldUntil team {{ id }} order {{ id }} }}
  team {{ id status leader {{ displayName }} members {{ user {{ id }} }} size joinedCount remainingCount openSeatCount
    openedAt expiresAt closedAt viewerSeat {{ id }} groupBuy {{ id }} }}
  order {{ id status total {{ amount }} payBy team {{ id }} lines {{ title quantity unitPrice {{ amount }} }}
    shippingAddress {{ city }} }}
  {ERRORS}"""
OPEN = f"mutation ($input: OpenTeamInput!) {{ result: openTeam(input: $input) {{ {SEAT} }} }}"
JOIN = f"mutation ($input: JoinTeamInput!) {{ result: joinTeam(input: $input) {{ {SEAT} }} }}"
PAY = f"""mutation ($input: PayOrderInput!) {{ result: payOrder(input: $input) {{
  order {{ status team {{ status joinedCount members {{ user {{ displayName }} isLeader joinedAt }} }} }}
  {ERRORS} }} }}"""
HOME = {
    "recipient": "小鹿",
    "phone": "13800000000",
    "province": "广东省",
    "city": "深圳市",
    "district": "南山区",
    "street": "科技园 1 号",
}


async def refused(document: str, as_: UUID | None, **given: Any) -> tuple[str, list[str] | None]:
    """The code and the field of the only error; everything else is null then."""
    result = await send(document, as_, **given)
    [error] = result.pop("userErrors")
    assert set(result.values()) == {None} and error["message"]
    return error["code"], error["field"]


def opening(group_buy: GroupBuy, **given: Any) -> dict[str, Any]:
    return {"groupBuyId": ids.encode("group_buy", group_buy.id), "idempotencyKey": new_id().hex, **given}


def joining(team: Team, **given: Any) -> dict[str, Any]:
    return {"teamId": ids.encode("team", team.id), "idempotencyKey": new_id().hex, **given}


class TestTheWholeWay:
    async def test_from_the_offer_to_success(self) -> None:
        owner, leader, member = await person("店主"), await person("团长"), await person("团员")
        variant = await products.variant(owner, price="128.00", stock=10)
        made = await send(
            CREATE,
            owner,
            variantId=ids.encode("variant", variant.id),
            price="99.00",
            teamSize=2,
            endsAt=(clock.now() + timedelta(days=1)).isoformat(),
            stock=4,
        )
        offer = made["groupBuy"]
        assert made["userErrors"] == [] and offer["product"]["groupBuys"] == [{"id": offer["id"]}]
        assert (offer["status"], offer["price"], offer["available"]) == (
            "ACTIVE",
            {"amount": "99.00", "currency": "CNY"},
            4,
        )
        assert (offer["teamTtlSeconds"], offer["perUserLimit"], offer["variant"]["available"]) == (86400, 1, 6)
        opened = await send(OPEN, leader, groupBuyId=offer["id"], idempotencyKey="一次", shippingAddress=HOME)
        assert (opened["team"]["status"], opened["team"]["members"], opened["team"]["expiresAt"]) == (
            "PENDING",
            [],
            None,
        )
        assert (opened["seat"]["status"], opened["order"]["shippingAddress"]) == ("HELD", {"city": "深圳市"})
        assert opened["order"]["payBy"] == opened["seat"]["heldUntil"] is not None
        assert opened["team"]["viewerSeat"]["id"] == opened["seat"]["id"]
        assert opened["order"]["lines"] == [{"title": "云朵面霜", "quantity": 1, "unitPrice": {"amount": "99.00"}}]
        paid = await self._pay(leader, opened)
        assert paid["status"] == "AWAITING_TEAM" and paid["team"]["status"] == "OPEN"
        joined = await send(JOIN, member, teamId=opened["team"]["id"], idempotencyKey="一次")
        assert (joined["team"]["joinedCount"], joined["team"]["remainingCount"], joined["team"]["openSeatCount"]) == (
            1,
            1,
            0,
        )
        paid = await self._pay(member, joined)
        assert paid["status"] == "CONFIRMED" and paid["team"]["status"] == "SUCCEEDED"
        assert [(one["user"]["displayName"], one["isLeader"]) for one in paid["team"]["members"]] == [
            ("团长", True),
            ("团员", False),
        ]

    async def _pay(self, buyer: UUID, taken: dict[str, Any]) -> dict[str, Any]:
        result = await send(PAY, buyer, orderId=taken["order"]["id"], idempotencyKey=new_id().hex, token="t")
        assert result["userErrors"] == []
        order: dict[str, Any] = result["order"]
        return order


class TestCreateGroupBuy:
    async def test_refusals(self) -> None:
        owner = await person("店主")
        variant = await products.variant(owner, price="128.00", stock=10)
        terms = {
            "variantId": ids.encode("variant", variant.id),
            "price": "99.00",
            "teamSize": 2,
            "endsAt": (clock.now() + timedelta(days=1)).isoformat(),
            "stock": 4,
        }
        assert await refused(CREATE, None, **terms) == ("UNAUTHENTICATED", None)
        assert await refused(CREATE, await person(), **terms) == ("FORBIDDEN", ["input", "variantId"])
        for code, field, changed in [
            ("INVALID", "price", "128.00"),
            ("INVALID", "teamSize", 1),
            ("INVALID", "teamTtlSeconds", 4),
            ("INVALID", "endsAt", "2020-01-01T00:00:00Z"),
            ("INVALID", "stock", 0),
            ("OUT_OF_STOCK", "stock", 11),
            ("INVALID", "perUserLimit", 1000),
            ("INVALID", "variantId", "variant_1"),
            ("INVALID", "variantId", ids.encode("product", variant.product_id)),
            ("NOT_FOUND", "variantId", ids.encode("variant", new_id())),
        ]:
            assert await refused(CREATE, owner, **{**terms, field: changed}) == (code, ["input", field])


class TestOpenTeam:
    async def test_refusals(self, moving_clock: Any) -> None:
        buyer = await person("买家")
        offer = await factory.offer(stock=5, per_user_limit=9, starts_in=60, ends_in=600)
        assert await refused(OPEN, None, **opening(offer)) == ("UNAUTHENTICATED", None)
        assert await refused(OPEN, buyer, **opening(offer)) == ("NOT_STARTED", ["input", "groupBuyId"])
        moving_clock.move(61)
        assert await refused(OPEN, buyer, **opening(offer, quantity=0)) == ("INVALID", ["input", "quantity"])
        assert await refused(OPEN, buyer, **opening(offer, quantity=-1)) == ("INVALID", ["input", "quantity"])
        assert await refused(OPEN, buyer, **opening(offer, quantity=10)) == ("LIMIT_EXCEEDED", ["input", "quantity"])
        assert await refused(OPEN, buyer, **opening(offer, quantity=6)) == ("OUT_OF_STOCK", ["input", "quantity"])
        assert await refused(OPEN, buyer, **opening(offer, idempotencyKey="")) == (
            "INVALID",
            ["input", "idempotencyKey"],
        )
        bad = {**HOME, "phone": "abc"}
        assert await refused(OPEN, buyer, **opening(offer, shippingAddress=bad)) == (
            "INVALID",
            ["input", "shippingAddress", "phone"],
        )
        unknown = ids.encode("group_buy", new_id())
        assert await refused(OPEN, buyer, **opening(offer, groupBuyId=unknown)) == (
            "NOT_FOUND",
            ["input", "groupBuyId"],
        )
        moving_clock.move(600)
        assert await refused(OPEN, buyer, **opening(offer)) == ("ENDED", ["input", "groupBuyId"])

    async def test_the_same_key_again(self) -> None:
        offer, buyer = await factory.offer(per_user_limit=3), await person()
        given = opening(offer)
        first = await send(OPEN, buyer, **given)
        assert await send(OPEN, buyer, **given) == first
        assert await refused(OPEN, buyer, **{**given, "quantity": 2}) == ("CONFLICT", ["input", "idempotencyKey"])


class TestJoinTeam:
    async def test_refusals(self, moving_clock: Any) -> None:
        offer = await factory.offer(stock=9, per_user_limit=2, team_size=3, team_ttl_seconds=600)
        pending, open_ = await factory.opening(offer), await factory.opened(offer)
        buyer = await person("买家")
        assert await refused(JOIN, None, **joining(open_.team)) == ("UNAUTHENTICATED", None)
        assert await refused(JOIN, buyer, **joining(pending.team)) == ("NOT_FOUND", ["input", "teamId"])
        assert await refused(JOIN, buyer, **joining(open_.team, teamId=ids.encode("team", new_id()))) == (
            "NOT_FOUND",
            ["input", "teamId"],
        )
        assert await refused(JOIN, buyer, **joining(open_.team, quantity=3)) == (
            "LIMIT_EXCEEDED",
            ["input", "quantity"],
        )
        assert await refused(JOIN, open_.seat.user_id, **joining(open_.team)) == (
            "ALREADY_IN_TEAM",
            ["input", "teamId"],
        )
        await factory.joined(open_.team)
        await factory.joining(open_.team)
        assert await refused(JOIN, buyer, **joining(open_.team)) == ("TEAM_FULL", ["input", "teamId"])
        moving_clock.move(601)
        assert await refused(JOIN, buyer, **joining(open_.team)) == ("TEAM_CLOSED", ["input", "teamId"])

    async def test_too_late_says_what_can_be_had_instead(self) -> None:
        offer, buyer = await factory.offer(stock=9), await person("阿珍")
        late, other = await factory.opened(offer), await factory.opened(offer)
        await factory.joining(late.team)
        document = JOIN.replace("userErrors", "alternatives { id remainingCount } canOpenTeam userErrors")
        result = await send(document, buyer, **joining(late.team))
        assert [error["message"] for error in result["userErrors"]] == ["这个团已经满员，换一个团或自己开团吧"]
        assert result["alternatives"] == [{"id": ids.encode("team", other.team.id), "remainingCount": 1}]
        assert (result["canOpenTeam"], result["seat"], result["team"]) == (True, None, None)
        result = await send(document, buyer, **joining(other.team))
        assert (result["userErrors"], result["alternatives"], result["canOpenTeam"]) == ([], [], False)

    async def test_out_of_stock(self) -> None:
        offer = await factory.offer(stock=2, team_size=2, per_user_limit=2)
        leader = await factory.opened(offer)
        assert await refused(JOIN, await person(), **joining(leader.team, quantity=2)) == (
            "OUT_OF_STOCK",
            ["input", "quantity"],
        )


class TestStatements:
    async def test_being_too_late_costs_one_more(self, statements: list[str]) -> None:
        """The offer's lock, the key, the team; and what can be had instead."""
        leader, buyer = await factory.opened(await factory.offer(stock=9)), await person("阿珍")
        await factory.joining(leader.team)
        statements.clear()
        assert await refused(JOIN, buyer, **joining(leader.team)) == ("TEAM_FULL", ["input", "teamId"])
        assert len(statements) == 4, statements


class TestLatePayment:
    async def test_says_that_the_seat_expired(self, moving_clock: Any) -> None:
        taken = await factory.opening(await factory.offer())
        moving_clock.move(601)
        code, _ = await refused(
            PAY,
            taken.seat.user_id,
            orderId=ids.encode("order", taken.order.id),
            idempotencyKey=new_id().hex,
            token="t",
        )
        assert code == "SEAT_EXPIRED"

    async def test_says_what_can_be_had_instead(self, moving_clock: Any) -> None:
        offer = await factory.offer(stock=9)
        taken, other = await factory.joining((await factory.opened(offer)).team), await factory.opened(offer)
        moving_clock.move(601)
        document = PAY.replace("userErrors", "alternatives { id } canOpenTeam userErrors")
        order_id = ids.encode("order", taken.order.id)
        result = await send(document, taken.seat.user_id, orderId=order_id, idempotencyKey="一次", token="t")
        assert [error["code"] for error in result["userErrors"]] == ["SEAT_EXPIRED"]
        assert (result["alternatives"], result["canOpenTeam"]) == ([{"id": ids.encode("team", other.team.id)}], True)


class TestFillTeam:
    FILL = f"""mutation ($input: FillTeamInput!) {{ result: fillTeam(input: $input) {{
      team {{ status size joinedCount remainingCount merchantFilledCount members {{ user {{ displayName }} }} }}
      {ERRORS} }} }}"""

    async def test_shows_only_people(self) -> None:
        owner = await person("店主")
        leader = await factory.opened(await factory.offer(owner, team_size=3))
        for _ in range(2):
            result = await send(self.FILL, owner, teamId=ids.encode("team", leader.team.id))
            assert result == {
                "team": {
                    "status": "SUCCEEDED",
                    "size": 1,
                    "joinedCount": 1,
                    "remainingCount": 0,
                    "merchantFilledCount": 2,
                    "members": [{"user": {"displayName": "团长"}}],
                },
                "userErrors": [],
            }

    async def test_refusals(self, moving_clock: Any) -> None:
        owner = await person("店主")
        leader = await factory.opened(await factory.offer(owner, team_ttl_seconds=60))
        team = {"teamId": ids.encode("team", leader.team.id)}
        assert await refused(self.FILL, None, **team) == ("UNAUTHENTICATED", None)
        assert await refused(self.FILL, leader.seat.user_id, **team) == ("FORBIDDEN", ["input", "teamId"])
        assert await refused(self.FILL, owner, teamId="team_1") == ("INVALID", ["input", "teamId"])
        unknown = ids.encode("team", new_id())
        assert await refused(self.FILL, owner, teamId=unknown) == ("NOT_FOUND", ["input", "teamId"])
        moving_clock.move(61)
        assert await refused(self.FILL, owner, **team) == ("TEAM_CLOSED", ["input", "teamId"])
        enough = await factory.opened(await factory.offer(owner, tiers=[(5, "79.00")]))
        await factory.joined(enough.team)
        assert await refused(self.FILL, owner, teamId=ids.encode("team", enough.team.id)) == (
            "WRONG_STATE",
            ["input", "teamId"],
        )
