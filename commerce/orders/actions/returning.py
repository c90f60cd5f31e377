"""What a shop gives back of an order that is its own: a part, more parts, or all that is left."""

from decimal import Decimal
from uuid import UUID

from commerce.ledger import Entry, accounts
from commerce.ledger import actions as ledger
from commerce.orders import queries, rules
from commerce.orders.actions.fulfilling import require_sold_by
from commerce.orders.actions.paying import begin_refund
from commerce.orders.actions.plain import restock_refunded
from commerce.orders.records import Order
from commerce.payments import Asked
from commerce.payments import actions as payments
from commerce.payments import queries as payment_queries
from core import db, idempotency, validation
from core.unit_of_work import action

_ORDER = db.columns(Order)


@action
async def refund(owner_id: UUID, order_id: UUID, amount: Decimal, note: str, idempotency_key: str) -> Order:
    """Gives the buyer `amount` (major units) of an order back, by the shop's owner, with a word to them.

    The order keeps its state, as a parcel is where it is whatever becomes of the money; only when all of an order that
    was not shipped goes back, it is REFUNDING and its units are on sale again. The same key again changes nothing.
    Raises Invalid, NotFound, Forbidden, WrongState, MoreThanIsLeft, TooManyRefunds, or Conflict for a key that was
    another request's. Records RefundRequested, and OrderRefunding when all of it goes back.
    """
    order = await require_sold_by(owner_id, order_id)
    minor = validation.price(amount, order.currency, "amount")
    note = validation.text(note, "note", most=rules.MAX_NOTE)
    asked = Asked(note, idempotency.key(idempotency_key), idempotency.fingerprint(minor, note))
    # Whoever gives back of an order that is earned holds its row, so that what is left stays what it is.
    [order] = await db.records(Order, f"SELECT {_ORDER} FROM orders WHERE id = $1 FOR NO KEY UPDATE", order_id)
    if not await payment_queries.was_asked(order_id, asked):
        await _give_back(order, minor, asked)
    [after] = await queries.by_ids([order_id])
    return after or order


async def _give_back(order: Order, minor: int, asked: Asked) -> None:
    left = await payment_queries.left_of(order.id)
    rules.check_refund(order, minor, left.minor, left.parts)
    if order.status == "CONFIRMED" and minor == left.minor:
        await begin_refund([order.id], "SHOP", asked)
        await restock_refunded(order.id)
        return
    [part] = await payments.request_parts({order.id: minor}, "SHOP", asked)
    await ledger.post(
        "order_reduced",
        part.id,
        [
            Entry(accounts.shop(order.shop_id), -minor, order.currency),
            Entry(accounts.in_flight(order.id), minor, order.currency),
        ],
    )
