"""Reactions of orders to payments."""

from commerce.orders.actions.paying import add_refunded
from commerce.payments.events import RefundCompleted


async def on_refund_completed(event: RefundCompleted) -> None:
    """Counts what the buyer has back; the last of it ends REFUNDING."""
    await add_refunded(event.order_id, event.minor)
