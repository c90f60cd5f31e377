"""Buying without a team: stock is held while the order is unpaid, sold when it is paid, given back when it never is."""

import logging
from collections.abc import Sequence
from uuid import UUID

from commerce.catalogue import Sellable, stock
from commerce.catalogue import queries as products
from commerce.catalogue.errors import OutOfStock
from commerce.orders import queries, rules
from commerce.orders.actions.paying import cancel_unpaid, mark_paid
from commerce.orders.actions.writing import create
from commerce.orders.errors import PaidTooLate
from commerce.orders.records import Address, Allowance, Line, NewLine, Order
from commerce.payments import actions as payments
from core import clock, db, idempotency
from core.errors import Invalid, NotFound, Refusal
from core.unit_of_work import action

logger = logging.getLogger(__name__)

_BATCH = 100


@action
async def place(
    buyer_id: UUID,
    lines: Sequence[Line],
    address: Address | None,
    idempotency_key: str,
    *,
    allowance: Allowance | None = None,
) -> Order:
    """Orders from one shop, at its prices, and holds the units for 15 minutes.

    Raises Invalid, NotFound, OutOfStock, TooManyUnpaid or TooManyHeld beyond the `allowance`, or Conflict for a key
    that was another request's; records OrderPlaced.
    """
    rules.lines(lines)
    fingerprint = idempotency.fingerprint("place", lines, address)
    earlier = await queries.existing(buyer_id, idempotency_key, fingerprint)
    if earlier is not None:
        return earlier
    offers = _require_one_shop(await products.sellable([line.variant_id for line in lines]))
    order = await create(
        buyer_id,
        offers[0].shop_id,
        "PLAIN",
        [
            NewLine(offer.variant_id, offer.title, line.quantity, offer.price_minor)
            for offer, line in zip(offers, lines, strict=True)
        ],
        offers[0].currency,
        clock.now() + rules.PAY_WITHIN,
        address,
        idempotency_key,
        fingerprint,
        allowance,
    )
    await _hold(lines)
    return order


def _require_one_shop(offers: Sequence[Sellable | None]) -> list[Sellable]:
    found: list[Sellable] = []
    for index, offer in enumerate(offers):
        if offer is None:
            raise NotFound("lines", index, "variant_id")
        found.append(offer)
        if offer.shop_id != found[0].shop_id or offer.currency != found[0].currency:
            raise Invalid(
                "lines",
                index,
                "variant_id",
                zh="一笔订单只能包含同一店铺、同一币种的商品",
                en="An order is of one shop and in one currency",
            )
    return found


async def _hold(lines: Sequence[Line]) -> None:
    try:
        await stock.hold({line.variant_id: line.quantity for line in lines})
    except OutOfStock as refusal:
        lacking = next(index for index, line in enumerate(lines) if line.variant_id == refusal.variant_id)
        raise OutOfStock("lines", lacking, "quantity", available=refusal.available) from refusal


async def _quantities(order_id: UUID) -> dict[UUID, int]:
    [lines] = await queries.lines_of([order_id])
    return {line.variant_id: line.quantity for line in lines}


@action
async def settle_plain(order_id: UUID) -> Refusal | None:
    """Sells a plain order whose payment was captured. Sent twice, it has effect once.

    When the order was closed before, the payment is refunded in full, and PaidTooLate is returned, not raised.
    """
    if await mark_paid([order_id]):
        await stock.sell(await _quantities(order_id))
        return None
    [order] = await queries.by_ids([order_id])
    if order is None or order.status != "CANCELLED":
        return None
    await payments.request_refund(order_id, None, "PAID_TOO_LATE")
    return PaidTooLate("order_id")


@action
async def release(order_id: UUID) -> bool:
    """Cancels an unpaid plain order and gives back what it held; False when it was paid or cancelled before."""
    cancelled = await cancel_unpaid([order_id])
    if cancelled:
        await stock.release(await _quantities(order_id))
    return bool(cancelled)


async def release_overdue() -> int:
    """Releases plain orders that were not paid in time, each in its own transaction; returns how many.

    One that cannot be released holds up no other, and is tried again the next time.
    """
    overdue = await db.rows(
        "SELECT id FROM orders WHERE status = 'PENDING_PAYMENT' AND kind = 'PLAIN' AND pay_by <= $1"
        f" ORDER BY pay_by LIMIT {_BATCH}",
        clock.now(),
    )
    return sum([await _release_overdue(row["id"]) for row in overdue])


async def _release_overdue(order_id: UUID) -> bool:
    try:
        return await release(order_id)
    except Exception:
        logger.exception("could not release the order %s", order_id)
        return False


@action
async def restock_refunded(order_id: UUID) -> None:
    """Puts the units of an order that was confirmed, and is now being refunded unshipped, back on sale."""
    await stock.restock(await _quantities(order_id))
