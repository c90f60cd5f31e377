"""Cancelling: before payment it releases, after it refunds, and a payment may overtake it."""

import asyncio
from uuid import uuid4

import pytest

from commerce.checkout import actions
from commerce.orders import Order
from commerce.orders import actions as order_actions
from commerce.orders.errors import OrderClosed, PaidTooLate
from commerce.payments import SandboxProvider
from core import db
from core.errors import Forbidden, NotFound, Refusal, WrongState
from core.ids import new_id
from tests.factories import group_buys, orders, products
from tests.factories.people import person
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("audited")


async def cancel(order: Order) -> Order:
    return await actions.cancel(order.buyer_id, order.id)


async def kept() -> int:
    """What the network took and did not give back, in minor units."""
    return int(
        await db.value(
            "SELECT (SELECT coalesce(sum(minor), 0) FROM payments_sandbox_charges WHERE status = 'CAPTURED')"
            " - (SELECT coalesce(sum(minor), 0) FROM payments_sandbox_refunds)"
        )
    )


class TestCancelPlain:
    async def test_releases_what_an_unpaid_order_held(self) -> None:
        variant = await products.variant(stock=5)
        order = await orders.placed(variant=variant, quantity=2)
        for _ in range(2):
            assert (await cancel(order)).status == "CANCELLED"
        assert (await products.now(variant.id)).available == 5
        assert await told("OrderCancelled") == ["OrderCancelled"]

    async def test_refunds_a_confirmed_order_and_puts_its_units_back_on_sale(self) -> None:
        variant = await products.variant(stock=5)
        order = await orders.paid(variant=variant, quantity=2)
        for _ in range(2):
            assert (await cancel(order)).status == "REFUNDING"
        assert (await products.now(variant.id)).available == 5
        await orders.react()
        assert (await cancel(order)).status == "REFUNDED"
        assert await kept() == 0
        assert await told("OrderRefunding", "RefundRequested") == ["RefundRequested", "OrderRefunding"]

    async def test_ten_at_once_give_back_once(self) -> None:
        variant = await products.variant(stock=5)
        order = await orders.paid(variant=variant, quantity=2)
        await asyncio.gather(*(cancel(order) for _ in range(10)))
        await orders.react()
        assert (await products.now(variant.id)).available == 5
        assert await kept() == 0

    async def test_refuses_what_is_shipped(self) -> None:
        owner_id = await person("店主")
        order = await orders.paid(variant=await products.variant(owner_id))
        shipped = await order_actions.ship(owner_id, order.id, "顺丰", "SF123")
        before = await told()
        with pytest.raises(WrongState):
            await cancel(order)
        assert await orders.now(order) == shipped
        assert await told() == before

    async def test_refuses_all_but_the_buyer(self) -> None:
        owner_id, stranger = await person("店主"), await person()
        order = await orders.placed(variant=await products.variant(owner_id))
        before = await told()
        with pytest.raises(Forbidden):
            await actions.cancel(owner_id, order.id)
        for order_id in (order.id, uuid4()):
            with pytest.raises(NotFound):
                await actions.cancel(stranger, order_id)
        assert await orders.now(order) == order
        assert await told() == before


class TestCancelInATeam:
    async def test_releases_an_unpaid_seat(self) -> None:
        team = (await group_buys.opened(await group_buys.offer(team_size=3))).team
        taken = await group_buys.joining(team)
        assert (await cancel(taken.order)).status == "CANCELLED"
        assert (await group_buys.seat_now(taken)).status == "RELEASED"
        assert (await cancel(taken.order)).status == "CANCELLED"

    async def test_leaves_an_open_team(self) -> None:
        team = (await group_buys.opened(await group_buys.offer(team_size=3))).team
        taken = await group_buys.joined(team)
        assert (await cancel(taken.order)).status == "REFUNDING"
        assert (await group_buys.seat_now(taken)).status == "REFUNDING"
        assert (await group_buys.team_now(team.id)).joined_count == 1
        await orders.react()
        assert (await orders.now(taken.order)).status == "REFUNDED"


class TestRaces:
    @pytest.mark.parametrize("cancel_first", [True, False])
    async def test_a_cancel_that_races_a_payment_ends_in_one_of_them(self, cancel_first: bool) -> None:
        variant = await products.variant(stock=1000)
        provider = SandboxProvider()

        async def pay(order: Order) -> Refusal | None:
            try:
                return (await orders.pay(order, provider=provider)).refusal
            except (OrderClosed, WrongState) as refusal:
                return refusal

        for _ in range(40):
            order = await orders.placed(variant=variant)
            both = [cancel(order), pay(order)] if cancel_first else [pay(order), cancel(order)]
            done = await asyncio.gather(*both)
            refusal = next((answer for answer in done if isinstance(answer, Refusal)), None)
            assert refusal is None or isinstance(refusal, OrderClosed | PaidTooLate | WrongState)
        await orders.react(provider)
        assert await db.value("SELECT count(*) FROM orders WHERE status NOT IN ('CANCELLED', 'REFUNDED')") == 0
        assert (await products.now(variant.id)).available == 1000
        assert await kept() == 0

    async def test_release_races_payment(self, moving_clock) -> None:
        variant, provider = await products.variant(stock=100), SandboxProvider()
        placed = [await orders.placed(variant=variant) for _ in range(20)]
        provider.faults.delay = 0.02
        moving_clock.move(899.9)
        paying = [orders.pay(order, provider=provider, key=new_id().hex) for order in placed]
        answers = asyncio.gather(*paying, return_exceptions=True)
        moving_clock.move(10)
        while not answers.done():
            await order_actions.release_overdue()
            await asyncio.sleep(0)
        await answers
        await order_actions.release_overdue()
        await orders.react(provider)
        confirmed = await db.value("SELECT count(*) FROM orders WHERE status = 'CONFIRMED'")
        after = await products.now(variant.id)
        assert (after.stock, after.held) == (100 - confirmed, 0)
        assert await kept() == confirmed * 12800
