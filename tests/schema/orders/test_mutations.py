"""Buying through the graph: from placing to receiving, and every refusal on the way."""

import asyncio
import dataclasses
from typing import Any

import pytest

from commerce.orders import Order
from core import db
from core.ids import new_id
from schema import ids
from tests.commerce.payments.networks import by_stripe
from tests.factories import group_buys, orders, products
from tests.factories.people import person
from tests.graph import Graph, send
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("database")

FIELDS = """order { id number status total { amount currency } refunded { amount } payBy serverNow
    buyer { displayName } shop { name } lines { title quantity unitPrice { amount } total { amount } variant { name } }
    team { id } shippingAddress { recipient postalCode } carrier trackingNumber createdAt }
  userErrors { code message field }"""
PLACE = f"mutation($input: PlaceOrderInput!) {{ result: placeOrder(input: $input) {{ {FIELDS} }} }}"
PAY = f"mutation($input: PayOrderInput!) {{ result: payOrder(input: $input) {{ {FIELDS} }} }}"
CANCEL = f"mutation($input: OrderRefInput!) {{ result: cancelOrder(input: $input) {{ {FIELDS} }} }}"
SHIP = f"mutation($input: ShipOrderInput!) {{ result: shipOrder(input: $input) {{ {FIELDS} }} }}"
RECEIVE = f"mutation($input: OrderRefInput!) {{ result: confirmReceipt(input: $input) {{ {FIELDS} }} }}"
HOME = {
    "recipient": "小鹿",
    "phone": "13800000000",
    "province": "广东省",
    "city": "深圳市",
    "district": "南山区",
    "street": "科技园 1 号",
}


def refused(result: dict[str, Any]) -> tuple[str, list[str] | None]:
    """The code and the field of the only error; there is no order then."""
    assert result["order"] is None
    [error] = result["userErrors"]
    return error["code"], error["field"]


def ref(order: Order) -> str:
    return ids.encode("order", order.id)


class TestTheWholeWay:
    async def test_from_placing_to_receiving(self) -> None:
        owner_id, buyer_id = await person("店主"), await person("买家")
        variant = await products.variant(owner_id, price="128.00")
        line = {"variantId": ids.encode("variant", variant.id), "quantity": 2}
        placed = await send(PLACE, buyer_id, lines=[line], shippingAddress=HOME, idempotencyKey="一次")
        order = placed["order"]
        assert placed["userErrors"] == []
        assert (order["status"], order["total"]) == ("PENDING_PAYMENT", {"amount": "256.00", "currency": "CNY"})
        assert order["payBy"] > order["serverNow"] and order["team"] is None
        assert order["shippingAddress"] == {"recipient": "小鹿", "postalCode": None}
        assert order["lines"] == [
            {
                "title": "云朵面霜",
                "quantity": 2,
                "unitPrice": {"amount": "128.00"},
                "total": {"amount": "256.00"},
                "variant": {"name": "50ml"},
            }
        ]
        paid = await send(PAY, buyer_id, orderId=order["id"], idempotencyKey="付款")
        assert (paid["order"]["status"], paid["order"]["payBy"]) == ("CONFIRMED", None)
        parcel = {"orderId": order["id"], "carrier": "顺丰", "trackingNumber": "SF123"}
        shipped = await send(SHIP, owner_id, **parcel)
        assert (shipped["order"]["status"], shipped["order"]["carrier"]) == ("SHIPPED", "顺丰")
        received = await send(RECEIVE, buyer_id, orderId=order["id"])
        assert received["order"]["status"] == "COMPLETED"


class TestPlaceOrder:
    async def test_names_the_line_that_offends(self) -> None:
        variant, buyer_id = await products.variant(stock=1), await person()
        right = {"variantId": ids.encode("variant", variant.id), "quantity": 1}
        unknown = ids.encode("variant", new_id())
        wanted = [
            ({**right, "quantity": 2}, ("OUT_OF_STOCK", ["input", "lines", "0", "quantity"])),
            ({**right, "quantity": 0}, ("INVALID", ["input", "lines", "0", "quantity"])),
            (
                {**right, "variantId": unknown},
                ("NOT_FOUND", ["input", "lines", "0", "variantId"]),
            ),
            ({**right, "variantId": "什么"}, ("INVALID", ["input", "lines", "0", "variantId"])),
        ]
        for line, error in wanted:
            assert refused(await send(PLACE, buyer_id, lines=[line], idempotencyKey=new_id().hex)) == error
        bad = {**HOME, "phone": "1"}
        result = await send(PLACE, buyer_id, lines=[right], shippingAddress=bad, idempotencyKey="k")
        assert refused(result) == ("INVALID", ["input", "shippingAddress", "phone"])
        assert refused(await send(PLACE, None, lines=[right], idempotencyKey="k"))[0] == "UNAUTHENTICATED"
        assert refused(await send(PLACE, buyer_id, lines=[right], idempotencyKey=""))[0] == "INVALID"
        assert await db.value("SELECT count(*) FROM orders") == 0
        assert (await products.now(variant.id)).held == 0

    async def test_a_client_cannot_set_its_price(self) -> None:
        variant = await products.variant()
        line = {"variantId": ids.encode("variant", variant.id), "quantity": 1, "unitPrice": "0.01"}
        answer = await Graph()(PLACE, as_=await person(), input={"lines": [line], "idempotencyKey": "k"})
        assert answer["errors"] and answer["data"] is None
        assert await db.value("SELECT count(*) FROM orders") == 0


class TestPayOrder:
    async def test_the_same_request_fifty_times_at_once_takes_once(self) -> None:
        order = await orders.placed()
        sent = (send(PAY, order.buyer_id, orderId=ref(order), idempotencyKey="一次") for _ in range(50))
        results = await asyncio.gather(*sent)
        assert {result["order"]["status"] for result in results} == {"CONFIRMED"}
        assert await db.value("SELECT sum(minor) FROM payments_sandbox_charges") == order.total_minor

    async def test_tells_of_a_decline_and_takes_another_attempt(self) -> None:
        order = await orders.placed()
        declined = await send(PAY, order.buyer_id, orderId=ref(order), token="decline", idempotencyKey="一次")
        assert refused(declined) == ("PAYMENT_DECLINED", ["input", "token"])
        assert await orders.now(order) == order
        paid = await send(PAY, order.buyer_id, orderId=ref(order), method="SANDBOX", idempotencyKey="又一次")
        assert paid["order"]["status"] == "CONFIRMED"

    async def test_refuses_a_provider_that_is_not_configured(self) -> None:
        order = await orders.placed()
        before = await told()
        result = await send(PAY, order.buyer_id, orderId=ref(order), method="STRIPE", idempotencyKey="一次")
        assert refused(result) == ("INVALID", ["input", "method"])
        assert await orders.now(order) == order
        assert await told() == before
        assert await db.value("SELECT count(*) FROM payments") == 0

    async def test_pays_by_any_provider_that_is(self) -> None:
        order = await orders.placed()
        async with by_stripe() as network:
            graph = Graph(dataclasses.replace(Graph().services, providers={"STRIPE": network.provider}))
            given = {"orderId": ref(order), "method": "STRIPE", "idempotencyKey": "一次", "token": network.good}
            answer = await graph(PAY, as_=order.buyer_id, input=given)
            assert answer["data"]["result"]["order"]["status"] == "CONFIRMED"
            assert await network.taken() == order.total_minor

    async def test_nobody_pays_anothers_order(self) -> None:
        owner_id = await person("店主")
        order, stranger = await orders.placed(variant=await products.variant(owner_id)), await person()
        before = await told()
        for viewer_id, code in ((None, "UNAUTHENTICATED"), (stranger, "NOT_FOUND"), (owner_id, "FORBIDDEN")):
            result = await send(PAY, viewer_id, orderId=ref(order), idempotencyKey="k")
            assert refused(result)[0] == code
        assert await orders.now(order) == order
        assert await told() == before
        assert await db.value("SELECT count(*) FROM payments") == 0

    async def test_pays_a_seat_and_opens_its_team(self) -> None:
        taken = await group_buys.opening(await group_buys.offer())
        result = await send(PAY, taken.order.buyer_id, orderId=ref(taken.order), idempotencyKey="k")
        assert result["order"]["status"] == "AWAITING_TEAM"
        assert result["order"]["team"] == {"id": ids.encode("team", taken.team.id)}

    async def test_a_seat_that_was_given_up_is_not_charged(self, moving_clock) -> None:
        taken = await group_buys.opening(await group_buys.offer())
        moving_clock.move(601)
        result = await send(PAY, taken.order.buyer_id, orderId=ref(taken.order), idempotencyKey="k")
        assert refused(result)[0] == "SEAT_EXPIRED"
        assert await db.value("SELECT count(*) FROM payments") == 0


class TestCancelOrder:
    async def test_cancels_and_refunds(self) -> None:
        unpaid, paid = await orders.placed(), await orders.paid()
        assert (await send(CANCEL, unpaid.buyer_id, orderId=ref(unpaid)))["order"]["status"] == "CANCELLED"
        assert (await send(CANCEL, paid.buyer_id, orderId=ref(paid)))["order"]["status"] == "REFUNDING"
        await orders.react()
        done = (await send(CANCEL, paid.buyer_id, orderId=ref(paid)))["order"]
        assert (done["status"], done["refunded"]) == ("REFUNDED", {"amount": "128.00"})

    async def test_refuses_others(self) -> None:
        order = await orders.placed()
        assert refused(await send(CANCEL, await person(), orderId=ref(order))) == ("NOT_FOUND", ["input", "orderId"])
        assert refused(await send(CANCEL, None, orderId=ref(order)))[0] == "UNAUTHENTICATED"
        assert await orders.now(order) == order


class TestShipOrderAndConfirmReceipt:
    async def test_refuse_the_wrong_people_and_the_wrong_time(self) -> None:
        owner_id = await person("店主")
        order = await orders.placed(variant=await products.variant(owner_id))
        parcel = {"orderId": ref(order), "carrier": "顺丰", "trackingNumber": "SF123"}
        assert refused(await send(SHIP, owner_id, **parcel))[0] == "WRONG_STATE"
        assert refused(await send(SHIP, order.buyer_id, **parcel))[0] == "FORBIDDEN"
        assert refused(await send(SHIP, await person(), **parcel))[0] == "NOT_FOUND"
        assert refused(await send(RECEIVE, order.buyer_id, orderId=ref(order)))[0] == "WRONG_STATE"
        assert refused(await send(RECEIVE, owner_id, orderId=ref(order)))[0] == "FORBIDDEN"
        assert await orders.now(order) == order
