"""Shops read through the graph."""

from schema import ids
from tests.factories import orders, products
from tests.factories.people import person
from tests.graph import Graph

SHOP = """query($id: ID!, $after: String) { node(id: $id) { ... on Shop { name
  products(first: 2, after: $after) { edges { node { title } } pageInfo { hasNextPage endCursor } }
  orders(first: 5) { edges { node { number } } } } } }"""


class TestShop:
    async def test_pages_its_products_and_shows_its_orders_to_its_owner_alone(self, database: None) -> None:
        owner_id = await person()
        for number in range(3):
            await products.product(owner_id, title=f"商品 {number}")
        variant = await products.variant(owner_id)
        order = await orders.placed(variant=variant)
        graph, shop = Graph(), ids.encode("shop", variant.shop_id)
        first = (await graph(SHOP, id=shop))["data"]["node"]
        assert [edge["node"]["title"] for edge in first["products"]["edges"]] == ["云朵面霜", "商品 2"]
        assert first["orders"] is None
        after = first["products"]["pageInfo"]["endCursor"]
        second = (await graph(SHOP, as_=owner_id, id=shop, after=after))["data"]["node"]
        assert [edge["node"]["title"] for edge in second["products"]["edges"]] == ["商品 1", "商品 0"]
        assert not second["products"]["pageInfo"]["hasNextPage"]
        assert second["orders"]["edges"] == [{"node": {"number": order.number}}]
        assert (await graph(SHOP, as_=order.buyer_id, id=shop))["data"]["node"]["orders"] is None
