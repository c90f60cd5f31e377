"""Shops through the graph."""

import pytest

from core import db
from tests.factories.people import person
from tests.graph import Graph

pytestmark = pytest.mark.usefixtures("database")

OPEN = "mutation($name: String!) { openShop(input: {name: $name}) { shop { id name owner { displayName } }"
OPEN += " userErrors { code message field } } }"


class TestOpenShop:
    async def test_opens_a_shop(self) -> None:
        owner_id = await person("小鹿")
        answer = await Graph()(OPEN, as_=owner_id, name="小鹿的店")
        assert answer["errors"] == []
        shop = answer["data"]["openShop"]["shop"]
        assert (shop["name"], shop["owner"]) == ("小鹿的店", {"displayName": "小鹿"})

    async def test_refuses_nobody_and_a_second_shop(self) -> None:
        graph, owner_id = Graph(), await person()
        answer = await graph(OPEN, name="店")
        assert answer["data"]["openShop"] == {
            "shop": None,
            "userErrors": [{"code": "UNAUTHENTICATED", "message": "请先登录", "field": None}],
        }
        await graph(OPEN, as_=owner_id, name="店")
        answer = await graph(OPEN, as_=owner_id, name="店", language="en")
        [error] = answer["data"]["openShop"]["userErrors"]
        assert (error["code"], error["message"]) == ("ALREADY_EXISTS", "You already have a shop")
        assert await db.value("SELECT count(*) FROM shops") == 1
