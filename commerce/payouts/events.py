"""Facts about payouts."""

from uuid import UUID

from core.outbox import Event


class PayoutRequested(Event, frozen=True):
    payout_id: UUID
    shop_id: UUID


class PayoutPaid(Event, frozen=True):
    payout_id: UUID
    shop_id: UUID
