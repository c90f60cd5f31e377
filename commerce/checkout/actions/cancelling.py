"""Cancelling: what it means depends on how far the order is, and a payment may overtake it."""

from uuid import UUID

from commerce.checkout.actions.paying import require_own
from commerce.group_buys import actions as group_buys
from commerce.group_buys import queries as group_buy_queries
from commerce.group_buys.errors import PriceOfAll
from commerce.orders import Order
from commerce.orders import actions as orders
from core.errors import Conflict, WrongState
from core.unit_of_work import action

# How often the order may change its state under our hands before we give up.
_ATTEMPTS = 4
_ENDED = frozenset({"CANCELLED", "REFUNDING", "REFUNDED"})


async def cancel(viewer_id: UUID, order_id: UUID) -> Order:
    """Cancels the viewer's own order; once more changes nothing.

    Unpaid: what it held is released. Awaiting its team: the buyer leaves the team, and is refunded in full. Confirmed
    and not shipped: refunded in full, its units back on sale. Raises NotFound, Forbidden, TeamClosed, PriceOfAll where
    the team that succeeded had lowered the price by a tier, or WrongState once it is shipped. Records OrderCancelled or
    OrderRefunding, and what the team records.
    """
    for _ in range(_ATTEMPTS):
        order = await require_own(viewer_id, order_id)
        if order.status in _ENDED:
            return order
        if await _cancel(order):
            return await require_own(viewer_id, order_id)
    raise Conflict("order_id")


async def _cancel(order: Order) -> bool:
    """False when the order was in that state no more."""
    if order.status == "PENDING_PAYMENT" and order.kind == "PLAIN":
        return await orders.release(order.id)
    if order.status == "CONFIRMED":
        # Nobody keeps a lower price whose friends bought to lower it and left. What it depends on changes no more.
        if order.kind == "TEAM" and await group_buy_queries.costs_what_its_team_reached(order.id):
            raise PriceOfAll("order_id")
        return await _give_back(order.id)
    if order.status not in ("PENDING_PAYMENT", "AWAITING_TEAM"):
        raise WrongState("order_id", state=order.status)
    try:
        await (group_buys.release_seat if order.status == "PENDING_PAYMENT" else group_buys.leave)(order.id)
    except WrongState:
        return False
    return True


@action
async def _give_back(order_id: UUID) -> bool:
    begun = await orders.begin_refund([order_id], "CANCELLED")
    if begun:
        await orders.restock_refunded(order_id)
    return bool(begun)
