"""All writes of shops."""

from uuid import UUID

import asyncpg

from commerce.shops import rules
from commerce.shops.errors import AlreadyHasShop
from commerce.shops.events import ShopOpened
from commerce.shops.records import Shop
from core import clock, db, outbox
from core.ids import new_id
from core.unit_of_work import action


@action
async def open_shop(owner_id: UUID, name: str) -> Shop:
    """Opens a person's one shop. Raises Invalid or AlreadyHasShop; records ShopOpened."""
    shop = Shop(new_id(), owner_id, rules.name(name), clock.now())
    try:
        await db.execute(
            "INSERT INTO shops (id, owner_id, name, created_at) VALUES ($1, $2, $3, $4)",
            shop.id,
            owner_id,
            shop.name,
            shop.created_at,
        )
    except asyncpg.UniqueViolationError as error:
        raise AlreadyHasShop() from error
    outbox.record(ShopOpened(shop_id=shop.id, owner_id=owner_id))
    return shop
