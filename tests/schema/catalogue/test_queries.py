"""Products read through the graph, in a constant number of statements."""

from schema import ids
from tests.factories import group_buys, products
from tests.factories.people import person
from tests.graph import Graph

NODES = """query($ids: [ID!]!) { nodes(ids: $ids) { __typename id
  ... on Product { title minPrice { amount } shop { name owner { displayName } } variants { name available }
    groupBuys { price { amount } } liveNow { title } notes(first: 1) { edges { node { title } } } } } }"""


class TestNode:
    async def test_finds_shops_products_and_variants(self, database: None) -> None:
        variant = await products.variant()
        wanted = [("shop", variant.shop_id), ("product", variant.product_id), ("variant", variant.id)]
        global_ids = [ids.encode(*one) for one in wanted]
        answer = await Graph()("query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=global_ids)
        assert [found["__typename"] for found in answer["data"]["nodes"]] == ["Shop", "Product", "ProductVariant"]
        assert [found["id"] for found in answer["data"]["nodes"]] == global_ids


class TestProduct:
    async def test_many_cost_as_many_statements_as_one(self, statements: list[str]) -> None:
        made = [await products.product() for _ in range(4)]
        await group_buys.offer()
        global_ids = [ids.encode("product", product.id) for product in made]
        counts = []
        for wanted in (global_ids[:1], global_ids):
            statements.clear()
            answer = await Graph()(NODES, ids=wanted)
            assert answer["errors"] == []
            assert len(answer["data"]["nodes"]) == len(wanted)
            counts.append(len(statements))
        assert counts[0] == counts[1]

    async def test_tells_what_goes_on_around_it(self, database: None) -> None:
        owner_id = await person("店主")
        variant = await products.variant(owner_id, stock=5)
        await group_buys.offer(owner_id, variant=variant, stock=3)
        answer = await Graph()(NODES, ids=[ids.encode("product", variant.product_id)])
        [product] = answer["data"]["nodes"]
        assert product["groupBuys"] == [{"price": {"amount": "99.00"}}]
        assert product["variants"] == [{"name": "50ml", "available": 2}]
        assert product["shop"]["owner"] == {"displayName": "店主"}
        assert (product["liveNow"], product["notes"]) == ([], {"edges": []})
