"""Units of variants: whatever is sent at once, no more are held or sold than there are."""

import asyncio
from uuid import UUID

import pytest

from commerce.catalogue import queries, stock
from commerce.catalogue.errors import OutOfStock
from core import db
from core.unit_of_work import transaction
from tests.factories import products
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("database")


async def units(variant_id: UUID) -> tuple[int, int]:
    variant = await products.now(variant_id)
    return variant.stock, variant.held


class TestHold:
    async def test_holds_all_or_nothing(self) -> None:
        many, few = await products.variant(stock=5), await products.variant(stock=1)
        with pytest.raises(OutOfStock) as refused:
            await stock.hold({many.id: 2, few.id: 2})
        assert (refused.value.available, refused.value.variant_id) == (1, few.id)
        assert await units(many.id) == (5, 0)
        await stock.hold({many.id: 2, few.id: 1})
        assert (await units(many.id), await units(few.id)) == ((5, 2), (1, 1))

    async def test_tells_only_when_the_last_unit_goes_or_comes_back(self) -> None:
        variant = await products.variant(stock=3)
        await stock.hold({variant.id: 2})
        assert await told("StockChanged") == []
        await stock.hold({variant.id: 1})
        assert await told("StockChanged") == ["StockChanged"]
        await stock.release({variant.id: 1})
        await stock.release({variant.id: 2})
        assert await told("StockChanged") == ["StockChanged"] * 2

    async def test_a_race_for_the_last_units_never_oversells(self) -> None:
        variant = await products.variant(stock=7)

        async def take() -> bool:
            try:
                await stock.hold({variant.id: 1})
            except OutOfStock:
                return False
            return True

        assert sum(await asyncio.gather(*(take() for _ in range(40)))) == 7
        assert await units(variant.id) == (7, 7)

    async def test_opposite_orders_of_variants_do_not_wait_for_each_other(self) -> None:
        first, second = await products.variant(stock=100), await products.variant(stock=100)

        async def take(one: UUID, other: UUID) -> None:
            async with transaction():
                await stock.hold({one: 1, other: 1})
                await stock.sell({other: 1, one: 1})

        pairs = [(first.id, second.id), (second.id, first.id)] * 25
        await asyncio.gather(*(take(one, other) for one, other in pairs))
        assert (await units(first.id), await units(second.id)) == ((50, 0), (50, 0))


class TestSell:
    async def test_takes_held_units_and_counts_them_on_the_product(self) -> None:
        variant = await products.variant(stock=5)
        await stock.hold({variant.id: 3})
        await stock.sell({variant.id: 3})
        assert await units(variant.id) == (2, 0)
        [product] = await queries.by_ids([variant.product_id])
        assert product is not None and product.sold_count == 3
        await stock.restock({variant.id: 1})
        assert await units(variant.id) == (3, 0)
        [product] = await queries.by_ids([variant.product_id])
        assert product is not None and product.sold_count == 2

    async def test_is_one_statement(self, statements: list[str]) -> None:
        variant = await products.variant(stock=5)
        await stock.hold({variant.id: 3})
        statements.clear()
        await stock.sell({variant.id: 3})
        assert len([sql for sql in statements if "outbox" not in sql]) == 1

    async def test_the_database_itself_refuses_to_sell_what_is_not_held(self) -> None:
        variant = await products.variant(stock=5)
        with pytest.raises(Exception, match="variants_units"):
            await stock.sell({variant.id: 1})
        assert await units(variant.id) == (5, 0)
        assert await db.value("SELECT sold_count FROM products") == 0
