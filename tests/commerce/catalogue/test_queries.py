"""Reads of shops and products: in the order asked for, in a constant number of statements."""

from decimal import Decimal
from uuid import uuid4

from commerce.catalogue import NewVariant, actions, queries
from commerce.shops import actions as shop_actions
from commerce.shops import queries as shop_queries
from core.pagination import PageRequest, page_request
from tests.factories import products
from tests.factories.people import person


class TestBatches:
    async def test_answer_in_order_with_none_for_the_unknown(self, database: None) -> None:
        one, other = await products.variant(), await products.variant()
        unknown = uuid4()
        assert await queries.variants_by_ids([other.id, unknown, one.id, other.id]) == [other, None, one, other]
        assert await queries.by_ids([unknown]) == [None]
        assert await shop_queries.by_ids([unknown]) == [None]
        assert await queries.variants_of([one.product_id, unknown]) == [[one], []]


class TestSellable:
    async def test_says_what_an_orders_line_will_keep(self, database: None) -> None:
        variant = await products.variant(price="128.00")
        [offer, missing] = await queries.sellable([variant.id, uuid4()])
        assert missing is None and offer is not None
        assert (offer.title, offer.price_minor, offer.currency, offer.shop_id) == (
            "云朵面霜",
            12800,
            "CNY",
            variant.shop_id,
        )


class TestPageByShop:
    async def test_pages_many_shops_at_once_newest_first(self, statements: list[str]) -> None:
        shops = []
        for _ in range(3):
            owner_id = await person()
            shops.append(await shop_actions.open_shop(owner_id, "店"))
            for number in range(5):
                variant = NewVariant("默认", Decimal(number + 1), 1)
                await actions.create_product(owner_id, f"商品 {number}", "", [], "CNY", [variant])
        statements.clear()
        first: PageRequest = page_request("", 2, None)
        pages = await queries.page_by_shop([shop.id for shop in shops], first)
        assert len(statements) == 1
        assert [[product.title for product in page.nodes] for page in pages] == [["商品 4", "商品 3"]] * 3
        after: PageRequest = page_request("", 3, pages[0].page_info.end_cursor)
        [page] = await queries.page_by_shop([shops[0].id], after)
        assert [product.title for product in page.nodes] == ["商品 2", "商品 1", "商品 0"]
        assert not page.page_info.has_next_page
