"""Facts about orders."""

from uuid import UUID

from core.outbox import Event


class OrderPlaced(Event, frozen=True):
    order_id: UUID
    buyer_id: UUID
    shop_id: UUID


class OrderPaid(Event, frozen=True):
    order_id: UUID


class OrderConfirmed(Event, frozen=True):
    """It will be shipped: paid, and its team, if it has one, succeeded."""

    order_id: UUID


class OrderCancelled(Event, frozen=True):
    order_id: UUID


class OrderRefunding(Event, frozen=True):
    order_id: UUID


class OrderRefunded(Event, frozen=True):
    """Money is back at the buyer: all of it, or a part."""

    order_id: UUID


class OrderShipped(Event, frozen=True):
    order_id: UUID


class OrderCompleted(Event, frozen=True):
    order_id: UUID
