"""Batched fields of shops and products."""

from collections.abc import Sequence
from uuid import UUID

from commerce.catalogue import Product, Variant, queries
from commerce.group_buys import GroupBuy
from commerce.group_buys import queries as group_buy_queries
from commerce.shops import Shop
from commerce.shops import queries as shop_queries
from content.feed import related
from content.live import LiveStream
from content.live import queries as live_queries
from content.notes import Note
from content.notes import queries as note_queries
from core.pagination import Page, page_request
from schema.context import Context
from schema.pagination import After, First


async def find(ids: Sequence[UUID], context: Context) -> list[Product | None]:
    """Products by id, for `node`."""
    return await queries.by_ids(ids)


async def find_variants(ids: Sequence[UUID], context: Context) -> list[Variant | None]:
    """Variants by id, for `node`."""
    return await queries.variants_by_ids(ids)


async def shop(products: list[Product], context: Context) -> list[Shop | None]:
    return await shop_queries.by_ids([product.shop_id for product in products])


async def variants(products: list[Product], context: Context) -> list[list[Variant]]:
    return await queries.variants_of([product.id for product in products])


async def group_buys(products: list[Product], context: Context) -> list[list[GroupBuy]]:
    return await group_buy_queries.running_on([product.id for product in products])


async def notes(products: list[Product], context: Context, first: First = 20, after: After = None) -> list[Page[Note]]:
    return await note_queries.page_by_product(
        [product.id for product in products], page_request("Product.notes", first, after)
    )


async def bought_together(
    products: list[Product], context: Context, first: First = 20, after: After = None
) -> list[Page[Product]]:
    request = page_request("Product.boughtTogether", first, after, related.Place)
    return await related.bought_together([product.id for product in products], request)


async def live_now(products: list[Product], context: Context) -> list[list[LiveStream]]:
    return await live_queries.live_now_by_products([product.id for product in products])


async def product(variants: list[Variant], context: Context) -> list[Product | None]:
    return await queries.by_ids([variant.product_id for variant in variants])
