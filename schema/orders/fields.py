"""Batched fields of orders."""

import datetime
from collections.abc import Sequence
from uuid import UUID

from commerce.catalogue import Variant
from commerce.catalogue import queries as product_queries
from commerce.group_buys import Team
from commerce.group_buys import queries as group_buy_queries
from commerce.orders import Address, Order, OrderLine, queries
from commerce.payments import Refund
from commerce.payments import queries as payment_queries
from commerce.shops import Shop
from commerce.shops import queries as shop_queries
from core import clock
from people.accounts import Account
from people.accounts import queries as account_queries
from schema.context import Context


async def find(ids: Sequence[UUID], context: Context) -> list[Order | None]:
    """Orders by id, for `node`: the viewer's, and those of the viewer's shop."""
    return await queries.visible_to(context.viewer_id, ids)


async def buyer(orders: list[Order], context: Context) -> list[Account | None]:
    return await account_queries.by_ids([order.buyer_id for order in orders])


async def shop(orders: list[Order], context: Context) -> list[Shop | None]:
    return await shop_queries.by_ids([order.shop_id for order in orders])


async def lines(orders: list[Order], context: Context) -> list[list[OrderLine]]:
    return await queries.lines_of([order.id for order in orders])


async def team(orders: list[Order], context: Context) -> list[Team | None]:
    return await group_buy_queries.team_of_orders([order.id for order in orders])


async def shipping_address(orders: list[Order], context: Context) -> list[Address | None]:
    """Not for everybody through whom an order can be reached."""
    sees = await queries.sees_privately(context.viewer_id, orders)
    return [order.ships_to if seen else None for order, seen in zip(orders, sees, strict=True)]


async def refunds(orders: list[Order], context: Context) -> list[list[Refund]]:
    sees = await queries.sees_privately(context.viewer_id, orders)
    found = await payment_queries.refunds_of_orders([order.id for order in orders])
    return [given_back if seen else [] for given_back, seen in zip(found, sees, strict=True)]


async def carrier(orders: list[Order], context: Context) -> list[str | None]:
    sees = await queries.sees_privately(context.viewer_id, orders)
    return [order.carrier if seen else None for order, seen in zip(orders, sees, strict=True)]


async def tracking_number(orders: list[Order], context: Context) -> list[str | None]:
    sees = await queries.sees_privately(context.viewer_id, orders)
    return [order.tracking_number if seen else None for order, seen in zip(orders, sees, strict=True)]


async def variant(lines: list[OrderLine], context: Context) -> list[Variant | None]:
    return await product_queries.variants_by_ids([line.variant_id for line in lines])


def server_now() -> datetime.datetime:
    return clock.now()
