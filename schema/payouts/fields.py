"""Batched fields about payouts."""

from collections.abc import Sequence
from uuid import UUID

from commerce.payouts import Payout, queries
from commerce.shops import Shop
from core.money import Money
from core.pagination import Page, page_request
from schema.context import Context
from schema.pagination import After, First


async def find(ids: Sequence[UUID], context: Context) -> list[Payout | None]:
    """Payouts by id, for `node`: those of the viewer's shop."""
    return await queries.visible_to(context.viewer_id, ids)


async def balances(shops: list[Shop], context: Context) -> list[list[Money] | None]:
    """Only for the shops that are the viewer's."""
    own = _own(shops, context)
    found = dict(zip(own, await queries.balances(own), strict=True)) if own else {}
    return [found.get(shop.id) for shop in shops]


async def payouts(
    shops: list[Shop], context: Context, first: First = 20, after: After = None
) -> list[Page[Payout] | None]:
    """Only for the shops that are the viewer's."""
    request = page_request("Shop.payouts", first, after)
    own = _own(shops, context)
    pages = dict(zip(own, await queries.page_by_shop(own, request), strict=True)) if own else {}
    return [pages.get(shop.id) for shop in shops]


def _own(shops: list[Shop], context: Context) -> list[UUID]:
    return [shop.id for shop in shops if shop.owner_id == context.viewer_id]
