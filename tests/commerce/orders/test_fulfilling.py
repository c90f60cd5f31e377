"""From the shop's door to the buyer's: who may say so, and when."""

from uuid import UUID

import pytest

from commerce.orders import Order, actions
from core.errors import Forbidden, Invalid, NotFound, WrongState
from tests.factories import orders, products
from tests.factories.people import person
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("audited")


async def sold() -> tuple[Order, UUID]:
    owner_id = await person("店主")
    return await orders.paid(variant=await products.variant(owner_id)), owner_id


class TestShip:
    async def test_is_told_by_the_shops_owner_once(self) -> None:
        order, owner_id = await sold()
        for _ in range(2):
            shipped = await actions.ship(owner_id, order.id, "顺丰", "SF123")
            assert (shipped.status, shipped.carrier, shipped.tracking_number) == ("SHIPPED", "顺丰", "SF123")
        assert await told("OrderShipped") == ["OrderShipped"]
        with pytest.raises(WrongState):
            await actions.ship(owner_id, order.id, "顺丰", "SF456")

    async def test_refuses_strangers_and_the_buyer(self) -> None:
        order, _ = await sold()
        with pytest.raises(NotFound):
            await actions.ship(await person(), order.id, "顺丰", "SF123")
        with pytest.raises(Forbidden):
            await actions.ship(order.buyer_id, order.id, "顺丰", "SF123")
        assert await orders.now(order) == order
        assert await told("OrderShipped") == []

    async def test_refuses_an_unpaid_order_and_a_parcel_without_a_number(self) -> None:
        owner_id = await person("店主")
        order = await orders.placed(variant=await products.variant(owner_id))
        with pytest.raises(WrongState):
            await actions.ship(owner_id, order.id, "顺丰", "SF123")
        with pytest.raises(Invalid):
            await actions.ship(owner_id, order.id, "顺丰", " ")
        assert await orders.now(order) == order
        assert await told("OrderShipped") == []


class TestConfirmReceipt:
    async def test_is_told_by_the_buyer_once(self) -> None:
        order, owner_id = await sold()
        with pytest.raises(WrongState):
            await actions.confirm_receipt(order.buyer_id, order.id)
        await actions.ship(owner_id, order.id, "顺丰", "SF123")
        with pytest.raises(Forbidden):
            await actions.confirm_receipt(owner_id, order.id)
        with pytest.raises(NotFound):
            await actions.confirm_receipt(await person(), order.id)
        for _ in range(2):
            assert (await actions.confirm_receipt(order.buyer_id, order.id)).status == "COMPLETED"
        assert await told("OrderCompleted") == ["OrderCompleted"]
