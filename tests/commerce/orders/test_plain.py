"""Buying without a team: what may be ordered, what it holds, and when that comes back."""

import asyncio
from decimal import Decimal
from uuid import UUID, uuid4

import msgspec
import pytest

from commerce.catalogue import NewVariant
from commerce.catalogue import actions as product_actions
from commerce.catalogue import queries as product_queries
from commerce.catalogue.errors import OutOfStock
from commerce.orders import Address, Line, actions, queries
from core import db
from core.errors import Conflict, Invalid, NotFound
from tests.factories import orders, products
from tests.factories.orders import HOME
from tests.factories.people import person
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("audited")


class TestPlace:
    async def test_orders_at_the_shops_prices_and_holds_the_units(self) -> None:
        owner_id, buyer_id = await person(), await person()
        cream, oil = await products.variant(owner_id, price="128.00"), await products.variant(owner_id, price="9.90")
        order = await actions.place(buyer_id, [Line(oil.id, 3), Line(cream.id, 1)], HOME, "一次")
        assert (order.status, order.kind, order.total.amount, order.refunded.amount) == (
            "PENDING_PAYMENT",
            "PLAIN",
            "157.70",
            "0.00",
        )
        assert (order.buyer_id, order.shop_id, order.ships_to) == (buyer_id, cream.shop_id, HOME)
        assert order.pay_by is not None and (order.pay_by - order.created_at).total_seconds() == pytest.approx(900, 1)
        [lines] = await queries.lines_of([order.id])
        assert [(line.title, line.quantity, line.unit_price.amount, line.total.amount) for line in lines] == [
            ("云朵面霜", 3, "9.90", "29.70"),
            ("云朵面霜", 1, "128.00", "128.00"),
        ]
        assert ((await products.now(oil.id)).available, (await products.now(cream.id)).available) == (7, 9)
        assert await told("OrderPlaced") == ["OrderPlaced"]

    async def test_the_number_can_be_read_out(self) -> None:
        order = await orders.placed()
        date, *groups = order.number.split("-")
        assert len(date) == 6 and [len(group) for group in groups] == [4, 4, 4]
        assert all(group.isdigit() for group in (date, *groups))

    async def test_the_same_key_is_the_same_order_however_often_it_is_sent(self) -> None:
        buyer_id, variant = await person(), await products.variant(stock=10)
        sent = await asyncio.gather(*(orders.placed(buyer_id, variant, quantity=2, key="k") for _ in range(30)))
        assert len({order.id for order in sent}) == 1
        assert (await products.now(variant.id)).held == 2
        assert await told("OrderPlaced") == ["OrderPlaced"]

    async def test_the_same_key_with_another_request_is_a_conflict(self) -> None:
        buyer_id, variant = await person(), await products.variant(stock=10)
        await orders.placed(buyer_id, variant, quantity=1, key="k")
        with pytest.raises(Conflict):
            await orders.placed(buyer_id, variant, quantity=2, key="k")
        assert (await products.now(variant.id)).held == 1
        assert (await orders.placed(await person(), variant, key="k")).total_minor == 12800

    async def test_a_race_for_the_last_units_never_oversells(self) -> None:
        variant = await products.variant(stock=5)
        buyers = [await person() for _ in range(30)]

        async def buy(buyer_id: UUID) -> bool:
            try:
                await orders.placed(buyer_id, variant)
            except OutOfStock:
                return False
            return True

        assert sum(await asyncio.gather(*(buy(buyer_id) for buyer_id in buyers))) == 5
        assert (await products.now(variant.id)).available == 0
        assert await db.value("SELECT count(*) FROM orders") == 5

    async def test_says_which_line_lacks_what(self) -> None:
        owner_id = await person()
        many, few = await products.variant(owner_id, stock=9), await products.variant(owner_id, stock=1)
        with pytest.raises(OutOfStock) as refused:
            await actions.place(await person(), [Line(many.id, 1), Line(few.id, 2)], None, "k")
        assert refused.value.field == ("lines", 1, "quantity")
        assert refused.value.params == {"available": 1}
        assert (await products.now(many.id)).held == 0
        assert await db.value("SELECT count(*) FROM orders") == 0
        assert await told("OrderPlaced") == []

    async def test_is_of_one_shop_and_one_currency(self) -> None:
        owner_id = await person()
        ours, theirs = await products.variant(owner_id), await products.variant()
        dear = await product_actions.create_product(
            owner_id, "进口香水", "", [], "USD", [NewVariant("30ml", Decimal(50), 5)]
        )
        [[abroad]] = await product_queries.variants_of([dear.id])
        for other in (theirs, abroad):
            with pytest.raises(Invalid) as refused:
                await actions.place(await person(), [Line(ours.id, 1), Line(other.id, 1)], None, "k")
            assert refused.value.field == ("lines", 1, "variant_id")
        with pytest.raises(NotFound) as unknown:
            await actions.place(await person(), [Line(ours.id, 1), Line(uuid4(), 1)], None, "k")
        assert unknown.value.field == ("lines", 1, "variant_id")
        assert await db.value("SELECT count(*) FROM orders") == 0

    @pytest.mark.parametrize("quantity", [0, -1, 1000])
    async def test_refuses_impossible_quantities(self, quantity: int) -> None:
        variant = await products.variant(stock=5000)
        with pytest.raises(Invalid) as refused:
            await orders.placed(variant=variant, quantity=quantity)
        assert refused.value.field == ("lines", 0, "quantity")
        assert (await products.now(variant.id)).held == 0

    async def test_refuses_none_too_many_and_repeated_lines(self) -> None:
        variant = await products.variant()
        buyer_id = await person()
        for lines in ([], [Line(variant.id, 1)] * 51, [Line(variant.id, 1)] * 2):
            with pytest.raises(Invalid):
                await actions.place(buyer_id, lines, None, "k")
        assert await db.value("SELECT count(*) FROM orders") == 0

    @pytest.mark.parametrize("key", ["", "k" * 201, "a\x00b"])
    async def test_refuses_malformed_keys(self, key: str) -> None:
        variant = await products.variant()
        with pytest.raises(Invalid) as refused:
            await actions.place(await person(), [Line(variant.id, 1)], None, key)
        assert refused.value.field == ("idempotency_key",)
        assert await db.value("SELECT count(*) FROM orders") == 0

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("recipient", ""),
            ("recipient", "名" * 41),
            ("phone", "1234"),
            ("phone", "1" * 21),
            ("phone", "十二三四五六"),
            ("phone", "-----"),
            ("province", " "),
            ("city", ""),
            ("district", ""),
            ("street", "街" * 201),
            ("postal_code", ""),
        ],
    )
    async def test_refuses_malformed_addresses(self, name: str, value: str) -> None:
        variant = await products.variant()
        address: Address = msgspec.structs.replace(HOME, **{name: value})
        with pytest.raises(Invalid) as refused:
            await actions.place(await person(), [Line(variant.id, 1)], address, "k")
        assert refused.value.field == ("shipping_address", name)
        assert (await products.now(variant.id)).held == 0
        assert await told("OrderPlaced") == []


class TestSettlePlain:
    async def test_sells_once_however_often_it_is_told(self) -> None:
        variant = await products.variant(stock=5)
        order = await orders.paid(variant=variant, quantity=2)
        assert await asyncio.gather(*(actions.settle_plain(order.id) for _ in range(10))) == [None] * 10
        after = await products.now(variant.id)
        assert (after.stock, after.held) == (3, 0)
        assert await told("OrderConfirmed") == ["OrderConfirmed"]


class TestReleaseOverdue:
    async def test_gives_back_what_was_not_paid_in_time(self, moving_clock) -> None:
        variant = await products.variant(stock=5)
        order = await orders.placed(variant=variant, quantity=2)
        assert await actions.release_overdue() == 0
        moving_clock.move(901)
        assert await actions.release_overdue() == 1
        assert await actions.release_overdue() == 0
        after = await orders.now(order)
        assert (after.status, after.pay_by, (await products.now(variant.id)).held) == ("CANCELLED", None, 0)
        assert await told("OrderCancelled") == ["OrderCancelled"]

    async def test_many_workers_release_each_once(self, moving_clock) -> None:
        variant = await products.variant(stock=20)
        for _ in range(10):
            await orders.placed(variant=variant)
        moving_clock.move(901)
        released = await asyncio.gather(*(actions.release_overdue() for _ in range(4)))
        assert sum(released) == 10
        assert (await products.now(variant.id)).held == 0
