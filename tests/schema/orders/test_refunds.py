"""Money that goes back, through the graph: what the shop gives, who sees it, and how it is refused."""

from typing import Any
from uuid import UUID

import pytest

from commerce.orders import Order
from schema import ids
from tests.factories import orders, products
from tests.factories.people import person
from tests.graph import Graph, send

REFUNDS = "refunds { amount { amount currency } reason note status createdAt doneAt }"
REFUND = f"""mutation ($input: RefundOrderInput!) {{ result: refundOrder(input: $input) {{
  order {{ status refunded {{ amount }} {REFUNDS} }} userErrors {{ code message field }} }} }}"""
NODES = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Order {{ refunded {{ amount }} {REFUNDS} }} }} }}"


async def sold(owner: UUID) -> Order:
    return await orders.paid(variant=await products.variant(owner))


def asking(order: Order, **given: Any) -> dict[str, Any]:
    right = {"amount": "28.50", "note": "少发了一件，抱歉", "idempotencyKey": "一次"}
    return {"orderId": ids.encode("order", order.id), **right, **given}


@pytest.mark.usefixtures("database")
class TestRefundOrder:
    async def test_is_seen_by_buyer_and_shop(self) -> None:
        owner = await person("店主")
        order = await sold(owner)
        result = await send(REFUND, owner, **asking(order))
        assert await send(REFUND, owner, **asking(order)) == result
        [promised] = result["order"]["refunds"]
        assert (result["userErrors"], result["order"]["status"]) == ([], "CONFIRMED")
        assert promised.pop("createdAt")
        assert promised == {
            "amount": {"amount": "28.50", "currency": "CNY"},
            "reason": "SHOP",
            "note": "少发了一件，抱歉",
            "status": "PENDING",
            "doneAt": None,
        }
        await orders.react()
        [seen] = (await Graph()(NODES, as_=order.buyer_id, ids=[ids.encode("order", order.id)]))["data"]["nodes"]
        assert (seen["refunded"], seen["refunds"][0]["status"]) == ({"amount": "28.50"}, "DONE")
        assert seen["refunds"][0]["doneAt"]

    async def test_refusals(self) -> None:
        owner = await person("店主")
        order = await sold(owner)
        unpaid = await orders.placed(variant=await products.variant(owner))
        for viewer, given, code, field in [
            (None, {}, "UNAUTHENTICATED", None),
            (await person("路人"), {}, "NOT_FOUND", ["input", "orderId"]),
            (order.buyer_id, {}, "FORBIDDEN", ["input", "orderId"]),
            (owner, {"amount": "128.01"}, "LIMIT_EXCEEDED", ["input", "amount"]),
            (owner, {"amount": "0"}, "INVALID", ["input", "amount"]),
            (owner, {"note": ""}, "INVALID", ["input", "note"]),
            (owner, {"idempotencyKey": ""}, "INVALID", ["input", "idempotencyKey"]),
            (owner, {"orderId": "order_1"}, "INVALID", ["input", "orderId"]),
            (owner, {"orderId": ids.encode("order", unpaid.id)}, "WRONG_STATE", ["input", "orderId"]),
        ]:
            result = await send(REFUND, viewer, **asking(order, **given))
            [error] = result["userErrors"]
            assert (result["order"], error["code"], error["field"]) == (None, code, field)
        await send(REFUND, owner, **asking(order))
        [error] = (await send(REFUND, owner, **asking(order, amount="1")))["userErrors"]
        assert (error["code"], error["field"]) == ("CONFLICT", ["input", "idempotencyKey"])
        [error] = (await send(REFUND, owner, **asking(order, amount="100", idempotencyKey="再一次")))["userErrors"]
        assert error["message"] == "最多还可退 99.50"


class TestStatements:
    async def test_refunds_of_a_page_cost_one(self, statements: list[str]) -> None:
        """The orders, and their refunds."""
        buyer = await person("买家")
        made = [await orders.paid(buyer) for _ in range(4)]
        for some in (made[:1], made):
            statements.clear()
            await Graph()(NODES, as_=buyer, ids=[ids.encode("order", order.id) for order in some])
            assert len(statements) == 2, statements

    async def test_refunding_a_part_costs_twelve(self, statements: list[str]) -> None:
        """Order and shops; order, key and what is left; the payment, the refund, two postings, the outbox; the order
        as it is."""
        owner = await person("店主")
        order = await sold(owner)
        document = REFUND.replace(REFUNDS, "")
        statements.clear()
        await send(document, owner, **asking(order))
        assert len(statements) == 12, statements
