"""All reads of shops, batch first."""

from uuid import UUID

from commerce.shops.records import Shop
from core import db
from core.gathering import gathered

_SHOP = db.columns(Shop)


@gathered
async def by_ids(ids: list[UUID]) -> dict[UUID, Shop]:
    """The shops with `ids`, in their order."""
    found = await db.records(Shop, f"SELECT {_SHOP} FROM shops WHERE id = ANY($1)", ids)
    return {shop.id: shop for shop in found}


@gathered
async def by_owners(owner_ids: list[UUID]) -> dict[UUID, Shop]:
    """Each person's shop, in their order; None for who has none."""
    found = await db.records(Shop, f"SELECT {_SHOP} FROM shops WHERE owner_id = ANY($1)", owner_ids)
    return {shop.owner_id: shop for shop in found}
