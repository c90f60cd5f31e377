"""What happens to orders when money comes, does not come, or goes back. Each transition names the state it leaves."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg

from commerce.ledger import Entry, Posting, accounts
from commerce.ledger import actions as ledger
from commerce.orders import events
from commerce.payments import Asked
from commerce.payments import actions as payments
from core import db, outbox
from core.unit_of_work import action

_MONEY = "o.id, o.shop_id, o.total_minor, o.currency"


@action
async def mark_paid(order_ids: Sequence[UUID]) -> int:
    """PENDING_PAYMENT → AWAITING_TEAM or, without a team, CONFIRMED; the shop has then earned it.

    How many: an order that was paid or closed before is too late. Records OrderPaid for each, and OrderConfirmed for
    plain orders.
    """
    found = await db.rows(
        "WITH found AS (SELECT id FROM orders WHERE id = ANY($1) AND status = 'PENDING_PAYMENT' ORDER BY id FOR UPDATE)"
        " UPDATE orders o SET pay_by = NULL, status = CASE kind WHEN 'TEAM' THEN 'AWAITING_TEAM' ELSE 'CONFIRMED' END"
        f" FROM found WHERE o.id = found.id RETURNING {_MONEY}, o.status",
        list(order_ids),
    )
    for order in found:
        outbox.record(events.OrderPaid(order_id=order["id"]))
    confirmed = [order for order in found if order["status"] == "CONFIRMED"]
    if confirmed:
        await _earn(confirmed, {})
    return len(found)


@action
async def confirm(too_much: Mapping[UUID, int]) -> int:
    """AWAITING_TEAM → CONFIRMED: of what was in flight, so many minor units go back, and the rest is the shop's.

    How many orders; records OrderConfirmed for each.
    """
    found = await db.rows(
        "WITH found AS (SELECT id FROM orders WHERE id = ANY($1) AND status = 'AWAITING_TEAM' ORDER BY id FOR UPDATE)"
        f" UPDATE orders o SET status = 'CONFIRMED' FROM found WHERE o.id = found.id RETURNING {_MONEY}",
        list(too_much),
    )
    back = {order["id"]: too_much[order["id"]] for order in found if too_much[order["id"]]}
    await _earn(found, back)
    if back:
        await payments.request_parts(back, "PRICE_TIER")
    return len(found)


async def _earn(orders: Sequence[asyncpg.Record], back: Mapping[UUID, int]) -> None:
    earned = [(order, order["total_minor"] - back.get(order["id"], 0)) for order in orders]
    await ledger.post_all([_posting("order_confirmed", order, minor) for order, minor in earned])
    for order in orders:
        outbox.record(events.OrderConfirmed(order_id=order["id"]))


def _posting(kind: str, order: asyncpg.Record, minor: int) -> Posting:
    """Moves `minor` units of an order from what is in flight to its shop; below zero, back."""
    return Posting(
        kind,
        order["id"],
        [
            Entry(accounts.in_flight(order["id"]), -minor, order["currency"]),
            Entry(accounts.shop(order["shop_id"]), minor, order["currency"]),
        ],
    )


@action
async def cancel_unpaid(order_ids: Sequence[UUID]) -> int:
    """PENDING_PAYMENT → CANCELLED. How many: not those paid or cancelled before; records OrderCancelled for each.

    A payment that is on its way will find its order cancelled, and be refunded.
    """
    found = await db.rows(
        "WITH found AS (SELECT id FROM orders WHERE id = ANY($1) AND status = 'PENDING_PAYMENT' ORDER BY id FOR UPDATE)"
        " UPDATE orders o SET status = 'CANCELLED', pay_by = NULL FROM found WHERE o.id = found.id RETURNING o.id",
        list(order_ids),
    )
    for (order_id,) in found:
        outbox.record(events.OrderCancelled(order_id=order_id))
    return len(found)


@action
async def begin_refund(order_ids: Sequence[UUID], reason: str, asked: Asked | None = None) -> int:
    """(AWAITING_TEAM | CONFIRMED) → REFUNDING, and asks for all their money back that is left.

    How many; records OrderRefunding.
    """
    found = await db.rows(
        "WITH found AS (SELECT id, status FROM orders WHERE id = ANY($1) AND status IN ('AWAITING_TEAM', 'CONFIRMED')"
        " ORDER BY id FOR UPDATE) UPDATE orders o SET status = 'REFUNDING' FROM found WHERE o.id = found.id"
        f" RETURNING {_MONEY}, found.status AS left_status",
        list(order_ids),
    )
    if not found:
        return 0
    refunds = await payments.request_refunds([order["id"] for order in found], reason, asked)
    left = {refund.order_id: refund.minor for refund in refunds}
    earned = [order for order in found if order["left_status"] == "CONFIRMED"]
    await ledger.post_all([_posting("order_returned", order, -left[order["id"]]) for order in earned])
    for order in found:
        outbox.record(events.OrderRefunding(order_id=order["id"]))
    return len(found)


@action
async def add_refunded(order_id: UUID, minor: int) -> None:
    """Counts `minor` units that the buyer has back; REFUNDING → REFUNDED when that is all. Records OrderRefunded."""
    status = await db.value(
        "UPDATE orders SET refunded_minor = refunded_minor + $2, status = CASE"
        " WHEN status = 'REFUNDING' AND refunded_minor + $2 = total_minor THEN 'REFUNDED' ELSE status END"
        " WHERE id = $1 RETURNING status",
        order_id,
        minor,
    )
    if status is not None:
        outbox.record(events.OrderRefunded(order_id=order_id))
