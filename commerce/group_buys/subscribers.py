"""Reactions of group-buys to what happens below them."""

from commerce.payments.events import RefundCompleted
from core import db


async def on_refund_completed(event: RefundCompleted) -> None:
    """REFUNDING → REFUNDED for the seat that the refunded order paid for, if any."""
    await db.execute(
        "UPDATE seats SET status = 'REFUNDED' WHERE order_id = $1 AND status = 'REFUNDING'", event.order_id
    )
