"""Products: what may be written, and what is refused."""

from decimal import Decimal
from uuid import uuid4

import pytest

from commerce.catalogue import NewVariant, actions, queries, stock
from commerce.catalogue.errors import NeedsShop, StockBelowHeld
from commerce.shops import actions as shop_actions
from core import db
from core.errors import Forbidden, Invalid, NotFound
from tests.factories import products
from tests.factories.people import person
from tests.outbox import told

pytestmark = pytest.mark.usefixtures("audited")


def new_variant(**changed: object) -> NewVariant:
    given: dict[str, object] = {"name": "米白 / M", "price": Decimal("12.50"), "stock": 3, "sku": None}
    return NewVariant(**{**given, **changed})  # type: ignore[arg-type]


class TestCreateProduct:
    async def test_creates_a_product_with_its_variants_in_order(self) -> None:
        owner_id = await person()
        shop = await shop_actions.open_shop(owner_id, "小鹿的店")
        variants = [new_variant(), new_variant(name="黑 / L", price=Decimal("9.9"), sku="B-L", stock=0)]
        product = await actions.create_product(
            owner_id, "羊毛大衣", "双面呢", ["https://img.example/1.jpg"], "CNY", variants
        )
        assert await queries.by_ids([product.id]) == [product]
        assert (product.shop_id, product.min_price.amount, product.sold_count) == (shop.id, "9.90", 0)
        [found] = await queries.variants_of([product.id])
        assert [(v.name, v.sku, v.price.amount, v.available) for v in found] == [
            ("米白 / M", None, "12.50", 3),
            ("黑 / L", "B-L", "9.90", 0),
        ]
        assert await told("ProductCreated") == ["ProductCreated"]

    async def test_refuses_who_has_no_shop(self) -> None:
        with pytest.raises(NeedsShop):
            await actions.create_product(await person(), "大衣", "", [], "CNY", [new_variant()])
        assert await db.value("SELECT count(*) FROM products") == 0
        assert await told("ProductCreated") == []

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"title": ""}, ("title",)),
            ({"title": "长" * 121}, ("title",)),
            ({"description": "长" * 10_001}, ("description",)),
            ({"image_urls": ["https://a.example/1.jpg"] * 16}, ("image_urls",)),
            ({"image_urls": ["javascript:alert(1)"]}, ("image_urls", 0)),
            ({"currency": "XXX"}, ("currency",)),
            ({"variants": []}, ("variants",)),
            ({"variants": [new_variant()] * 101}, ("variants",)),
            ({"variants": [new_variant(name="名" * 61)]}, ("variants", 0, "name")),
            ({"variants": [new_variant(), new_variant(price=Decimal("0"))]}, ("variants", 1, "price")),
            ({"variants": [new_variant(price=Decimal("-1"))]}, ("variants", 0, "price")),
            ({"variants": [new_variant(price=Decimal("1.001"))]}, ("variants", 0, "price")),
            ({"currency": "JPY", "variants": [new_variant(price=Decimal("12.5"))]}, ("variants", 0, "price")),
            ({"variants": [new_variant(stock=-1)]}, ("variants", 0, "stock")),
            ({"variants": [new_variant(stock=10_000_001)]}, ("variants", 0, "stock")),
        ],
    )
    async def test_refuses_malformed_input(self, changed: dict[str, object], field: tuple[object, ...]) -> None:
        owner_id = await person()
        await shop_actions.open_shop(owner_id, "小鹿的店")
        given = {"title": "大衣", "description": "", "image_urls": [], "currency": "CNY", "variants": [new_variant()]}
        with pytest.raises(Invalid) as refused:
            await actions.create_product(owner_id, **{**given, **changed})  # type: ignore[arg-type]
        assert refused.value.field == field
        assert await db.value("SELECT count(*) FROM products") == 0
        assert await told("ProductCreated") == []


class TestUpdateStock:
    async def test_sets_the_stock_with_what_is_held(self) -> None:
        owner_id = await person()
        variant = await products.variant(owner_id, stock=5)
        await stock.hold({variant.id: 2})
        changed = await actions.update_stock(owner_id, variant.id, 9)
        assert (changed.stock, changed.available) == (9, 7)
        assert await told("StockChanged") == ["StockChanged"]
        await stock.release({variant.id: 2})

    async def test_refuses_less_than_is_held(self) -> None:
        owner_id = await person()
        variant = await products.variant(owner_id, stock=5)
        await stock.hold({variant.id: 3})
        with pytest.raises(StockBelowHeld):
            await actions.update_stock(owner_id, variant.id, 2)
        assert (await products.now(variant.id)).stock == 5
        assert await told("StockChanged") == []
        await stock.release({variant.id: 3})

    async def test_refuses_anothers_variant_and_an_unknown_one(self) -> None:
        variant = await products.variant(stock=5)
        with pytest.raises(Forbidden):
            await actions.update_stock(await person(), variant.id, 1)
        with pytest.raises(NotFound):
            await actions.update_stock(await person(), uuid4(), 1)
        assert (await products.now(variant.id)).stock == 5
        assert await told("StockChanged") == []
