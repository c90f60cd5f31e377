"""Products and stock through the graph."""

from uuid import uuid4

import pytest

from commerce.catalogue import stock
from commerce.shops.actions import open_shop
from core import db
from schema import ids
from tests.factories import products
from tests.factories.people import person
from tests.graph import Graph
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("database")

CREATE = """mutation($input: CreateProductInput!) { createProduct(input: $input) {
  product { id title description imageUrls minPrice { amount currency } soldCount shop { name }
    variants { id name sku price { amount currency } available product { title } } }
  userErrors { code message field } } }"""
STOCK = """mutation($input: UpdateStockInput!) { updateStock(input: $input) {
  variant { available } userErrors { code field } } }"""


class TestCreateProduct:
    async def test_creates_a_product(self) -> None:
        graph, owner_id = Graph(), await person()
        await open_shop(owner_id, "小鹿的店")
        variants = [{"name": "米白 / M", "price": "12.50", "stock": 3}, {"name": "黑", "price": "9.9", "stock": 0}]
        given = {"title": "羊毛大衣", "imageUrls": ["https://img.example/1.jpg"], "variants": variants}
        answer = await graph(CREATE, as_=owner_id, input=given)
        assert answer["errors"] == [] and answer["data"]["createProduct"]["userErrors"] == []
        product = answer["data"]["createProduct"]["product"]
        assert product["minPrice"] == {"amount": "9.90", "currency": "CNY"}
        assert product["imageUrls"] == ["https://img.example/1.jpg"]
        assert [(v["price"]["amount"], v["available"], v["sku"]) for v in product["variants"]] == [
            ("12.50", 3, None),
            ("9.90", 0, None),
        ]

    async def test_names_the_offending_field(self) -> None:
        graph, owner_id = Graph(), await person()
        await open_shop(owner_id, "小鹿的店")
        given = {"title": "大衣", "variants": [{"name": "黑", "price": "1.001", "stock": 1}]}
        answer = await graph(CREATE, as_=owner_id, input=given)
        [error] = answer["data"]["createProduct"]["userErrors"]
        assert (error["code"], error["field"]) == ("INVALID", ["input", "variants", "0", "price"])
        assert await db.value("SELECT count(*) FROM products") == 0

    async def test_refuses_who_has_no_shop(self) -> None:
        given = {"title": "大衣", "variants": [{"name": "黑", "price": "1", "stock": 1}]}
        answer = await Graph()(CREATE, as_=await person(), input=given)
        assert answer["data"]["createProduct"]["userErrors"][0]["code"] == "FORBIDDEN"


class TestUpdateStock:
    async def test_sets_the_stock(self) -> None:
        owner_id = await person()
        variant = await products.variant(owner_id, stock=1)
        await stock.hold({variant.id: 1})
        given = {"variantId": ids.encode("variant", variant.id), "stock": 5}
        answer = await Graph()(STOCK, as_=owner_id, input=given)
        assert answer["data"]["updateStock"] == {"variant": {"available": 4}, "userErrors": []}

    @pytest.mark.parametrize("given_stock", [-1, 10_000_001, 0])
    async def test_refuses_what_cannot_be(self, given_stock: int) -> None:
        owner_id = await person()
        variant = await products.variant(owner_id, stock=1)
        await stock.hold({variant.id: 1})
        before = await told()
        given = {"variantId": ids.encode("variant", variant.id), "stock": given_stock}
        [error] = (await Graph()(STOCK, as_=owner_id, input=given))["data"]["updateStock"]["userErrors"]
        assert error["code"] == ("INVALID" if given_stock else "WRONG_STATE")
        assert error["field"] == ["input", "stock"]
        assert await told() == before

    async def test_refuses_others_unknown_and_wrong_kinds_of_ids(self) -> None:
        variant = await products.variant()
        wanted = {
            ids.encode("variant", variant.id): "FORBIDDEN",
            ids.encode("variant", uuid4()): "NOT_FOUND",
            ids.encode("product", variant.product_id): "INVALID",
            "什么": "INVALID",
        }
        for variant_id, code in wanted.items():
            answer = await Graph()(STOCK, as_=await person(), input={"variantId": variant_id, "stock": 5})
            assert answer["data"]["updateStock"]["userErrors"] == [{"code": code, "field": ["input", "variantId"]}]
        assert await products.now(variant.id) == variant
