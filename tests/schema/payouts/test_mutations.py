"""Payouts through the graph: an owner sees and takes out what the shop has; nobody else sees or takes anything."""

import dataclasses
from typing import Any
from uuid import UUID

import pytest

from core import db
from core.settings import Settings
from schema import ids
from tests.factories import orders, products
from tests.factories.people import person
from tests.graph import Graph
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("database")

REQUEST = """mutation($input: RequestPayoutInput!) { result: requestPayout(input: $input) {
    payout { id amount { amount currency } commission { amount } net { amount } status createdAt paidAt }
    userErrors { code message field } } }"""
SHOP = """query($id: ID!) { node(id: $id) { ... on Shop { name balances { amount currency }
    payouts(first: 1) { edges { node { id net { amount } } } pageInfo { hasNextPage } } } } }"""
PAYOUT = "query($id: ID!) { node(id: $id) { ... on Payout { status } } }"


async def owner_of_a_shop() -> tuple[UUID, str]:
    """Somebody whose shop has earned 100.00, and the shop's id."""
    owner_id = await person("店主")
    order = await orders.paid(variant=await products.variant(owner_id, price="100.00"))
    return owner_id, ids.encode("shop", order.shop_id)


async def send(as_: UUID | None, amount: str, key: str = "一次", **settings: Any) -> dict[str, Any]:
    services = dataclasses.replace(Graph().services, settings=Settings(**settings))
    answer = await Graph(services)(REQUEST, as_=as_, input={"amount": amount, "idempotencyKey": key})
    assert answer["errors"] == []
    result: dict[str, Any] = answer["data"]["result"]
    return result


class TestRequestPayout:
    async def test_takes_money_off_the_balance(self) -> None:
        owner_id, shop = await owner_of_a_shop()
        first = await send(owner_id, "60.00", commission_basis_points=250)
        assert await send(owner_id, "60.00", commission_basis_points=250) == first
        payout = first["payout"]
        assert payout["amount"] == {"amount": "60.00", "currency": "CNY"}
        assert (payout["commission"]["amount"], payout["net"]["amount"]) == ("1.50", "58.50")
        assert (payout["status"], payout["paidAt"]) == ("REQUESTED", None)
        await send(owner_id, "1.00", "又一次")
        answer = await Graph()(SHOP, as_=owner_id, id=shop)
        seen = answer["data"]["node"]
        assert seen["balances"] == [{"amount": "39.00", "currency": "CNY"}]
        assert [edge["node"]["net"]["amount"] for edge in seen["payouts"]["edges"]] == ["1.00"]
        assert seen["payouts"]["pageInfo"]["hasNextPage"] is True
        found = await Graph()(PAYOUT, as_=owner_id, id=payout["id"])
        assert found["data"]["node"] == {"status": "REQUESTED"}

    async def test_nobody_else_sees_it(self) -> None:
        owner_id, shop = await owner_of_a_shop()
        payout = (await send(owner_id, "60.00"))["payout"]
        other_id, _ = await owner_of_a_shop()
        for viewer_id in (None, other_id, await person()):
            answer = await Graph()(SHOP, as_=viewer_id, id=shop)
            assert (answer["data"]["node"]["balances"], answer["data"]["node"]["payouts"]) == (None, None)
            assert (await Graph()(PAYOUT, as_=viewer_id, id=payout["id"]))["data"]["node"] is None

    async def test_refusals_change_nothing(self) -> None:
        owner_id, _ = await owner_of_a_shop()
        stranger = await person()
        before = await told()
        wanted = [
            (None, "1.00", "UNAUTHENTICATED", None),
            (stranger, "1.00", "FORBIDDEN", None),
            (owner_id, "100.01", "LIMIT_EXCEEDED", ["input", "amount"]),
            (owner_id, "0.00", "INVALID", ["input", "amount"]),
        ]
        for viewer_id, amount, code, field in wanted:
            result = await send(viewer_id, amount)
            [error] = result["userErrors"]
            assert (result["payout"], error["code"], error["field"]) == (None, code, field)
        assert await told() == before
        assert await db.value("SELECT count(*) FROM payouts") == 0

    async def test_many_shops_cost_as_many_statements_as_one(self, statements: list[str]) -> None:
        owner_id, shop = await owner_of_a_shop()
        _, other = await owner_of_a_shop()
        counts = []
        for wanted in ([shop], [shop, other, shop]):
            statements.clear()
            document = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Shop { balances { amount } } } }"
            answer = await Graph()(document, as_=owner_id, ids=wanted)
            assert answer["errors"] == []
            counts.append(len(statements))
        assert counts == [2, 2]
