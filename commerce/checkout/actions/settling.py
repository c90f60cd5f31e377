"""What a captured payment does to its order, whoever learnt of it: the buyer's request, a notification, or a timer."""

from uuid import UUID

from commerce.group_buys import actions as group_buys
from commerce.orders import Order
from commerce.orders import actions as order_actions
from commerce.orders import queries as order_queries
from commerce.payments import Outcome, Payment
from commerce.payments import actions as payments
from core.errors import Refusal
from core.unit_of_work import action


async def settle(order_id: UUID) -> Refusal | None:
    """Settles an order whose payment was captured; sent twice, it has effect once.

    The refusal that is returned, not raised, says that the payment came too late and is refunded in full.
    """
    [order] = await order_queries.by_ids([order_id])
    return None if order is None else await settle_order(order)


async def settle_order(order: Order, captured: Payment | None = None) -> Refusal | None:
    """`settle`, when the order is at hand.

    A payment that its provider has just captured is recorded in the same transaction: one commit, and nothing in
    between to be lost in. Seats of one offer share it (see `group_buys.actions.grouping`).
    """
    if order.kind == "TEAM":
        return await group_buys.settle_payment(order.id, captured.id if captured else None)
    return await _settle_plain(order.id, captured)


@action
async def _settle_plain(order_id: UUID, captured: Payment | None) -> Refusal | None:
    if captured is not None:
        await payments.record_outcome(captured.id, Outcome.CAPTURED)
    return await order_actions.settle_plain(order_id)
