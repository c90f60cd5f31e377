"""What a captured payment does to its order, whoever learnt of it: the buyer's request, a notification, or a timer."""

from uuid import UUID

from commerce import orders
from commerce.group_buys import actions as group_buys
from commerce.orders import actions as order_actions
from commerce.orders import queries as order_queries
from core.errors import Refusal
from core.unit_of_work import action


@action
async def settle(order_id: UUID) -> Refusal | None:
    """Settles an order whose payment was captured; sent twice, it has effect once.

    The refusal that is returned, not raised, says that the payment came too late and is refunded in full.
    """
    [order] = await order_queries.by_ids([order_id])
    return None if order is None else await settle_order(order)


async def settle_order(order: orders.Order) -> Refusal | None:
    """`settle`, when the order is at hand."""
    if order.kind == "TEAM":
        return await group_buys.settle_payment(order.id)
    return await order_actions.settle_plain(order.id)
