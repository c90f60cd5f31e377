"""Shops, products and variants for tests."""

from decimal import Decimal
from uuid import UUID

from commerce.catalogue import NewVariant, Product, Variant, actions, queries
from commerce.shops import actions as shop_actions
from commerce.shops import queries as shop_queries
from tests.factories.people import person


async def product(
    owner_id: UUID | None = None, *, title: str = "云朵面霜", price: str = "128.00", stock: int = 10
) -> Product:
    """A product of one variant, in its owner's shop (a new one of nobody in particular)."""
    if owner_id is None:
        owner_id = await person("店主")
    [shop] = await shop_queries.by_owners([owner_id])
    if shop is None:
        await shop_actions.open_shop(owner_id, "小鹿的店")
    return await actions.create_product(
        owner_id, title, "很好用", [], "CNY", [NewVariant(name="50ml", price=Decimal(price), stock=stock)]
    )


async def variant(owner_id: UUID | None = None, *, price: str = "128.00", stock: int = 10) -> Variant:
    """The only variant of a new product."""
    made = await product(owner_id, price=price, stock=stock)
    [[only]] = await queries.variants_of([made.id])
    return only


async def now(variant_id: UUID) -> Variant:
    """A variant as it is now."""
    [found] = await queries.variants_by_ids([variant_id])
    assert found is not None
    return found
