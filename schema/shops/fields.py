"""Batched fields of shops."""

from collections.abc import Sequence
from uuid import UUID

from commerce.catalogue import Product
from commerce.catalogue import queries as product_queries
from commerce.orders import Order
from commerce.orders import queries as order_queries
from commerce.shops import Shop, queries
from core.pagination import Page, page_request
from people.accounts import Account
from people.accounts import queries as account_queries
from schema.context import Context
from schema.pagination import After, First


async def find(ids: Sequence[UUID], context: Context) -> list[Shop | None]:
    """Shops by id, for `node`."""
    return await queries.by_ids(ids)


async def owner(shops: list[Shop], context: Context) -> list[Account | None]:
    return await account_queries.by_ids([shop.owner_id for shop in shops])


async def products(shops: list[Shop], context: Context, first: First = 20, after: After = None) -> list[Page[Product]]:
    return await product_queries.page_by_shop([shop.id for shop in shops], page_request("Shop.products", first, after))


async def orders(
    shops: list[Shop], context: Context, first: First = 20, after: After = None
) -> list[Page[Order] | None]:
    """Only for the shops that are the viewer's."""
    request = page_request("Shop.orders", first, after)
    own = [shop.id for shop in shops if shop.owner_id == context.viewer_id]
    pages = dict(zip(own, await order_queries.page_by_shop(own, request), strict=True)) if own else {}
    return [pages.get(shop.id) for shop in shops]
