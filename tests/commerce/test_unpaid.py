"""Nobody holds a shop's stock without paying: what one person has unpaid is capped, of both kinds and in any race."""

import asyncio
from collections.abc import Awaitable
from typing import Any
from uuid import UUID

import pytest

from commerce.group_buys import actions as group_buys
from commerce.orders import Allowance, Line, actions
from commerce.orders.errors import TooManyHeld, TooManyUnpaid
from core import db
from core.ids import new_id
from schema import ids
from tests.factories import group_buys as offers
from tests.factories import orders, products
from tests.factories.people import person
from tests.graph import send
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("database")

FIVE = Allowance(orders=5, units=50)


async def place(buyer_id: UUID, variant_id: UUID, *, quantity: int = 1, key: str | None = None) -> Any:
    return await actions.place(buyer_id, [Line(variant_id, quantity)], None, key or new_id().hex, allowance=FIVE)


async def open_team(buyer_id: UUID, group_buy_id: UUID) -> Any:
    return await group_buys.open_team(buyer_id, group_buy_id, 1, None, new_id().hex, allowance=FIVE)


async def code(asked: Awaitable[Any]) -> str:
    try:
        await asked
    except (TooManyUnpaid, TooManyHeld) as refusal:
        return type(refusal).__name__
    return "done"


async def held(variant_id: UUID) -> int:
    return (await products.now(variant_id)).held


class TestUnpaid:
    async def test_five_orders_and_no_more_until_one_is_paid_or_cancelled(self) -> None:
        me, variant = await person(), await products.variant(stock=100)
        placed = [await place(me, variant.id) for _ in range(5)]
        before = await told()
        assert await code(place(me, variant.id)) == "TooManyUnpaid"
        assert await told() == before and await db.value("SELECT count(*) FROM orders") == 5
        assert await code(place(await person(), variant.id)) == "done"
        await actions.release(placed[0].id)
        assert await code(place(me, variant.id)) == "done"
        await orders.pay(placed[1])
        assert [await code(place(me, variant.id)) for _ in range(2)] == ["done", "TooManyUnpaid"]

    async def test_fifty_units(self) -> None:
        me, variant = await person(), await products.variant(stock=100)
        assert await code(place(me, variant.id, quantity=51)) == "TooManyHeld"
        assert await code(place(me, variant.id, quantity=49)) == "done"
        assert [await code(place(me, variant.id)) for _ in range(2)] == ["done", "TooManyHeld"]

    async def test_the_same_request_is_answered_again(self) -> None:
        me, variant = await person(), await products.variant(stock=100)
        first = await place(me, variant.id, key="once")
        for _ in range(4):
            await place(me, variant.id)
        assert (await place(me, variant.id, key="once")).id == first.id

    async def test_seats_count_as_orders_do(self) -> None:
        me, variant = await person(), await products.variant(stock=100)
        for _ in range(4):
            await place(me, variant.id)
        first, second = await offers.offer(), await offers.offer()
        assert [await code(open_team(me, offer.id)) for offer in (first, second)] == ["done", "TooManyUnpaid"]
        assert (await offers.offer_now(second)).held == 0
        assert await code(open_team(await person(), second.id)) == "done"


class TestRaces:
    async def test_of_twenty_at_once_five_are_placed(self) -> None:
        me = await person()
        variants = [await products.variant(stock=10) for _ in range(10)]
        group_buys_now = [await offers.offer() for _ in range(10)]
        asked = [code(place(me, variant.id)) for variant in variants]
        asked += [code(open_team(me, offer.id)) for offer in group_buys_now]
        answers = await asyncio.gather(*asked)
        assert answers.count("done") == 5 and answers.count("TooManyUnpaid") == 15
        assert await db.value("SELECT count(*) FROM orders WHERE buyer_id = $1", me) == 5

    async def test_the_fifth_is_answered_however_often_it_is_sent_at_once(self) -> None:
        me, variant = await person(), await products.variant(stock=100)
        for _ in range(4):
            await place(me, variant.id)
        placed = await asyncio.gather(*(place(me, variant.id, key="fifth") for _ in range(8)))
        assert len({order.id for order in placed}) == 1

    async def test_others_in_the_same_round_are_not_held_up(self) -> None:
        offer, greedy = await offers.offer(stock=100), await person()
        variant = await products.variant(stock=100)
        for _ in range(5):
            await place(greedy, variant.id)
        others = [await person() for _ in range(20)]
        answers = await asyncio.gather(*(code(open_team(who, offer.id)) for who in [*others, greedy]))
        assert answers == ["done"] * 20 + ["TooManyUnpaid"]


async def test_the_graph_allows_five() -> None:
    me, variant = await person(), await products.variant(stock=100)
    document = (
        "mutation ($input: PlaceOrderInput!) { result: placeOrder(input: $input) { order { id }"
        " userErrors { code message field } } }"
    )
    lines = [{"variantId": ids.encode("variant", variant.id), "quantity": 1}]
    answers = [await send(document, me, lines=lines, idempotencyKey=new_id().hex) for _ in range(6)]
    assert [answer["userErrors"] for answer in answers[:5]] == [[]] * 5
    assert answers[5]["userErrors"] == [
        {"code": "LIMIT_EXCEEDED", "message": "你有 5 笔订单尚未付款，请先付款或取消", "field": None}
    ]
    assert await held(variant.id) == 5
