"""Who and what the demo consists of, by the names that its texts give them."""

from collections.abc import AsyncIterator
from random import Random
from uuid import UUID

import msgspec

from commerce.catalogue import Product, Variant
from commerce.catalogue import queries as product_queries
from commerce.shops import queries as shop_queries
from core.pagination import PageRequest
from demo import texts
from people.accounts import queries as account_queries

VIEWER_HANDLE = "demo"
SHOP_HANDLE = "demo_shop"


class Goods(msgspec.Struct, frozen=True):
    """A product on sale, with its variants and its shop's owner."""

    product: Product
    variants: list[Variant]
    owner_id: UUID


class World(msgspec.Struct, frozen=True):
    """People by handle, and goods by slug."""

    people: dict[str, UUID]
    goods: dict[str, Goods]

    def buyers(self, chance: Random) -> list[UUID]:
        """Those who buy, in random order: people, not shops, and not who shows the demo."""
        stores = {person.handle for person in texts.cast().people if person.shop}
        found = [id_ for handle, id_ in self.people.items() if handle not in stores and handle != VIEWER_HANDLE]
        chance.shuffle(found)
        return found

    def host(self, specialty: str) -> UUID:
        """The KOL of a specialty."""
        return next(self.people[person.handle] for person in texts.cast().people if person.specialty == specialty)


async def is_founded() -> bool:
    """Whether the demo's people are there."""
    return await account_queries.by_handle(VIEWER_HANDLE) is not None


async def load() -> World:
    """The world as it was founded, whatever has happened to it since."""
    found = [await account_queries.by_handle(person.handle) for person in texts.cast().people]
    people = {account.handle: account.id for account in found if account is not None}
    return World(people, dict([item async for item in _goods(people)]))


async def _goods(people: dict[str, UUID]) -> AsyncIterator[tuple[str, Goods]]:
    slugs = {product.title: slug for slug, (_, product) in texts.products().items()}
    owner_ids = [people[person.handle] for person in texts.cast().people if person.shop and person.handle in people]
    shops = [shop for shop in await shop_queries.by_owners(owner_ids) if shop is not None]
    pages = await product_queries.page_by_shop([shop.id for shop in shops], PageRequest(100, None))
    for shop, page in zip(shops, pages, strict=True):
        products = [product for product in page.nodes if product.title in slugs]
        variants = await product_queries.variants_of([product.id for product in products])
        for product, own in zip(products, variants, strict=True):
            yield slugs[product.title], Goods(product, own, shop.owner_id)
