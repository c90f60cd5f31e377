"""Reactions of payments."""

from collections.abc import Mapping, Sequence

from commerce.payments import actions
from commerce.payments.events import RefundRequested
from commerce.payments.provider import Provider
from core.outbox import Event


async def on_refunds_requested(providers: Mapping[str, Provider], requested: Sequence[Event]) -> None:
    """Carries refunds out at once; for a BatchLane, as providers are never called inside a transaction."""
    await actions.carry_out_refunds(
        providers, [event.refund_id for event in requested if isinstance(event, RefundRequested)]
    )
