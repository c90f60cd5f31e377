"""Reactions of the checkout."""

from commerce.checkout import actions
from commerce.payments.events import PaymentCaptured


async def on_payment_captured(event: PaymentCaptured) -> None:
    """Settles what was captured and not settled: by a notification, by a timer, or just before a crash."""
    await actions.settle(event.order_id)
