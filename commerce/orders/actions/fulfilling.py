"""From the shop's door to the buyer's."""

from uuid import UUID

from commerce.orders import events, queries
from commerce.orders.records import Order
from commerce.shops import queries as shop_queries
from core import db, outbox, validation
from core.errors import Forbidden, NotFound, WrongState
from core.unit_of_work import action
from people.accounts import actions as accounts

_ORDER = db.columns(Order)


@action
async def ship(owner_id: UUID, order_id: UUID, carrier: str, tracking_number: str) -> Order:
    """CONFIRMED → SHIPPED, by the shop's owner; the same parcel once more changes nothing.

    Raises Invalid, NotFound, Forbidden or WrongState; records OrderShipped.
    """
    carrier = validation.text(carrier, "carrier", most=40)
    tracking_number = validation.text(tracking_number, "tracking_number", most=60)
    await require_sold_by(owner_id, order_id)
    changed = await db.records(
        Order,
        "UPDATE orders SET status = 'SHIPPED', carrier = $2, tracking_number = $3"
        f" WHERE id = $1 AND status = 'CONFIRMED' RETURNING {_ORDER}",
        order_id,
        carrier,
        tracking_number,
    )
    if not changed:
        return await _repeated(order_id, (carrier, tracking_number))
    outbox.record(events.OrderShipped(order_id=order_id))
    return changed[0]


async def _repeated(order_id: UUID, parcel: tuple[str, str]) -> Order:
    """The order, when it was shipped in this very parcel before. Raises WrongState."""
    [order] = await queries.by_ids([order_id])
    if order is None or order.status != "SHIPPED" or (order.carrier, order.tracking_number) != parcel:
        raise WrongState("order_id", state=order.status if order else "")
    return order


@action
async def confirm_receipt(buyer_id: UUID, order_id: UUID) -> Order:
    """SHIPPED → COMPLETED, by the buyer, who has bought something then; once more changes nothing.

    Raises NotFound, Forbidden or WrongState; records OrderCompleted.
    """
    order = await _require_visible(buyer_id, order_id)
    if order.buyer_id != buyer_id:
        raise Forbidden("order_id")
    changed = await db.records(
        Order,
        f"UPDATE orders SET status = 'COMPLETED' WHERE id = $1 AND status = 'SHIPPED' RETURNING {_ORDER}",
        order_id,
    )
    if changed:
        await accounts.count_purchase(buyer_id)
        outbox.record(events.OrderCompleted(order_id=order_id))
        return changed[0]
    [order] = [found for found in await queries.by_ids([order_id]) if found is not None]
    if order.status != "COMPLETED":
        raise WrongState("order_id", state=order.status)
    return order


async def require_sold_by(owner_id: UUID, order_id: UUID) -> Order:
    """An order of the owner's shop. Raises NotFound for who may not see it, Forbidden for its buyer."""
    order = await _require_visible(owner_id, order_id)
    [shop] = await shop_queries.by_ids([order.shop_id])
    if shop is None or shop.owner_id != owner_id:
        raise Forbidden("order_id")
    return order


async def _require_visible(viewer_id: UUID, order_id: UUID) -> Order:
    [order] = await queries.visible_to(viewer_id, [order_id])
    if order is None:
        raise NotFound("order_id")
    return order
