"""Facts about payments."""

from uuid import UUID

from core.outbox import Event


class PaymentCaptured(Event, frozen=True):
    payment_id: UUID
    order_id: UUID


class PaymentDeclined(Event, frozen=True):
    payment_id: UUID
    order_id: UUID


class RefundRequested(Event, frozen=True):
    refund_id: UUID
    order_id: UUID


class RefundCompleted(Event, frozen=True):
    refund_id: UUID
    order_id: UUID
    minor: int
