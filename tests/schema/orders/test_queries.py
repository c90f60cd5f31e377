"""Orders read through the graph: by whom, and what of them."""

from schema import ids
from tests.factories import group_buys, orders, products
from tests.factories.people import person
from tests.graph import Graph

NODE = """query($id: ID!) { node(id: $id) { ... on Order { number status shippingAddress { street } carrier
  total { amount } lines { variant { product { title } } } buyer { displayName } shop { name } team { id } } } }"""
MINE = """{ viewer { orders(first: 10) { edges { node { number status total { amount } buyer { handle } shop { name }
  lines { title variant { product { title shop { name } } } } team { id } shippingAddress { city } } } } } }"""


class TestNode:
    async def test_shows_an_order_to_its_buyer_and_the_shops_owner_only(self, database: None) -> None:
        owner_id = await person("店主")
        order = await orders.placed(variant=await products.variant(owner_id))
        graph, global_id = Graph(), ids.encode("order", order.id)
        for viewer_id in (order.buyer_id, owner_id):
            found = (await graph(NODE, as_=viewer_id, id=global_id))["data"]["node"]
            assert (found["number"], found["shippingAddress"]) == (order.number, {"street": "科技园 1 号"})
        for viewer_id in (None, await person()):
            assert (await graph(NODE, as_=viewer_id, id=global_id))["data"]["node"] is None

    async def test_leads_to_its_team(self, database: None) -> None:
        taken = await group_buys.opened(await group_buys.offer())
        found = await Graph()(NODE, as_=taken.order.buyer_id, id=ids.encode("order", taken.order.id))
        assert found["data"]["node"]["team"] == {"id": ids.encode("team", taken.team.id)}


class TestViewerOrders:
    async def test_many_cost_as_many_statements_as_one(self, statements: list[str]) -> None:
        buyer_id, counts = await person(), []
        for _ in range(2):
            for _ in range(3):
                await orders.placed(buyer_id)
            statements.clear()
            answer = await Graph()(MINE, as_=buyer_id)
            assert answer["errors"] == []
            counts.append(len(statements))
        assert counts[0] == counts[1]
        numbers = [edge["node"]["number"] for edge in answer["data"]["viewer"]["orders"]["edges"]]
        assert len(set(numbers)) == 6
