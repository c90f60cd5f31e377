"""Reads of orders: by their buyer and their shop alone, many at once."""

from uuid import uuid4

from commerce.orders import queries
from core.pagination import PageRequest, page_request
from tests.factories import orders, products
from tests.factories.people import person


class TestVisibleTo:
    async def test_shows_an_order_to_its_buyer_and_to_the_shops_owner_only(self, database: None) -> None:
        owner_id = await person("店主")
        order = await orders.placed(variant=await products.variant(owner_id))
        other_owner = await person("另一位店主")
        await products.variant(other_owner)
        unknown = uuid4()
        for viewer_id in (order.buyer_id, owner_id):
            assert await queries.visible_to(viewer_id, [unknown, order.id]) == [None, order]
        for viewer_id in (None, other_owner, await person()):
            assert await queries.visible_to(viewer_id, [order.id]) == [None]

    async def test_asks_once_for_ones_own(self, statements: list[str]) -> None:
        order = await orders.placed()
        statements.clear()
        assert await queries.visible_to(order.buyer_id, [order.id] * 3) == [order] * 3
        assert len(statements) == 1


class TestPages:
    async def test_are_newest_first_for_many_at_once(self, statements: list[str]) -> None:
        variant = await products.variant(stock=50)
        buyers = [await person() for _ in range(3)]
        placed = {buyer: [await orders.placed(buyer, variant) for _ in range(3)] for buyer in buyers}
        request: PageRequest = page_request("", 2, None)
        statements.clear()
        pages = await queries.page_by_buyer([*buyers, uuid4()], request)
        assert len(statements) == 1
        assert [page.nodes for page in pages] == [placed[buyer][:0:-1] for buyer in buyers] + [[]]
        rest: PageRequest = page_request("", 2, pages[0].page_info.end_cursor)
        [page] = await queries.page_by_buyer([buyers[0]], rest)
        assert page.nodes == placed[buyers[0]][:1]
        [sold] = await queries.page_by_shop([variant.shop_id], request)
        assert sold.nodes == placed[buyers[2]][:0:-1] and sold.page_info.has_next_page
